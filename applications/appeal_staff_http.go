package applications

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	appealsPage     frontend.Page[appealsView]     = "applications/staff-appeals.html"
	staffAppealPage frontend.Page[staffAppealView] = "applications/staff-appeal.html"
)

// decidedShown is how long a decided complaint stays in the list.
const decidedShown = 90 * 24 * time.Hour

// appealsView lists complaints.
type appealsView struct {
	Waiting, Decided []appealLine
}

type appealLine struct {
	Href, Number, Service string
	Sent, By              string
	Term                  frontend.Tag
}

// staffAppealView is one complaint, with the form that decides it.
type staffAppealView struct {
	frontend.Errors
	Line     appealLine
	Who      string
	State    string // of the application, locale key
	AnswerBy string
	Ground   string // locale key
	Text     []string
	Said     []saidView // the decision, when there is one
	Action   string     // "" once it is decided
	Outcome  frontend.Field
	Words    frontend.CharacterCount
	Back     frontend.BackLink
}

// mountAppeals registers the routes of complaints.
func (h *StaffHandler) mountAppeals(r fiber.Router, allowed fiber.Handler) {
	g := r.Group("/appeals", allowed)
	g.Get("/", h.listAppeals)
	g.Get("/:appeal<guid>", h.showStaffAppeal)
	g.Post("/:appeal<guid>", h.decide)
}

func (h *StaffHandler) listAppeals(c *fiber.Ctx) error {
	waiting, err := appealsFor(c.UserContext(), h.DB, h.Actor(c))
	if err != nil {
		return err
	}
	decided, err := decidedFor(c.UserContext(), h.DB, h.Actor(c), h.Now().Add(-decidedShown))
	if err != nil {
		return err
	}
	var view appealsView
	for _, a := range waiting {
		view.Waiting = append(view.Waiting, h.appealLine(c, &a))
	}
	for _, a := range decided {
		view.Decided = append(view.Decided, h.appealLine(c, &a))
	}
	return appealsPage.Render(c, h.Pages, view)
}

// appealLine is a complaint in the list, with the same last day that the citizen was told.
func (h *StaffHandler) appealLine(c *fiber.Ctx, a *appeal) appealLine {
	lang, t := web.Lang(c), h.Pages.Texts(c)
	l := appealLine{Href: "/appeals/" + a.ID.String(), Number: a.Number, Service: a.Service, Sent: rus.FormatDate(a.At, lang)}
	if s, err := h.Definition(a.Service, a.ServiceVersion); err == nil {
		l.Service = s.Name.In(lang)
	}
	if a.Until != nil {
		l.By = rus.FormatDate(*a.Until, lang)
	}
	left := daysLeft(h.Now(), a.Until)
	switch {
	case a.AnsweredAt != nil:
		l.Term = frontend.Tag{Text: t("applications_staff.appeal_done", rus.FormatDate(*a.AnsweredAt, lang)), Classes: "govuk-tag--green"}
	case a.Until == nil:
	case left < 0:
		l.Term = frontend.Tag{Text: t("applications_staff.appeal_late"), Classes: "govuk-tag--red"}
	case left == 0:
		l.Term = frontend.Tag{Text: t("applications_staff.appeal_today"), Classes: "govuk-tag--yellow"}
	default:
		l.Term = frontend.Tag{Text: t("applications_staff.appeal_left", left), Classes: "govuk-tag--blue"}
	}
	return l
}

// showStaffAppeal opens a complaint. Whoever reads it stands in the journal of the person who complains.
func (h *StaffHandler) showStaffAppeal(c *fiber.Ctx) error {
	return h.renderAppeal(c, frontend.Errors{})
}

func (h *StaffHandler) renderAppeal(c *fiber.Ctx, wrong frontend.Errors) error {
	id, err := uuid.Parse(c.Params("appeal"))
	if err != nil {
		return errNoAppeal
	}
	view := staffAppealView{Errors: wrong, Back: frontend.BackLink{Href: "/appeals"}}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		a, err := appealFor(c.UserContext(), tx, h.Actor(c), id)
		if err != nil {
			return err
		}
		d, err := h.lock(c.UserContext(), tx, a.Application)
		if err != nil {
			return err
		}
		if err := h.fillAppeal(c, tx, &view, a, d); err != nil {
			return err
		}
		return h.noteAppeal(c, tx, "application.appeal_read", d, a)
	})
	if err != nil {
		return err
	}
	h.appealForm(c, &view)
	if wrong.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return staffAppealPage.Render(c, h.Pages, view)
}

func (h *StaffHandler) fillAppeal(c *fiber.Ctx, tx pgx.Tx, view *staffAppealView, a *appeal, d *dossier) error {
	said, err := h.conversation(c.UserContext(), tx, d.ID)
	if err != nil {
		return err
	}
	view.Line, view.State = h.appealLine(c, a), "applications.state_"+string(d.State)
	if d.AnswerBy != nil {
		view.AnswerBy = rus.FormatDate(*d.AnswerBy, web.Lang(c))
	}
	if a.AnsweredAt == nil {
		view.Action = view.Line.Href
	}
	for _, m := range said {
		switch {
		case m.ID == a.ID:
			view.Ground, view.Text = "applications_after.ground_"+m.Words.Ground, paragraphs(m.Words.Text)
			if p := d.party(m.Party); p != nil {
				view.Who = p.Name()
			}
		case m.Kind == saidDecision && m.Words.Request == a.ID.String():
			view.Said = append(view.Said, saidView{At: m.At, Text: paragraphs(m.Words.Text), Ground: "applications_after.outcome_" + m.Words.Outcome})
		}
	}
	return nil
}

func (h *StaffHandler) appealForm(c *fiber.Ctx, view *staffAppealView) {
	t := h.Pages.Texts(c)
	how := &frontend.Radios{Name: "outcome", Value: c.FormValue("outcome"), Fieldset: frontend.Question(t("applications_staff.outcome")),
		ErrorMessage: view.Message("outcome")}
	how.Fieldset.Legend.Classes, how.Fieldset.Legend.IsPageHeading = "govuk-fieldset__legend--s", false
	for _, one := range outcomes {
		how.Items = append(how.Items, frontend.Choice{Value: one, Text: t("applications_after.outcome_" + one)})
	}
	view.Outcome = frontend.Field{Radios: how}
	view.Words = frontend.CharacterCount{Name: "text", Maxlength: maxWords, Rows: "8", Value: c.FormValue("text"),
		Label: frontend.Label{Text: t("applications_staff.decision")}, Hint: frontend.Hint{Text: t("applications_staff.decision_hint")},
		ErrorMessage: view.Message("text")}
}

// decide answers a complaint. Pressed twice, or by two people, it is answered once.
func (h *StaffHandler) decide(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("appeal"))
	if err != nil {
		return errNoAppeal
	}
	t := h.Pages.Texts(c)
	var wrong frontend.Errors
	outcome, text := c.FormValue("outcome"), strings.TrimSpace(c.FormValue("text"))
	if !slices.Contains(outcomes, outcome) {
		wrong.Add("outcome", t("applications_staff.outcome_missing"))
	}
	switch {
	case text == "":
		wrong.Add("text", t("applications_staff.decision_missing"))
	case len([]rune(text)) > maxWords:
		wrong.Add("text", t("applications_after.text_long", maxWords))
	}
	if wrong.Any() {
		return h.renderAppeal(c, wrong)
	}
	err = db.InTx(c.UserContext(), h.DB, func(tx pgx.Tx) error { return h.decideLocked(c, tx, id, outcome, text) })
	if err != nil && !errors.Is(err, errAppealDecided) {
		return err
	}
	return seeOther(c, "/appeals/"+id.String())
}

func (h *StaffHandler) decideLocked(c *fiber.Ctx, tx pgx.Tx, id uuid.UUID, outcome, text string) error {
	ctx := c.UserContext()
	a, err := appealFor(ctx, tx, h.Actor(c), id)
	if err != nil {
		return err
	}
	d, err := h.lock(ctx, tx, a.Application)
	if err != nil {
		return err
	}
	if err := h.decideAppeal(ctx, tx, d, a.ID, outcome, cut(text, maxWords)); err != nil {
		return err
	}
	return h.noteAppeal(c, tx, "application.appeal_decided", d, a)
}

// noteAppeal writes down who read or decided a complaint, for each who takes part.
func (h *StaffHandler) noteAppeal(c *fiber.Ctx, tx pgx.Tx, action string, d *dossier, a *appeal) error {
	for _, p := range d.Parties {
		if !p.Joined() {
			continue
		}
		if err := h.noteStaff(c, tx, action, *p.Person, "complaint", map[string]any{"application": d.ID, "appeal": a.ID}); err != nil {
			return err
		}
	}
	return nil
}
