package organisation

import (
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	employeesPages frontend.Page[employeesPage] = "idp/organisation/employees.html"
	employeePages  frontend.Page[employeePage]  = "idp/organisation/employee.html"
)

type employeesPage struct {
	Organisation string
	Back         string
	Told         string
	People       frontend.TaskList
	Letters      []letter
	Invite       frontend.Button
}

// letter is an invitation that nobody has used yet.
type letter struct {
	Name, Contact string
	Tag           frontend.Tag
	Until         string
	Action        string
	Resend        frontend.Button
	Withdraw      frontend.Button
}

type employeePage struct {
	frontend.Errors
	Organisation string
	Name         string
	Standing     string
	Facts        frontend.SummaryList
	Back         string
	Here         string // address of the employee, without a slash at the end
	Told         string
	ByOffice     []string
	Grants       []grantLine
	Fields       []frontend.Field // of the form that gives a power; none: this reader may not, or there is nothing to give
	Give         frontend.Button
	Admin        frontend.Button
	AdminText    string
	Dismiss      string
}

type grantLine struct {
	Power  string
	Tag    frontend.Tag
	Term   string
	ID     string
	Revoke bool
}

// mayChange tells whether one who has the role may change what an employee is: nobody the head, the head everybody else, an
// administrator whoever is none. So no administrator gives powers to themselves.
func mayChange(r *Role, e *Employee) bool {
	return !e.Chief && (r.Chief || r.Admin && !e.Admin)
}

// mayDismiss is mayChange and, for ordinary employees, who may hire.
func mayDismiss(r *Role, e *Employee) bool {
	if e.Account == r.Account {
		return false // that is leaving
	}
	return mayChange(r, e) || !e.Chief && !e.Admin && r.May(PowerEmployees)
}

// mayGrant is mayChange; the head may also take a power that does not come with the office.
func mayGrant(r *Role, e *Employee) bool {
	return mayChange(r, e) || r.Chief && e.Account == r.Account
}

func (h *Handler) listEmployees(c *fiber.Ctx) error {
	_, r, err := h.role(c, h.DB, hiring)
	if err != nil {
		return err
	}
	people, err := Employees(c.UserContext(), h.DB, r.OID)
	if err != nil {
		return err
	}
	letters, err := invitationsOf(c.UserContext(), h.DB, r.OID)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := employeesPage{Organisation: r.Name(), Back: pathOf(r.OID), Told: told(t, c),
		Invite: frontend.Button{Text: t("idp_org.invite"), Href: pathOf(r.OID, "invite")}}
	for _, e := range people {
		task := frontend.Task{Title: frontend.Content{Text: e.FullName()}, Hint: &frontend.Content{Text: e.Position},
			Href: pathOf(r.OID, "employees", e.ID.String()), Status: frontend.TaskStatus{Text: t("idp_org.powers_count", len(e.Powers))}}
		if e.Position == "" {
			task.Hint = nil
		}
		if e.Chief || e.Admin {
			task.Status = frontend.TaskStatus{Tag: &frontend.Tag{Text: e.standing(t), Classes: "govuk-tag--blue"}}
		}
		page.People.Items = append(page.People.Items, task)
	}
	for _, i := range letters {
		page.Letters = append(page.Letters, h.letterOf(t, lang, r, &i))
	}
	return employeesPages.Render(c, h.Pages, page)
}

func (h *Handler) letterOf(t texts, lang i18n.Lang, r *Role, i *Invitation) letter {
	state := i.State(h.Now())
	l := letter{
		Name: i.FullName(), Contact: i.Contact, Action: pathOf(r.OID, "invitations", i.ID.String()),
		Tag: frontend.Tag{Text: t("idp_org.letter_" + state), Classes: map[string]string{"waiting": "govuk-tag--yellow",
			"declined": "govuk-tag--red", "expired": "govuk-tag--grey"}[state]},
		Resend: frontend.Button{Text: t("idp_org.resend"), Name: "do", Value: "resend", Classes: "govuk-button--secondary", PreventDoubleClick: true},
		Withdraw: frontend.Button{Text: t("idp_org.withdraw"), Name: "do", Value: "withdraw", Classes: "govuk-button--secondary",
			PreventDoubleClick: true},
	}
	if i.Channel == "sms" {
		l.Contact = rus.FormatPhone(i.Contact)
	}
	if state == "waiting" {
		l.Until = t("idp_org.letter_until", rus.FormatDateTime(i.ExpiresAt, lang))
	}
	return l
}

// standing says what an employee is.
func (e *Employee) standing(t texts) string {
	switch {
	case e.Chief:
		return t("idp_org.standing_chief")
	case e.Admin:
		return t("idp_org.standing_admin")
	}
	return t("idp_org.standing_employee")
}

// employeeOf returns the employee of the address.
func employeeOf(c *fiber.Ctx) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return id, fault.New(fault.NotFound, "idp_org.no_employee")
	}
	return id, nil
}

func (h *Handler) showEmployee(c *fiber.Ctx) error {
	return h.renderEmployee(c, grantForm{}, newReading(h.Pages.Texts(c)))
}

func (h *Handler) renderEmployee(c *fiber.Ctx, f grantForm, r *reading) error {
	_, role, err := h.role(c, h.DB, hiring)
	if err != nil {
		return err
	}
	id, err := employeeOf(c)
	if err != nil {
		return err
	}
	e, err := employeeByID(c.UserContext(), h.DB, role.OID, id)
	if err != nil {
		return err
	}
	grants, err := grantsOf(c.UserContext(), h.DB, id)
	if err != nil {
		return err
	}
	powers, err := powersFor(c.UserContext(), h.DB, role.Accreditation != nil)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := employeePage{Errors: r.Errors, Organisation: role.Name(), Name: e.FullName(), Standing: e.standing(t), Told: told(t, c),
		Back: pathOf(role.OID, "employees"), Here: pathOf(role.OID, "employees", id.String())}
	page.Facts.Rows = employeeRows(t, web.Lang(c), e)
	page.ByOffice, page.Fields = f.offer(r, role, e, powers)
	for _, g := range grants {
		page.Grants = append(page.Grants, lineOf(t, web.Lang(c), g, mayGrant(role, e)))
	}
	if len(page.Fields) > 0 {
		page.Give = frontend.Button{Text: t("idp_org.give"), PreventDoubleClick: true}
	}
	if role.Chief && !e.Chief {
		page.Admin, page.AdminText = adminButton(t, e), t("idp_org.admin_text")
	}
	if mayDismiss(role, e) {
		page.Dismiss = pathOf(role.OID, "employees", id.String(), "dismiss")
	}
	return employeePages.Render(c, h.Pages, page)
}

func adminButton(t texts, e *Employee) frontend.Button {
	b := frontend.Button{Name: "admin", Value: "yes", Text: t("idp_org.admin_give"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	if e.Admin {
		b.Value, b.Text = "no", t("idp_org.admin_take")
	}
	return b
}

func employeeRows(t texts, lang i18n.Lang, e *Employee) []frontend.SummaryRow {
	rows := []frontend.SummaryRow{frontend.Row(t("idp_org.standing"), e.standing(t))}
	if e.Position != "" {
		rows = append(rows, frontend.Row(t("idp_org.position"), e.Position))
	}
	rows = append(rows, frontend.Row(t("idp_org.joined"), rus.FormatDate(e.JoinedAt, lang)))
	if e.Until != nil {
		rows = append(rows, frontend.Row(t("idp_org.until"), rus.FormatDate(lastDay(*e.Until), lang)))
	}
	return rows
}

// changeAdmin makes an employee an administrator, or takes it back. Only the head does.
func (h *Handler) changeAdmin(c *fiber.Ctx) error {
	admin := c.FormValue("admin") == "yes"
	action := map[bool]string{true: "org.admin_given", false: "org.admin_taken"}[admin]
	return h.changeEmployee(c, "admin", func(tx pgx.Tx, a *account.Account, r *Role, e *Employee) error {
		if !r.Chief || e.Chief {
			return fault.New(fault.Forbidden, "idp_org.chief_only")
		}
		if e.Admin == admin { // a second click
			return nil
		}
		if err := setAdmin(c.UserContext(), tx, e.ID, admin); err != nil {
			return err
		}
		return note(c, tx, a.ID, e.Account, action, map[string]any{"oid": r.OID})
	})
}

// changeEmployee does something with the employee of the address, in a transaction in which nobody else changes them.
func (h *Handler) changeEmployee(c *fiber.Ctx, done string, do func(pgx.Tx, *account.Account, *Role, *Employee) error) error {
	id, err := employeeOf(c)
	if err != nil {
		return err
	}
	err = h.change(c, hiring, func(tx pgx.Tx, a *account.Account, r *Role) error {
		if err := lockEmployee(c.UserContext(), tx, id); err != nil {
			return err
		}
		e, err := employeeByID(c.UserContext(), tx, r.OID, id)
		if err != nil {
			return err
		}
		return do(tx, a, r, e)
	})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf(oidOf(c), "employees", id.String())+"?told="+done, fiber.StatusSeeOther)
}

func (h *Handler) showDismiss(c *fiber.Ctx) error {
	_, r, err := h.role(c, h.DB, hiring)
	if err != nil {
		return err
	}
	id, err := employeeOf(c)
	if err != nil {
		return err
	}
	e, err := employeeByID(c.UserContext(), h.DB, r.OID, id)
	if err == nil && !mayDismiss(r, e) {
		err = fault.New(fault.Forbidden, "idp_org.dismiss_not")
	}
	if err != nil {
		return err
	}
	t, here := h.Pages.Texts(c), pathOf(r.OID, "employees", id.String())
	return leavePages.Render(c, h.Pages, confirmPage{
		Title: t("idp_org.dismiss_title", e.FullName()), Text: t("idp_org.dismiss_text", r.Name()), Action: here + "/dismiss", Back: here,
		Do: frontend.Button{Text: t("idp_org.dismiss"), Classes: "govuk-button--warning", PreventDoubleClick: true},
	})
}

// dismiss ends an employment. The person is told, and has lost the capacity by then.
func (h *Handler) dismiss(c *fiber.Ctx) error {
	err := h.changeEmployee(c, "dismissed", func(tx pgx.Tx, a *account.Account, r *Role, e *Employee) error {
		if !mayDismiss(r, e) {
			return fault.New(fault.Forbidden, "idp_org.dismiss_not")
		}
		if err := endEmployee(c.UserContext(), tx, e.ID, "dismissed", h.Now()); err != nil {
			return err
		}
		if err := note(c, tx, a.ID, e.Account, "org.dismissed", map[string]any{"oid": r.OID}); err != nil {
			return err
		}
		return h.tell(c, tx, e.Account, "org_dismissed", r.Name(), "/organisations")
	})
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	if err != nil { // a second click, or another tab: is it this organisation's page at all?
		if _, _, err := h.role(c, h.DB, hiring); err != nil {
			return err
		}
	}
	return c.Redirect(pathOf(oidOf(c), "employees")+"?told=dismissed", fiber.StatusSeeOther)
}

// tell sends news by SMS and e-mail.
func (h *Handler) tell(c *fiber.Ctx, tx pgx.Tx, to uuid.UUID, kind, name, path string) error {
	j := Jobs{account.Clerk{Notify: h.Notify, Pages: h.Pages, PublicURL: h.PublicURL}}
	return j.tell(c.UserContext(), tx, to, kind, name, path)
}
