package portal

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// journalPage is «Кто смотрел мои данные».
type journalPage struct {
	Tabs  []frontend.Link
	Looks []lookLine
	Older string
}

type lookLine struct {
	When, Who, What, Purpose string
}

const (
	journalTemplate frontend.Page[journalPage] = "portal/journal.html"

	journalRows = 30
)

// showJournal tells who looked at the reader's data: staff first, by wish also what was done by themselves and by the system.
func (h *Handler) showJournal(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	all := c.Query("all") != ""
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	filter := journal.Filter{}
	if !all {
		filter.Roles = []string{"employee", "operator", "auditor", "department"}
	}
	records, err := journal.OfSubjectFiltered(c.UserContext(), h.DB, a.ID.String(), filter, max(before, 0), journalRows+1)
	if err != nil {
		return err
	}
	page := journalPage{Tabs: []frontend.Link{{Text: t("cabinet.looked_staff"), Href: "/settings/journal", Current: !all},
		{Text: t("cabinet.looked_all"), Href: "/settings/journal?all=1", Current: all}}}
	staff, err := staffOf(c.UserContext(), h.DB, actorsOf(records))
	if err != nil {
		return err
	}
	for i, r := range records {
		if i == journalRows {
			page.Older = "/settings/journal?before=" + strconv.FormatInt(records[i-1].ID, 10)
			if all {
				page.Older += "&all=1"
			}
			break
		}
		line := lookLine{When: rus.FormatDateTime(r.At, lang), What: h.deed(lang, r.Action), Purpose: r.Purpose}
		switch who, known := staff[r.Actor]; {
		case r.Actor == a.ID.String():
			line.Who = t("cabinet.looked_you")
		case known:
			line.Who = strings.TrimPrefix(who.Post+", "+who.Organisation, ", ")
		case r.ActorRole == "employee":
			line.Who = t("cabinet.looked_employee")
		default:
			line.Who = t("cabinet.looked_system")
		}
		page.Looks = append(page.Looks, line)
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	c.Set(fiber.HeaderCacheControl, "no-store")
	return journalTemplate.Render(c, h.Pages, page)
}

// deed says an action in words. One that has no text of its own is said by its domain.
func (h *Handler) deed(lang i18n.Lang, action string) string {
	domain, _, _ := strings.Cut(action, ".")
	for _, key := range []string{"cabinet.deed_" + strings.ReplaceAll(action, ".", "_"), "cabinet.deed_" + domain} {
		if h.Pages.Bundle.Has(lang, key) {
			return h.Pages.T(lang, key)
		}
	}
	return h.Pages.T(lang, "cabinet.deed")
}

func actorsOf(records []journal.Record) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, r := range records {
		if id, err := uuid.Parse(r.Actor); err == nil && r.ActorRole != "citizen" {
			ids = append(ids, id)
		}
	}
	return ids
}
