package lookup

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/rus"
)

// formats are the files that results can be taken away in.
var formats = []string{"csv", "xlsx"}

// export sends what was found as a file: the page that was on the screen, no more. The look-up has been journalled as an export.
func (h *Handler) export(c *fiber.Ctx, format string, found []Found) error {
	t := h.Pages.Texts(c)
	rows := [][]string{{t("payments.number"), t("payments.status"), t("payments.amount"), t("payments.received"), t("payments.purpose"),
		t("payments.started"), t("payments.paid_at"), t("payments.payer"), t("payments.uin")}}
	uin := func(digits string) string { return digits }
	if format == "csv" {
		uin = rus.FormatUIN // a spreadsheet makes a rounded number of so many digits in a row
	}
	for _, f := range found {
		paid, received := "", ""
		if f.PaidAt != nil {
			paid = f.PaidAt.In(rus.Moscow).Format("02.01.2006 15:04")
		}
		if f.Received != nil {
			received = plainRubles(*f.Received)
		}
		rows = append(rows, []string{f.Receipt, t("payments.state_" + string(f.State)), plainRubles(f.Amount), received, f.Purpose,
			f.CreatedAt.In(rus.Moscow).Format("02.01.2006 15:04"), paid, f.Name, uin(f.UIN)})
	}
	var b bytes.Buffer
	write, kind := writeCSV, "text/csv; charset=utf-8"
	if format == "xlsx" {
		write, kind = writeXLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	if err := write(&b, rows); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="payments.`+format+`"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(b.Bytes())
}

func plainRubles(kopecks int64) string { return fmt.Sprintf("%d,%02d", kopecks/100, kopecks%100) }

// writeCSV writes what a Russian spreadsheet opens as it is: with a byte order mark and semicolons. A cell that a spreadsheet
// would take for a formula is made a text: names and purposes are written by citizens.
func writeCSV(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = noFormula(cell)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// noFormula puts an apostrophe before what begins like a formula, spaces and control characters apart (OWASP, CSV injection).
func noFormula(cell string) string {
	bare := strings.TrimLeft(cell, " \t\r\n\u00a0\ufeff")
	if bare != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(bare)[0]) || strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") {
		return "'" + cell
	}
	return cell
}

// The parts of a workbook of one sheet (ECMA-376). Cells are inline texts, which a spreadsheet never computes.
const (
	xlsxTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
	xlsxRoot  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	xlsxBook  = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Платежи" sheetId="1" r:id="rId1"/></sheets></workbook>`
	xlsxRels  = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
	xlsxSheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
)

func writeXLSX(w io.Writer, rows [][]string) error {
	var sheet bytes.Buffer
	sheet.WriteString(xlsxSheet)
	for _, row := range rows {
		sheet.WriteString("<row>")
		for _, cell := range row {
			sheet.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
			if err := xml.EscapeText(&sheet, []byte(cell)); err != nil {
				return err
			}
			sheet.WriteString("</t></is></c>")
		}
		sheet.WriteString("</row>")
	}
	sheet.WriteString("</sheetData></worksheet>")
	out := zip.NewWriter(w)
	for _, part := range [][2]string{{"[Content_Types].xml", xlsxTypes}, {"_rels/.rels", xlsxRoot}, {"xl/workbook.xml", xlsxBook},
		{"xl/_rels/workbook.xml.rels", xlsxRels}, {"xl/worksheets/sheet1.xml", sheet.String()}} {
		f, err := out.Create(part[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, xml.Header+part[1]); err != nil {
			return err
		}
	}
	return out.Close()
}
