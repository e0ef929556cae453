package stats

import (
	"fmt"
	"slices"
	"strconv"
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
	for _, dimension := range []string{"service", "payee", "state", "day"} {
		page.Tables = append(page.Tables, h.table(c, dimension, figures, payees))
	}
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

func (h *Handler) table(c *fiber.Ctx, dimension string, figures []figure, payees []payments.PayeeName) frontend.Table {
	t := h.Pages.Texts(c)
	table := frontend.Table{Caption: t("payments_payer.stats_" + dimension), CaptionClasses: "govuk-table__caption--m", FirstCellIsHeader: true}
	for _, key := range []string{"name", "begun", "paid", "sum", "returned"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("payments_payer.stats_col_" + key), Format: "numeric"})
	}
	table.Head[0].Format = ""
	for _, f := range figures {
		if f.Dimension != dimension {
			continue
		}
		name := f.Name
		switch day, err := time.ParseInLocation(time.DateOnly, f.Name, rus.Moscow); {
		case dimension == "state":
			name = t("payments.state_" + f.Name)
		case dimension == "day" && err == nil:
			name = rus.FormatDate(day, web.Lang(c))
		case dimension == "service" && f.Name == "":
			name = t("payments_payer.stats_outside")
		case dimension == "service":
			name = h.serviceName(c, f.Name)
		case dimension == "payee":
			if i := slices.IndexFunc(payees, func(p payments.PayeeName) bool { return p.Code == f.Name }); i >= 0 {
				name = payees[i].Name
			}
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: name}, {Text: fmt.Sprint(f.Begun), Format: "numeric"}, {Text: fmt.Sprint(f.Paid), Format: "numeric"},
			{Text: rus.FormatRubles(f.Sum), Format: "numeric"}, {Text: rus.FormatRubles(f.Returned), Format: "numeric"}})
	}
	return table
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
