package access

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/i18n"
	"tamga/internal/paper"
	"tamga/internal/rus"
)

// print is the request on paper, to be signed by the head: in Russian, as letters to the ministry are.
func (h *Handler) print(c *fiber.Ctx) error {
	r, people, err := h.request(c, h.Who(c).Organisation)
	if err != nil {
		return err
	}
	const lang = i18n.RU
	t := func(key string, args ...any) string { return h.Pages.T(lang, "payments_access."+key, args...) }
	d := paper.New(paper.Head{Title: t("request", r.Number), Lang: string(lang), Foot: t("request", r.Number), Page: t("paper_page"), At: r.AskedAt})
	d.Text(t("paper_to"))
	d.Title(t("paper_title", r.Number))
	d.Row(t("organisation"), r.Organisation)
	d.Row(t("asked_at"), rus.FormatDate(r.AskedAt, lang))
	d.Row(t("term"), t("term_text", rus.FormatDate(r.StartsOn, lang), rus.FormatDate(r.EndsOn, lang)))
	d.Row(t("purpose"), r.Purpose)
	d.Text(t("paper_ask"))
	for i := range people {
		p := &people[i]
		d.Sub(strconv.Itoa(i+1) + ". " + p.Name())
		d.Row(t("post"), p.Post)
		d.Row(t("phone"), rus.FormatPhone(p.Phone))
		if p.Approved != nil {
			d.Row(t("status"), t("state_"+p.state(r, dayOf(h.Now()))))
		}
	}
	d.Text(t("paper_computers"))
	d.Rule()
	d.Row(r.HeadPost, r.HeadName)
	d.Row(t("paper_signature"), "____________________")
	raw, err := d.Bytes()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="request-`+strconv.FormatInt(r.Number, 10)+`.pdf"`)
	return c.Send(raw)
}
