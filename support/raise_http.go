package support

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// newForm is the citizens' form for staff who tell of a fault.
func (h *StaffHandler) newForm(c *fiber.Ctx, q *question) (askPage, error) {
	page, err := (&Handler{Desk: h.Desk}).askForm(c, &Citizen{}, q)
	page.Email, page.Files = nil, nil
	return page, err
}

func (h *StaffHandler) showNew(c *fiber.Ctx, _ uuid.UUID) error {
	page, err := h.newForm(c, &question{Key: uuid.NewString(), Kind: "problem"})
	if err != nil {
		return err
	}
	return newView.Render(c, h.Pages, page)
}

func (h *StaffHandler) create(c *fiber.Ctx, who uuid.UUID) error {
	q := question{Key: c.FormValue("key"), Source: "staff", Actor: who.String(), Employee: &who, Topic: c.FormValue("topic"), Kind: c.FormValue("kind"), Text: cleanText(c.FormValue("text")), Lang: "ru"}
	page, err := h.newForm(c, &q)
	if err != nil {
		return err
	}
	checkAsk(h.Pages.Texts(c), &page, &q)
	if page.Errors.Any() {
		return newView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	key, err := uuid.Parse(q.Key)
	if err != nil {
		key = uuid.New()
	}
	q.Key = "staff:" + who.String() + ":" + key.String()
	i, err := h.ask(c.UserContext(), q)
	if err != nil {
		return err
	}
	return c.Redirect("/support/"+i.ID.String(), fiber.StatusSeeOther)
}
