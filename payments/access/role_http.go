package access

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
)

type roleCard struct {
	Name, Organisation, Role string
	Employee, Value          string // what the button takes away
	Why                      *frontend.Input
	Take                     *frontend.Button
}

type rolesPage struct {
	frontend.Errors
	Cards    []roleCard
	Employee frontend.Select
	Role     frontend.Radios
	Why      frontend.Input
	Give     *frontend.Button
}

const rolesView frontend.Page[rolesPage] = "payments/roles.html"

var roles = []string{RightHead, RightAccess}

// roleForm is a role as it is to be given.
type roleForm struct {
	employee, role, why string
	wrong               [][2]string
	taken               bool // it is to be taken away
}

func (h *Handler) listRoles(c *fiber.Ctx) error { return h.renderRoles(c, roleForm{}) }

func (h *Handler) renderRoles(c *fiber.Ctx, form roleForm) error {
	held, err := rolesHeld(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	staff, err := candidates(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := rolesPage{Give: &frontend.Button{Text: t("payments_role.give"), PreventDoubleClick: true}}
	for _, w := range form.wrong {
		if !form.taken {
			page.Errors.Add(w[0], t(w[1]))
		}
	}
	for i, r := range held {
		card := roleCard{Name: r.Name, Organisation: r.Organisation, Role: t("payments_role." + r.Role), Employee: r.EmployeeID.String(), Value: r.Role}
		if r.EmployeeID != h.Who(c).ID { // nobody changes the own rights
			card.Why = &frontend.Input{Name: "why", ID: "why-" + string(rune('a'+i%26)) + r.EmployeeID.String()[30:] + r.Role, Autocomplete: "off", Label: frontend.Label{Text: t("payments_role.why")}}
			if form.taken && form.employee == card.Employee && form.role == r.Role {
				page.Errors.Add(card.Why.ID, t("payments_role.why_empty"))
				card.Why.Value, card.Why.ErrorMessage = form.why, page.Errors.Message(card.Why.ID)
			}
			card.Take = &frontend.Button{Text: t("payments_role.take"), Classes: "govuk-button--warning", PreventDoubleClick: true}
		}
		page.Cards = append(page.Cards, card)
	}
	if form.taken {
		form = roleForm{}
	}
	page.Employee = frontend.Select{Name: "employee", Value: form.employee, Label: frontend.Label{Text: t("payments_role.employee")}, ErrorMessage: page.Errors.Message("employee"),
		Items: []frontend.Option{{Value: "", Text: t("payments.staff_choose")}}}
	for _, e := range staff {
		page.Employee.Items = append(page.Employee.Items, frontend.Option{Value: e.Code, Text: e.Name})
	}
	page.Role = frontend.Radios{Name: "role", Value: form.role, ErrorMessage: page.Errors.Message("role"),
		Fieldset: &frontend.Fieldset{Legend: frontend.Legend{Text: t("payments_role.role"), Classes: "govuk-fieldset__legend--s"}}}
	for _, role := range roles {
		page.Role.Items = append(page.Role.Items, frontend.Choice{Value: role, Text: t("payments_role." + role), Hint: frontend.Hint{Text: t("payments_role." + role + "_hint")}})
	}
	page.Why = frontend.Input{Name: "why", Value: form.why, Autocomplete: "off", Label: frontend.Label{Text: t("payments_role.why")}, ErrorMessage: page.Errors.Message("why")}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return rolesView.Render(c, h.Pages, page)
}

// readRole reads whose role is meant; nobody changes the own one.
func (h *Handler) readRole(c *fiber.Ctx) (form roleForm, employee uuid.UUID, err error) {
	form = roleForm{employee: c.FormValue("employee"), role: c.FormValue("role"), why: strings.TrimSpace(c.FormValue("why"))}
	if employee, err = uuid.Parse(form.employee); err != nil {
		form.wrong = append(form.wrong, [2]string{"employee", "payments_role.employee_empty"})
	}
	if form.role != RightHead && form.role != RightAccess {
		form.wrong = append(form.wrong, [2]string{"role", "payments_role.role_empty"})
	}
	if n := utf8.RuneCountInString(form.why); n < 1 || n > 500 {
		form.wrong = append(form.wrong, [2]string{"why", "payments_role.why_empty"})
	}
	if len(form.wrong) == 0 && employee == h.Who(c).ID {
		return form, employee, fault.New(fault.Forbidden, "payments_role.own")
	}
	return form, employee, nil
}

func (h *Handler) giveRole(c *fiber.Ctx) error {
	form, employee, err := h.readRole(c)
	if err != nil {
		return err
	}
	if len(form.wrong) > 0 {
		return h.renderRoles(c, form)
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		fresh, err := giveRole(c.UserContext(), tx, employee, form.role)
		if err != nil || !fresh {
			return err
		}
		return h.journal(c, tx, "payments.role_given", map[string]any{"employee": employee, "role": form.role, "why": form.why})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/payment-roles", fiber.StatusSeeOther)
}

func (h *Handler) takeRole(c *fiber.Ctx) error {
	form, employee, err := h.readRole(c)
	if err != nil {
		return err
	}
	if n := len(form.wrong); n > 0 && form.wrong[n-1][0] == "why" {
		form.taken = true
		return h.renderRoles(c, form)
	}
	if len(form.wrong) > 0 {
		return fault.New(fault.Invalid, form.wrong[0][1])
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		held, err := takeRole(c.UserContext(), tx, employee, form.role)
		if err != nil || !held {
			return err
		}
		return h.journal(c, tx, "payments.role_taken", map[string]any{"employee": employee, "role": form.role, "why": form.why})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/payment-roles", fiber.StatusSeeOther)
}
