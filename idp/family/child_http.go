package family

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/papers"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	listPages   frontend.Page[listPage]   = "idp/family_list.html"
	childPages  frontend.Page[childPage]  = "idp/family_child.html"
	formPages   frontend.Page[formPage]   = "idp/family_form.html"
	removePages frontend.Page[removePage] = "idp/family_remove.html"
)

type listPage struct {
	Told   string
	Cards  []frontend.Card
	Add    frontend.Button
	Needed string // why no child can be added yet
}

type childPage struct {
	Name     string
	Told     string
	State    frontend.Tag
	Explain  string
	Reason   string
	Advice   string
	InForce  bool // what was confirmed stays in force
	Rows     frontend.SummaryList
	Edit     frontend.Button
	Base     string
	Open     bool // the parent is confirmed: documents, the other parent
	OfAge    bool
	Checking bool
}

type formPage struct {
	frontend.Errors
	Title       string
	Lead        string
	ID          string
	Action      string
	Back        string
	Child       []frontend.Field
	Certificate []frontend.Field
	Send        frontend.Button
}

type removePage struct {
	Name   string
	Action string
	Back   string
	Send   frontend.Button
}

// told are the things that pages may be told of.
var told = map[string]string{"added": "idp_family.told_added", "joined": "idp_family.told_joined", "removed": "idp_family.told_removed",
	"invited": "idp_family.told_invited"}

var colours = map[State]string{Checking: "govuk-tag--blue", Verified: "govuk-tag--green", Refused: "govuk-tag--red"}

// checksRate bounds what can be found out from the register of births by trying.
var checksRate = web.Rate{Burst: 8, Every: 2 * time.Hour}

func (h *Handler) list(c *fiber.Ctx, a *account.Account) error {
	all, err := childrenOf(c.UserContext(), h.DB, h.Box, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := listPage{}
	if key := told[c.Query("done")]; key != "" {
		page.Told = t(key)
	}
	for _, k := range all {
		card := frontend.Card{Title: nameOf(t, &k), Note: t("idp_family.state_" + string(k.State)), Good: string(k.State) == "verified", Href: address(k.OID), Icon: "child"}
		if !k.BirthDate.IsZero() {
			card.Text = rus.FormatDate(k.BirthDate, web.Lang(c))
		}
		page.Cards = append(page.Cards, card)
	}
	if a.Level.AtLeast(account.Standard) {
		page.Add = frontend.Button{Text: t("idp_family.add"), Href: "/children/new"}
	} else {
		page.Needed = t("idp_family.level_needed")
	}
	return listPages.Render(c, h.Pages, page)
}

// nameOf is the child's name, or a word in its place while the parent may not see it.
func nameOf(t func(string, ...any) string, k *Child) string {
	if k.LastName == "" {
		return t("idp_family.invited_child")
	}
	return k.FullName()
}

func (h *Handler) showNew(c *fiber.Ctx, a *account.Account) error {
	if !a.Level.AtLeast(account.Standard) {
		return c.Redirect("/children", fiber.StatusSeeOther)
	}
	f := childForm{ID: uuid.Must(uuid.NewV7()).String(), LastName: a.LastName, CertKind: papers.BirthCertificate}
	return h.form(c, f, account.NewReading(h.Pages.Texts(c)), nil)
}

func (h *Handler) form(c *fiber.Ctx, f childForm, r *account.Reading, k *Child) error {
	t := h.Pages.Texts(c)
	page := formPage{Errors: r.Errors, Title: t("idp_family.new_title"), Lead: t("idp_family.new_lead"), ID: f.ID, Action: "/children/new", Back: "/children",
		Send: frontend.Button{Text: t("idp_family.send"), PreventDoubleClick: true}}
	if k != nil {
		page.Title, page.Lead = k.FullName(), t("idp_family.edit_lead")
		page.Action, page.Back = address(k.OID)+"/edit", address(k.OID)
	}
	page.Child, page.Certificate = f.fields(t, r)
	return formPages.Render(c, h.Pages, page)
}

// add makes a child's account and asks the register of births about it.
func (h *Handler) add(c *fiber.Ctx, a *account.Account) error {
	if !a.Level.AtLeast(account.Standard) {
		return fault.New(fault.Forbidden, "idp_family.level_needed")
	}
	f := readChildForm(func(name string) string { return c.FormValue(name) })
	draft, r := f.read(h.Pages.Texts(c), false, h.Now())
	id, err := uuid.Parse(f.ID)
	if err != nil {
		id = uuid.Must(uuid.NewV7())
	}
	if sent, err := h.refused(c, a, f, r, nil); sent || err != nil {
		return err
	}
	ctx := c.UserContext()
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		fresh, err := insertChild(ctx, tx, h.Box, id, a.ID, draft, h.Now())
		if err != nil || !fresh { // sent twice
			return err
		}
		k, err := childByID(ctx, tx, h.Box, a.ID, id)
		if err != nil {
			return err
		}
		return h.ask(c, tx, a, k, "idp.child_added")
	})
	if err != nil {
		return err
	}
	return c.Redirect("/children?done=added", fiber.StatusSeeOther)
}

// refused shows the form again when something is wrong with it, or when the register was asked too often.
func (h *Handler) refused(c *fiber.Ctx, a *account.Account, f childForm, r *account.Reading, k *Child) (sent bool, err error) {
	if r.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return true, h.form(c, f, r, k)
	}
	if err := h.Limit.Allow(c.UserContext(), "children", a.ID.String(), checksRate); err != nil {
		r.Errors.Add("last_name", limitText(h.Pages.Texts(c), err))
		c.Status(fiber.StatusTooManyRequests)
		return true, h.form(c, f, r, k)
	}
	return false, nil
}

// ask enqueues the question to the register, and notes who asked.
func (h *Handler) ask(c *fiber.Ctx, tx pgx.Tx, a *account.Account, k *Child, action string) error {
	ctx := c.UserContext()
	if err := account.SetLanguage(ctx, tx, a.ID, web.Lang(c)); err != nil {
		return err
	}
	if _, err := h.River.InsertTx(ctx, tx, CheckArgs{Child: k.ID, Parent: a.ID, Round: k.Round}, nil); err != nil {
		return err
	}
	return record(ctx, tx, a.ID.String(), action, k, a.ID)
}

// show is the page of one child. A parent whom the register does not know sees what they entered themselves and nothing else.
func (h *Handler) show(c *fiber.Ctx, a *account.Account) error {
	k, err := h.child(c, a)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	draft, err := h.seen(c.UserContext(), a, k)
	if err != nil {
		return err
	}
	page := childPage{Name: nameOf(t, k), State: frontend.Tag{Text: t("idp_family.state_" + string(k.State)), Classes: colours[k.State]},
		Base: address(k.OID), Open: k.Confirmed(), InForce: k.Confirmed() && k.State != Verified, OfAge: k.Confirmed() && k.OfAge(h.Now()),
		Checking: k.State == Checking, Edit: frontend.Button{Text: t("idp_papers.edit"), Href: address(k.OID) + "/edit", Classes: "govuk-button--secondary"}}
	if key := told[c.Query("done")]; key != "" {
		page.Told = t(key)
	}
	switch {
	case k.State == Checking && k.Attempts > 0:
		page.Explain = t("idp_papers.waiting", k.Attempts)
	case k.State == Checking:
		page.Explain = t("idp_papers.checking")
	case k.State == Refused:
		page.Reason, page.Advice = t("idp_family.reason_"+k.Reason), t("idp_family.advice_"+k.Reason)
		page.Edit.Text, page.Edit.Classes = t("idp.correct"), ""
	}
	if draft != nil {
		page.Rows.Rows = draftRows(t, lang, draft)
	}
	if k.State == Checking || draft == nil {
		page.Edit = frontend.Button{}
	}
	return childPages.Render(c, h.Pages, page)
}

// seen is what the parent may see: what is in force to a confirmed one, otherwise what they entered; nil where that is nothing.
func (h *Handler) seen(ctx context.Context, a *account.Account, k *Child) (*Draft, error) {
	if k.Confirmed() {
		return inForce(ctx, h.DB, h.Box, k)
	}
	return draftOf(ctx, h.DB, h.Box, a.ID, k.ID)
}

func draftRows[L ~string](t func(string, ...any) string, lang L, d *Draft) []frontend.SummaryRow {
	date := func(s string) string {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return ""
		}
		return rus.FormatDate(at, lang)
	}
	snils := t("idp.none")
	if d.SNILS != "" {
		snils = rus.FormatSNILS(d.SNILS)
	}
	return []frontend.SummaryRow{
		frontend.Row(t("idp_family.name"), rus.FullName(d.LastName, d.FirstName, d.MiddleName)),
		frontend.Row(t("idp.sex"), t(map[string]string{"F": "idp.sex_f", "M": "idp.sex_m"}[d.Sex])),
		frontend.Row(t("idp.birth"), date(d.BirthDate)), frontend.Row(t("idp.snils"), snils),
		frontend.Row(t("idp_papers.kind_"+d.CertKind), d.CertNumber+", "+date(d.IssuedOn)+", "+d.IssuedBy),
	}
}

func (h *Handler) showEdit(c *fiber.Ctx, a *account.Account) error {
	k, draft, err := h.editable(c, a)
	if errors.Is(err, errBusy) {
		return c.Redirect(address(k.OID), fiber.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	return h.form(c, formOf(draft), account.NewReading(h.Pages.Texts(c)), k)
}

// errBusy means that the register is being asked already.
var errBusy = errors.New("a check is under way")

// editable returns a child, and what the parent may correct: the latest they entered, or what is in force.
func (h *Handler) editable(c *fiber.Ctx, a *account.Account) (*Child, *Draft, error) {
	k, err := h.child(c, a)
	if err != nil {
		return nil, nil, err
	}
	draft, err := draftOf(c.UserContext(), h.DB, h.Box, a.ID, k.ID)
	if err == nil && draft == nil && k.Confirmed() {
		draft, err = inForce(c.UserContext(), h.DB, h.Box, k)
	}
	switch {
	case err != nil:
		return nil, nil, err
	case draft == nil: // invited, and not confirmed: nothing of this child is theirs to see
		return nil, nil, errNoChild
	case k.State == Checking:
		return k, nil, errBusy
	}
	return k, draft, nil
}

// edit asks the register about changed data. What is in force stays so until it answers.
func (h *Handler) edit(c *fiber.Ctx, a *account.Account) error {
	k, _, err := h.editable(c, a)
	if errors.Is(err, errBusy) {
		return c.Redirect(address(k.OID), fiber.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	f := readChildForm(func(name string) string { return c.FormValue(name) })
	draft, r := f.read(h.Pages.Texts(c), k.Confirmed(), h.Now())
	if sent, err := h.refused(c, a, f, r, k); sent || err != nil {
		return err
	}
	ctx := c.UserContext()
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		round, found, err := putDraft(ctx, tx, h.Box, a.ID, k.ID, draft)
		if err != nil || !found {
			return err
		}
		k.Round = round
		return h.ask(c, tx, a, k, "idp.child_changed")
	})
	if err != nil {
		return err
	}
	return c.Redirect(address(k.OID), fiber.StatusSeeOther)
}

func (h *Handler) showRemove(c *fiber.Ctx, a *account.Account) error {
	k, err := h.child(c, a)
	if err != nil {
		return err
	}
	return removePages.Render(c, h.Pages, removePage{Name: nameOf(h.Pages.Texts(c), k), Action: address(k.OID) + "/remove", Back: address(k.OID),
		Send: frontend.Button{Text: h.Pages.Texts(c)("idp_papers.remove"), Classes: "govuk-button--warning", PreventDoubleClick: true}})
}

// remove ends this parent's hold. The other parent keeps the child; without one the child's account is forgotten.
func (h *Handler) remove(c *fiber.Ctx, a *account.Account) error {
	k, err := h.child(c, a)
	if errors.Is(err, fault.NotFound) {
		return c.Redirect("/children", fiber.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		left, err := leaveChild(c.UserContext(), tx, k.ID, a.ID)
		if err != nil || !left {
			return err
		}
		return record(c.UserContext(), tx, a.ID.String(), "idp.child_removed", k, a.ID)
	})
	if err != nil {
		return err
	}
	return c.Redirect("/children?done=removed", fiber.StatusSeeOther)
}
