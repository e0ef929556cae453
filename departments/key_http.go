package departments

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

func (h *StaffHandler) mountKeys(r fiber.Router) {
	r.Post("/deliveries/departments/:code/key", h.changeKey)
}

// keyRow is a key of a department, with what may be done about it.
type keyRow struct {
	KID    string
	Text   string
	Tag    frontend.Tag
	Do     string // refuse, restore
	Button frontend.Button
}

// keyring is what a department's page shows of its signatures.
type keyring struct {
	Keys     []keyRow
	Action   string
	Refusals frontend.Table
}

func (h *StaffHandler) keyring(c *fiber.Ctx, code string) (ring keyring, err error) {
	ring.Action = "/deliveries/departments/" + code + "/key"
	all, err := keysOf(c.UserContext(), h.DB, code)
	if err != nil {
		return ring, err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	for _, k := range all {
		row := keyRow{KID: k.KID, Do: "refuse", Tag: frontend.Tag{Text: t("departments_keys.taken"), Classes: "govuk-tag--green"},
			Text: t("departments_keys.used", rus.FormatDateTime(k.FirstUsedAt, lang), rus.FormatDateTime(k.LastUsedAt, lang))}
		if k.RefusedAt != nil {
			row.Do, row.Tag = "restore", frontend.Tag{Text: t("departments_keys.refused"), Classes: "govuk-tag--red"}
			row.Text += " " + t("departments_keys.refused_at", rus.FormatDateTime(*k.RefusedAt, lang))
		}
		row.Button = frontend.Button{Text: t("departments_keys." + row.Do), Classes: "govuk-button--secondary", PreventDoubleClick: true}
		if row.Do == "refuse" {
			row.Button.Classes = "govuk-button--warning"
		}
		ring.Keys = append(ring.Keys, row)
	}
	ring.Refusals, err = h.refusals(c, code, t, lang)
	return ring, err
}

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
