package stats

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/web"
	"tamga/payments"
)

// Handler shows finance how much came, by service, payee, day and state. It tells of nobody, so it is not journalled.
type Handler struct {
	DB      db.DB
	Pages   *frontend.Pages
	Now     func() time.Time
	Allowed func(*fiber.Ctx) error // a Forbidden fault without the access right "payments"

	Services func(*fiber.Ctx) []frontend.Option // what services are called; may be nil
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) { r.Get("/finance", h.show) }

// periods are how many days back the figures go.
var periods = []int{7, 30, 90, 365}

// mostDays are shown at once; a table of more is folded.
const mostDays = 30

const (
	chartWidth  = 720
	chartHeight = 160
)

type bar struct {
	X, Y, Width, Height string // in the units of the chart
	Title               string
}

type figuresPage struct {
	Periods []frontend.Link
	Bars    []bar
	First   string // day of the chart
	Last    string
	Most    string // of a day
	Total   string
	Tables  []frontend.Table
	Days    frontend.Table
	Folded  bool // the days are many
}

const figuresView frontend.Page[figuresPage] = "payments/stats.html"

func (h *Handler) show(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	days, err := strconv.Atoi(c.Query("days", "30"))
	if err != nil || !slices.Contains(periods, days) {
		days = 30
	}
	today := h.Now().In(rus.Moscow)
	to := time.Date(today.Year(), today.Month(), today.Day()+1, 0, 0, 0, 0, rus.Moscow)
	from := to.AddDate(0, 0, -days)
	figures, err := figuresOf(c.UserContext(), h.DB, from, to)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	var page figuresPage
	for _, n := range periods {
		page.Periods = append(page.Periods, frontend.Link{Text: t("payments_payer.stats_days", n), Href: "/finance?days=" + strconv.Itoa(n), Current: n == days})
	}
	payees, err := payments.PayeeNames(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	byDay, total := map[string]figure{}, int64(0)
	for _, f := range figures {
		if f.Dimension == "day" {
			byDay[f.Name] = f
			total += f.Sum
		}
	}
	page.Bars, page.Total = bars(byDay, from, days, web.Lang(c)), rus.FormatRubles(total)
	most := int64(0)
	for _, f := range byDay {
		most = max(most, f.Sum)
	}
	page.First, page.Last, page.Most = rus.FormatDate(from, web.Lang(c)), rus.FormatDate(to.AddDate(0, 0, -1), web.Lang(c)), rus.FormatRubles(most)
	for _, dimension := range []string{"service", "payee", "state"} {
		page.Tables = append(page.Tables, h.table(c, dimension, figures, payees))
	}
	page.Days, page.Folded = h.table(c, "day", figures, payees), days > mostDays
	return figuresView.Render(c, h.Pages, page)
}

// bars draws a bar for each day, the highest as high as the chart.
func bars[L ~string](byDay map[string]figure, from time.Time, days int, lang L) []bar {
	most := int64(1)
	for _, f := range byDay {
		most = max(most, f.Sum)
	}
	step, list := float64(chartWidth)/float64(days), []bar{}
	for i := range days {
		day := from.AddDate(0, 0, i)
		sum := byDay[day.Format(time.DateOnly)].Sum
		height := float64(chartHeight) * float64(sum) / float64(most)
		list = append(list, bar{X: fmt.Sprintf("%.1f", float64(i)*step), Y: fmt.Sprintf("%.1f", chartHeight-height), Width: fmt.Sprintf("%.1f", step*0.8),
			Height: fmt.Sprintf("%.1f", height), Title: rus.FormatDate(day, lang) + ": " + rus.FormatRubles(sum)})
	}
	return list
}

// columns are what stands beside a name: the ends of locale keys payments_payer.stats_col_<key>.
var columns = []string{"begun", "paid", "sum", "returned"}

// table is one dimension: days from the newest, the rest from the largest sum. What bears one name is one row, for the words of a state
// do not tell whether the bank has been asked yet, and a payee may have two codes.
func (h *Handler) table(c *fiber.Ctx, dimension string, figures []figure, payees []payments.PayeeName) frontend.Table {
	t := h.Pages.Texts(c)
	table := frontend.Table{Caption: t("payments_payer.stats_" + dimension), CaptionClasses: "govuk-table__caption--m", Classes: "tm-figures", FirstCellIsHeader: true,
		Head: []frontend.Cell{{Text: t("payments_payer.stats_col_name")}}}
	for _, key := range columns {
		table.Head = append(table.Head, frontend.Cell{Text: t("payments_payer.stats_col_" + key), Format: "numeric"})
	}
	for _, f := range named(figures, dimension, func(name string) string { return h.name(c, dimension, name, payees) }) {
		row := []frontend.Cell{{Text: f.Name}}
		for i, value := range []string{fmt.Sprint(f.Begun), fmt.Sprint(f.Paid), rus.FormatRubles(f.Sum), rus.FormatRubles(f.Returned)} {
			row = append(row, frontend.Cell{Text: value, Format: "numeric", Attributes: frontend.Attributes{"data-label": table.Head[i+1].Text}})
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// named returns the figures of a dimension under the names that people know, in the order of the table.
func named(figures []figure, dimension string, name func(string) string) []figure {
	var rows []figure
	for _, f := range figures {
		if f.Dimension == dimension {
			rows = append(rows, f)
		}
	}
	if dimension == "day" {
		slices.SortFunc(rows, func(a, b figure) int { return strings.Compare(b.Name, a.Name) })
	}
	var list []figure
	for _, f := range rows {
		f.Name = name(f.Name)
		i := slices.IndexFunc(list, func(o figure) bool { return o.Name == f.Name })
		if i < 0 {
			list = append(list, f)
			continue
		}
		list[i].Begun, list[i].Paid, list[i].Sum, list[i].Returned = list[i].Begun+f.Begun, list[i].Paid+f.Paid, list[i].Sum+f.Sum, list[i].Returned+f.Returned
	}
	if dimension != "day" {
		slices.SortStableFunc(list, func(a, b figure) int { return cmp.Compare(b.Sum, a.Sum) })
	}
	return list
}

// name is what people call a service, payee, state or day.
func (h *Handler) name(c *fiber.Ctx, dimension, name string, payees []payments.PayeeName) string {
	switch dimension {
	case "state":
		return h.Pages.Texts(c)("payments.state_" + name)
	case "day":
		if day, err := time.ParseInLocation(time.DateOnly, name, rus.Moscow); err == nil {
			return rus.FormatDate(day, web.Lang(c))
		}
	case "service":
		if name == "" {
			return h.Pages.Texts(c)("payments_payer.stats_outside")
		}
		return h.serviceName(c, name)
	case "payee":
		if i := slices.IndexFunc(payees, func(p payments.PayeeName) bool { return p.Code == name }); i >= 0 {
			return payees[i].Name
		}
	}
	return name
}

// serviceName is what a service is called, its code when nobody knows.
func (h *Handler) serviceName(c *fiber.Ctx, code string) string {
	if h.Services != nil {
		for _, s := range h.Services(c) {
			if s.Value == code {
				return s.Text
			}
		}
	}
	return code
}
