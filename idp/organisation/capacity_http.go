package organisation

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
)

const choicePages frontend.Page[choicePage] = "idp/organisation/choice.html"

type choicePage struct {
	frontend.Errors
	Request string
	Client  string
	Choices frontend.Radios
	Go      frontend.Button
	None    bool // there is nothing to choose from
}

// waiting returns the client's request that the page belongs to, if it still waits.
func (h *Handler) waiting(c *fiber.Ctx) (*uuid.UUID, *account.Waiting) {
	text := c.Query("request")
	if c.Method() == fiber.MethodPost {
		text = c.FormValue("request")
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, nil
	}
	w := h.Waiting(c.UserContext(), id)
	if w == nil {
		return nil, nil
	}
	return &id, w
}

// showChoice asks in whose name the person acts: «Войти как».
func (h *Handler) showChoice(c *fiber.Ctx) error { return h.renderChoice(c, "") }

func (h *Handler) renderChoice(c *fiber.Ctx, wrong string) error {
	a, err := person(c)
	if err != nil {
		return err
	}
	roles, err := RolesOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := choicePage{None: len(roles) == 0, Go: frontend.Button{Text: t("idp_org.choice_go"), PreventDoubleClick: true}}
	current := "self"
	items := []frontend.Choice{{Value: "self", Text: a.FullName(), Hint: frontend.Hint{Text: t("idp_org.choice_self")}}}
	in := account.CurrentSignIn(c)
	for _, r := range roles {
		value := strconv.FormatInt(r.OID, 10)
		if in.ActingOID != nil && *in.ActingOID == r.OID {
			current = value
		}
		items = append(items, frontend.Choice{Value: value, Text: r.Name(), Hint: frontend.Hint{Text: standing(t, &r)}})
	}
	page.Choices = frontend.Radios{Name: "as", Value: current, Items: items, Fieldset: frontend.HeadingQuestion(t("idp_org.choice_title"))}
	if page.None {
		page.Choices.Fieldset = &frontend.Fieldset{Legend: frontend.Legend{Text: t("idp_org.choice_title"), Classes: "govuk-visually-hidden"}}
	}
	if wrong != "" {
		page.Errors.Add("as", t(wrong))
		page.Choices.ErrorMessage, page.Choices.Value = page.Errors.Message("as"), ""
		c.Status(fiber.StatusUnprocessableEntity)
	}
	if w != nil {
		page.Request, page.Client = id.String(), w.Name
		h.AllowForm(c, w.Origin)
	}
	return choicePages.Render(c, h.Pages, page)
}

// standing says what a person is in an organisation.
func standing(t texts, r *Role) string {
	switch {
	case r.Chief && r.Type == Business:
		return t("idp_org.standing_self")
	case r.Chief:
		return t("idp_org.standing_chief")
	case r.Admin:
		return t("idp_org.standing_admin")
	case r.Position != "":
		return r.Position
	}
	return t("idp_org.standing_employee")
}

// choose puts the capacity into the session. The form may be old: whether the role is still there is asked now.
func (h *Handler) choose(c *fiber.Ctx) error {
	a, err := person(c)
	if err != nil {
		return err
	}
	var acting *int64
	details := map[string]any{"oid": nil}
	if as := c.FormValue("as"); as != "self" {
		oid, err := strconv.ParseInt(as, 10, 64)
		if err != nil {
			return h.renderChoice(c, "idp_org.choice_missing")
		}
		if _, err := RoleIn(c.UserContext(), h.DB, a.ID, oid); err != nil {
			if errors.Is(err, fault.NotFound) {
				return h.renderChoice(c, "idp_org.choice_gone")
			}
			return err
		}
		acting, details["oid"] = &oid, oid
	}
	id, w := h.waiting(c)
	if err := h.act(c, a, acting, id, details); err != nil {
		return err
	}
	if w != nil {
		return c.Redirect(w.Path+"?request="+id.String(), fiber.StatusSeeOther)
	}
	if acting != nil {
		return c.Redirect(pathOf(*acting), fiber.StatusSeeOther)
	}
	return c.Redirect("/profile", fiber.StatusSeeOther)
}

func (h *Handler) act(c *fiber.Ctx, a *account.Account, acting *int64, request *uuid.UUID, details map[string]any) error {
	if err := h.Sessions.Act(c, acting); err != nil {
		return err
	}
	return pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if request != nil {
			if err := noteChoice(c.UserContext(), tx, *request, account.CurrentSignIn(c).ID, h.Now()); err != nil {
				return err
			}
		}
		return note(c, tx, a.ID, a.ID, "org.capacity", details)
	})
}
