package portal

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// choicePage is for somebody whom ESIA knows and who is not signed in: enter a cabinet, or make one.
type choicePage struct {
	frontend.Errors
	Name     string // ESIA's
	Phone    frontend.Input
	Password frontend.PasswordInput
	Reset    string
	Consent  frontend.Checkboxes
}

// comparePage shows what the cabinet and ESIA say, before they are bound.
type comparePage struct {
	Name    string // ESIA's
	Cabinet string
	Table   *frontend.Table // nil when nothing differs
	Keep    bool            // the portal's data may stay
}

const (
	choiceTemplate  frontend.Page[choicePage]  = "portal/bind-choice.html"
	compareTemplate frontend.Page[comparePage] = "portal/bind-compare.html"
)

// waiting returns whom ESIA has sent to this browser, or nil when nobody waits any more.
func (h *Handler) waiting(c *fiber.Ctx) (*waiting, error) {
	var w waiting
	err := h.look(c.UserContext(), waitingKey(h, c.Cookies(waitingCookie)), &w)
	switch {
	case errors.Is(err, errLost):
		return nil, nil
	case err != nil:
		return nil, errors.Join(fault.New(fault.Unavailable, "portal.sign_in_down"), err)
	}
	return &w, nil
}

func (h *Handler) showBind(c *fiber.Ctx) error {
	w, err := h.waiting(c)
	if err != nil {
		return err
	}
	if w == nil {
		return h.showStale(c)
	}
	switch a := current(c); {
	case a != nil && a.Bound() && *a.ESIASub == w.Identity.Sub: // a button was pressed twice
		return seeOther(c, nextOr(w.Next))
	case a != nil:
		return h.showCompare(c, a, w)
	}
	return choiceTemplate.Render(c, h.Pages, h.choiceForm(c, w))
}

func (h *Handler) showCompare(c *fiber.Ctx, a *Account, w *waiting) error {
	if a.Bound() {
		return h.showProblem(c, fiber.StatusConflict, "esia_second", w.Next)
	}
	t, who := h.Pages.Texts(c), &w.Identity
	page := comparePage{Name: rus.FullName(who.Last, who.First, who.Middle), Cabinet: a.FullName(), Keep: a.sameName(who)}
	if a.Phone != nil {
		page.Cabinet = rus.FullName(page.Cabinet, "", rus.FormatPhone(*a.Phone))
	}
	if list := a.differences(who); len(list) > 0 {
		page.Table = &frontend.Table{Caption: t("portal.bind_differs"), CaptionClasses: "govuk-table__caption--m", FirstCellIsHeader: true,
			Head: []frontend.Cell{{Text: t("portal.bind_what")}, {Text: t("portal.bind_portal")}, {Text: t("portal.bind_esia")}}}
		for _, d := range list {
			row := []frontend.Cell{{Text: t(d.Key)}, {Text: orDash(d.Portal)}, {Text: orDash(d.ESIA)}}
			page.Table.Rows = append(page.Table.Rows, row)
		}
	}
	return compareTemplate.Render(c, h.Pages, page)
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// enterBind enters an existing cabinet. Where nothing differs it is bound at once: who typed its password means this one.
func (h *Handler) enterBind(c *fiber.Ctx) error {
	w, err := h.waiting(c)
	if err != nil {
		return err
	}
	if w == nil || current(c) != nil {
		return seeOther(c, "/esia/bind")
	}
	page := h.choiceForm(c, w)
	page.Phone.Value = c.FormValue("phone")
	a, err := h.readSignIn(c, &page.Errors)
	if err != nil {
		return err
	}
	if page.Errors.Any() {
		page.Phone.ErrorMessage, page.Password.ErrorMessage = page.Errors.Message("phone"), page.Errors.Message("password")
		return choiceTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.start(c, a, "", 0); err != nil {
		return err
	}
	if a.Bound() || len(a.differences(&w.Identity)) > 0 {
		return seeOther(c, "/esia/bind")
	}
	return h.finishBind(c, a, w, false)
}

// newBind makes a cabinet of what ESIA told.
func (h *Handler) newBind(c *fiber.Ctx) error {
	w, err := h.waiting(c)
	if err != nil {
		return err
	}
	if w == nil || current(c) != nil {
		return seeOther(c, "/esia/bind")
	}
	if c.FormValue("consent") == "" {
		page := h.choiceForm(c, w)
		page.Errors.Add("consent", h.Pages.Texts(c)("portal.consent_needed"))
		page.Consent.ErrorMessage = page.Errors.Message("consent")
		return choiceTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	a, err := h.create(c.UserContext(), &w.Identity, web.Lang(c))
	if errors.Is(err, errTaken) { // sent twice: the first one has made it
		a, err = accountByESIA(c.UserContext(), h.DB, w.Identity.Sub)
	}
	if err != nil {
		return err
	}
	return h.enterBound(c, a, w)
}

// confirmBind is the answer to the comparison.
func (h *Handler) confirmBind(c *fiber.Ctx) error {
	w, err := h.waiting(c)
	if err != nil {
		return err
	}
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	if w == nil {
		return h.showStale(c)
	}
	switch c.FormValue("answer") {
	case "replace":
		return h.finishBind(c, a, w, false)
	case "keep":
		return h.finishBind(c, a, w, true)
	}
	h.Redis.Del(c.UserContext(), waitingKey(h, c.Cookies(waitingCookie)))
	return seeOther(c, nextOr(w.Next))
}

func (h *Handler) finishBind(c *fiber.Ctx, a *Account, w *waiting, own bool) error {
	if a.Bound() && *a.ESIASub == w.Identity.Sub { // sent twice
		return h.enterBound(c, a, w)
	}
	if a.Bound() {
		return h.showProblem(c, fiber.StatusConflict, "esia_second", w.Next)
	}
	if err := h.bind(c.UserContext(), a, &w.Identity, own); err != nil {
		return h.showTrouble(c, err, w.Next)
	}
	return h.enterBound(c, a, w)
}

// enterBound signs in with ESIA's word. The waiting data are forgotten only by time: a button pressed twice works twice.
func (h *Handler) enterBound(c *fiber.Ctx, a *Account, w *waiting) error {
	return h.enter(c, a, &w.Identity, w.IDToken, w.Next)
}

func (h *Handler) choiceForm(c *fiber.Ctx, w *waiting) choicePage {
	t, who := h.Pages.Texts(c), &w.Identity
	return choicePage{Name: rus.FullName(who.Last, who.First, who.Middle), Phone: phoneInput(t, rus.FormatPhone(who.Phone), "username"),
		Password: passwordInput(t("portal.password")), Reset: "/reset", Consent: consentBox(t)}
}
