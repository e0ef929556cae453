package applications

import (
	"cmp"
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
	Service  i18n.Text
	Number   string
	Asked    saidView
	Fields   []catalog.Field // those alone that are asked of the reader
	Uploads  bool
	Form     *writeView
	Tag      string // of the answers that the form was opened with
	TagWords string // and of what was said with them
	Stale    *catalog.Stale
	Signs    bool   // the new text will have to be signed
	Joint    bool   // by others too
	Others   string // who else has to answer, when nothing is asked of the reader
	Check    string // address of what was answered already, "" when nothing was
	Back     frontend.BackLink
}

// correctionView is a correction before it is sent: what was, what will be, who has signed.
type correctionView struct {
	Service i18n.Text
	Number  string
	Rows    []catalog.Both
	Text    []string // what is said with it
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
	text     string
	stale    []frontend.Radios // the answers that were saved elsewhere meanwhile with other words
	keys     []string          // with those that the new answers make necessary
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
	for _, step := range d.mine() {
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
		if r.typed == nil {
			view.Form.Text.Value = a.Correction.Text
		}
	}
	// As on a page of a draft, one that only has to be corrected keeps the tag it was opened with.
	if view.Tag, view.TagWords = r.typed.Get("version"), r.typed.Get("version_words"); r.typed == nil || r.stale != nil {
		var err error
		if view.Tag, view.TagWords, err = d.askedTags(a); err != nil {
			return err
		}
	}
	if view.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	if r.stale != nil {
		c.Status(fiber.StatusConflict)
		view.Stale = &catalog.Stale{Rows: r.stale, Keep: cmp.Or(view.Check, view.Back.Href)}
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
	if err == nil {
		r := retry{typed: values, text: text, wrong: wrong, kept: kept, problems: problems}
		if err = h.takeAnswer(c, r); errors.Is(err, errChanged) { // in this moment
			err = h.takeAnswer(c, r)
		}
	}
	if errors.Is(err, errClosed) {
		return h.tooLate(c, text, kept)
	}
	return h.settled(c, err)
}

// takeAnswer answers with the page that follows, or with the form again.
func (h *Handler) takeAnswer(c *fiber.Ctx, r retry) error {
	p, d, a, err := h.request(c) // with the files that have just come
	if err != nil {
		return err
	}
	tr, uploads := h.tr(c), r.problems
	typed, pressed := d.rearrange(r.typed)
	if r.typed = typed; len(a.keys) > 0 {
		wrong := r.wrong
		h.readAnswers(c.UserContext(), d, a, p, &r, tr)
		if r.problems = withUploads(r.problems, uploads); pressed {
			r.problems, r.wrong = uploads, wrong
		}
	}
	if pressed || len(r.problems) > 0 || r.wrong.Any() {
		return h.renderRequest(c, p, d, a, r)
	}
	if err := d.overtaken(a, &r, tr); err != nil || r.stale != nil {
		if err != nil {
			return err
		}
		return h.renderRequest(c, p, d, a, r)
	}
	switch onto, err := h.keepAnswer(c, d, a, &r); {
	case errors.Is(err, errNothing):
		r.wrong.Add("text", tr.T("applications_after.answer_nothing"))
		return h.renderRequest(c, p, d, a, r)
	case errors.Is(err, errScanning):
		r.wrong.Add("files", tr.T("catalog_fields.scan_wait"))
		return h.renderRequest(c, p, d, a, r)
	case err != nil:
		return err
	default:
		return seeOther(c, applicationPath(d.ID, onto))
	}
}

// wordsAsked stands for what a party says with new answers, among these. No question has an underscore in front.
const wordsAsked = "_words"

// askedTags name what the reader's answers are put into: those that were asked for, as they are stored, and apart from them what was
// said with them, for that is one text for all parties.
func (d *dossier) askedTags(a *asked) (answers, said string, err error) {
	own := catalog.Answers{}
	for _, step := range d.mine() {
		for id, value := range d.base(a).Of(step.Owner(d.Me.ID)) {
			if slices.Contains(a.keys, id) && asks(step, id) {
				own[id] = value
			}
		}
	}
	if answers, err = catalog.Tag("request "+a.ID.String(), own); err != nil {
		return "", "", err
	}
	said, err = catalog.Tag("words "+a.ID.String(), catalog.Answers{wordsAsked: a.said()})
	return answers, said, err
}

// said is what somebody has said with the answers that wait.
func (a *asked) said() string {
	if a.Correction == nil {
		return ""
	}
	return a.Correction.Text
}

// mine are the steps that the reader may answer, those that are hidden at the moment too.
func (d *dossier) mine() (steps []*catalog.Step) {
	for i := range d.Definition.Steps {
		if step := &d.Definition.Steps[i]; step.Owner(d.Me.ID) != "" || d.Me.Position == 0 {
			steps = append(steps, step)
		}
	}
	return steps
}

// overtaken finds what was saved elsewhere, with other words, since the form was opened. What others have said meanwhile stays when the
// reader says nothing.
func (d *dossier) overtaken(a *asked, r *retry, tr catalog.Tr) error {
	answers, said, err := d.askedTags(a)
	if err != nil {
		return err
	}
	if answers != r.typed.Get("version") {
		stored, typed := *d, *d
		stored.Set, typed.Set = d.base(a), r.set
		for _, step := range d.mine() {
			if slices.ContainsFunc(r.keys, func(id string) bool { return asks(step, id) }) {
				r.stale = append(r.stale, catalog.Conflicts(step, stored.saved(step, tr), typed.saved(step, tr), tr)...)
			}
		}
	}
	switch fresh := said == r.typed.Get("version_words"); {
	case catalog.KeepsSaved(r.typed, wordsAsked), !fresh && r.text == "":
		r.text = a.said()
	case !fresh && a.said() != "" && r.text != a.said():
		r.stale = append(r.stale, catalog.Choice(wordsAsked, tr.T("applications_after.answer"), a.said(), r.text, tr))
	}
	return nil
}

// tooLate tells whoever answers a request that was answered meanwhile, and keeps the words to be sent as a message. The same words are
// a button pressed twice.
func (h *Handler) tooLate(c *fiber.Ctx, text string, kept []keptFile) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	said, err := h.conversation(c.UserContext(), h.DB, d.ID)
	if err != nil {
		return err
	}
	for _, m := range said {
		if m.Kind == saidAnswer && m.Party == d.Me.ID && m.Words.Request == c.Params("request") && m.Words.Text == text {
			return seeOther(c, applicationPath(d.ID, "/messages#last"))
		}
	}
	var wrong frontend.Errors
	wrong.Add("text", h.tr(c).T("applications_after.answer_late"))
	return h.renderMessages(c, d, wrong, kept)
}

// rearrange answers the buttons that take a file away, and those that add or remove a group: what was typed, to be shown again.
func (d *dossier) rearrange(typed url.Values) (url.Values, bool) {
	if left, pressed := dropFile(typed); pressed {
		return left, true
	}
	for _, step := range d.mine() {
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

func (h *Handler) keepAnswer(c *fiber.Ctx, seen *dossier, a *asked, r *retry) (onto string, err error) {
	files, text := idsOf(r.kept), r.text
	changes := len(a.keys) > 0 && len(seen.differs(seen.Set, r.set)) > 0
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
		switch was := now.Correction; {
		case !changes:
			return h.answerDocuments(ctx, tx, d, now, text, files)
		case was != nil && len(files) == 0 && was.Text == text && len(d.differs(was.Set, r.set)) == 0:
			return nil // as it is already: what others have signed of it counts
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
	p, d, _, err := h.request(c)
	if err != nil {
		return nil, err
	}
	var all catalog.Problems
	for _, step := range d.mine() { // other answers may make further ones necessary
		problems, err := h.receiveStep(c, p, d, step, m, values)
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
		for _, step := range d.mine() {
			if !slices.ContainsFunc(r.keys, func(id string) bool { return asks(step, id) }) {
				continue
			}
			env := catalog.Env{Now: h.Now(), Prefill: p.Profile, Find: h.finder(ctx, d), File: d.fileOf(step)}
			answers, problems := d.Definition.ParseOnly(step, r.keys, r.typed, r.set, d.Me.ID, env)
			if r.problems = append(r.problems, problems...); len(problems) == 0 {
				catalog.Chosen(r.typed, answers, d.base(a).Of(step.Owner(d.Me.ID)))
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
	view := correctionView{Service: d.Definition.Name, Text: paragraphs(a.Correction.Text), Number: d.Number, Hash: grouped(a.Correction.Hash), Sign: hex.EncodeToString(a.Correction.Hash),
		Action: base + "/sign", Changed: changed, Scans: d.unscannedIn(a.Correction.Set), Until: a.Until, Back: frontend.BackLink{Href: applicationPath(d.ID, "")}}
	if len(a.keys) > 0 {
		view.Edit = base
	}
	for _, owner := range append([]string{""}, partyIDs(d)...) {
		for _, row := range catalog.Pair(d.Definition.Summary(d.Set, owner, tr), d.Definition.Summary(a.Correction.Set, owner, tr)) {
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
