// Package paper makes printable documents: A4 pages as PDF, with Russian and Tatar letters that can be found and copied.
//
// The letters are Liberation Sans (SIL Open Font License 1.1), embedded and cut down to what a document uses.
package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"github.com/go-pdf/fpdf"
)

// Sizes in millimetres, letters in points.
const (
	margin     = 18.0
	width      = 210 - 2*margin
	labelWidth = 62.0
	gap        = 4.0
	size       = 10.0
	line       = 5.0
	bottom     = 20.0
)

// Document is a paper being written from top to bottom.
type Document struct {
	pdf *fpdf.Fpdf
}

// Head is what a document says of itself.
type Head struct {
	Title string
	Lang  string    // "ru", "tt", "en": screen readers pronounce by it
	Foot  string    // at the foot of each page, beside its number
	Page  string    // "Страница %d из %s"
	At    time.Time // when the paper was made; the same contents and time give the same bytes
}

// New begins a document.
func New(h Head) *Document {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes("text", "", liberationsansregular.TTF)
	pdf.AddUTF8FontFromBytes("text", "B", liberationsansbold.TTF)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(true, bottom)
	pdf.SetTitle(h.Title, true)
	pdf.SetLang(h.Lang)
	pdf.SetCreationDate(h.At)
	pdf.SetModificationDate(h.At)
	pdf.SetCatalogSort(true)
	pdf.AliasNbPages("{all}")
	pdf.SetFooterFunc(func() {
		pdf.SetY(-14)
		pdf.SetFont("text", "", 8)
		pdf.SetTextColor(80, 80, 80)
		pdf.CellFormat(width/3*2, 4, h.Foot, "", 0, "L", false, 0, "")
		pdf.CellFormat(width/3, 4, fmt.Sprintf(h.Page, pdf.PageNo(), "{all}"), "", 0, "R", false, 0, "")
		pdf.SetTextColor(0, 0, 0)
	})
	pdf.AddPage()
	return &Document{pdf}
}

// Title is the name of the document.
func (d *Document) Title(text string) { d.write(text, "B", 16, 7.5, 2) }

// Section is a heading; it does not stand alone at the end of a page.
func (d *Document) Section(text string) {
	d.need(22)
	d.pdf.Ln(3)
	d.write(text, "B", 12, 6, 1)
}

// Sub is a heading below a section.
func (d *Document) Sub(text string) {
	d.need(16)
	d.pdf.Ln(1)
	d.write(text, "B", size, line, 0.5)
}

// Text is a paragraph.
func (d *Document) Text(text string) { d.write(text, "", size, line, 1.5) }

// Small is a paragraph of small letters.
func (d *Document) Small(text string) { d.write(text, "", 8, 4, 1) }

func (d *Document) write(text, style string, letters, height, after float64) {
	if text == "" {
		return
	}
	d.pdf.SetFont("text", style, letters)
	d.pdf.MultiCell(width, height, drawable(text), "", "L", false)
	d.pdf.Ln(after)
}

// Row is a label with what belongs to it, side by side. A row is not torn between two pages unless it is longer than one.
func (d *Document) Row(label, value string) {
	label, value = drawable(label), drawable(value)
	d.pdf.SetFont("text", "", size)
	left, right := d.pdf.SplitText(label, labelWidth-1), d.lines(value)
	height := float64(max(len(left), len(right))) * line
	d.need(min(height, 200) + 1.5)
	top, page := d.pdf.GetY(), d.pdf.PageNo()
	d.pdf.SetTextColor(80, 80, 80)
	d.pdf.MultiCell(labelWidth, line, label, "", "L", false)
	end := d.pdf.GetY()
	d.pdf.SetTextColor(0, 0, 0)
	if d.pdf.PageNo() == page {
		d.pdf.SetXY(margin+labelWidth+gap, top)
	}
	d.pdf.SetLeftMargin(margin + labelWidth + gap)
	d.pdf.SetX(margin + labelWidth + gap)
	d.pdf.MultiCell(width-labelWidth-gap, line, value, "", "L", false)
	d.pdf.SetLeftMargin(margin)
	if d.pdf.PageNo() == page {
		d.pdf.SetY(max(end, d.pdf.GetY()))
	}
	d.pdf.Ln(1.2)
}

// drawable puts a box in the place of what the font has no room for, as smileys: the library counts letters up to U+FFFF and panics
// beyond.
func drawable(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF {
			return '□'
		}
		return r
	}, text)
}

// lines are the lines that a value takes in its column.
func (d *Document) lines(value string) []string {
	var all []string
	for part := range bytes.SplitSeq([]byte(value), []byte("\n")) {
		all = append(all, d.pdf.SplitText(string(part), width-labelWidth-gap-1)...)
	}
	return all
}

// Rule draws a thin line across the page.
func (d *Document) Rule() {
	y := d.pdf.GetY() + 1
	d.pdf.SetDrawColor(160, 160, 160)
	d.pdf.Line(margin, y, margin+width, y)
	d.pdf.Ln(3)
}

// need begins another page when less than so much is left of this one.
func (d *Document) need(height float64) {
	if d.pdf.GetY()+height > 297-bottom {
		d.pdf.AddPage()
	}
}

// Bytes ends the document.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := d.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	return b.Bytes(), nil
}
