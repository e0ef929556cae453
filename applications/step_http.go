package applications

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

const stepPage frontend.Page[stepView] = "applications/step.html"

type stepView struct {
	frontend.Errors
	Service   i18n.Text
	Title     string
	Hint      string
	Fields    []catalog.Field
	Uploads   bool // a field takes files
	Back      frontend.BackLink
	Action    string
	Tag       string // of the answers that the form was opened with
	Change    bool   // came from "check your answers", and returns there
	Voids     bool   // somebody has signed: a change voids it
	Saved     bool   // there is something saved, until
	KeptUntil time.Time
	Deadline  *time.Time
	HoldUntil *time.Time // of the chosen time, on its page
	Status    string
	Stale     *catalog.Stale
	Remember  *frontend.Checkboxes // keep what this page says among my documents
}

// env is what questions need from outside. The error of a look for free times is found in *failed.
func (h *Handler) env(ctx context.Context, d *dossier, p *Person, month string, failed *error) catalog.Env {
	return catalog.Env{Now: h.Now(), Month: month, Prefill: p.Profile, Find: h.finder(ctx, d), Slots: func(office string) []catalog.Day {
		days, err := h.freeDays(ctx, d, office)
		if err != nil {
			*failed = err
		}
		return days
	}}
}

func (h *Handler) showStep(c *fiber.Ctx) error {
	p, d, err := h.read(c)
	if err != nil {
		return err
	}
	if !d.editable() {
		return seeOther(c, applicationPath(d.ID, ""))
	}
	step, _, _ := d.visible(c.Params("step"))
	if step == nil {
		return errNoApplication
	}
	a := attempt{change: c.Query("change") != "", month: c.Query("month")}
	if asks, q := slotQuestion(d.Definition); asks != nil && asks.ID == step.ID && c.Query("taken") != "" {
		switch {
		case d.Deadline == nil && h.timely(d) != nil:
			a.problems = catalog.Problems{{Field: q.ID, Key: "applications.slot_past"}}
		case d.Booking == nil:
			a.problems = catalog.Problems{{Field: q.ID, Key: "applications.slot_taken"}}
		}
	}
	return h.renderStep(c, d, p, step, a)
}

// attempt is what somebody tried to save.
type attempt struct {
	step     *catalog.Step
	typed    url.Values // nil shows what is stored
	tag      string     // of the answers that the form was opened with
	problems catalog.Problems
	uploads  catalog.Problems // what was wrong with files that came with it
	change   bool
	month    string
	stale    bool
	answers  catalog.Answers // what was read, when the step is stale

	queries []catalog.Query // what has to be asked before it can be read
	said    said            // and what the departments said, nil before that
}

func (h *Handler) renderStep(c *fiber.Ctx, d *dossier, p *Person, step *catalog.Step, a attempt) error {
	tr, ctx := h.tr(c), c.UserContext()
	var failed error
	view := stepView{Service: d.Definition.Name, Title: step.Title.In(tr.Lang), Hint: step.Hint.In(tr.Lang), Change: a.change,
		Voids: d.anySignature(), Saved: len(d.of(step, d.Set)) > 0, KeptUntil: d.KeptUntil, Deadline: d.Deadline,
		Action: c.Path(), Status: applicationPath(d.ID, ""), Back: h.backFrom(d, step, a.change)}
	env := h.env(ctx, d, p, a.month, &failed)
	env.File = d.fileOf(step)
	view.Fields, view.Uploads = d.Definition.Fields(step, d.Set, d.Me.ID, a.typed, a.problems, env, tr), step.AsksFiles()
	if failed != nil {
		return failed
	}
	var err error
	if view.Remember, err = h.offerRemember(ctx, p, step, a.typed, tr.T("documents.remember")); err != nil {
		return err
	}
	for _, f := range view.Fields {
		if a.change && f.Calendar != nil {
			for i := range f.Calendar.Months { // another month must not lose the way back to the answers
				f.Calendar.Months[i].Href += "&change=1"
			}
		}
	}
	// A page that only has to be corrected keeps the tag it was opened with: it may be stale, and has not been told so yet.
	if view.Tag = a.tag; a.typed == nil || a.stale {
		var err error
		if view.Tag, err = d.tag(step); err != nil {
			return err
		}
	}
	if asks, _ := slotQuestion(d.Definition); asks != nil && asks.ID == step.ID && d.Booking != nil {
		view.HoldUntil = d.Booking.HoldUntil
	}
	for _, problem := range a.problems {
		view.Errors.AddAt(problem.Field, problem.Field, problem.Summary(tr))
	}
	if view.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	if a.stale {
		c.Status(fiber.StatusConflict)
		typed := *d
		typed.Set = d.Definition.With(d.Set, step, d.Me.ID, a.answers)
		view.Stale = &catalog.Stale{Rows: catalog.Conflicts(step, d.saved(step, tr), typed.saved(step, tr), tr), Keep: h.after(d, step, a.change)}
	}
	return stepPage.Render(c, h.Pages, view)
}

func (h *Handler) backFrom(d *dossier, step *catalog.Step, change bool) frontend.BackLink {
	_, before, _ := d.visible(step.ID)
	switch {
	case change:
		return frontend.BackLink{Href: applicationPath(d.ID, "/check")}
	case before == "":
		return frontend.BackLink{Href: applicationPath(d.ID, "")}
	}
	return frontend.BackLink{Href: stepPath(d.ID, before, false)}
}

// after is the page that follows a saved step: a stop, the answers to check when the reader came from there and no new
// question has arisen, else the next question.
func (h *Handler) after(d *dossier, step *catalog.Step, change bool) string {
	if d.Definition.Stopped(step, d.Set, d.Me.ID) != nil {
		return applicationPath(d.ID, "/steps/"+url.PathEscape(step.ID)+"/stop")
	}
	if change {
		if missing, ok := d.Definition.Complete(d.Set, d.Me.ID); !ok {
			return stepPath(d.ID, missing, true)
		}
		return applicationPath(d.ID, "/check")
	}
	if _, _, next := d.visible(step.ID); next != "" {
		return stepPath(d.ID, next, false)
	}
	return applicationPath(d.ID, "/check")
}

// saveStep stores a page of answers. What was typed is shown again, whole, whenever it cannot be stored.
func (h *Handler) saveStep(c *fiber.Ctx) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	uploads, err := h.receive(c, values)
	if err != nil {
		return h.settled(c, err)
	}
	a := attempt{typed: values, uploads: uploads, change: values.Get("change") != "", tag: values.Get("version")}
	var onto string
	var seen *dossier
	var who *Person
	take := func(ctx context.Context, tx pgx.Tx, p *Person, d *dossier) error {
		seen, who = d, p
		if !d.editable() {
			return errClosed
		}
		if a.step, _, _ = d.visible(c.Params("step")); a.step == nil {
			return errNoApplication
		}
		answers, err := h.readStep(d, p, &a)
		if err != nil {
			return err
		}
		if err := h.save(ctx, tx, d, a.step, answers); err != nil {
			return err
		}
		if err := h.remember(ctx, tx, p, a.step, a.typed, answers); err != nil {
			return err
		}
		onto = h.after(d, a.step, a.change)
		return nil
	}
	if err = h.change(c, take); errors.Is(err, errAsk) {
		a.said = h.ask(c.UserContext(), seen, a.queries)
		err = h.change(c, take)
	}
	switch {
	case err == nil:
		return seeOther(c, onto)
	case errors.Is(err, errSlotTaken), errors.Is(err, errSlotMany):
		var full *fault.Error
		_ = errors.As(err, &full)
		_, q := slotQuestion(seen.Definition)
		a.problems = catalog.Problems{{Field: q.ID, Key: full.Key}}
	case !errors.Is(err, errShown):
		return h.settled(c, err)
	}
	if seen, err = h.openFor(c.UserContext(), h.DB, who.ID, seen.ID); err != nil { // as it is without the attempt
		return err
	}
	return h.renderStep(c, seen, who, a.step, a)
}

// readStep reads what was typed. It returns errShown when the page has to be shown again, and notes in the attempt why.
func (h *Handler) readStep(d *dossier, p *Person, a *attempt) (catalog.Answers, error) {
	if _, q := slotQuestion(d.Definition); q != nil {
		a.month = a.typed.Get(q.ID + "-month")
	}
	if left, pressed := dropFile(a.typed); pressed {
		a.typed = left
		return nil, errShown
	}
	if rearranged, pressed := a.step.Rearrange(a.typed); pressed {
		a.typed, a.problems = rearranged, a.uploads
		return nil, errShown
	}
	// Without Slots any time of the office's rule passes: whether it is free is for the booking to say.
	env := catalog.Env{Now: h.Now(), Month: a.month, Prefill: p.Profile, Find: a.said.find, File: d.fileOf(a.step)}
	if a.queries = d.Definition.Queries(a.step, d.Set, d.Me.ID); a.said == nil && len(a.queries) > 0 {
		return nil, errAsk
	}
	answers, problems := d.Definition.Parse(a.step, a.typed, d.Set, d.Me.ID, env)
	if a.problems = withUploads(problems, a.uploads); len(a.problems) > 0 {
		return nil, errShown
	}
	catalog.Chosen(a.typed, answers, d.Set.Of(a.step.Owner(d.Me.ID)))
	tag, err := d.tag(a.step)
	if err != nil {
		return nil, err
	}
	if a.stale = tag != a.tag && !d.same(a.step, answers); a.stale {
		a.answers = answers
		return nil, errShown
	}
	return answers, nil
}

// errShown ends a transaction without a change: the page says why.
var errShown = fault.New(fault.Conflict, "applications.changed_meanwhile")

const stopPage frontend.Page[stopView] = "applications/stop.html"

type stopView struct {
	Stop *catalog.Stop
	Back frontend.BackLink
	Home string
}

// Paragraphs returns the text of the stop, parted at its empty lines.
func (v stopView) Paragraphs(lang string) []string {
	return strings.Split(v.Stop.Text.In(i18n.Parse(lang)), "\n\n")
}

// showStop explains why this way ends here, and what to do instead. It is an answer, not an error.
func (h *Handler) showStop(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	step, _, _ := d.visible(c.Params("step"))
	if step == nil {
		return errNoApplication
	}
	stop := d.Definition.Stopped(step, d.Set, d.Me.ID)
	if stop == nil {
		return seeOther(c, h.onward(d))
	}
	return stopPage.Render(c, h.Pages, stopView{Stop: stop, Back: frontend.BackLink{Href: stepPath(d.ID, step.ID, false)},
		Home: applicationPath(d.ID, "")})
}
