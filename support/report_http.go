package support

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
)

type reportPage struct {
	Tabs   []frontend.Link
	Days   frontend.Select
	Button frontend.Button
	Table  frontend.Table
}

var reportDays = []string{"1", "7", "30", "365"}

func (h *StaffHandler) showReport(c *fiber.Ctx, _ uuid.UUID) error {
	days := c.Query("days", "30")
	if !slices.Contains(reportDays, days) {
		days = "30"
	}
	n, _ := strconv.Atoi(days)
	now, t := h.Now(), h.Pages.Texts(c)
	list, err := reportClocks(c.UserContext(), h.DB, now.AddDate(0, 0, -n), now, now)
	if err != nil {
		return err
	}
	page := reportPage{Tabs: h.tabs(c), Days: frontend.Select{Name: "days", Value: days, Label: frontend.Label{Text: t("support_staff.days")}},
		Button: frontend.Button{Text: t("support_staff.do_show"), Classes: "govuk-button--secondary"}, Table: frontend.Table{Caption: t("support_staff.report"), FirstCellIsHeader: true}}
	for _, d := range reportDays {
		n, _ := strconv.Atoi(d)
		page.Days.Items = append(page.Days.Items, frontend.Option{Value: d, Text: t("support_staff.days_n", n)})
	}
	for _, head := range []string{"line", "kept", "broken", "running", "share", "median"} {
		page.Table.Head = append(page.Table.Head, frontend.Cell{Text: t("support_staff." + head)})
	}
	for _, k := range list {
		share, median := "—", "—"
		if done := k.Kept + k.Broken; done > 0 {
			f := float64(k.Kept) / float64(done)
			share = percent(&f)
		}
		if k.Median != nil {
			median = took(t, time.Duration(*k.Median)*time.Second)
		}
		page.Table.Rows = append(page.Table.Rows, []frontend.Cell{{Text: t("support_staff.line_" + k.Line)}, {Text: strconv.Itoa(k.Kept)}, {Text: strconv.Itoa(k.Broken)},
			{Text: strconv.Itoa(k.Running)}, {Text: share}, {Text: median}})
	}
	return reportView.Render(c, h.Pages, page)
}

// took says how long something took: to the minute, as people say it.
func took(t func(string, ...any) string, d time.Duration) string {
	switch minutes := int(d / time.Minute); {
	case minutes >= 60:
		return t("support_staff.took_hours", minutes/60, minutes%60)
	case minutes > 0:
		return t("support_staff.took_minutes", minutes)
	}
	return t("support_staff.took_moment")
}
