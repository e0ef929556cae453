package situation

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/web"
)

// Handler serves the life situations that begin several applications.
type Handler struct {
	DB        db.DB
	Core      *applications.Core
	Catalog   *catalog.Catalog
	Pages     *frontend.Pages
	Now       func() time.Time
	Limit     *web.Limiter
	Person    func(*fiber.Ctx) (*applications.Person, error)
	NeedLevel func(c *fiber.Ctx, level catalog.Level, back string) error
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/bundles", h.list)
	r.Get("/bundles/new/:situation", h.showNew)
	r.Post("/bundles/new/:situation", h.begin)
	r.Get("/bundles/:id<guid>", h.show)
}

type listPage struct {
	Cards []frontend.Card
	Begun []frontend.Link
}

type newPage struct {
	frontend.Errors
	Title    string
	Action   string
	Token    string
	Services *frontend.Checkboxes // nil when the choice is made
	Chosen   []string             // ids
	Parts    []formPart
}

type formPart struct {
	Title  string
	Fields []catalog.Field
}

type bundlePage struct {
	Title string
	Tasks frontend.TaskList
	Left  int
}

const (
	listTemplate   frontend.Page[listPage]   = "portal/bundles.html"
	newTemplate    frontend.Page[newPage]    = "portal/bundle-new.html"
	bundleTemplate frontend.Page[bundlePage] = "portal/bundle.html"
)

func (h *Handler) tr(c *fiber.Ctx) catalog.Tr {
	return catalog.Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle}
}

// name is what a situation is called in the catalogue.
func (h *Handler) name(id string) (name, about i18n.Text) {
	for _, s := range h.Catalog.Situations() {
		if s.ID == id {
			return s.Name, s.About
		}
	}
	return i18n.Text{RU: id, TT: id, EN: id}, i18n.Text{}
}

// services are those of a situation that the catalogue has now.
func (h *Handler) services(s *situation, ids []string) []*catalog.Service {
	var list []*catalog.Service
	for _, id := range s.Services {
		if service, err := h.Catalog.Service(id, 0); err == nil && (ids == nil || slices.Contains(ids, id)) {
			list = append(list, service)
		}
	}
	return list
}

// list is open to all; who is signed in sees what they have begun.
func (h *Handler) list(c *fiber.Ctx) error {
	tr := h.tr(c)
	var page listPage
	for i := range all {
		name, about := h.name(all[i].ID)
		text := about.In(tr.Lang)
		page.Cards = append(page.Cards, frontend.Card{Title: name.In(tr.Lang), Text: text, Kind: "plain", Href: "/bundles/new/" + all[i].ID})
	}
	if p, err := h.Person(c); err == nil {
		begun, err := bundlesOf(c.UserContext(), h.DB, p.ID)
		if err != nil {
			return err
		}
		for _, b := range begun {
			name, _ := h.name(b.Situation)
			page.Begun = append(page.Begun, frontend.Link{Text: name.In(tr.Lang), Href: "/bundles/" + b.ID.String()})
		}
	}
	return listTemplate.Render(c, h.Pages, page)
}

// entitled returns the situation and a person who is known well enough for all of its services, or leads to become such.
func (h *Handler) entitled(c *fiber.Ctx, ids []string, f func(*situation, *applications.Person) error) error {
	s := byID(c.Params("situation"))
	if s == nil || h.Core == nil {
		return errNoBundle
	}
	level := catalog.LevelNone
	for _, service := range h.services(s, ids) {
		if service.Level.AtLeast(level) {
			level = service.Level
		}
	}
	p, err := h.Person(c)
	if err != nil {
		return err
	}
	if !p.Level.AtLeast(level) {
		return h.NeedLevel(c, level, c.OriginalURL())
	}
	p.Organisation = nil // situations are of a person's life
	return f(s, p)
}

func (h *Handler) showNew(c *fiber.Ctx) error {
	private(c)
	var ids []string
	for _, raw := range c.Context().QueryArgs().PeekMulti("service") {
		ids = append(ids, string(raw))
	}
	return h.entitled(c, ids, func(s *situation, p *applications.Person) error {
		return h.render(c, s, p, ids, nil, nil, uuid.NewString())
	})
}

func private(c *fiber.Ctx) {
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	c.Set(fiber.HeaderCacheControl, "no-store")
}

// render shows the choice of services, or when it is made the questions they share.
func (h *Handler) render(c *fiber.Ctx, s *situation, p *applications.Person, ids []string, typed url.Values, problems catalog.Problems, token string) error {
	tr := h.tr(c)
	name, _ := h.name(s.ID)
	page := newPage{Title: name.In(tr.Lang), Action: "/bundles/new/" + s.ID, Token: token}
	chosen := h.services(s, ids)
	if len(ids) == 0 || len(chosen) == 0 {
		page.Services = &frontend.Checkboxes{Name: "service", Fieldset: frontend.Question(tr.T("situation.which")), Hint: frontend.Hint{Text: tr.T("situation.which_hint")}}
		for _, service := range h.services(s, nil) {
			page.Services.Items = append(page.Services.Items, frontend.Choice{Value: service.ID, Text: service.Name.In(tr.Lang), Checked: true,
				Hint: frontend.Hint{Text: service.About.In(tr.Lang)}})
		}
		return newTemplate.Render(c, h.Pages, page)
	}
	for _, service := range chosen {
		page.Chosen = append(page.Chosen, service.ID)
	}
	for _, step := range s.asked(chosen) {
		env := catalog.Env{Now: h.Now(), Prefill: p.Profile}
		fields := s.form.Fields(s.form.Step(step.ID), catalog.Set{}, "", typed, problems, env, tr)
		page.Parts = append(page.Parts, formPart{Title: step.Title.In(tr.Lang), Fields: h.only(fields, s.form.Step(step.ID), step.Questions)})
	}
	for _, problem := range problems {
		page.Errors.AddAt(problem.Field, problem.Field, problem.Summary(tr))
	}
	if len(problems) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return newTemplate.Render(c, h.Pages, page)
}

// only leaves the fields of the questions that are asked: there is one field for each question, in order.
func (h *Handler) only(fields []catalog.Field, whole *catalog.Step, asked []catalog.Question) []catalog.Field {
	var kept []catalog.Field
	for i := range whole.Questions {
		if slices.ContainsFunc(asked, func(q catalog.Question) bool { return q.ID == whole.Questions[i].ID }) {
			kept = append(kept, fields[i])
		}
	}
	return kept
}

// begin makes the drafts, all or none.
func (h *Handler) begin(c *fiber.Ctx) error {
	private(c)
	typed, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return fault.New(fault.Invalid, "situation.not_found")
	}
	token, err := uuid.Parse(typed.Get("token"))
	if err != nil {
		return fault.New(fault.Invalid, "situation.not_found")
	}
	ids := typed["service"]
	return h.entitled(c, ids, func(s *situation, p *applications.Person) error {
		chosen := h.services(s, ids)
		if len(chosen) == 0 {
			return h.render(c, s, p, nil, nil, nil, token.String())
		}
		steps := s.asked(chosen)
		answers, problems := h.read(s, steps, typed)
		if len(problems) > 0 {
			return h.render(c, s, p, ids, typed, problems, token.String())
		}
		onto := "/bundles/" + token.String()
		switch _, err := bundleOf(c.UserContext(), h.DB, p.ID, token); {
		case err == nil: // a second click
			return c.Redirect(onto, fiber.StatusSeeOther)
		case !errors.Is(err, errNoBundle):
			return err
		}
		err := h.Limit.Allow(c.UserContext(), applications.Begins, p.ID.String(), applications.BeginRate)
		if wait := (*fault.Error)(nil); errors.As(err, &wait) && errors.Is(err, fault.TooMany) {
			err := h.render(c, s, p, ids, typed, catalog.Problems{{Field: "begin", Key: wait.Key, Args: wait.Args}}, token.String())
			c.Status(fiber.StatusTooManyRequests)
			return err
		}
		if err != nil {
			return err
		}
		told := known(p.Profile, steps, answers)
		for id, value := range s.Implies {
			told["="+id] = value
		}
		b := &bundle{ID: token, Situation: s.ID, CreatedAt: h.Now()}
		err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
			return h.make(c, tx, b, p, chosen, told)
		})
		if err != nil {
			return err
		}
		return c.Redirect(onto, fiber.StatusSeeOther)
	})
}

// read reads the questions that are asked.
func (h *Handler) read(s *situation, steps []catalog.Step, typed url.Values) (catalog.Answers, catalog.Problems) {
	answers := catalog.Answers{}
	var problems catalog.Problems
	for _, step := range steps {
		got, wrong := s.form.Parse(s.form.Step(step.ID), typed, catalog.Set{}, "", catalog.Env{Now: h.Now()})
		for _, problem := range wrong {
			if slices.ContainsFunc(step.Questions, func(q catalog.Question) bool { return problem.Of(q.ID) }) {
				problems = append(problems, problem)
			}
		}
		maps.Copy(answers, got)
	}
	return answers, problems
}

func (h *Handler) make(c *fiber.Ctx, tx pgx.Tx, b *bundle, p *applications.Person, chosen []*catalog.Service, known map[string]string) error {
	ctx := c.UserContext()
	fresh, err := insertBundle(ctx, tx, b, p.ID)
	if err != nil || !fresh {
		return err
	}
	for i, service := range chosen {
		id, err := h.Core.BeginFilled(ctx, tx, service, p, web.Lang(c), known)
		if err != nil {
			return err
		}
		if err := insertBundled(ctx, tx, b.ID, id, i); err != nil {
			return err
		}
	}
	return nil
}

// show is the applications of a bundle together.
func (h *Handler) show(c *fiber.Ctx) error {
	private(c)
	p, err := h.Person(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNoBundle
	}
	b, err := bundleOf(c.UserContext(), h.DB, p.ID, id)
	if err != nil {
		return err
	}
	list, err := bundled(c.UserContext(), h.DB, b.ID)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	name, _ := h.name(b.Situation)
	page := bundlePage{Title: name.In(tr.Lang), Tasks: frontend.TaskList{IDPrefix: "bundle"}}
	for _, a := range list {
		task := frontend.Task{Title: frontend.Content{Text: a.Service}, Href: "/applications/" + a.ID.String()}
		if service, err := h.Catalog.Service(a.Service, a.ServiceVersion); err == nil {
			task.Title.Text = service.Name.In(tr.Lang)
		}
		if a.State == applications.Draft {
			page.Left++
			task.Hint = &frontend.Content{Text: tr.T("situation.go_on")}
		}
		task.Status.Tag = &frontend.Tag{Text: tr.T("applications.state_" + string(a.State)), Classes: a.State.Tag()}
		page.Tasks.Items = append(page.Tasks.Items, task)
	}
	return bundleTemplate.Render(c, h.Pages, page)
}
