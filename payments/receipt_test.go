package payments

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"tamga/internal/dbtest"
	"tamga/internal/paper/papertest"
	"tamga/internal/rus"
	"tamga/internal/web"
	"tamga/payments/paytest"
)

// decode reads a QR code as a telephone does: from the picture.
func decode(t *testing.T, picture image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	read, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_CHARACTER_SET: "UTF-8", gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("the code cannot be read: %v", err)
	}
	return read.GetText()
}

// canvas is white paper of so many dots.
func canvas(width, height int) *image.Gray {
	white := image.NewGray(image.Rect(0, 0, width, height))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	return white
}

func blacken(picture *image.Gray, left, top, right, bottom float64) {
	for y := int(top + 0.5); y < int(bottom+0.5); y++ {
		for x := int(left + 0.5); x < int(right+0.5); x++ {
			picture.SetGray(x, y, color.Gray{})
		}
	}
}

var svgSquare = regexp.MustCompile(`M(\d+) (\d+)h1v1h-1z`)

func decodeSVG(t *testing.T, svg string) string {
	t.Helper()
	size := regexp.MustCompile(`viewBox="0 0 (\d+)`).FindStringSubmatch(svg)
	if size == nil {
		t.Fatalf("no picture: %.200s", svg)
	}
	const scale = 5
	side := int(number(t, size[1])) * scale
	picture := canvas(side, side)
	for _, m := range svgSquare.FindAllStringSubmatch(svg, -1) {
		x, y := number(t, m[1])*scale, number(t, m[2])*scale
		blacken(picture, x, y, x+scale, y+scale)
	}
	return decode(t, picture)
}

var pdfRectangle = regexp.MustCompile(`(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re f`)

// decodePDF draws the filled rectangles of an A4 sheet and reads the code among them.
func decodePDF(t *testing.T, raw []byte) string {
	t.Helper()
	const scale = 4 // dots to a point: what a printer does
	picture := canvas(595*scale, 842*scale)
	for _, part := range bytes.Split(raw, []byte("stream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		content, _ := io.ReadAll(r)
		for _, m := range pdfRectangle.FindAllSubmatch(content, -1) {
			x, y, w, h := number(t, string(m[1])), number(t, string(m[2])), number(t, string(m[3])), number(t, string(m[4]))
			blacken(picture, x*scale, (841.89-y)*scale, (x+w)*scale, (841.89-y-h)*scale)
		}
	}
	return decode(t, picture)
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReceiptOnPaper(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.fine(Identity{STS: "9912345678"}), w.stranger()
	b.Post("/payments", "/payments/find", "number", c.UIN)
	if got := b.Get(c.path("/receipt.pdf")); got.Status != 404 {
		t.Errorf("a receipt of what is not paid: %d", got.Status)
	}
	// A part first: it has its own receipt, and the charge page leads to it.
	got := b.Post(c.path(""), c.path("/pay"), "email", "payer@demo.tamga.example", "sum", "200")
	b.atBank(got.To, "choice", "pay")
	w.deliver()
	paytest.Want(t, b.Get(c.path("")), 200, c.path("/receipt"))
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "200", "Осталось оплатить")
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	paid, err := paidOf(t.Context(), w.db, c.ID)
	if err != nil || len(paid) != 2 {
		t.Fatalf("%d payments, %v; history: %s", len(paid), err, w.history(c))
	}
	for i, sum := range []string{"550", "200"} { // with the discount 750 are owed in all
		sheet := b.Get(receiptPDF(c, paid[i]))
		text := papertest.Text(t, sheet.Raw)
		if sheet.Status != 200 || !strings.Contains(text, paid[i].Receipt) || !strings.Contains(text, sum) || strings.Contains(text, "Гарипова") {
			t.Errorf("receipt %s of %s: %d %s", paid[i].Receipt, sum, sheet.Status, text)
		}
		if got := decodePDF(t, sheet.Raw); got != w.portal+"/receipts?number="+paid[i].Receipt {
			t.Errorf("the code of the receipt says %q", got)
		}
	}
	if again := b.Get(receiptPDF(c, paid[0])); !bytes.Equal(again.Raw, b.Get(receiptPDF(c, paid[0])).Raw) {
		t.Error("the same receipt gives other bytes")
	}
	other := w.charge()
	if got := w.browser().Get(other.path("/receipt.pdf?number=" + paid[0].Receipt)); got.Status != 404 {
		t.Errorf("a receipt is given out through another charge: %d", got.Status)
	}
	if got := w.stranger().Get(receiptPDF(c, paid[0])); got.Status == 200 {
		t.Error("a receipt is given to somebody who only knows its number")
	}
}

func TestVerifyReceipt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	live := w.charge()
	b.toBank(live)
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	receipt, err := ChargeOf(t.Context(), w.db, c.Origin())
	if err != nil {
		t.Fatal(err)
	}
	unpaid, err := lastPayment(t.Context(), w.db, live.ID)
	if err != nil {
		t.Fatal(err)
	}
	s := w.stranger()
	paytest.Want(t, s.Get("/receipts?number="+receipt.Receipt), 200, `value="`+receipt.Receipt+`"`)
	yes := s.Post("/receipts", "/receipts", "number", strings.ReplaceAll(receipt.Receipt, "-", " "), "amount", "350,00")
	paytest.Want(t, yes, 200, "Квитанция подлинная", receipt.Receipt)
	for _, secret := range []string{"Гарипова", c.Purpose, c.UIN} {
		if strings.Contains(yes.Text, secret) {
			t.Errorf("the page tells %q", secret)
		}
	}
	for _, try := range [][2]string{{receipt.Receipt, "351"}, {rus.NewReceipt(77777), "350"}, {unpaid.Receipt, "350"}} {
		got := s.Post("/receipts", "/receipts", "number", try[0], "amount", try[1])
		paytest.Want(t, got, 200, "Такой квитанции нет")
		if strings.Contains(got.Text, "Квитанция подлинная") {
			t.Errorf("%v passes", try)
		}
	}
	paytest.Want(t, s.Post("/receipts", "/receipts", "number", "1000-0000-0017", "amount", "x"), 422, "govuk-error-summary", "1000-0000-0017")
	w.handle.Limiter = &web.Limiter{Redis: dbtest.Redis(t)}
	for i := range verifyPerNumber.Burst + 1 {
		got := s.Post("/receipts", "/receipts", "number", receipt.Receipt, "amount", strconv.Itoa(i+1))
		if i == verifyPerNumber.Burst && got.Status != http.StatusTooManyRequests {
			t.Errorf("amounts of one number may be tried for ever: %d", got.Status)
		}
	}
}

// TestReceiptOfWhatIsLeft: one of two parts goes back, and a part of the other: the payer reads how much, and is not told that all went back.
func TestReceiptOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.partCharge()
	b, at := w.browser(), w.office()
	last := func() *Payment {
		p, err := lastPayment(t.Context(), w.db, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	back := func(p *Payment, sum string) {
		at("valeeva").Post("/refunds", "/refunds", "receipt", p.Receipt, "sum", sum, "ground", "court")
		at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
		w.payBack()
	}
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "100").To, "choice", "pay")
	w.deliver()
	first := last()
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "").To, "choice", "pay")
	w.deliver()
	w.wantStatus(c, Paid)
	back(last(), "30")
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "Возвращено", "30\u00a0₽", "250\u00a0₽")
	back(first, "")
	w.wantStatus(c, Refunded)
	if got := b.Get(c.path("/return")); got.To != c.path("/receipt") {
		t.Errorf("who has paid 250 rubles reads %d %q", got.Status, paytest.Main(got.Text))
	}
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "Возвращено", "30\u00a0₽", "250\u00a0₽")
}
