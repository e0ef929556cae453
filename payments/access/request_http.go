package access

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Viewer is the employee who looks.
type Viewer struct {
	ID                  uuid.UUID
	Organisation        uuid.UUID
	Department          string
	Post                string
	Last, First, Middle string
}

// Enrol returns the employee of a body by name, and makes one with a temporary password when there is none.
type Enrol func(ctx context.Context, tx pgx.Tx, organisation uuid.UUID, last, first, middle, post string) (id uuid.UUID, password string, err error)

// Handler lets a head ask for access of the own staff to payment control and watch over what they look up, and the ministry approve
// it, one by one, and issue keys to the systems of departments.
type Handler struct {
	DB    db.DB
	Box   *secret.Box
	Pages *frontend.Pages
	Now   func() time.Time
	Head  func(*fiber.Ctx) error // a Forbidden fault without RightHead
	Desk  func(*fiber.Ctx) error // without RightAccess
	Who   func(*fiber.Ctx) Viewer
	Enrol Enrol
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	head := guard{h.Head}
	r.Get("/payment-access", head.of(h.listOwn))
	r.Get("/payment-access/new", head.of(h.showNew))
	r.Post("/payment-access/new", head.of(h.file))
	r.Get("/payment-access/:id<guid>", head.of(h.showOwn))
	r.Get("/payment-access/:id<guid>/request.pdf", head.of(h.print))
	r.Post("/payment-access/:id<guid>/:position<int>/end", head.of(h.endOwn))
	r.Get("/payment-watch", head.of(h.overStaff().show))
	r.Post("/payment-watch", head.of(h.overStaff().note))
	desk := guard{h.Desk}
	r.Get("/payment-requests", desk.of(h.listAll))
	r.Get("/payment-requests/:id<guid>", desk.of(h.showRequest))
	r.Post("/payment-requests/:id<guid>", desk.of(h.decide))
	r.Post("/payment-requests/:id<guid>/:position<int>/end", desk.of(h.endAny))
	r.Get("/payment-heads", desk.of(h.overHeads().show))
	r.Post("/payment-heads", desk.of(h.overHeads().note))
	r.Get("/payment-roles", desk.of(h.listRoles))
	r.Post("/payment-roles", desk.of(h.giveRole))
	r.Post("/payment-roles/take", desk.of(h.takeRole))
	r.Get("/payment-clients", desk.of(h.listClients))
	r.Post("/payment-clients", desk.of(h.issueClient))
	r.Post("/payment-clients/:id<guid>/revoke", desk.of(h.revokeClient))
}

// guard asks for a right before a page does anything.
type guard struct{ allowed func(*fiber.Ctx) error }

func (g guard) of(page fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := g.allowed(c); err != nil {
			return err
		}
		return page(c)
	}
}

var dots = strings.NewReplacer("/", ".", "-", ".", " ", ".")

func rowField(name string, i int) string { return name + "-" + strconv.Itoa(i+1) }

// personRow is one of the list in the form.
type personRow struct {
	Title  string
	Fields []frontend.Input
}

type newPage struct {
	frontend.Errors
	ID        string // of the request: pressed twice, it is one
	Count     int
	Rows      []personRow
	Purpose   frontend.Textarea
	From      frontend.Input
	Until     frontend.Input
	Computers frontend.Checkboxes
	More      bool
	Add       frontend.Button
	Send      frontend.Button
}

const newView frontend.Page[newPage] = "payments/access_new.html"

// listPage is the list of requests, of a head or of the ministry.
type listPage struct {
	Title string
	Intro string
	New   bool
	Table *frontend.Table
	Empty string
}

const listView frontend.Page[listPage] = "payments/access_list.html"

func (h *Handler) list(c *fiber.Ctx, organisation uuid.UUID, base, title, intro string) error {
	all, err := requestsOf(c.UserContext(), h.DB, organisation)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := listPage{Title: t(title), Intro: t(intro), New: organisation != uuid.Nil, Empty: t("payments_access.none")}
	table := frontend.Table{Caption: t("payments_access.requests"), CaptionClasses: "govuk-visually-hidden", FirstCellIsHeader: true}
	for _, key := range []string{"number", "asked_at", "organisation", "term", "status"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("payments_access." + key)})
	}
	for i := range all {
		r := &all[i]
		link := fmt.Sprintf(`<a class="govuk-link" href="%s/%s">%s</a>`, base, r.ID, template.HTMLEscapeString(t("payments_access.request_short", r.Number)))
		table.Rows = append(table.Rows, []frontend.Cell{{HTML: template.HTML(link)}, {Text: rus.FormatDate(r.AskedAt, lang)}, {Text: r.Organisation},
			{Text: t("payments_access.term_text", rus.FormatDate(r.StartsOn, lang), rus.FormatDate(r.EndsOn, lang))}, {Text: h.status(c, r)}})
	}
	if len(all) > 0 {
		page.Table = &table
	}
	return listView.Render(c, h.Pages, page)
}

func (h *Handler) status(c *fiber.Ctx, r *request) string {
	t := h.Pages.Texts(c)
	if r.DecidedAt == nil {
		return t("payments_access.waits")
	}
	return t("payments_access.decided", r.Approved, r.People)
}

func (h *Handler) listOwn(c *fiber.Ctx) error {
	return h.list(c, h.Who(c).Organisation, "/payment-access", "payments_access.title", "payments_access.intro")
}

func (h *Handler) showNew(c *fiber.Ctx) error {
	return newView.Render(c, h.Pages, h.newPage(c, uuid.Must(uuid.NewV7()), requestForm{people: make([]person, 1)}, 1))
}

// readForm takes the rows that were filled; those left empty do not count.
func (h *Handler) readForm(c *fiber.Ctx) (f requestForm, rows int) {
	value := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	rows, _ = strconv.Atoi(value("rows"))
	rows = min(max(rows, 1), mostPeople)
	for i := range rows {
		p := person{LastName: value(rowField("last", i)), FirstName: value(rowField("first", i)), MiddleName: value(rowField("middle", i)),
			Post: value(rowField("post", i)), Phone: value(rowField("phone", i))}
		if p.LastName+p.FirstName+p.MiddleName+p.Post+p.Phone != "" {
			f.people = append(f.people, p)
		}
	}
	f.purpose, f.from, f.until, f.computers = value("purpose"), value("from"), value("until"), value("computers") == "yes"
	return f, rows
}

// file takes the request, or adds a row to the form without taking it.
func (h *Handler) file(c *fiber.Ctx) error {
	f, rows := h.readForm(c)
	id, err := uuid.Parse(c.FormValue("id"))
	if err != nil {
		id = uuid.Must(uuid.NewV7())
	}
	if c.FormValue("add") != "" {
		return newView.Render(c, h.Pages, h.newPage(c, id, f, min(rows+1, mostPeople)))
	}
	if f.check(dayOf(h.Now())); len(f.wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return newView.Render(c, h.Pages, h.newPage(c, id, f, max(len(f.people), 1)))
	}
	who := h.Who(c)
	r := &request{ID: id, OrganisationID: who.Organisation, HeadID: who.ID, HeadName: rus.FullName(who.Last, who.First, who.Middle),
		HeadPost: who.Post, Purpose: f.purpose, StartsOn: f.starts, EndsOn: f.ends, AskedAt: h.Now()}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := insertRequest(c.UserContext(), tx, r, f.people); err != nil {
			return err
		}
		return h.journal(c, tx, "payments.access_asked", map[string]any{"request": r.ID, "people": len(f.people)})
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) { // no rows: it was sent already by the same button
		return err
	}
	return c.Redirect("/payment-access/"+id.String(), fiber.StatusSeeOther)
}

func (h *Handler) journal(c *fiber.Ctx, tx pgx.Tx, action string, details map[string]any) error {
	address, _ := netip.ParseAddr(c.IP())
	return journal.Write(c.UserContext(), tx, journal.Entry{Actor: h.Who(c).ID.String(), ActorRole: "employee", Action: action, Address: address, Details: details})
}

func (h *Handler) newPage(c *fiber.Ctx, id uuid.UUID, f requestForm, rows int) newPage {
	t := h.Pages.Texts(c)
	page := newPage{ID: id.String(), Count: rows, More: rows < mostPeople,
		Add:  frontend.Button{Text: t("payments_access.add"), Name: "add", Value: "1", Classes: "govuk-button--secondary"},
		Send: frontend.Button{Text: t("payments_access.send"), PreventDoubleClick: true}}
	complain := func(field string) frontend.ErrorMessage {
		if key := f.wrong[field]; key != "" {
			page.Errors.Add(field, t(key))
		}
		return page.Errors.Message(field)
	}
	input := func(name, key, value string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Autocomplete: "off", Spellcheck: "false", Label: frontend.Label{Text: t("payments_access." + key)}, ErrorMessage: complain(name)}
	}
	for i := range rows {
		p := person{}
		if i < len(f.people) {
			p = f.people[i]
		}
		row := personRow{Title: t("payments_access.person", i+1)}
		for _, field := range []struct{ name, value string }{{"last", p.LastName}, {"first", p.FirstName}, {"middle", p.MiddleName}, {"post", p.Post}, {"phone", p.Phone}} {
			in := input(rowField(field.name, i), field.name, field.value)
			if field.name == "phone" {
				in.Inputmode, in.Classes = "tel", "govuk-input--width-20"
			}
			row.Fields = append(row.Fields, in)
		}
		page.Rows = append(page.Rows, row)
	}
	page.Purpose = frontend.Textarea{Name: "purpose", Value: f.purpose, Rows: "3", Label: frontend.Label{Text: t("payments_access.purpose")},
		Hint: frontend.Hint{Text: t("payments_access.purpose_hint")}, ErrorMessage: complain("purpose")}
	page.From, page.Until = input("from", "from", f.from), input("until", "until", f.until)
	page.From.Hint, page.Until.Hint = frontend.Hint{Text: t("payments_access.date_hint")}, frontend.Hint{Text: t("payments_access.until_hint")}
	page.From.Classes, page.Until.Classes = "govuk-input--width-10", "govuk-input--width-10"
	page.Computers = frontend.Checkboxes{Name: "computers", Items: []frontend.Choice{{Value: "yes", Text: t("payments_access.computers")}}, ErrorMessage: complain("computers")}
	if f.computers {
		page.Computers.Values = []string{"yes"}
	}
	return page
}

// request returns the request of the address: of the head's own body, or any for the ministry.
func (h *Handler) request(c *fiber.Ctx, organisation uuid.UUID) (*request, []person, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, nil, fault.New(fault.NotFound, "payments_access.no_request")
	}
	r, err := requestOf(c.UserContext(), h.DB, id, organisation)
	if err != nil {
		return nil, nil, err
	}
	people, err := peopleOf(c.UserContext(), h.DB, id)
	return r, people, err
}
