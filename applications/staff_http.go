package applications

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// StaffHandler gives the staff of a department what citizens attached to the applications that went there, and the complaints about
// them to decide. Whoever looks at files says why first; each look is in the journal of the person whose they are, in the transaction
// that reads them.
type StaffHandler struct {
	*Core
	Pages      *frontend.Pages
	Definition func(service string, version int) (*catalog.Service, error) // for the name of the service
	Allowed    func(*fiber.Ctx) error                                      // a Forbidden fault without the access right "applications"
	Actor      func(*fiber.Ctx) string                                     // key of the employee
}

// Mount registers the routes.
func (h *StaffHandler) Mount(r fiber.Router) {
	allowed := func(c *fiber.Ctx) error {
		if err := h.Allowed(c); err != nil {
			return err
		}
		return c.Next()
	}
	g := r.Group("/files", allowed)
	g.Get("/", h.ask)
	g.Post("/", h.list)
	g.Post("/:file<guid>", h.send)
	h.mountAppeals(r, allowed)
}

// staffPurposes are why staff may look: the ends of locale keys applications_staff.purpose_<name>.
var staffPurposes = []string{"decision", "complaint", "supervision"}

const staffFilesPage frontend.Page[staffFilesView] = "applications/staff-files.html"

type staffFilesView struct {
	frontend.Errors
	Number  frontend.Input
	Purpose frontend.Field
	Found   *staffFound
}

// staffFound is an application with its files.
type staffFound struct {
	Number, Service, Sent, Purpose string
	Files                          []staffFile
}

type staffFile struct{ ID, Name, About string }

func (h *StaffHandler) ask(c *fiber.Ctx) error {
	return staffFilesPage.Render(c, h.Pages, h.form(c, frontend.Errors{}))
}

// form is the page with what was typed.
func (h *StaffHandler) form(c *fiber.Ctx, wrong frontend.Errors) staffFilesView {
	t := h.Pages.Texts(c)
	why := &frontend.Radios{Name: "purpose", Value: c.FormValue("purpose"), Fieldset: frontend.Question(t("applications_staff.purpose")),
		ErrorMessage: wrong.Message("purpose")}
	why.Fieldset.Legend.Classes = "govuk-fieldset__legend--s"
	for _, one := range staffPurposes {
		why.Items = append(why.Items, frontend.Choice{Value: one, Text: t("applications_staff.purpose_" + one)})
	}
	return staffFilesView{Errors: wrong, Purpose: frontend.Field{Radios: why},
		Number: frontend.Input{Name: "number", Value: c.FormValue("number"), Label: frontend.Label{Text: t("applications_staff.number")},
			Classes: "govuk-input--width-20", Autocomplete: "off", Spellcheck: "false", ErrorMessage: wrong.Message("number")}}
}

// list finds an application by its number. It is a POST: the number stays out of addresses, and to look is an act that is journalled.
func (h *StaffHandler) list(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	number, whole := ParseNumber(c.FormValue("number"))
	purpose := c.FormValue("purpose")
	var wrong frontend.Errors
	switch {
	case strings.TrimSpace(c.FormValue("number")) == "":
		wrong.Add("number", t("applications_staff.number_missing"))
	case !whole:
		wrong.Add("number", t("applications_staff.not_found"))
	}
	if !slices.Contains(staffPurposes, purpose) {
		wrong.Add("purpose", t("applications_staff.purpose_missing"))
	}
	var found *staffFound
	if !wrong.Any() {
		err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) (err error) {
			found, err = h.find(c, tx, number, purpose)
			return err
		})
		switch {
		case errors.Is(err, errNotYours):
			wrong.Add("number", t("applications_staff.not_found"))
		case err != nil:
			return err
		}
	}
	view := h.form(c, wrong)
	view.Found = found
	if wrong.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return staffFilesPage.Render(c, h.Pages, view)
}

func (h *StaffHandler) find(c *fiber.Ctx, tx pgx.Tx, number, purpose string) (*staffFound, error) {
	a, err := receivedByNumber(c.UserContext(), tx, h.Actor(c), number)
	if err != nil {
		return nil, err
	}
	s, err := h.Definition(a.Service, a.ServiceVersion)
	if err != nil {
		return nil, err
	}
	list, err := sentFiles(c.UserContext(), tx, a.ID)
	if err != nil {
		return nil, err
	}
	tr := catalog.Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle}
	found := &staffFound{Number: a.Number, Service: s.Name.In(tr.Lang), Sent: rus.FormatDateTime(a.SubmittedAt, tr.Lang), Purpose: purpose}
	seen := map[uuid.UUID]int{}
	for _, f := range list {
		var name string
		if err := h.unseal(f.Name, &name, f.Application, "file", f.ID.String()); err != nil {
			return nil, err
		}
		found.Files = append(found.Files, staffFile{f.ID.String(), name, catalog.SizeInWords(f.Size, tr)})
		seen[f.Person]++
	}
	for person, n := range seen {
		if err := h.noteStaff(c, tx, "application.files_listed", person, purpose, map[string]any{"application": a.ID, "files": n}); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// send gives one file, always as an attachment.
func (h *StaffHandler) send(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("file"))
	if err != nil || h.Files.Folder == nil {
		return errNoFile
	}
	purpose := c.FormValue("purpose")
	if !slices.Contains(staffPurposes, purpose) {
		return fault.New(fault.Invalid, "applications_staff.purpose_missing")
	}
	var f *served
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) (err error) {
		if f, err = fileForStaff(c.UserContext(), tx, h.Actor(c), id); err != nil {
			return err
		}
		return h.noteStaff(c, tx, "application.file_read", f.Person, purpose, map[string]any{"application": f.Application, "file": f.ID})
	})
	if err != nil {
		return err
	}
	return h.serveFile(c, f)
}

// noteStaff writes down who looked at whose files, and why.
func (h *StaffHandler) noteStaff(c *fiber.Ctx, tx pgx.Tx, action string, whose uuid.UUID, purpose string, details map[string]any) error {
	from, _ := netip.ParseAddr(c.IP()) // the zero address means unknown
	return journal.Write(c.UserContext(), tx, journal.Entry{Actor: h.Actor(c), ActorRole: "employee", Action: action, Subject: whose.String(),
		Purpose: h.Pages.T(i18n.RU, "applications_staff.purpose_"+purpose), Details: details, Address: from})
}
