package organisation

import (
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/web"
)

const (
	kindsPages frontend.Page[kindsPage] = "idp/organisation/kinds.html"
	openPages  frontend.Page[openPage]  = "idp/organisation/open.html"
)

type kindsPage struct {
	Allowed bool // the person is confirmed
	Level   string
	Kinds   []frontend.Card
}

type openPage struct {
	frontend.Errors
	Title  string
	Lead   string
	Action string
	Back   string
	Fields []frontend.Field
	Send   frontend.Button
}

// typeOf is the type of a kind in the address.
var typeOf = map[string]Type{"business": Business, "legal": Legal}

// openLimit bounds what a person has begun: somebody with more is filling tables, not opening organisations.
const openLimit = 20

// checksRate bounds the rounds of checks, so that the register is no oracle of whose an organisation is.
var checksRate = web.Rate{Burst: 6, Every: 4 * time.Hour}

// showKinds asks what is opened, or says that only a confirmed person opens anything, and where to become one.
func (h *Handler) showKinds(c *fiber.Ctx) error {
	a, err := person(c)
	if err != nil {
		return err
	}
	return h.renderKinds(c, a)
}

func (h *Handler) renderKinds(c *fiber.Ctx, a *account.Account) error {
	t := h.Pages.Texts(c)
	page := kindsPage{Allowed: a.Level.AtLeast(account.Confirmed), Level: t("idp.level_" + string(a.Level))}
	for _, kind := range []string{"business", "legal"} {
		page.Kinds = append(page.Kinds, frontend.Card{Title: t("idp_org.open_" + kind), Text: t("idp_org.open_" + kind + "_text"),
			Href: "/organisations/new/" + kind, Icon: map[string]string{"business": "work", "legal": "business"}[kind], Kind: "plain"})
	}
	return kindsPages.Render(c, h.Pages, page)
}

func (h *Handler) showNew(c *fiber.Ctx) error {
	a, o, err := h.fresh(c)
	if err != nil {
		return err
	}
	if !a.Level.AtLeast(account.Confirmed) {
		return c.Redirect("/organisations/new", fiber.StatusSeeOther)
	}
	return h.renderOpen(c, o, openForm{Email: a.Email}, newReading(h.Pages.Texts(c)))
}

// fresh is an organisation that is about to be begun.
func (h *Handler) fresh(c *fiber.Ctx) (*account.Account, *Organisation, error) {
	a, err := person(c)
	if err != nil {
		return nil, nil, err
	}
	kind, ok := typeOf[c.Params("kind")]
	if !ok {
		return nil, nil, fault.New(fault.NotFound, "idp_org.none_such")
	}
	return a, &Organisation{ID: uuid.Must(uuid.NewV7()), Type: kind, State: Draft, CreatedBy: &a.ID}, nil
}

// create keeps what was typed as a draft. The person looks at all of it once more before it is sent.
func (h *Handler) create(c *fiber.Ctx) error {
	a, o, err := h.fresh(c)
	if err != nil {
		return err
	}
	if !a.Level.AtLeast(account.Confirmed) {
		c.Status(fiber.StatusForbidden)
		return h.renderKinds(c, a)
	}
	form, r := readOpenForm(func(name string) string { return c.FormValue(name) }), newReading(h.Pages.Texts(c))
	if form.read(r, o, h.Now()); r.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderOpen(c, o, form, r)
	}
	var oid int64
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		n, err := countOpen(c.UserContext(), tx, a.ID)
		if err == nil && n >= openLimit {
			err = fault.New(fault.Conflict, "idp_org.open_many", openLimit)
		}
		if err != nil {
			return err
		}
		if oid, err = putDraft(c.UserContext(), tx, o, h.Now()); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.begun", map[string]any{"oid": oid})
	})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf(oid), fiber.StatusSeeOther)
}

func (h *Handler) renderOpen(c *fiber.Ctx, o *Organisation, f openForm, r *reading) error {
	t := h.Pages.Texts(c)
	kind := "legal"
	if o.Type == Business {
		kind = "business"
	}
	page := openPage{
		Errors: r.Errors, Title: t("idp_org.open_" + kind), Lead: t("idp_org.open_" + kind + "_lead"), Fields: f.fields(r, o),
		Action: "/organisations/new/" + kind, Back: "/organisations", Send: frontend.Button{Text: t("idp_org.next"), PreventDoubleClick: true},
	}
	if o.OID != 0 {
		page.Action, page.Back = pathOf(o.OID, "edit"), pathOf(o.OID)
		page.Send.Text = t("idp_org.save")
	}
	if o.State == Active {
		page.Title, page.Lead = t("idp_org.edit_title", o.Name()), t("idp_org.edit_lead")
	}
	return openPages.Render(c, h.Pages, page)
}

// editable returns the organisation of the address if this person may correct it now: what they have begun, or an active one
// that they manage.
func (h *Handler) editable(c *fiber.Ctx) (*account.Account, *Organisation, error) {
	a, err := person(c)
	if err != nil {
		return nil, nil, err
	}
	o, err := organisationByOID(c.UserContext(), h.DB, oidOf(c))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case o.State == Active:
		_, _, err = h.role(c, h.DB, managing)
	case o.CreatedBy == nil || *o.CreatedBy != a.ID:
		err = fault.New(fault.NotFound, "idp_org.none_such")
	case o.State != Draft && o.State != Refused:
		err = fault.New(fault.Conflict, "idp_org.not_now")
	}
	return a, o, err
}

func (h *Handler) showEdit(c *fiber.Ctx) error {
	_, o, err := h.editable(c)
	if err != nil {
		return err
	}
	return h.renderOpen(c, o, openFormOf(o), newReading(h.Pages.Texts(c)))
}

func (h *Handler) edit(c *fiber.Ctx) error {
	a, o, err := h.editable(c)
	if err != nil {
		return err
	}
	form, r := readOpenForm(func(name string) string { return c.FormValue(name) }), newReading(h.Pages.Texts(c))
	if form.read(r, o, h.Now()); r.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderOpen(c, o, form, r)
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		save := correctDraft
		if o.State == Active {
			save = correctActive
		}
		if err := save(c.UserContext(), tx, o); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.corrected", map[string]any{"oid": o.OID})
	})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf(o.OID), fiber.StatusSeeOther)
}

// send starts the checks: the state, the rows of the results and the job, all or nothing.
func (h *Handler) send(c *fiber.Ctx) error {
	a, o, err := h.own(c)
	if err != nil {
		return err
	}
	if !a.Level.AtLeast(account.Confirmed) {
		return c.Redirect("/organisations/new", fiber.StatusSeeOther)
	}
	if o.State != Draft && o.State != Refused { // sent twice, or in two tabs: the checks of the first are under way
		return c.Redirect(pathOf(o.OID), fiber.StatusSeeOther)
	}
	if err := h.Limit.Allow(c.UserContext(), "organisation-checks", a.ID.String(), checksRate); err != nil {
		return err
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		round, found, err := sendDraft(c.UserContext(), tx, o.ID, h.Now())
		if err != nil || !found {
			return err
		}
		if err := insertChecks(c.UserContext(), tx, o.ID, round, checkKinds(o.Type), h.Now()); err != nil {
			return err
		}
		if _, err := h.River.InsertTx(c.UserContext(), tx, CheckArgs{Organisation: o.ID, Round: round}, nil); err != nil {
			return fmt.Errorf("enqueue check: %w", err)
		}
		return note(c, tx, a.ID, a.ID, "org.sent", map[string]any{"oid": o.OID, "round": round})
	})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf(o.OID), fiber.StatusSeeOther)
}

// remove forgets what was begun.
func (h *Handler) remove(c *fiber.Ctx) error {
	a, o, err := h.own(c)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := removeDraft(c.UserContext(), tx, o.ID); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.removed", map[string]any{"oid": o.OID})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/organisations", fiber.StatusSeeOther)
}

// recheckRate bounds the questions to the register about one active organisation.
var recheckRate = web.Rate{Burst: 2, Every: time.Hour}

// recheck asks the register again: a name or an address has changed there.
func (h *Handler) recheck(c *fiber.Ctx) error {
	err := h.change(c, managing, func(tx pgx.Tx, a *account.Account, r *Role) error {
		if err := h.Limit.Allow(c.UserContext(), "organisation-recheck", number(r.OID), recheckRate); err != nil {
			return err
		}
		o, err := organisationByOID(c.UserContext(), tx, r.OID)
		if err != nil {
			return err
		}
		if _, err := h.River.InsertTx(c.UserContext(), tx, RecheckArgs{Organisation: o.ID}, nil); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.recheck", map[string]any{"oid": r.OID})
	})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf(oidOf(c))+"?told=recheck", fiber.StatusSeeOther)
}

// told is what a page says about what was just done, when its text is there.
func told(t texts, c *fiber.Ctx) string {
	key := "idp_org.told_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '_' {
			return r
		}
		return -1
	}, c.Query("told"))
	if text := t(key); text != key {
		return text
	}
	return ""
}
