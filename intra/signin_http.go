package intra

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the site's own pages.
type Handler struct {
	DB       db.DB
	Pages    *frontend.Pages
	Sessions *web.Sessions
	Hasher   *secret.Hasher
	Guesses  *web.Guesses
	Now      func() time.Time
	Staff    *Staff
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/sign-in", h.showSignIn)
	r.Post("/sign-in", h.signIn)
	r.Post("/sign-out", h.signOut)
	r.Get("/password", h.showPassword)
	r.Post("/password", h.changePassword)
	r.Get("/", h.showHome)
	r.Get("/services", h.showServices)
}

type signInPage struct {
	frontend.Errors
	Organisation frontend.Select
	Chosen       *Organisation // nil while the organisation is to be chosen
	Employee     frontend.Select
	Password     frontend.PasswordInput
}

const signInTemplate = frontend.Page[signInPage]("intra/sign-in.html")

func (h *Handler) showSignIn(c *fiber.Ctx) error {
	if _, err := h.Staff.Employee(c); err == nil {
		return c.Redirect("/", fiber.StatusSeeOther)
	}
	page, err := h.signInForm(c, c.Query("organisation"), "")
	if err != nil {
		return err
	}
	return signInTemplate.Render(c, h.Pages, page)
}

func (h *Handler) signIn(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	page, err := h.signInForm(c, c.FormValue("organisation"), c.FormValue("employee"))
	if err != nil {
		return err
	}
	if page.Chosen == nil {
		page.Errors.Add("organisation", t("intra.choose_organisation"))
		return signInTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	id, err := uuid.Parse(c.FormValue("employee"))
	if err != nil {
		page.Errors.Add("employee", t("intra.choose_employee"))
	}
	if c.FormValue("password") == "" {
		page.Errors.Add("password", t("intra.type_password"))
	}
	if !page.Errors.Any() {
		e, err := h.authenticate(c, id, c.FormValue("password"))
		if err != nil {
			return err
		}
		if e != nil && e.OrganisationID == page.Chosen.ID {
			if err := h.start(c, e); err != nil {
				return err
			}
			if e.Temporary {
				return c.Redirect("/password", fiber.StatusSeeOther)
			}
			return c.Redirect("/", fiber.StatusSeeOther)
		}
		page.Errors.Add("password", t("intra.wrong_password"))
	}
	page.Employee.ErrorMessage = page.Errors.Message("employee")
	page.Password.ErrorMessage = page.Errors.Message("password")
	return signInTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
}

// authenticate returns the employee with this password, or nil. An absent employee costs the same time as a wrong password.
func (h *Handler) authenticate(c *fiber.Ctx, id uuid.UUID, password string) (*Employee, error) {
	ctx := c.UserContext()
	if err := h.Guesses.Allow(c, id.String()); err != nil {
		return nil, err
	}
	if len(password) > maxPassword {
		password = ""
	}
	e, err := employeeByID(ctx, h.DB, id)
	switch {
	case errors.Is(err, fault.NotFound):
		return nil, h.Hasher.VerifyDummy(ctx, password)
	case err != nil:
		return nil, err
	}
	ok, _, err := h.Hasher.Verify(ctx, e.PasswordHash, password)
	if err != nil || !ok {
		return nil, err
	}
	h.Guesses.Remember(c, id.String())
	return e, nil
}

func (h *Handler) start(c *fiber.Ctx, e *Employee) error {
	data := map[string]string{dataPassword: e.password()}
	if err := h.Sessions.Start(c, web.Session{Person: e.ID, Name: e.ShortName(), Data: data}, 0); err != nil {
		return errors.Join(fault.New(fault.Unavailable, "intra.sign_in_down"), err)
	}
	return nil
}

func (h *Handler) signOut(c *fiber.Ctx) error {
	if err := h.Sessions.End(c); err != nil {
		return err
	}
	return c.Redirect("/sign-in", fiber.StatusSeeOther)
}

// signInForm builds the page for the organisation typed or chosen, with its employees.
func (h *Handler) signInForm(c *fiber.Ctx, organisation, employee string) (signInPage, error) {
	ctx, t := c.UserContext(), h.Pages.Texts(c)
	page := signInPage{Organisation: frontend.Select{Name: "organisation", Value: organisation,
		Label: frontend.Label{Text: t("intra.organisation")}, Items: []frontend.Option{{Text: t("intra.choose")}}}}
	list, err := listOrganisations(ctx, h.DB)
	if err != nil {
		return page, err
	}
	for _, o := range list {
		page.Organisation.Items = append(page.Organisation.Items, frontend.Option{Value: o.ID.String(), Text: o.Name})
		if o.ID.String() == organisation {
			page.Chosen = &o
		}
	}
	if page.Chosen == nil {
		return page, nil
	}
	staff, err := listEmployees(ctx, h.DB, page.Chosen.ID)
	if err != nil {
		return page, err
	}
	page.Employee = frontend.Select{Name: "employee", Value: employee, Label: frontend.Label{Text: t("intra.employee")},
		Items: []frontend.Option{{Text: t("intra.choose")}}}
	for _, e := range staff {
		page.Employee.Items = append(page.Employee.Items, frontend.Option{Value: e.ID.String(), Text: e.FullName()})
	}
	page.Password = frontend.PasswordInput{Name: "password", Label: frontend.Label{Text: t("intra.password")},
		Hint: frontend.Hint{Text: t("intra.password_hint")}}
	return page, nil
}
