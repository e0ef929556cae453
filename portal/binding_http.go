package portal

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

// bindingPage is «Привязка к ЕСИА».
type bindingPage struct {
	frontend.Errors
	Bound    bool
	Level    string
	Name     string // "" when entered by phone: what ESIA knows is not shown then
	Start    string
	Password *frontend.PasswordInput // nil when there is none to confirm with
}

const bindingTemplate frontend.Page[bindingPage] = "portal/binding.html"

func (h *Handler) showBinding(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	page, err := h.bindingForm(c, a)
	if err != nil {
		return err
	}
	return bindingTemplate.Render(c, h.Pages, page)
}

// unbind ends the binding. It asks for the password: without one nobody could enter the cabinet again.
func (h *Handler) unbind(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	if !a.Bound() {
		return seeOther(c, "/settings/esia")
	}
	page, err := h.bindingForm(c, a)
	if err != nil {
		return err
	}
	if err := h.confirmOwner(c, a, "password", &page.Errors); err != nil {
		return err
	}
	if page.Errors.Any() {
		if page.Password != nil {
			page.Password.ErrorMessage = page.Errors.Message("password")
		}
		return bindingTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.release(c.UserContext(), a); err != nil {
		return err
	}
	if err := h.start(c, a, "", 0); err != nil {
		return err
	}
	return seeOther(c, "/settings?saved=unbound")
}

func (h *Handler) bindingForm(c *fiber.Ctx, a *Account) (bindingPage, error) {
	t := h.Pages.Texts(c)
	page := bindingPage{Bound: a.Bound(), Level: t("portal.level_" + string(a.Level)), Start: withNext("/esia/start", "/settings/esia")}
	if a.PasswordHash != nil {
		in := passwordInput(t("portal.password_cabinet"))
		page.Password = &in
	}
	if throughESIA(c) {
		p, err := h.People.Person(c)
		if err != nil {
			return page, err
		}
		page.Name = p.Last + " " + p.First + " " + p.Middle
	}
	return page, nil
}
