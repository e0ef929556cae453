package documents

import (
	"cmp"
	"errors"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves «Мои документы».
type Handler struct {
	DB    db.DB
	Box   *secret.Box
	Pages *frontend.Pages
	Now   func() time.Time

	// Owner returns whose documents the reader may see: a SignIn fault for nobody's, ErrHidden for those of a bound cabinet that was
	// entered by phone.
	Owner func(*fiber.Ctx) (uuid.UUID, error)
	// ThroughESIA is the address that signs in at ESIA and comes back to the page.
	ThroughESIA string
}

// ErrHidden says that the documents may not be seen at this sign-in.
var ErrHidden = fault.New(fault.Forbidden, "documents.hidden_title")

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/documents", h.list)
	r.Get("/documents/new/:kind", h.showNew)
	r.Post("/documents/new/:kind", h.save)
	r.Get("/documents/:id", h.showEdit)
	r.Post("/documents/:id", h.save)
	r.Get("/documents/:id/remove", h.showRemove)
	r.Post("/documents/:id/remove", h.remove)
}

type listPage struct {
	Saved  *frontend.NotificationBanner
	Hidden string // where to sign in to see them, "" when they are shown
	Cells  []cell
}

// cell is a kind with what there is of it.
type cell struct {
	Title string
	Add   string // address of the form of another one, "" when there is one already
	Cards []card
}

type card struct {
	List   frontend.SummaryList
	Tag    frontend.Tag
	Note   string // where it is from, and when
	Edit   string
	Remove string
}

type editPage struct {
	frontend.Errors
	Title  string
	Fields []catalog.Field
	Action string
	Kind   string
	Tag    string // of the answers that the form was opened with
	Stale  *catalog.Stale
	Gone   *frontend.NotificationBanner // the document was removed elsewhere meanwhile
}

type removePage struct {
	Title  string
	List   frontend.SummaryList
	Action string
}

const (
	listTemplate   frontend.Page[listPage]   = "documents/list.html"
	editTemplate   frontend.Page[editPage]   = "documents/edit.html"
	removeTemplate frontend.Page[removePage] = "documents/remove.html"
)

func (h *Handler) tr(c *fiber.Ctx) catalog.Tr {
	return catalog.Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle}
}

func private(c *fiber.Ctx) {
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	c.Set(fiber.HeaderCacheControl, "no-store")
}

func (h *Handler) list(c *fiber.Ctx) error {
	private(c)
	account, err := h.Owner(c)
	if errors.Is(err, ErrHidden) {
		return listTemplate.Render(c, h.Pages, listPage{Hidden: h.ThroughESIA})
	}
	if err != nil {
		return err
	}
	all, err := documentsOf(c.UserContext(), h.DB, h.Box, account)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	var page listPage
	for _, step := range form.Steps {
		one := cell{Title: step.Title.In(tr.Lang), Add: "/documents/new/" + step.ID}
		for i := range all {
			if all[i].Kind != step.ID {
				continue
			}
			one.Cards = append(one.Cards, h.card(&all[i], tr))
			if !Many(step.ID) && (all[i].Own() || all[i].Verified) {
				one.Add = ""
			}
		}
		page.Cells = append(page.Cells, one)
	}
	switch saved := c.Query("saved"); saved {
	case "kept", "removed":
		page.Saved = &frontend.NotificationBanner{Type: "success", Text: tr.T("documents.saved_" + saved)}
	}
	return listTemplate.Render(c, h.Pages, page)
}

func (h *Handler) card(d *Document, tr catalog.Tr) card {
	one := card{List: summary(d, tr)}
	switch {
	case d.Verified:
		one.Tag = frontend.Tag{Text: tr.T("documents.verified"), Classes: "govuk-tag--green"}
		one.Note = tr.T("documents.from_esia", rus.FormatDate(d.ChangedAt, tr.Lang))
	case d.Own():
		one.Tag = frontend.Tag{Text: tr.T("documents.own"), Classes: "govuk-tag--grey"}
		one.Note = tr.T("documents.changed", rus.FormatDate(d.ChangedAt, tr.Lang))
		one.Edit, one.Remove = "/documents/"+d.ID.String(), "/documents/"+d.ID.String()+"/remove"
	default:
		one.Tag = frontend.Tag{Text: tr.T("documents.unverified"), Classes: "govuk-tag--yellow"}
		one.Note = tr.T("documents.from_esia", rus.FormatDate(d.ChangedAt, tr.Lang))
	}
	return one
}

func summary(d *Document, tr catalog.Tr) frontend.SummaryList {
	var list frontend.SummaryList
	for _, row := range d.Rows(tr) {
		list.Rows = append(list.Rows, frontend.Row(row.Label, row.Value))
	}
	return list
}

// document returns what the address names: an own document, or a new one of a kind.
func (h *Handler) document(c *fiber.Ctx) (uuid.UUID, *Document, error) {
	private(c)
	account, err := h.Owner(c)
	if err != nil {
		return account, nil, err
	}
	if kind := c.Params("kind"); kind != "" {
		if form.Step(kind) == nil {
			return account, nil, errNoDocument
		}
		return account, &Document{Kind: kind, Source: own, Answers: catalog.Answers{}}, nil
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return account, nil, errNoDocument
	}
	d, err := ownDocument(c.UserContext(), h.DB, h.Box, account, id)
	return account, d, err
}

func (h *Handler) showNew(c *fiber.Ctx) error { return h.showEdit(c) }

func (h *Handler) showEdit(c *fiber.Ctx) error {
	_, d, err := h.document(c)
	if errors.Is(err, ErrHidden) {
		return c.Redirect("/documents", fiber.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	return h.render(c, d, attempt{action: c.Path()})
}

// attempt is what somebody tried to save.
type attempt struct {
	action   string
	typed    url.Values // nil shows what is stored
	problems catalog.Problems
	stored   *Document // what was saved elsewhere meanwhile, with other words
	gone     bool      // it was removed elsewhere
}

func (h *Handler) render(c *fiber.Ctx, d *Document, a attempt) error {
	tr, step := h.tr(c), form.Step(d.Kind)
	page := editPage{Title: step.Title.In(tr.Lang), Action: a.action, Kind: d.Kind, Tag: a.typed.Get("version")}
	page.Fields = form.Fields(step, catalog.Set{Shared: d.Answers}, "", a.typed, a.problems, catalog.Env{Now: h.Now()}, tr)
	for _, p := range a.problems {
		page.Errors.AddAt(p.Field, p.Field, p.Summary(tr))
	}
	stored := d
	switch {
	case a.stored != nil:
		stored = a.stored
		page.Stale = &catalog.Stale{Rows: catalog.Conflicts(step, stored.sections(tr), d.sections(tr), tr), Keep: "/documents"}
		c.Status(fiber.StatusConflict)
	case a.gone:
		page.Gone = &frontend.NotificationBanner{TitleText: tr.T("documents.gone_title"), Text: tr.T("documents.gone_text"), Role: "alert"}
		c.Status(fiber.StatusConflict)
	case len(a.problems) > 0:
		c.Status(fiber.StatusUnprocessableEntity)
	}
	if a.typed == nil || a.stored != nil || a.gone {
		var err error
		if page.Tag, err = stored.tag(); err != nil {
			return err
		}
	}
	return editTemplate.Render(c, h.Pages, page)
}

// save keeps what was typed. A kind of which there is one is written over, so that a form sent twice makes one document.
func (h *Handler) save(c *fiber.Ctx) error {
	typed, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return fault.New(fault.Invalid, "documents.not_found")
	}
	a := attempt{action: c.Path(), typed: typed}
	account, d, err := h.document(c)
	if errors.Is(err, errNoDocument) {
		return h.removedMeanwhile(c, typed)
	}
	if err != nil {
		return err
	}
	d.Answers, a.problems = form.Parse(form.Step(d.Kind), typed, catalog.Set{Shared: d.Answers}, "", catalog.Env{Now: h.Now()})
	if len(a.problems) > 0 {
		return h.render(c, d, a)
	}
	d.ChangedAt = h.Now()
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error { return h.put(c, tx, account, d, &a) })
	switch {
	case errors.Is(err, errStale):
		return h.render(c, d, a)
	case errors.Is(err, errNoDocument):
		return h.removedMeanwhile(c, typed)
	case err != nil:
		return err
	}
	return c.Redirect("/documents?saved=kept", fiber.StatusSeeOther)
}

// removedMeanwhile shows what was typed into a document that is no more: saved again, it is a new one.
func (h *Handler) removedMeanwhile(c *fiber.Ctx, typed url.Values) error {
	kind := typed.Get("kind")
	if form.Step(kind) == nil {
		return errNoDocument
	}
	return h.render(c, &Document{Kind: kind, Answers: catalog.Answers{}}, attempt{action: "/documents/new/" + kind, typed: typed, gone: true})
}

// errStale undoes a change: the document was saved elsewhere after the form was opened.
var errStale = errors.New("the document has changed")

func (h *Handler) put(c *fiber.Ctx, tx pgx.Tx, account uuid.UUID, d *Document, a *attempt) error {
	ctx := c.UserContext()
	if err := lockOwner(ctx, tx, account); err != nil {
		return err
	}
	all, err := documentsOf(ctx, tx, h.Box, account)
	if err != nil {
		return err
	}
	action := "document.change"
	if d.ID == uuid.Nil {
		action = "document.add"
	}
	if stored := present(all, d); stored != nil {
		catalog.Chosen(a.typed, d.Answers, stored.Answers)
		if stale, err := d.overtakes(stored, a.typed.Get("version")); err != nil || stale {
			a.stored = stored
			return cmp.Or(err, errStale)
		}
		d.ID = stored.ID
		if err := updateDocument(ctx, tx, h.Box, account, d); err != nil {
			return err
		}
		return h.journal(c, tx, account, action, d.Kind)
	}
	if d.ID != uuid.Nil {
		return errNoDocument
	}
	switch n, err := countOwn(ctx, tx, account, d.Kind); {
	case err != nil:
		return err
	case n >= most:
		return errTooMany
	}
	d.ID = uuid.Must(uuid.NewV7())
	if err := insertDocument(ctx, tx, h.Box, account, d); err != nil {
		return err
	}
	return h.journal(c, tx, account, action, d.Kind)
}

// present returns the document as it is now, or the own one that a new one takes the place of; nil when there is none.
func present(all []Document, d *Document) *Document {
	id := d.ID
	if id == uuid.Nil {
		id = same(all, d)
	}
	for i := range all {
		if all[i].ID == id && all[i].Own() {
			return &all[i]
		}
	}
	return nil
}

// same returns the own document that a new one takes the place of, or Nil.
func same(all []Document, d *Document) uuid.UUID {
	for i := range all {
		if all[i].Kind != d.Kind || !all[i].Own() {
			continue
		}
		if !Many(d.Kind) || hasSame(all[i:i+1], d.Kind, sourcesOf(d)) {
			return all[i].ID
		}
	}
	return uuid.Nil
}

func (h *Handler) journal(c *fiber.Ctx, tx pgx.Tx, account uuid.UUID, action, kind string) error {
	return journal.Write(c.UserContext(), tx, journal.Entry{Actor: account.String(), ActorRole: "citizen", Action: action,
		Subject: account.String(), Details: map[string]any{"kind": kind}})
}

func (h *Handler) showRemove(c *fiber.Ctx) error {
	_, d, err := h.document(c)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	return removeTemplate.Render(c, h.Pages, removePage{Title: Title(d.Kind, tr), List: summary(d, tr), Action: c.Path()})
}

// remove deletes a document. One that is gone already is no error: the button was pressed twice.
func (h *Handler) remove(c *fiber.Ctx) error {
	account, d, err := h.document(c)
	switch {
	case errors.Is(err, errNoDocument):
		return c.Redirect("/documents", fiber.StatusSeeOther)
	case err != nil:
		return err
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := deleteDocument(c.UserContext(), tx, account, d.ID); err != nil {
			return err
		}
		return h.journal(c, tx, account, "document.remove", d.Kind)
	})
	if err != nil {
		return err
	}
	return c.Redirect("/documents?saved=removed", fiber.StatusSeeOther)
}
