package papers

import (
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	formPages   frontend.Page[formPage]   = "idp/papers_form.html"
	removePages frontend.Page[removePage] = "idp/papers_remove.html"
)

type formPage struct {
	frontend.Errors
	Title  string
	Child  string
	Back   string
	Action string
	Note   string // what happens when it is sent
	Fields []frontend.Field
	Send   frontend.Button
}

type removePage struct {
	Title   string
	Child   string
	Summary string
	Action  string
	Back    string
	Send    frontend.Button
}

// sendRate bounds what a person can find out from the registers by trying numbers.
var sendRate = web.Rate{Burst: 20, Every: 30 * time.Minute}

func (h *Handler) form(c *fiber.Ctx, s *shelf, k *Kind, at string, v typed, r *account.Reading) error {
	t := h.Pages.Texts(c)
	page := formPage{Errors: r.Errors, Title: t("idp_papers.kind_" + k.Name), Child: s.Child, Back: s.Base, Action: s.Base + at,
		Fields: v.controls(t, k, r), Send: frontend.Button{Text: t("idp_papers.save"), PreventDoubleClick: true}}
	if k.Register != "" {
		page.Note = t("idp_papers.note_checked")
	}
	return formPages.Render(c, h.Pages, page)
}

// newKind returns the kind that the address names.
func (s *shelf) newKind(c *fiber.Ctx) (*Kind, error) {
	k := kindOf(c.Params("kind"))
	if !s.has(k) {
		return nil, fault.New(fault.NotFound, "idp_papers.none")
	}
	return k, nil
}

func (h *Handler) showNew(c *fiber.Ctx, s *shelf) error {
	k, err := s.newKind(c)
	if err != nil {
		return err
	}
	return h.form(c, s, k, "/new/"+k.Name, typed{}, account.NewReading(h.Pages.Texts(c)))
}

// add stores a new paper. A second sending of the same text leads to the same page as the first.
func (h *Handler) add(c *fiber.Ctx, s *shelf) error {
	k, err := s.newKind(c)
	if err != nil {
		return err
	}
	return h.send(c, s, k, "/new/"+k.Name, &Paper{Owner: s.Owner, Kind: k.Name}, "added")
}

func (h *Handler) showEdit(c *fiber.Ctx, s *shelf) error {
	p, k, err := h.editable(c, s)
	if err != nil {
		return err
	}
	return h.form(c, s, k, "/"+strconv.FormatInt(p.ID, 10)+"/edit", typedOf(k, p), account.NewReading(h.Pages.Texts(c)))
}

// editable is paper for what may be changed on this shelf.
func (h *Handler) editable(c *fiber.Ctx, s *shelf) (*Paper, *Kind, error) {
	p, k, err := h.paper(c, s)
	if err == nil && !s.has(k) {
		err = fault.New(fault.NotFound, "idp_papers.none")
	}
	return p, k, err
}

func (h *Handler) edit(c *fiber.Ctx, s *shelf) error {
	p, k, err := h.editable(c, s)
	if err != nil {
		return err
	}
	return h.send(c, s, k, "/"+strconv.FormatInt(p.ID, 10)+"/edit", p, "changed")
}

// send reads the form and stores the paper.
func (h *Handler) send(c *fiber.Ctx, s *shelf, k *Kind, at string, p *Paper, done string) error {
	t := h.Pages.Texts(c)
	v := readTyped(k, func(name string) string { return c.FormValue(name) })
	fields, r := v.read(t, k, h.Now())
	if r.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.form(c, s, k, at, v, r)
	}
	first := k.Fields[0].Name
	if k.Register != "" {
		if err := h.Limit.Allow(c.UserContext(), "papers", s.Person.String(), sendRate); err != nil {
			r.Errors.Add(first, limitText(t, err))
			c.Status(fiber.StatusTooManyRequests)
			return h.form(c, s, k, at, v, r)
		}
	}
	err := h.save(c, s, k, p, fields, done)
	if errors.Is(err, fault.Conflict) {
		if done == "added" && h.sameStored(c, s, k, fields) { // a double click
			return c.Redirect(s.Base+"?done=added", fiber.StatusSeeOther)
		}
		r.Errors.Add(first, t("idp_papers.have"))
		c.Status(fiber.StatusConflict)
		return h.form(c, s, k, at, v, r)
	}
	if err != nil {
		return err
	}
	return c.Redirect(s.Base+"?done="+done, fiber.StatusSeeOther)
}

func (h *Handler) save(c *fiber.Ctx, s *shelf, k *Kind, p *Paper, fields map[string]string, done string) error {
	ctx := c.UserContext()
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		p.Fields = fields
		var err error
		if p.State, err = stateOf(ctx, tx, k, s.Owner); err != nil {
			return err
		}
		if done == "added" {
			err = insertPaper(ctx, tx, h.Box, p, s.Child != "", h.Now())
		} else {
			err = updatePaper(ctx, tx, h.Box, p, h.Now())
		}
		if err != nil {
			return err
		}
		if p.State == Checking {
			if err := enqueue(ctx, tx, h.River, p); err != nil {
				return err
			}
		}
		if err := account.SetLanguage(ctx, tx, s.Person, web.Lang(c)); err != nil {
			return err
		}
		return s.journal(c, tx, "idp.paper_"+done, p.Kind)
	})
}

// sameStored tells whether the very same paper is there already.
func (h *Handler) sameStored(c *fiber.Ctx, s *shelf, k *Kind, fields map[string]string) bool {
	all, err := papersOf(c.UserContext(), h.DB, h.Box, s.Owner, k.Group)
	for _, p := range all {
		if err == nil && p.Kind == k.Name && maps.Equal(p.Fields, fields) {
			return true
		}
	}
	return false
}

func (s *shelf) journal(c *fiber.Ctx, tx pgx.Tx, action, kind string) error {
	return journal.Write(c.UserContext(), tx, journal.Entry{Actor: s.Person.String(), ActorRole: "citizen", Action: action,
		Subject: s.Owner.String(), Details: map[string]any{"kind": kind}})
}

func (h *Handler) showRemove(c *fiber.Ctx, s *shelf) error {
	p, k, err := h.editable(c, s)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	at := s.Base + "/" + strconv.FormatInt(p.ID, 10)
	return removePages.Render(c, h.Pages, removePage{Title: t("idp_papers.kind_" + k.Name), Child: s.Child, Summary: k.summary(p), Action: at + "/remove",
		Back: at, Send: frontend.Button{Text: t("idp_papers.remove"), Classes: "govuk-button--warning", PreventDoubleClick: true}})
}

// remove deletes a paper. Whoever sends it twice is told the same twice.
func (h *Handler) remove(c *fiber.Ctx, s *shelf) error {
	p, k, err := h.editable(c, s)
	if errors.Is(err, fault.NotFound) {
		return c.Redirect(s.Base, fiber.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		found, err := deletePaper(c.UserContext(), tx, s.Owner, p.ID)
		if err != nil || !found {
			return err
		}
		return s.journal(c, tx, "idp.paper_removed", k.Name)
	})
	if err != nil {
		return err
	}
	return c.Redirect(s.Base+"?done=removed", fiber.StatusSeeOther)
}

func dateText[L ~string](date string, lang L) string {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return rus.FormatDate(at, lang)
}
