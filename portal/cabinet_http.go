package portal

import (
	"errors"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// cabinetPage is what a person has on the portal: what waits for them first.
type cabinetPage struct {
	Name         string
	News         int // how many applications have changed since the last look
	Notices      []string
	Waiting      []waitingLine
	Duties       []dutyLine
	Visits       []visitLine
	Applications []applicationLine
	More         bool              // not all applications are shown
	Others       []applicationLine // filed by others in the name of the organisation
	Sections     []frontend.Card
	List         frontend.SummaryList
	Bind         string // address to bind, "" when bound
	EnterESIA    string // bound, but entered by phone
	Acting       string // the organisation in whose name the reader acts, "" for themselves
	Powers       []string
	Services     string // address of the services for it
	EnterAs      string // address to come in an organisation's name, "" when entered by phone
}

// waitingLine is something that only the reader can do.
type waitingLine struct {
	Text, Name, Href string
	Until            *time.Time
}

// dutyLine is a charge to pay.
type dutyLine struct {
	Purpose, Amount, Href string
	Due                   *time.Time
	Note                  string // why it cannot be paid now, "" when it can
}

// visitLine is a time at which the reader is awaited.
type visitLine struct {
	Name, Href, Where string
	At                time.Time
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
	as, err := h.People.actingNow(c)
	if err != nil && !errors.Is(err, fault.Unavailable) { // the provider is down: the cabinet still opens
		return err
	}
	list, err := applications.List(ctx, h.DB, a.ID)
	if err != nil {
		return err
	}
	if as != nil { // in an organisation's name its affairs are shown, and not the person's own
		list = slices.DeleteFunc(list, func(s applications.Summary) bool { return s.Organisation == nil || s.Organisation.OID != as.OID })
	}
	page := cabinetPage{Name: a.FirstName, More: len(list) > cabinetRows, List: h.cabinetData(c, a)}
	for _, fill := range []func() error{
		func() error { return h.addApplications(c, a, list, &page) },
		func() error { return h.addWaiting(c, a, list, &page) },
		func() error { return h.addDuties(c, a, as, &page) },
		func() error { return h.addVisits(c, a, as, list, &page) },
		func() error { return h.addNotices(c, list, &page) },
		func() error { return h.addOthers(c, as, list, &page) },
		func() error { return h.addSections(c, a, &page) },
	} {
		if err := fill(); err != nil {
			return err
		}
	}
	switch {
	case !a.Bound():
		page.Bind = withNext("/esia/start", "/cabinet")
	case !throughESIA(c):
		page.EnterESIA = withNext("/esia/start", "/cabinet")
	default:
		page.EnterAs = enterAs(catalog.LevelNone, "/cabinet")
		if as != nil {
			page.Acting, page.Services = as.Label(), "/services?audience="+as.Audience
			for _, power := range as.Powers {
				if power != "manage_employees" && power != "confirm_identity" {
					page.Powers = append(page.Powers, h.Pages.Texts(c)("acting.power_"+power))
				}
			}
		}
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	c.Set(fiber.HeaderCacheControl, "no-store")
	return cabinetTemplate.Render(c, h.Pages, page)
}

func (h *Handler) addApplications(c *fiber.Ctx, a *Account, list []applications.Summary, page *cabinetPage) error {
	seen, err := seeNews(c.UserContext(), h.DB, a.ID, h.Now())
	if err != nil {
		return err
	}
	for i, s := range list {
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
	return nil
}

// addWaiting lists what departments ask for, and applications that are begun and not sent, the nearest end first.
func (h *Handler) addWaiting(c *fiber.Ctx, a *Account, list []applications.Summary, page *cabinetPage) error {
	asked, err := askedOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	for _, s := range list {
		name, _, err := h.serviceName(c, s.Service, s.ServiceVersion)
		if err != nil {
			return err
		}
		line := waitingLine{Name: name, Href: "/applications/" + s.ID.String()}
		i := slices.IndexFunc(asked, func(q asking) bool { return q.Application == s.ID })
		switch {
		case i >= 0:
			line.Text, line.Until = t("cabinet.wait_asked"), asked[i].Until
		case s.State == applications.Draft:
			line.Text, line.Until = t("cabinet.wait_draft"), &s.KeptUntil
		case s.State == applications.Filling || s.State == applications.Signing:
			line.Text, line.Until = t("cabinet.wait_together"), s.Deadline
		default:
			continue
		}
		page.Waiting = append(page.Waiting, line)
	}
	slices.SortStableFunc(page.Waiting, func(x, y waitingLine) int {
		switch {
		case x.Until == nil && y.Until == nil:
			return 0
		case x.Until == nil:
			return 1
		case y.Until == nil:
			return -1
		}
		return x.Until.Compare(*y.Until)
	})
	page.Waiting = page.Waiting[:min(len(page.Waiting), 5)]
	return nil
}

func (h *Handler) addDuties(c *fiber.Ctx, a *Account, as *applications.Organisation, page *cabinetPage) error {
	charges, err := chargesOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	for _, owed := range charges {
		if as != nil && (owed.For == nil || *owed.For != as.OID) {
			continue
		}
		line := dutyLine{Purpose: owed.Purpose, Amount: rus.FormatRubles(owed.Amount), Href: "/payments/" + owed.ID.String(), Due: owed.Due}
		switch {
		case owed.For == nil:
		case as == nil:
			line.Note = t("cabinet.pay_as")
		case !as.May(applications.PowerPay):
			line.Note = t("acting.may_not_pay")
		}
		page.Duties = append(page.Duties, line)
	}
	return nil
}

func (h *Handler) addVisits(c *fiber.Ctx, a *Account, as *applications.Organisation, list []applications.Summary, page *cabinetPage) error {
	visits, err := visitsOf(c.UserContext(), h.DB, a.ID, h.Now())
	if err != nil {
		return err
	}
	for _, v := range visits {
		if as != nil && !slices.ContainsFunc(list, func(s applications.Summary) bool { return s.ID == v.Application }) {
			continue
		}
		name, _, err := h.serviceName(c, v.Service, v.Version)
		if err != nil {
			return err
		}
		line := visitLine{Name: name, Href: "/applications/" + v.Application.String(), Where: v.Place, At: v.At}
		if o := h.Catalog.Office(v.Office); o != nil {
			line.Where = o.Name.In(web.Lang(c)) + ", " + o.Address.In(web.Lang(c))
		}
		page.Visits = append(page.Visits, line)
	}
	return nil
}

// addNotices joins what the service announces to all with the planned works of the departments of the reader's applications.
func (h *Handler) addNotices(c *fiber.Ctx, list []applications.Summary, page *cabinetPage) error {
	departments := []string{}
	for _, s := range list {
		_, department, err := h.serviceName(c, s.Service, s.ServiceVersion)
		if err != nil {
			return err
		}
		if department != "" && !slices.Contains(departments, department) {
			departments = append(departments, department)
		}
	}
	all, err := announcedFor(c.UserContext(), h.DB, departments, h.Now())
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	for _, n := range all {
		text := n.Title.In(lang)
		if n.Works {
			text = t("cabinet.works", text)
		}
		from := rus.FormatDateTime(n.StartsAt, lang)
		switch {
		case n.EndsAt != nil:
			text = t("cabinet.from_until", text, from, rus.FormatDateTime(*n.EndsAt, lang))
		default:
			text = t("cabinet.from", text, from)
		}
		page.Notices = append(page.Notices, text)
	}
	return nil
}

// addOthers lists what other employees have filed, for who may see that.
func (h *Handler) addOthers(c *fiber.Ctx, as *applications.Organisation, own []applications.Summary, page *cabinetPage) error {
	if as == nil || !as.May(applications.PowerSeeAll) {
		return nil
	}
	all, err := filedFor(c.UserContext(), h.DB, as.OID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if slices.ContainsFunc(own, func(mine applications.Summary) bool { return mine.ID == s.ID }) {
			continue
		}
		line, err := h.applicationLine(c, &s, nil)
		if err != nil {
			return err
		}
		line.Href = "" // whose it is, shows its answers to nobody but its parties
		page.Others = append(page.Others, line)
	}
	return nil
}

// addSections are the ways to everything else.
func (h *Handler) addSections(c *fiber.Ctx, a *Account, page *cabinetPage) error {
	n, err := countsOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	for _, s := range []struct {
		name, href string
		count      int
	}{{"documents", "/documents", n.Documents}, {"notices", "/notices", n.Unread}, {"support", "/support/requests", n.Open},
		{"payments", "/payments", len(page.Duties)}, {"situations", "/bundles", -1}, {"offices", "/offices", -1}, {"looked", "/settings/journal", -1},
		{"settings", "/settings", -1}} {
		text := t("cabinet.section_" + s.name + "_text")
		switch {
		case s.count > 0:
			text = t("cabinet.section_"+s.name+"_count", s.count)
		}
		page.Sections = append(page.Sections, frontend.Card{Title: t("cabinet.section_" + s.name), Text: text, Href: s.href, Kind: "plain"})
	}
	return nil
}

// serviceName returns what a service is called and whose it is. A definition that is gone must not hide the application.
func (h *Handler) serviceName(c *fiber.Ctx, id string, version int) (name, department string, err error) {
	s, err := h.Catalog.Service(id, version)
	switch {
	case errors.Is(err, fault.NotFound):
		return id, "", nil
	case err != nil:
		return "", "", err
	}
	return s.Name.In(web.Lang(c)), s.Department, nil
}

func (h *Handler) applicationLine(c *fiber.Ctx, s *applications.Summary, seen *time.Time) (applicationLine, error) {
	name, _, err := h.serviceName(c, s.Service, s.ServiceVersion)
	if err != nil {
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
