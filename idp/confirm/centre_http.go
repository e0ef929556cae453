package confirm

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/rus"
)

type centresPage struct {
	Centres []frontend.SummaryList
	Steps   []string
	Back    string
}

// showCentres lists where one can come with a passport. It is open to everybody: whoever has lost phone and e-mail cannot sign in.
func (h *Handler) showCentres(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	all, err := Centres(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	p := centresPage{Back: withRequest("/confirm", requestOf(c)), Steps: []string{t("idp_confirm.centre_step_1"), t("idp_confirm.centre_step_2"), t("idp_confirm.centre_step_3")}}
	for _, one := range all {
		rows := []frontend.SummaryRow{frontend.Row(t("idp_confirm.centre_kind"), t("idp_confirm.centre_"+one.Kind)),
			frontend.Row(t("idp_confirm.centre_address"), one.Address)}
		if one.Hours != "" {
			rows = append(rows, frontend.Row(t("idp_confirm.centre_hours"), one.Hours))
		}
		rows = append(rows, frontend.Row(t("idp_org.phone"), rus.FormatPhone(one.Phone)))
		p.Centres = append(p.Centres, frontend.SummaryList{Rows: rows, Card: &frontend.SummaryCard{Title: frontend.CardTitle{Text: one.Name}}})
	}
	return centresFile.Render(c, h.Pages, p)
}
