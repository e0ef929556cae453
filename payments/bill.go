package payments

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"tamga/internal/rus"
)

// billText is what the QR code of a bill of sum kopecks says: GOST R 56042-2014, version 0001, charset 2 (UTF-8). The first five fields are
// mandatory and in this order.
func billText(c *Charge, p *Payee, sum int64) string {
	fields := [][2]string{
		{"Name", p.Name},
		{"PersonalAcc", p.Account},
		{"BankName", p.BankName},
		{"BIC", p.BIK},
		{"CorrespAcc", p.CorrAccount},
		{"Sum", fmt.Sprint(sum)},
		{"Purpose", c.Purpose},
		{"PayeeINN", p.INN},
		{"KPP", p.KPP},
		{"CBC", p.KBK},
		{"OKTMO", p.OKTMO},
		{"LastName", mine(c, c.LastName)},
		{"FirstName", mine(c, c.FirstName)},
		{"MiddleName", mine(c, c.MiddleName)},
		{"UIN", c.UIN},
		{"TechCode", "03"},
	}
	var b strings.Builder
	b.WriteString("ST00012")
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		b.WriteString("|" + f[0] + "=" + strings.ReplaceAll(f[1], "|", "/")) // the separator may not stand in a value
	}
	return b.String()
}

// qrOf encodes a text. Level L of error correction: the text of a bill is long, and nothing is torn off a screen or a fresh print.
func qrOf(text string) (barcode.Barcode, error) {
	code, err := qr.Encode(text, qr.L, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return code, nil
}

// billSVG draws the QR code: one path of squares, sharp at any size and on paper. Four modules of white around it are part of
// the standard of the code.
func billSVG(text string) ([]byte, error) {
	code, err := qrOf(text)
	if err != nil {
		return nil, err
	}
	const quiet = 4
	size := code.Bounds().Dx() + 2*quiet
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, size, size)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><path d="`, size, size)
	for y := range code.Bounds().Dy() {
		for x := range code.Bounds().Dx() {
			if dark(code, x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String()), nil
}

// mine is a part of the payer's name for whom may read it.
func mine(c *Charge, name string) string {
	if !c.Mine {
		return ""
	}
	return name
}

func dark(code barcode.Barcode, x, y int) bool {
	r, _, _, _ := code.At(x, y).RGBA()
	return r == 0
}

// shownName is the payer's name for whom may read it: not for somebody who only knows the number of the charge.
func shownName(c *Charge) string {
	if !c.Mine {
		return ""
	}
	return payerName(c)
}

// contact is where the receipt goes by itself: the address of the payer of the charge, for nobody else to see.
func contact(c *Charge) string { return mine(c, c.Email) }

// payerName is the name as it stands on papers.
func payerName(c *Charge) string { return rus.FullName(c.LastName, c.FirstName, c.MiddleName) }
