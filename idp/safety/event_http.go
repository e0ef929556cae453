package safety

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const eventsFile frontend.Page[eventsPage] = "idp/safety_events.html"

// eventsAtOnce is the length of a page.
const eventsAtOnce = 30

type eventsPage struct {
	Kinds  []frontend.Link
	Events []eventView
	Older  string // address of the next page, "" on the last
	Newest string // address of the first page, "" on it
	Back   frontend.Link
}

type eventView struct {
	At, What, Who, Why, Where string
}

// showEvents is the person's journal: everything that anybody did with the account.
func (h *Handler) showEvents(c *fiber.Ctx, a *account.Account) error {
	kind, filter := filterOf(c.Query("kind"))
	before, err := strconv.ParseInt(c.Query("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	records, err := journal.OfSubjectFiltered(c.UserContext(), h.DB, a.ID.String(), filter, before, eventsAtOnce+1)
	if err != nil {
		return err
	}
	p := eventsPage{Back: h.back(c)}
	for _, k := range eventKinds {
		p.Kinds = append(p.Kinds, frontend.Link{Text: h.Pages.Texts(c)("idp_safety.events_" + k.name), Href: eventsAt(k.name, 0), Current: k.name == kind})
	}
	if before > 0 {
		p.Newest = eventsAt(kind, 0)
	}
	if len(records) > eventsAtOnce {
		records = records[:eventsAtOnce]
		p.Older = eventsAt(kind, records[eventsAtOnce-1].ID)
	}
	if p.Events, err = h.eventViews(c, records); err != nil {
		return err
	}
	return eventsFile.Render(c, h.Pages, p)
}

func eventsAt(kind string, before int64) string {
	query := url.Values{}
	if kind != "all" {
		query.Set("kind", kind)
	}
	if before > 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}
	if len(query) == 0 {
		return "/profile/events"
	}
	return "/profile/events?" + query.Encode()
}

func (h *Handler) eventViews(c *fiber.Ctx, records []journal.Record) ([]eventView, error) {
	var clients []string
	for _, r := range records {
		if client, _ := r.Details["client"].(string); client != "" {
			clients = append(clients, client)
		}
	}
	sites, err := clientNames(c.UserContext(), h.DB, clients)
	if err != nil {
		return nil, err
	}
	lang := web.Lang(c)
	views := make([]eventView, len(records))
	for i, r := range records {
		views[i] = eventView{
			At: rus.FormatDateTime(r.At, lang), What: eventText(h.Pages.Bundle, lang, r, sites), Who: whoText(h.Pages.Bundle, lang, r),
		}
		if r.ActorRole != "system" || h.Pages.Bundle.Has(lang, r.Purpose) { // a job's purpose is for the auditor
			views[i].Why = h.Pages.T(lang, r.Purpose) // of ours it is a locale key; anybody else's is shown as written
		}
		if r.Address.IsValid() {
			views[i].Where = roughAddress(r.Address.String())
		}
	}
	return views, nil
}
