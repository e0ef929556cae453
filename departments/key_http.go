package departments

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

func (h *StaffHandler) mountKeys(r fiber.Router) {
	r.Post("/deliveries/departments/:code/key", h.changeKey)
	r.Post("/deliveries/departments/:code/certificate", h.addCertificate)
}

// keyRow is a key of a department, with what may be done about it.
type keyRow struct {
	KID    string
	Holder string // of a certificate
	Text   string
	Tag    frontend.Tag
	Do     string // refuse, restore
	Button frontend.Button
}

// keyring is what a department's page shows of its signatures.
type keyring struct {
	Keys     []keyRow
	Action   string
	CMS      bool // certificates, which staff register here
	Register string
	File     frontend.FileUpload
	Add      frontend.Button
	Refusals frontend.Table
}

func (h *StaffHandler) keyring(c *fiber.Ctx, code string, errs frontend.Errors) (ring keyring, err error) {
	base := "/deliveries/departments/" + code
	e, err := endpointByCode(c.UserContext(), h.DB, code)
	if err != nil || e == nil {
		return ring, err
	}
	all, err := keysOf(c.UserContext(), h.DB, code)
	if err != nil {
		return ring, err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	ring = keyring{Action: base + "/key", Register: base + "/certificate", CMS: e.Signature == FormCMS,
		File: frontend.FileUpload{Name: "certificate", Label: frontend.Label{Text: t("departments_certificate.file")},
			Hint: frontend.Hint{Text: t("departments_certificate.file_hint")}, ErrorMessage: errs.Message("certificate")},
		Add: frontend.Button{Text: t("departments_certificate.add"), Classes: "govuk-button--secondary", PreventDoubleClick: true}}
	for _, k := range all {
		ring.Keys = append(ring.Keys, h.keyRow(&k, t, lang))
	}
	ring.Refusals, err = h.refusals(c, code, t, lang)
	return ring, err
}

func (h *StaffHandler) keyRow(k *usedKey, t func(string, ...any) string, lang i18n.Lang) keyRow {
	row := keyRow{KID: k.KID, Do: "refuse", Tag: frontend.Tag{Text: t("departments_keys.taken"), Classes: "govuk-tag--green"}}
	what := "departments_keys."
	if k.Certificate != nil {
		what = "departments_certificate."
		h.certificate(k, &row, t, lang)
	}
	if k.FirstUsedAt != nil {
		row.Text = join(row.Text, t("departments_keys.used", rus.FormatDateTime(*k.FirstUsedAt, lang), rus.FormatDateTime(*k.LastUsedAt, lang)))
	}
	if k.RefusedAt != nil {
		row.Do, row.Tag = "restore", frontend.Tag{Text: t("departments_keys.refused"), Classes: "govuk-tag--red"}
		row.Text = join(row.Text, t("departments_keys.refused_at", rus.FormatDateTime(*k.RefusedAt, lang)))
	}
	row.Button = frontend.Button{Text: t(what + row.Do), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	if row.Do == "refuse" {
		row.Button.Classes = "govuk-button--warning"
	}
	return row
}

// join puts sentences beside each other.
func join(one, more string) string { return strings.TrimSpace(one + " " + more) }

func (h *StaffHandler) refusals(c *fiber.Ctx, code string, t func(string, ...any) string, lang i18n.Lang) (frontend.Table, error) {
	all, err := refusalsOf(c.UserContext(), h.DB, code)
	table := frontend.Table{Caption: t("departments_keys.refusals"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"day", "code", "count", "last"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("departments_keys." + key)})
	}
	for _, r := range all {
		table.Rows = append(table.Rows, []frontend.Cell{{Text: rus.FormatDate(r.Day, lang)}, {Text: r.Code + ": " + r.LastText},
			{Text: strconv.Itoa(r.Count)}, {Text: moment(&r.LastAt, lang)}})
	}
	return table, err
}

// changeKey refuses a key of a department, or takes it again.
func (h *StaffHandler) changeKey(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return h.back(c, h.refuseKey(c.UserContext(), c.Params("code"), c.FormValue("kid"), c.FormValue("do") != "restore", h.by(c)))
}
