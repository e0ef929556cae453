package access

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/calendar"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// watchDays is how far back the head sees.
const watchDays = 30

// outcomes are what a head may find out: the ends of keys payments_watch.outcome_<…>.
var outcomes = []string{"work", "talked", "ended"}

// concern is an employee's day that stands out by one of the rules.
type concern struct {
	Organisation uuid.UUID
	Body         string

	Actor   string
	Name    string // of the employee, or of the department's system
	Kind    string
	Day     time.Time
	Count   int
	Limit   int
	Outcome string
	Note    string
	NotedAt *time.Time
}

// field is a hidden one of a form.
type field struct{ Name, Value string }

// concernCard is one of them on the page.
type concernCard struct {
	Title   string
	Text    string
	Own     string // why there is no form
	Tag     frontend.Tag
	List    frontend.SummaryList
	Fields  []field // which concern a note is of
	Outcome *frontend.Select
	Note    *frontend.Input
	Button  *frontend.Button
}

type watchPage struct {
	frontend.Errors
	Title   string
	Intro   string
	Action  string
	Rules   []string
	Cards   []concernCard
	Summary *frontend.Table
}

const watchView frontend.Page[watchPage] = "payments/watch.html"

// overseer is who watches over whom: a head over the own staff, the ministry over the heads, for nobody judges the own look-ups.
type overseer struct {
	h          *Handler
	heads      bool
	path, keys string // keys are the beginning of the page's texts
}

func (h *Handler) overStaff() overseer {
	return overseer{h, false, "/payment-watch", "payments_watch."}
}
func (h *Handler) overHeads() overseer {
	return overseer{h, true, "/payment-heads", "payments_watch.heads_"}
}

func (o overseer) concerns(c *fiber.Ctx) ([]concern, error) {
	h, who, organisation, actors := o.h, o.h.Who(c), uuid.Nil, []string{}
	if o.heads {
		var err error
		if actors, err = headsBut(c.UserContext(), h.DB, who.ID); err != nil {
			return nil, err
		}
	} else {
		organisation = who.Organisation
	}
	return concernsOf(c.UserContext(), h.DB, organisation, actors, h.Now())
}

func (o overseer) show(c *fiber.Ctx) error { return o.watch(c, concern{}, "") }

// watch shows what stands out among the look-ups. One of the forms may have come back with a mistake.
func (o overseer) watch(c *fiber.Ctx, tried concern, wrong string) error {
	h, who := o.h, o.h.Who(c)
	all, err := o.concerns(c)
	if err != nil {
		return err
	}
	var staff []staffLookups
	if !o.heads {
		staff, err = lookupsOfStaff(c.UserContext(), h.DB, who.Organisation, dayOf(h.Now()).AddDate(0, 0, -watchDays))
		if err != nil {
			return err
		}
	}
	rules, err := watchRules(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := watchPage{Title: t(o.keys + "title"), Intro: t(o.keys + "intro"), Action: o.path}
	for _, r := range rules {
		page.Rules = append(page.Rules, t("payments_watch.rule_"+r.Kind, r.Threshold))
	}
	for i, x := range all {
		mistake := ""
		if wrong != "" && x.Actor == tried.Actor && x.Kind == tried.Kind && x.Day.Equal(tried.Day) {
			mistake, x.Outcome, x.Note = wrong, tried.Outcome, tried.Note
		}
		if o.heads {
			x.Name += ", " + x.Body
		}
		page.Cards = append(page.Cards, h.concernCard(c, &page, i, x, mistake))
	}
	if len(staff) > 0 {
		page.Summary = &frontend.Table{Caption: t("payments_watch.staff"), CaptionClasses: "govuk-table__caption--m", FirstCellIsHeader: true}
		for _, key := range []string{"employee", "lookups", "empty", "exports", "last"} {
			page.Summary.Head = append(page.Summary.Head, frontend.Cell{Text: t("payments_watch.col_" + key)})
		}
		for _, s := range staff {
			page.Summary.Rows = append(page.Summary.Rows, []frontend.Cell{{Text: s.Name}, {Text: strconv.Itoa(s.Lookups)}, {Text: strconv.Itoa(s.Empty)},
				{Text: strconv.Itoa(s.Exports)}, {Text: rus.FormatDateTime(s.Last, web.Lang(c))}})
		}
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return watchView.Render(c, h.Pages, page)
}

func (h *Handler) concernCard(c *fiber.Ctx, page *watchPage, i int, x concern, wrong string) concernCard {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	card := concernCard{Title: x.Name + ", " + rus.FormatDate(x.Day, lang), Text: t("payments_watch.kind_"+x.Kind, x.Count),
		Fields: []field{{"actor", x.Actor}, {"kind", x.Kind}, {"day", x.Day.Format(time.DateOnly)}}}
	if x.NotedAt != nil && wrong == "" {
		card.Tag = frontend.Tag{Text: t("payments_watch.noted"), Classes: "govuk-tag--grey"}
		card.List = frontend.SummaryOf(t, "payments_watch.outcome", t("payments_watch.outcome_"+x.Outcome), "payments_watch.note", x.Note,
			"payments_watch.noted_at", rus.FormatDateTime(*x.NotedAt, lang))
		return card
	}
	if x.Actor == h.Who(c).ID.String() {
		card.Own = t("payments_watch.own")
		return card
	}
	n := strconv.Itoa(i)
	card.Tag = frontend.Tag{Text: t("payments_watch.fresh"), Classes: "govuk-tag--yellow"}
	for _, field := range []string{"outcome", "note"} {
		if strings.HasPrefix(wrong, field) {
			page.Errors.Add(field+"-"+n, t("payments_watch."+wrong))
		}
	}
	card.Outcome = &frontend.Select{Name: "outcome", ID: "outcome-" + n, Value: x.Outcome, Label: frontend.Label{Text: t("payments_watch.outcome")},
		Items: []frontend.Option{{Value: "", Text: t("payments.staff_choose")}}, ErrorMessage: page.Errors.Message("outcome-" + n)}
	for _, o := range outcomes {
		card.Outcome.Items = append(card.Outcome.Items, frontend.Option{Value: o, Text: t("payments_watch.outcome_" + o)})
	}
	card.Note = &frontend.Input{Name: "note", ID: "note-" + n, Value: x.Note, Label: frontend.Label{Text: t("payments_watch.note")}, Autocomplete: "off",
		ErrorMessage: page.Errors.Message("note-" + n)}
	card.Button = &frontend.Button{Text: t("payments_watch.save"), PreventDoubleClick: true, Classes: "govuk-button--secondary"}
	return card
}

// note writes down what was found out.
func (o overseer) note(c *fiber.Ctx) error {
	h := o.h
	day, err := time.Parse(time.DateOnly, c.FormValue("day"))
	if err != nil {
		return fault.New(fault.Invalid, "payments_watch.gone")
	}
	x := concern{Actor: c.FormValue("actor"), Kind: c.FormValue("kind"), Day: day, Outcome: c.FormValue("outcome"), Note: strings.TrimSpace(c.FormValue("note"))}
	switch n := utf8.RuneCountInString(x.Note); {
	case !slices.Contains(outcomes, x.Outcome):
		return o.watch(c, x, "outcome_empty")
	case n < 1 || n > 500:
		return o.watch(c, x, "note_empty")
	}
	who := h.Who(c)
	if x.Actor == who.ID.String() {
		return fault.New(fault.Forbidden, "payments_watch.own")
	}
	all, err := o.concerns(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o concern) bool { return o.Actor == x.Actor && o.Kind == x.Kind && o.Day.Equal(x.Day) })
	if i < 0 {
		return fault.New(fault.NotFound, "payments_watch.gone") // of another body, or of no rule
	}
	x.Organisation = all[i].Organisation
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := insertWatchNote(c.UserContext(), tx, x, who.ID, h.Now()); err != nil {
			return err
		}
		return h.journal(c, tx, "payments.watch_noted", map[string]any{"employee": x.Actor, "kind": x.Kind, "day": x.Day.Format(time.DateOnly), "outcome": x.Outcome})
	})
	if err != nil {
		return err
	}
	return c.Redirect(o.path, fiber.StatusSeeOther)
}

// restDays are the days of the last month on which nobody works.
func restDays(now time.Time) (days []time.Time) {
	for day := dayOf(now).AddDate(0, 0, -watchDays); !day.After(dayOf(now)); day = day.AddDate(0, 0, 1) {
		if !calendar.Default().IsWorking(day) {
			days = append(days, day)
		}
	}
	return days
}
