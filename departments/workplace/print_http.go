package workplace

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
	"tamga/internal/i18n"
	"tamga/internal/paper"
	"tamga/internal/rus"
)

// print writes the application down for the visit: the citizen reads it and signs it by hand. Papers of departments are in Russian.
func (h *Handler) print(c *fiber.Ctx, who *departments.Clerk) error {
	one, l, err := h.read(c, who, "workplace.printed")
	if err != nil {
		return err
	}
	t := func(key string, args ...any) string { return h.Pages.T(i18n.RU, "workplace."+key, args...) }
	title := one.ServiceName + ". " + t("case", one.Number)
	doc := paper.New(paper.Head{Title: title, Lang: "ru", Foot: title, Page: h.Pages.T(i18n.RU, "catalog_editor.paper_page"), At: h.Now().In(rus.Moscow)})
	doc.Title(one.ServiceName)
	doc.Text(t("case", one.Number))
	doc.Row(t("received"), rus.FormatDateTime(one.ReceivedAt, "ru"))
	if l.Organisation != nil {
		doc.Row(t("organisation"), l.Organisation.Name+"\n"+t("inn", l.Organisation.INN))
	}
	if p := l.Payment; p != nil {
		doc.Row(t("payment"), rus.FormatRubles(p.Amount)+"\n"+t("receipt", p.Receipt))
	}
	doc.Rule()
	write := func(sections []departments.Section) {
		for _, s := range sections {
			doc.Sub(s.Title)
			for _, r := range s.Rows {
				doc.Row(r.Label, r.Value)
			}
		}
	}
	write(l.Sections)
	for _, p := range l.Parties {
		name := rus.FullName(p.Last, p.First, p.Middle)
		doc.Section(p.Role + ": " + name)
		write(p.Sections)
	}
	if len(l.Files) > 0 {
		doc.Section(t("files"))
		for _, f := range l.Files {
			doc.Text(f.Name)
		}
	}
	doc.Section(t("sign_here"))
	for _, p := range l.Parties {
		doc.Text(t("sign_line", strings.Repeat("_", 24), rus.FullName(p.Last, p.First, p.Middle), strings.Repeat("_", 14)))
	}
	doc.Text(t("sign_clerk", strings.Repeat("_", 24), strings.Repeat("_", 30)))
	if l.Hash != "" {
		doc.Small(t("hash", l.Hash))
	}
	content, err := doc.Bytes()
	if err != nil {
		return err
	}
	return sendPDF(c, one.Number, content)
}
