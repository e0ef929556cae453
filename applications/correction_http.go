package applications

import (
	"context"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/i18n"
)

const (
	requestPage    frontend.Page[requestView]    = "applications/request.html"
	correctionPage frontend.Page[correctionView] = "applications/correction.html"
)

// requestView is what the department needs, with the form that gives it.
type requestView struct {
	frontend.Errors
	Service i18n.Text
	Number  string
	Asked   saidView
	Fields  []catalog.Field // those alone that are asked of the reader
	Uploads bool
	Form    *writeView
	Signs   bool   // the new text will have to be signed
	Joint   bool   // by others too
	Others  string // who else has to answer, when nothing is asked of the reader
	Check   string // address of what was answered already, "" when nothing was
	Back    frontend.BackLink
}

// correctionView is a correction before it is sent: what was, what will be, who has signed.
type correctionView struct {
	Service i18n.Text
	Number  string
	Rows    []both
	Files   []sentView
	Signed  []partyLine
	Hash    string // in groups
	Sign    string // hex, posted back
	Mine    bool   // the reader has signed
	Scans   bool   // a file of it has not been found clean
	Action  string
	Edit    string
	Changed bool // the text is another than the one that was to be signed
	Until   *time.Time
	Back    frontend.BackLink
}

func (h *Handler) request(c *fiber.Ctx) (*Person, *dossier, *asked, error) {
	p, d, err := h.read(c)
	if err != nil {
		return nil, nil, nil, err
	}
	id, err := uuid.Parse(c.Params("request"))
	if err != nil {
		return nil, nil, nil, errNoApplication
	}
	a, err := h.openRequest(c.UserContext(), h.DB, d, id)
	return p, d, a, err
}

func (h *Handler) showRequest(c *fiber.Ctx) error {
	p, d, a, err := h.request(c)
	if err != nil {
		return h.settled(c, err)
	}
	return h.renderRequest(c, p, d, a, retry{keys: a.keys, set: d.base(a)})
}

// retry is what somebody tried to answer.
type retry struct {
	typed    url.Values // nil shows what is stored
	keys     []string   // with those that the new answers make necessary
	set      catalog.Set
	problems catalog.Problems
	wrong    frontend.Errors
	kept     []keptFile
}

func (h *Handler) renderRequest(c *fiber.Ctx, p *Person, d *dossier, a *asked, r retry) error {
	tr := h.tr(c)
	var failed error
	view := requestView{Errors: r.wrong, Service: d.Definition.Name, Number: d.Number, Asked: h.saidView(d, a.message, tr),
		Back: frontend.BackLink{Href: applicationPath(d.ID, "")}, Signs: len(a.Words.Fields) > 0, Joint: len(d.Parties) > 1,
		Form: h.writeForm(c, c.Path(), "applications_after.answer", r.wrong, r.kept)}
	env := h.env(c.UserContext(), d, p, "", &failed)
	for i := range d.Definition.Steps {
		step := &d.Definition.Steps[i]
		if step.Owner(d.Me.ID) == "" && d.Me.Position != 0 {
			continue
		}
		env.File = d.fileOf(step)
		fields := d.Definition.FieldsOnly(step, r.keys, r.set, d.Me.ID, r.typed, r.problems, env, tr)
		view.Fields = append(view.Fields, fields...)
	}
	if failed != nil {
		return failed
	}
	for _, problem := range r.problems {
		view.Errors.AddAt(problem.Field, problem.Field, problem.Summary(tr))
	}
	if view.Signs && len(a.keys) == 0 {
		view.Others = d.pending(func(p *Party) bool { return len(d.keysFor(a.message, p)) > 0 })
	}
	if a.Correction != nil {
		view.Check = c.Path() + "/check"
	}
	if view.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return requestPage.Render(c, h.Pages, view)
}

// postRequest takes the answer: at once when it is only papers or words, else as a correction to be signed.
func (h *Handler) postRequest(c *fiber.Ctx) error {
	values, err := form(c)
	if err != nil {
		return err
	}
	_, text, kept, wrong, err := h.write(c)
	if err != nil {
		return err
	}
	problems, err := h.receiveAnswers(c, values)
	if err != nil {
		return err
	}
	p, d, a, err := h.request(c) // with the files that have just come
	if err != nil {
		return h.settled(c, err)
	}
	r := retry{typed: values, wrong: wrong, kept: kept}
	if rearranged, pressed := a.rearrange(d, values); pressed {
		return h.renderRequest(c, p, d, a, retry{typed: rearranged, keys: a.keys, set: d.base(a), problems: problems, wrong: wrong, kept: kept})
	}
	if len(a.keys) > 0 {
		h.readAnswers(c.UserContext(), d, a, p, &r, h.tr(c))
		r.problems = withUploads(r.problems, problems)
	}
	if len(r.problems) == 0 && !wrong.Any() {
		onto, err := h.keepAnswer(c, d, a, &r, text)
		switch {
		case errors.Is(err, errNothing):
			r.wrong.Add("text", h.tr(c).T("applications_after.answer_nothing"))
		case errors.Is(err, errScanning):
			r.wrong.Add("files", h.tr(c).T("catalog_fields.scan_wait"))
		default:
			return h.then(c, err, onto)
		}
	}
	return h.renderRequest(c, p, d, a, r)
}

// rearrange answers the buttons that take a file away, and those that add or remove a group: what was typed, to be shown again.
func (a *asked) rearrange(d *dossier, typed url.Values) (url.Values, bool) {
	if left, pressed := dropFile(typed); pressed {
		return left, true
	}
	for _, step := range d.steps(d.Me) {
		if step.Repeat == nil || !slices.Contains(a.keys, step.ID) {
			continue
		}
		groups, pressed := step.Rearrange(typed)
		if !pressed {
			continue
		}
		for name, values := range typed { // of the other questions on the page
			if !strings.HasPrefix(name, step.ID+".") && name != step.ID+"-count" {
				groups[name] = values
			}
		}
		return groups, true
	}
	return typed, false
}

var errNothing = errors.New("the answer is empty")

func (h *Handler) keepAnswer(c *fiber.Ctx, seen *dossier, a *asked, r *retry, text string) (onto string, err error) {
	files := idsOf(r.kept)
	changes := len(a.keys) > 0 && len(seen.differs(&dossier{Application: seen.Application, Definition: seen.Definition, Parties: seen.Parties,
		Set: r.set})) > 0
	if !changes && text == "" && len(files) == 0 {
		return "", errNothing
	}
	err = h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error {
		if d.Version != seen.Version { // somebody else has answered, or signed, since
			return errChanged
		}
		now, err := h.openRequest(ctx, tx, d, a.ID)
		if err != nil {
			return err
		}
		if !changes {
			return h.answerDocuments(ctx, tx, d, now, text, files)
		}
		return h.propose(ctx, tx, d, now, r.set, text, files)
	})
	if changes {
		return "/requests/" + a.ID.String() + "/check", err
	}
	return "/messages#last", err
}

// receiveAnswers takes files that answer questions of the form.
func (h *Handler) receiveAnswers(c *fiber.Ctx, values url.Values) (catalog.Problems, error) {
	m, err := c.MultipartForm()
	if err != nil || len(m.File) == 0 {
		return nil, nil
	}
	p, d, a, err := h.request(c)
	if err != nil {
		return nil, err
	}
	var all catalog.Problems
	for _, step := range d.steps(d.Me) {
		if !slices.ContainsFunc(a.keys, func(id string) bool { return asks(&step, id) }) {
			continue
		}
		problems, err := h.receiveStep(c, p, d, &step, m, values)
		if err != nil {
			return nil, err
		}
		all = append(all, problems...)
	}
	return all, nil
}

// readAnswers reads the asked questions, and those that the new answers make necessary, until the part of the reader is whole again.
func (h *Handler) readAnswers(ctx context.Context, d *dossier, a *asked, p *Person, r *retry, tr catalog.Tr) {
	r.keys = slices.Clone(a.keys)
	for range len(d.Definition.Steps) + 1 {
		r.set, r.problems = d.base(a), nil
		for i := range d.Definition.Steps {
			step := &d.Definition.Steps[i]
			if !slices.ContainsFunc(r.keys, func(id string) bool { return asks(step, id) }) || step.Owner(d.Me.ID) == "" && d.Me.Position != 0 {
				continue
			}
			env := catalog.Env{Now: h.Now(), Prefill: p.Profile, Find: h.finder(ctx, d), File: d.fileOf(step)}
			answers, problems := d.Definition.ParseOnly(step, r.keys, r.typed, r.set, d.Me.ID, env)
			if r.problems = append(r.problems, problems...); len(problems) == 0 {
				r.set = d.Definition.With(r.set, step, d.Me.ID, answers)
			}
		}
		missing, whole := d.Definition.Complete(r.set, d.Me.ID)
		if len(r.problems) > 0 || whole {
			return
		}
		if !r.ask(d.Definition.Step(missing)) {
			r.wrong.Add("text", tr.T("applications_after.answer_stops"))
			return
		}
	}
}

// ask adds the questions of a step that lacks something, and tells whether there were any new ones.
func (r *retry) ask(step *catalog.Step) bool {
	before := len(r.keys)
	if step.Repeat != nil && !slices.Contains(r.keys, step.ID) {
		r.keys = append(r.keys, step.ID)
	}
	for i := range step.Questions {
		if id := step.Questions[i].ID; step.Repeat == nil && !slices.Contains(r.keys, id) {
			r.keys = append(r.keys, id)
		}
	}
	return len(r.keys) > before
}

func (h *Handler) showCorrection(c *fiber.Ctx) error {
	_, d, a, err := h.request(c)
	if err != nil {
		return h.settled(c, err)
	}
	return h.renderCorrection(c, d, a, false)
}

func (h *Handler) renderCorrection(c *fiber.Ctx, d *dossier, a *asked, changed bool) error {
	base := applicationPath(d.ID, "/requests/"+a.ID.String())
	if a.Correction == nil {
		return seeOther(c, base)
	}
	tr := h.tr(c)
	view := correctionView{Service: d.Definition.Name, Number: d.Number, Hash: grouped(a.Correction.Hash), Sign: hex.EncodeToString(a.Correction.Hash),
		Action: base + "/sign", Changed: changed, Scans: d.unscannedIn(a.Correction.Set), Until: a.Until, Back: frontend.BackLink{Href: applicationPath(d.ID, "")}}
	if len(a.keys) > 0 {
		view.Edit = base
	}
	for _, owner := range append([]string{""}, partyIDs(d)...) {
		for _, row := range pair(d.Definition.Summary(d.Set, owner, tr), d.Definition.Summary(a.Correction.Set, owner, tr)) {
			if row.Was != row.Is {
				view.Rows = append(view.Rows, row)
			}
		}
	}
	for _, f := range append(d.newFiles(a.Correction), a.Files...) {
		view.Files = append(view.Files, sentView{f.Name, catalog.SizeInWords(f.Size, tr), applicationPath(d.ID, "/files/"+f.ID.String())})
	}
	for _, p := range d.Parties {
		line := partyLine{Who: upperFirst(h.label(d, p, tr.T)), Status: "applications_after.correction_waits", Tag: "govuk-tag--yellow"}
		if i := slices.IndexFunc(a.Correction.Signatures, func(s *Signature) bool { return s.Party == p.ID }); i >= 0 {
			line = partyLine{Who: line.Who, Status: "applications.party_signed", At: &a.Correction.Signatures[i].SignedAt}
			view.Mine = view.Mine || p == d.Me
		}
		view.Signed = append(view.Signed, line)
	}
	if changed {
		c.Status(fiber.StatusConflict)
	}
	return correctionPage.Render(c, h.Pages, view)
}

func (h *Handler) signRequest(c *fiber.Ctx) error {
	hash, err := hex.DecodeString(c.FormValue("hash"))
	id, errID := uuid.Parse(c.Params("request"))
	if err != nil || errID != nil {
		return errChanged
	}
	err = h.change(c, func(ctx context.Context, tx pgx.Tx, p *Person, d *dossier) error {
		a, err := h.openRequest(ctx, tx, d, id)
		if err != nil {
			return err
		}
		return h.signCorrection(ctx, tx, d, p, a, hash)
	})
	if errors.Is(err, errChanged) || errors.Is(err, errIncomplete) || errors.Is(err, errScanning) {
		changed := !errors.Is(err, errScanning)
		_, d, a, err := h.request(c)
		if err != nil {
			return h.settled(c, err)
		}
		return h.renderCorrection(c, d, a, changed)
	}
	return h.then(c, err, "")
}
