package applications

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/files"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	threadPage frontend.Page[threadView] = "applications/messages.html"
	appealPage frontend.Page[appealView] = "applications/appeal.html"
)

// writeRate keeps one person from flooding a department.
var writeRate = web.Rate{Burst: 10, Every: time.Minute}

// threadView is what the parties and the department said to each other.
type threadView struct {
	frontend.Errors
	Service i18n.Text
	Number  string
	Said    []saidView
	Form    *writeView // nil when nothing more may be written
	Appeal  string     // address of the complaint, "" when none may be made
	Back    frontend.BackLink
}

// saidView is one message.
type saidView struct {
	ID, Who, Kind string // Kind is the end of a locale key
	Mine          bool
	At            time.Time
	Text          []string // paragraphs
	Ground        string   // locale key; of a decision, its outcome
	Until         *time.Time
	Documents     []string
	Fields        []string // labels
	Files         []sentView
	Answer        string // address of the page that answers a request, "" when nothing is awaited
	AnsweredAt    *time.Time
}

// sentView is a file that can be downloaded.
type sentView struct{ Name, Size, Href string }

// writeView is a form for words and files.
type writeView struct {
	Action string
	Text   frontend.CharacterCount
	Files  frontend.FileUpload
	Kept   []keptFile // uploaded before the page had to be shown again
}

type keptFile struct{ ID, Name string }

func (h *Handler) showMessages(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	return h.renderMessages(c, d, frontend.Errors{}, nil)
}

func (h *Handler) renderMessages(c *fiber.Ctx, d *dossier, wrong frontend.Errors, kept []keptFile) error {
	if !d.wasSent() {
		return seeOther(c, applicationPath(d.ID, ""))
	}
	said, err := h.conversation(c.UserContext(), h.DB, d.ID)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	view := threadView{Errors: wrong, Service: d.Definition.Name, Number: d.Number, Back: frontend.BackLink{Href: applicationPath(d.ID, "")}}
	for _, m := range said {
		view.Said = append(view.Said, h.saidView(d, m, tr))
	}
	if d.mayWrite() {
		view.Form = h.writeForm(c, applicationPath(d.ID, "/messages"), "applications_after.write", wrong, kept)
	}
	if d.mayAppeal() {
		view.Appeal = applicationPath(d.ID, "/appeal")
	}
	if wrong.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return threadPage.Render(c, h.Pages, view)
}

func (h *Handler) saidView(d *dossier, m *message, tr catalog.Tr) saidView {
	v := saidView{ID: m.ID.String(), Kind: m.Kind, At: m.At, Until: m.Until, AnsweredAt: m.AnsweredAt, Text: paragraphs(m.Words.Text),
		Documents: m.Words.Documents, Who: tr.T("applications_after.department")}
	if dep := h.Catalog.Department(d.Definition.Goes(d.Set)); dep != nil && m.Party == "" {
		v.Who = dep.Name.In(tr.Lang)
	}
	if p := d.party(m.Party); p != nil {
		v.Who, v.Mine = upperFirst(h.label(d, p, tr.T)), true
	}
	if m.Words.Ground != "" {
		v.Ground = "applications_after.ground_" + m.Words.Ground
	}
	if m.Words.Outcome != "" {
		v.Ground = "applications_after.outcome_" + m.Words.Outcome
	}
	for _, key := range m.Words.Fields {
		v.Fields = append(v.Fields, d.labelOf(key, tr))
	}
	for _, f := range m.Files {
		v.Files = append(v.Files, sentView{f.Name, catalog.SizeInWords(f.Size, tr), applicationPath(d.ID, "/files/"+f.ID.String())})
	}
	if d.awaited(m) {
		v.Answer = applicationPath(d.ID, "/requests/"+m.ID.String())
	}
	return v
}

// labelOf is the question of a key in the reader's words.
func (d *dossier) labelOf(key string, tr catalog.Tr) string {
	_, id := splitKey(key)
	if q := d.Definition.Question(id); q != nil && q.Label.RU != "" {
		return q.Label.In(tr.Lang)
	}
	if step := d.Definition.Step(id); step != nil {
		return step.Title.In(tr.Lang)
	}
	return id
}

func paragraphs(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// writeForm is a form for words and files, with what was typed. key begins its texts.
func (h *Handler) writeForm(c *fiber.Ctx, action, key string, wrong frontend.Errors, kept []keptFile) *writeView {
	t := h.Pages.Texts(c)
	return &writeView{Action: action, Kept: kept,
		Text: frontend.CharacterCount{Name: "text", Maxlength: maxWords, Rows: "6", Value: c.FormValue("text"),
			Label: frontend.Label{Text: t(key)}, Hint: frontend.Hint{Text: t(key + "_hint")}, ErrorMessage: wrong.Message("text")},
		Files: frontend.FileUpload{Name: "files", Multiple: true, Label: frontend.Label{Text: t("applications_after.files")},
			Hint: frontend.Hint{Text: t("applications_after.files_hint", maxAttached, messageFileQuestion.FileNames(),
				int(messageFileQuestion.MaxBytes()>>20))}, ErrorMessage: wrong.Message("files")}}
}

// messageFileQuestion and messageStep say what may go with a message.
var (
	messageFileQuestion = &catalog.Question{ID: messageQuestion, Type: "file", Count: maxAttached}
	messageStep         = &catalog.Step{}
)

// takeFiles receives the files of a message: those of an earlier try, by their ids, and new ones.
func (h *Handler) takeFiles(c *fiber.Ctx, p *Person, d *dossier, wrong *frontend.Errors) (kept []keptFile, err error) {
	m, err := c.MultipartForm()
	if err != nil {
		return nil, nil
	}
	var ids []uuid.UUID
	for _, raw := range m.Value["file"] {
		if id, err := uuid.Parse(raw); err == nil {
			ids = append(ids, id)
		}
	}
	loose, err := looseFiles(c.UserContext(), h.DB, d.ID, p.ID, ids)
	if err != nil {
		return nil, err
	}
	for _, row := range loose {
		a, err := h.opened(d.ID, row)
		if err != nil {
			return nil, err
		}
		kept = append(kept, keptFile{a.ID.String(), a.Name})
	}
	tr := h.tr(c)
	for _, f := range m.File["files"] {
		if f.Filename == "" && f.Size == 0 {
			continue
		}
		if len(kept) >= maxAttached {
			wrong.Add("files", tr.T("applications_after.files_many", maxAttached))
			break
		}
		id, problem, err := h.receiveOne(c, p, d, messageStep, messageFileQuestion, f)
		if err != nil {
			return nil, err
		}
		if problem != nil {
			wrong.Add("files", problem.Text(tr))
			continue
		}
		kept = append(kept, keptFile{id.String(), files.CleanName(f.Filename)})
	}
	return kept, nil
}

func idsOf(kept []keptFile) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(kept))
	for _, f := range kept {
		ids = append(ids, uuid.MustParse(f.ID))
	}
	return ids
}

// write reads a form of words and files for an application that was sent.
func (h *Handler) write(c *fiber.Ctx) (*dossier, string, []keptFile, frontend.Errors, error) {
	var wrong frontend.Errors
	p, d, err := h.read(c)
	if err != nil {
		return nil, "", nil, wrong, err
	}
	if err := h.within(c.UserContext(), "application_words", p, writeRate); err != nil {
		return nil, "", nil, wrong, err
	}
	text := strings.TrimSpace(c.FormValue("text"))
	if len([]rune(text)) > maxWords {
		wrong.Add("text", h.tr(c).T("applications_after.text_long", maxWords))
	}
	kept, err := h.takeFiles(c, p, d, &wrong)
	return d, cut(text, maxWords), kept, wrong, err
}

func (h *Handler) postMessage(c *fiber.Ctx) error {
	d, text, kept, wrong, err := h.write(c)
	if err != nil {
		return err
	}
	if text == "" && len(kept) == 0 {
		wrong.Add("text", h.tr(c).T("applications_after.text_missing"))
	}
	if !wrong.Any() {
		err = h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error {
			return h.say(ctx, tx, d, &message{Kind: saidMessage, Words: words{Text: text}}, idsOf(kept))
		})
		if !errors.Is(err, errScanning) {
			return h.then(c, err, "/messages#last")
		}
		wrong.Add("files", h.tr(c).T("catalog_fields.scan_wait"))
	}
	return h.renderMessages(c, d, wrong, kept)
}

// then goes on to a page of the application, or says why not.
func (h *Handler) then(c *fiber.Ctx, err error, rest string) error {
	if err != nil {
		return h.settled(c, err)
	}
	return seeOther(c, "/applications/"+c.Params("id")+rest)
}

// appealView is a complaint.
type appealView struct {
	frontend.Errors
	Service i18n.Text
	Number  string
	Ground  frontend.Field
	Form    *writeView
	By      string // the day of the decision if it is sent today
	ByShort string // the same for a refusal to take documents
	Back    frontend.BackLink
}

func (h *Handler) showAppeal(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	return h.renderAppeal(c, d, frontend.Errors{}, nil)
}

func (h *Handler) renderAppeal(c *fiber.Ctx, d *dossier, wrong frontend.Errors, kept []keptFile) error {
	if !d.mayAppeal() {
		return seeOther(c, applicationPath(d.ID, ""))
	}
	tr := h.tr(c)
	ground := &frontend.Radios{Name: "ground", Value: c.FormValue("ground"), Fieldset: frontend.Question(tr.T("applications_after.ground")),
		ErrorMessage: wrong.Message("ground")}
	ground.Fieldset.Legend.Classes, ground.Fieldset.Legend.IsPageHeading = "govuk-fieldset__legend--s", false
	for _, one := range appealGrounds {
		ground.Items = append(ground.Items, frontend.Choice{Value: one, Text: tr.T("applications_after.ground_" + one)})
	}
	view := appealView{Errors: wrong, Service: d.Definition.Name, Number: d.Number, Ground: frontend.Field{Radios: ground},
		Form: h.writeForm(c, applicationPath(d.ID, "/appeal"), "applications_after.appeal_words", wrong, kept),
		Back: frontend.BackLink{Href: applicationPath(d.ID, "")}}
	view.Form.Files = frontend.FileUpload{} // papers go with a message
	if by := h.appealUntil("other", h.Now()); by != nil {
		view.By = rus.FormatDate(*by, tr.Lang)
	}
	if by := h.appealUntil("intake", h.Now()); by != nil {
		view.ByShort = rus.FormatDate(*by, tr.Lang)
	}
	if wrong.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return appealPage.Render(c, h.Pages, view)
}

func (h *Handler) postAppeal(c *fiber.Ctx) error {
	d, text, kept, wrong, err := h.write(c)
	if err != nil {
		return err
	}
	ground := c.FormValue("ground")
	if !slices.Contains(appealGrounds, ground) {
		wrong.Add("ground", h.tr(c).T("applications_after.ground_missing"))
	}
	if text == "" {
		wrong.Add("text", h.tr(c).T("applications_after.appeal_missing"))
	}
	if wrong.Any() {
		return h.renderAppeal(c, d, wrong, kept)
	}
	err = h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error {
		return h.say(ctx, tx, d, &message{Kind: saidAppeal, Words: words{Text: text, Ground: ground}}, nil)
	})
	return h.then(c, err, "/messages#last")
}
