package support

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type deskPage struct {
	Tabs   []frontend.Link // to the other pages of support
	Show   frontend.Select
	Line   frontend.Select
	Button frontend.Button
	Count  string // how many wait, and how many of them too long
	Rows   []deskRow
	Pages  frontend.Pagination
}

type deskRow struct {
	Number, Href, Topic, Line, Due, Duty, Who, Raised string
	Tag                                               frontend.Tag
	Late                                              bool
}

func (h *StaffHandler) list(c *fiber.Ctx, who uuid.UUID) error {
	show, code, n := c.Query("show", "open"), c.Query("line"), max(1, min(c.QueryInt("page", 1), 1000))
	var mine *uuid.UUID
	if show == "mine" {
		mine = &who
	}
	all, err := listIncidents(c.UserContext(), h.DB, show != "all", code, mine, (n-1)*staffRows, staffRows+1)
	if err != nil {
		return err
	}
	lines, err := listLines(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	names, err := namesOf(c.UserContext(), h.DB, all)
	if err != nil {
		return err
	}
	waiting, late, err := countOpen(c.UserContext(), h.DB, code, h.Now())
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := deskPage{Count: t("support_staff.count", waiting, late), Tabs: h.tabs(c), Show: frontend.Select{Name: "show", Value: show, Label: frontend.Label{Text: t("support_staff.show")}},
		Line:   frontend.Select{Name: "line", Value: code, Label: frontend.Label{Text: t("support_staff.line")}, Items: []frontend.Option{{Text: t("support_staff.all_lines")}}},
		Button: frontend.Button{Text: t("support_staff.do_show"), Classes: "govuk-button--secondary"}}
	for _, s := range []string{"open", "mine", "all"} {
		page.Show.Items = append(page.Show.Items, frontend.Option{Value: s, Text: t("support_staff.show_" + s)})
	}
	for _, l := range lines {
		page.Line.Items = append(page.Line.Items, frontend.Option{Value: l, Text: t("support_staff.line_" + l)})
	}
	for _, i := range all[:min(len(all), staffRows)] {
		row := deskRow{Number: i.Shown(), Href: "/support/" + i.ID.String(), Topic: t("support.topic_" + i.Topic), Line: t("support_staff.line_" + i.Line),
			Due: rus.FormatDateTime(i.DueAt, web.Lang(c)), Duty: t("support_staff.step_" + strconv.Itoa(i.Step)), Raised: t("support_staff.source_" + i.Source),
			Tag: frontend.Tag{Text: t("support_staff.state_" + i.State), Classes: stateTags[i.State]}, Late: i.State != "merged" && i.Late(h.Now())}
		if i.Assignee != nil {
			row.Who = names[*i.Assignee]
		}
		page.Rows = append(page.Rows, row)
	}
	href := func(n int) string {
		return "/support?" + url.Values{"show": {show}, "line": {code}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if n > 1 {
		page.Pages.Previous = &frontend.PageLink{Href: href(n - 1)}
	}
	if len(all) > staffRows {
		page.Pages.Next = &frontend.PageLink{Href: href(n + 1)}
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return deskView.Render(c, h.Pages, page)
}
