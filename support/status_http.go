package support

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const statusView frontend.Page[statusPage] = "support/status.html"

type statusPage struct {
	Overall   string // ok, down, unknown
	Text      string
	Parts     []partRow
	Notices   []noticeRow
	CheckedAt *time.Time
}

type partRow struct {
	Name, Day, Days string
	Tag             frontend.Tag
}

type noticeRow struct {
	ID, Title, Text, When string
	Tag                   frontend.Tag
	Over                  bool
	Href                  string // where staff change a department's works; "" for what was announced here
	starts                time.Time
}

var partTags = map[string]string{"ok": "govuk-tag--green", "down": "govuk-tag--red", "unknown": "govuk-tag--grey"}

// showStatus answers from what was measured, never from what it hopes.
func (h *Handler) showStatus(c *fiber.Ctx) error {
	now, t, lang := h.Now(), h.Pages.Texts(c), web.Lang(c)
	parts, err := listComponents(c.UserContext(), h.DB, now)
	if err != nil {
		return err
	}
	page := statusPage{Overall: "ok"}
	if len(parts) == 0 {
		page.Overall = "unknown"
	}
	for _, p := range parts {
		state := p.State(now)
		if state == "down" || state == "unknown" && page.Overall == "ok" {
			page.Overall = state
		}
		name := t("support_status.part_" + p.Code)
		if p.Name != nil {
			name = p.Name.In(lang)
		}
		if p.CheckedAt != nil && (page.CheckedAt == nil || p.CheckedAt.After(*page.CheckedAt)) {
			page.CheckedAt = p.CheckedAt
		}
		page.Parts = append(page.Parts, partRow{name, percent(p.Day), percent(p.Days), frontend.Tag{Text: t("support_status.state_" + state), Classes: partTags[state]}})
	}
	page.Text = t("support_status.overall_" + page.Overall)
	if page.Notices, err = h.notices(c); err != nil {
		return err
	}
	return statusView.Render(c, h.Pages, page)
}

// percent never rounds a failure away.
func percent(share *float64) string {
	if share == nil {
		return "—"
	}
	return strconv.FormatFloat(math.Floor(*share*1000)/10, 'f', -1, 64) + "\u00a0%"
}

// notices joins what staff announced with the planned works of departments, the latest first.
func (d *Desk) notices(c *fiber.Ctx) (rows []noticeRow, err error) {
	now, t, lang := d.Now(), d.Pages.Texts(c), web.Lang(c)
	list, err := listNotices(c.UserContext(), d.DB, now.Add(-7*24*time.Hour))
	if err != nil {
		return nil, err
	}
	planned, err := listWorks(c.UserContext(), d.DB, now)
	if err != nil {
		return nil, err
	}
	for _, n := range list {
		row := noticeRow{ID: n.ID.String(), Title: n.Title.In(lang), Text: n.Text.In(lang), starts: n.StartsAt}
		rows = append(rows, row.at(n.Kind, n.EndsAt, now, t, lang))
	}
	for _, w := range planned {
		row := noticeRow{Title: t("support_status.works_of", w.Name.In(lang)), Text: t("support_status.works_text"), starts: w.StartsAt,
			Href: "/deliveries/departments/" + w.Department}
		rows = append(rows, row.at("works", &w.EndsAt, now, t, lang))
	}
	slices.SortStableFunc(rows, func(a, b noticeRow) int { return b.starts.Compare(a.starts) })
	return rows, nil
}

// at says when, and how it stands at this time.
func (r noticeRow) at(kind string, ends *time.Time, now time.Time, t func(string, ...any) string, lang i18n.Lang) noticeRow {
	r.When = rus.FormatDateTime(r.starts, lang)
	if ends != nil {
		r.When += " — " + rus.FormatDateTime(*ends, lang)
	}
	state, class := "now_"+kind, "govuk-tag--red"
	switch {
	case r.starts.After(now):
		state, class = "ahead", "govuk-tag--blue"
	case ends != nil && !ends.After(now):
		state, class, r.Over = "over", "govuk-tag--grey", true
	}
	r.Tag = frontend.Tag{Text: t("support_status." + state), Classes: class}
	return r
}
