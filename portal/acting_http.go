package portal

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/web"
)

// actingPage says in whose name a service is begun, and how to come in that name.
type actingPage struct {
	Title  string
	Text   string
	Now    string // in whose name the reader acts
	Button frontend.Button
	Next   []frontend.Link
}

// startsBusiness is the service by which a citizen becomes an entrepreneur.
const startsBusiness = "sole-proprietor-registration"

const actingTemplate frontend.Page[actingPage] = "portal/acting.html"

// showActing answers who cannot go on in the name in which they came, or came in none.
func (h *Handler) showActing(c *fiber.Ctx) error {
	if c.Query("service") == "" && c.Query("next") == "" {
		return seeOther(c, "/cabinet") // nobody was stopped: there it says in whose name the reader acts, and changes it
	}
	t, next, as := h.Pages.Texts(c), nextOr(c.Query("next")), h.People.acting(c)
	page := actingPage{Now: t("acting.now_nobody")}
	level, kinds := catalog.LevelNone, "both"
	s, err := h.Catalog.Service(c.Query("service"), 0)
	switch {
	case err == nil:
		level = s.Level
		entrepreneur, organisation := s.Serves(catalog.Entrepreneur), s.Serves(catalog.Organisation)
		suits := as != nil && s.Serves(as.Audience)
		switch {
		case s.Serves(catalog.Citizen) && !suits, suits && as.May(applications.PowerSubmit):
			return seeOther(c, next)
		case suits:
			kinds = "power"
		case entrepreneur && !organisation:
			kinds = "entrepreneur"
		case organisation && !entrepreneur:
			kinds = "organisation"
		}
	case errors.Is(err, fault.NotFound):
		kinds = "other"
	default:
		return err
	}
	page.Title, page.Text = t("acting."+kinds+"_title"), t("acting."+kinds+"_text")
	switch {
	case as != nil:
		page.Now = t("acting.now_as", as.Label())
	case current(c) != nil:
		page.Now = t("acting.now_self")
	}
	page.Button = frontend.Button{Text: t("acting.enter"), Href: enterAs(level, next)}
	page.Next = h.capacitySteps(c, kinds)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return actingTemplate.Render(c, h.Pages, page)
}

// capacitySteps are what else may help: a person needs a business of their own, or is here by mistake.
func (h *Handler) capacitySteps(c *fiber.Ctx, kinds string) []frontend.Link {
	var steps []frontend.Link
	add := func(key, href string) { steps = append(steps, frontend.Link{Key: key, Href: href}) }
	if kinds == "entrepreneur" || kinds == "both" {
		if open, err := h.Catalog.Service(startsBusiness, 0); err == nil {
			add("acting.step_open", "/services/"+open.ID)
		}
	}
	if kinds != "power" && kinds != "other" {
		add("acting.step_add", strings.TrimRight(h.esia.cfg.Issuer, "/")+"/organisations/new")
		add("acting.step_citizens", "/services?audience="+catalog.Citizen)
	}
	if current(c) != nil {
		add("acting.step_cabinet", "/cabinet")
	}
	return steps
}

// enterAs is where ESIA asks in whose name to enter.
func enterAs(level catalog.Level, next string) string {
	q := url.Values{"as": {scopeOrganisation}, "next": {next}}
	if level != catalog.LevelNone {
		q.Set("level", string(level))
	}
	return "/esia/start?" + q.Encode()
}

// actForSelf ends acting in an organisation's name at this browser. ESIA is not asked: a person may always be themselves.
func (h *Handler) actForSelf(c *fiber.Ctx) error {
	if _, err := signedIn(c); err != nil {
		return err
	}
	if s := web.Current(c); s.Data[dataOrganisation] != "" {
		delete(s.Data, dataOrganisation)
		if err := h.Sessions.Save(c); err != nil {
			return fault.New(fault.Unavailable, "portal.sign_in_down")
		}
	}
	return seeOther(c, "/cabinet")
}

// NeedCapacity leads to a page that says in whose name a service is begun; from there ESIA brings the person back to the page
// back.
func (p *People) NeedCapacity(c *fiber.Ctx, s *catalog.Service, back string) error {
	return c.Redirect("/acting?"+url.Values{"service": {s.ID}, "next": {back}}.Encode(), fiber.StatusSeeOther)
}
