package payments

import (
	"encoding/xml"
	"strings"
	"testing"

	"tamga/internal/paper/papertest"
	"tamga/internal/rus"
	"tamga/payments/paytest"
)

func TestBill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	payee, err := payeeOf(t.Context(), w.db, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Mine = true
	fields := strings.Split(billText(c, payee, c.Amount), "|")
	if fields[0] != "ST00012" {
		t.Errorf("header %q", fields[0])
	}
	known := map[string]string{}
	for i, field := range fields[1:] {
		key, value, ok := strings.Cut(field, "=")
		if !ok || value == "" {
			t.Errorf("field %q", field)
		}
		known[key] = value
		if want := []string{"Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc"}; i < len(want) && key != want[i] {
			t.Errorf("field %d is %s, the standard wants %s there", i, key, want[i])
		}
	}
	for key, want := range map[string]string{"Sum": "35000", "UIN": c.UIN, "LastName": "Гарипова", "TechCode": "03", "OKTMO": "92701000",
		"BIC": "019205400", "CorrespAcc": "40102810445370000079", "Purpose": "Госпошлина за регистрацию брака"} {
		if known[key] != want {
			t.Errorf("%s is %q, want %q", key, known[key], want)
		}
	}
	if _, err := rus.UIN(known["UIN"]); err != nil {
		t.Errorf("УИН: %v", err)
	}
	if _, err := rus.Account(known["BIC"], known["CorrespAcc"]); err != nil {
		t.Errorf("account: %v", err)
	}
	paytest.Want(t, b.Get(c.path("/bill")), 200, payee.Name, rus.FormatUIN(c.UIN), c.path("/qr.svg"), payee.KBK)
	picture := b.Get(c.path("/qr.svg"))
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Path    struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(picture.Text), &svg); err != nil || picture.Status != 200 || len(svg.Path.D) < 5000 {
		t.Errorf("picture: %d, %v, %.100s", picture.Status, err, picture.Text)
	}
	ours, err := chargeFor(t.Context(), w.db, Reader{Account: w.payer, Keys: [][]byte{}}, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := decodeSVG(t, picture.Text); got != billText(ours, payee, c.Amount) {
		t.Errorf("a camera reads %q, want %q", got, billText(ours, payee, c.Amount))
	}
	bill := b.Get(c.path("/bill.pdf"))
	if got := decodePDF(t, bill.Raw); got != billText(ours, payee, c.Amount) {
		t.Errorf("a camera reads from paper %q", got)
	}
	if text := papertest.Text(t, bill.Raw); !strings.Contains(text, "Гарипова") || !strings.Contains(text, c.UIN) {
		t.Errorf("the bill on paper: %s", text)
	}
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	if got := b.Get(c.path("/bill")); got.Status != 409 {
		t.Errorf("bill of what is paid: status %d", got.Status)
	}
}

// TestBillSeparator: a purpose may not break the code apart.
func TestBillSeparator(t *testing.T) {
	t.Parallel()
	c := &Charge{Purpose: "За А|UIN=1", UIN: "2"}
	if text := billText(c, &Payee{}, 1); strings.Count(text, "UIN=") != 2 || strings.Contains(text, "|UIN=1") {
		t.Error(text)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{chargeView.Check(p), returnView.Check(p), receiptView.Check(p), billView.Check(p),
		chargesView.Check(p), verifyView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}
