package portal

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
	"tamga/payments"
)

// cabinetPage is what a person has on the portal.
type cabinetPage struct {
	Name         string
	News         int // how many applications have changed since the last look
	Duties       []dutyLine
	Applications []applicationLine
	More         bool // not all applications are shown
	List         frontend.SummaryList
	Bind         string // address to bind, "" when bound
	EnterESIA    string // bound, but entered by phone
	Acting       string // the organisation in whose name the reader acts, "" for themselves
	Services     string // address of the services for it
	EnterAs      string // address to come in an organisation's name, "" when entered by phone
}

// dutyLine is a charge to pay.
type dutyLine struct {
	Purpose, Amount, Href string
	Due                   *time.Time
}

type applicationLine struct {
	Name, Href, Number string
	Tag                frontend.Tag
	New                bool
	For                string // the organisation in whose name, "" for the own
	At                 time.Time
	Deadline           *time.Time
}

const (
	cabinetTemplate frontend.Page[cabinetPage] = "portal/cabinet.html"

	// cabinetRows is how many applications the cabinet shows; the rest have their own page.
	cabinetRows = 10
)

func (h *Handler) showCabinet(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	list, err := applications.List(ctx, h.DB, a.ID)
	if err != nil {
		return err
	}
	seen, err := seeNews(ctx, h.DB, a.ID, h.Now())
	if err != nil {
		return err
	}
	page := cabinetPage{Name: a.FirstName, More: len(list) > cabinetRows, List: h.cabinetData(c, a)}
	for i, s := range list {
		if s.State == applications.Paying {
			if err := h.addDuty(ctx, a, &s, &page); err != nil {
				return err
			}
		}
		line, err := h.applicationLine(c, &s, seen)
		if err != nil {
			return err
		}
		if line.New {
			page.News++
		}
		if i < cabinetRows {
			page.Applications = append(page.Applications, line)
		}
	}
	switch {
	case !a.Bound():
		page.Bind = withNext("/esia/start", "/cabinet")
	case !throughESIA(c):
		page.EnterESIA = withNext("/esia/start", "/cabinet")
	default:
		page.EnterAs = enterAs(catalog.LevelNone, "/cabinet")
		if as := h.People.acting(c); as != nil {
			page.Acting, page.Services = as.Label(), "/services?audience="+as.Audience
		}
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return cabinetTemplate.Render(c, h.Pages, page)
}

func (h *Handler) applicationLine(c *fiber.Ctx, s *applications.Summary, seen *time.Time) (applicationLine, error) {
	name := s.Service
	service, err := h.Catalog.Service(s.Service, s.ServiceVersion)
	switch {
	case err == nil:
		name = service.Name.In(web.Lang(c))
	case !errors.Is(err, fault.NotFound): // a definition that is gone must not hide the application
		return applicationLine{}, err
	}
	key := "applications.state_" + string(s.State)
	if s.LateAt != nil {
		key = "applications.state_late"
	}
	line := applicationLine{Name: name, Href: "/applications/" + s.ID.String(), Number: s.Number, At: s.UpdatedAt,
		Tag: frontend.Tag{Text: h.Pages.Texts(c)(key), Classes: s.State.Tag()}}
	if s.Organisation != nil {
		line.For = s.Organisation.Label()
	}
	if s.State.Clocked() {
		line.Deadline = s.Deadline
	}
	line.New = s.State != applications.Draft && seen != nil && s.UpdatedAt.After(*seen)
	return line, nil
}

// addDuty adds the charge of an application, if it is this person's to pay.
func (h *Handler) addDuty(ctx context.Context, a *Account, s *applications.Summary, page *cabinetPage) error {
	charge, err := payments.ChargeOf(ctx, h.DB, payments.Origin{Kind: "application", ID: s.ID})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if charge.Payer == a.ID && charge.Status == payments.Open {
		page.Duties = append(page.Duties, dutyLine{Purpose: charge.Purpose, Amount: rus.FormatRubles(charge.Amount),
			Href: "/payments/" + charge.ID.String(), Due: charge.Due})
	}
	return nil
}

func (h *Handler) cabinetData(c *fiber.Ctx, a *Account) frontend.SummaryList {
	t := h.Pages.Texts(c)
	var list frontend.SummaryList
	for _, row := range [][2]string{{"portal.name", a.FullName()}, {"portal.phone", a.ShownPhone()}, {"portal.email", a.Email}} {
		value := row[1]
		if value == "" {
			value = t("portal.not_given")
		}
		list.Rows = append(list.Rows, frontend.Row(t(row[0]), value))
	}
	bound := t("portal.esia_not_bound")
	if a.Bound() {
		bound = t("portal.esia_bound", t("portal.level_"+string(a.Level)))
	}
	list.Rows = append(list.Rows, frontend.Row(t("portal.esia_binding"), bound))
	return list
}
