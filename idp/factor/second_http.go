package factor

import (
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

const (
	secondForm frontend.Page[secondPage] = "idp/factor/second.html"
	setupForm  frontend.Page[setupPage]  = "idp/factor/setup.html"
)

type secondPage struct {
	frontend.Errors
	Client  string
	Request string
	Way     Way
	Intro   string
	Note    string // what just happened, or why no code can be sent now
	Code    frontend.Input
	Send    frontend.Button
	SMS     frontend.Button // sends a code; without text there is nothing to send
	Passkey *passkeyForm
	Others  []frontend.Link
	Restart string
}

// setupPage offers a person without a second proof to have one at once: the phone was confirmed at registration.
type setupPage struct {
	Client  string
	Request string
	Phone   string
	Set     frontend.Button
}

// showSecond asks for the second proof. A person who is signed in comes here when a client asks for more than a password.
func (h *Handler) showSecond(c *fiber.Ctx) error {
	f, err := h.half(c)
	if err != nil {
		return err
	}
	id, w := h.waiting(c)
	if f != nil {
		return h.renderSecond(c, f, Way(c.Query("way")), nil)
	}
	in := account.CurrentSignIn(c)
	switch {
	case in == nil && id != nil:
		return c.Redirect(account.WithRequest("/login", id)+"&late=1", fiber.StatusSeeOther)
	case in == nil:
		return c.Redirect("/login?late=1", fiber.StatusSeeOther)
	case id == nil, !Needed(in):
		return c.Redirect(account.Onward(id, w), fiber.StatusSeeOther)
	}
	return h.stepUp(c, in, id, w)
}

// stepUp begins the second proof of a person who is signed in. No code is sent before the person asks: this page is opened by a
// link, and a link has no consequences.
func (h *Handler) stepUp(c *fiber.Ctx, in *account.SignIn, id *uuid.UUID, w *account.Waiting) error {
	s, err := setOf(c.UserContext(), h.DB, in.AccountID, h.BrowserHash(c))
	if err != nil {
		return err
	}
	f := &half{AccountID: in.AccountID, SessionID: &in.ID, Methods: in.Methods}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error { return h.open(c, tx, f) })
	if err != nil {
		return err
	}
	if s.Any() {
		return h.renderSecond(c, f, "", nil)
	}
	return h.renderSetup(c, id, w)
}

func (h *Handler) renderSetup(c *fiber.Ctx, id *uuid.UUID, w *account.Waiting) error {
	page := setupPage{Request: id.String(), Client: w.Name, Phone: rus.MaskPhone(account.Current(c).Phone),
		Set: frontend.Button{Text: h.Pages.Texts(c)("idp_factor.setup_sms"), PreventDoubleClick: true}}
	return setupForm.Render(c, h.Pages, page)
}

// renderSecond shows the form, with what went wrong.
func (h *Handler) renderSecond(c *fiber.Ctx, f *half, wanted Way, failed error) error {
	s, err := setOf(c.UserContext(), h.DB, f.AccountID, nil)
	if err != nil {
		return err
	}
	if !s.Any() && f.SessionID != nil && f.SMSSent == 0 && f.Next == "" {
		if id, w := h.waiting(c); w != nil {
			return h.renderSetup(c, id, w)
		}
	}
	ways := f.ways(s)
	if !slices.Contains(ways, wanted) {
		wanted = ways[0]
	}
	page, err := h.secondPage(c, f, wanted)
	if err != nil {
		return err
	}
	if slices.Contains(ways, Passkey) {
		if page.Passkey, err = h.secondKey(c, f); err != nil {
			return err
		}
	}
	for _, w := range ways {
		if w != wanted && w != Passkey {
			page.Others = append(page.Others, frontend.Link{Key: "idp_factor.other_" + string(w), Href: secondPath(account.RequestOf(c), w)})
		}
	}
	if failed != nil {
		text, err := h.problem(c, failed)
		if err != nil {
			return err
		}
		page.Errors.Add("code", text)
		page.Code.ErrorMessage = page.Errors.Message("code")
		c.Status(statusOf(failed))
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = secondPath(account.RequestOf(c), wanted) })
	}
	return secondForm.Render(c, h.Pages, page)
}

// secondPage fills the form for one way.
func (h *Handler) secondPage(c *fiber.Ctx, f *half, way Way) (secondPage, error) {
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := secondPage{Way: way, Restart: account.WithRequest("/login", id), Intro: t("idp_factor.intro_" + string(way)),
		Send: frontend.Button{Text: t("idp.next"), PreventDoubleClick: true}}
	if w != nil {
		page.Client, page.Request = w.Name, id.String()
	}
	page.Code = frontend.Input{Name: "code", Label: frontend.Label{Text: t("idp_factor.code_" + string(way))}, Inputmode: "numeric",
		Autocomplete: "one-time-code", Classes: "govuk-input--width-5", Spellcheck: "false", Autocapitalize: "none"}
	switch way {
	case Recovery:
		page.Code.Inputmode, page.Code.Autocomplete, page.Code.Classes = "", "off", "govuk-input--width-10"
	case SMS:
		a, err := account.ByID(c.UserContext(), h.DB, f.AccountID)
		if err != nil {
			return page, err
		}
		h.describeSMS(t, &page, f, a)
	}
	return page, nil
}

// describeSMS says where the code went and when another can be had.
func (h *Handler) describeSMS(t func(string, ...any) string, page *secondPage, f *half, a *account.Account) {
	phone := rus.MaskPhone(a.Phone)
	page.Intro = t("idp_factor.sms_sent", phone)
	page.SMS = frontend.Button{Text: t("idp_factor.sms_resend"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	wait := f.waitFor(h.now())
	switch {
	case f.SMSSent == 0:
		page.Intro = t("idp_factor.sms_not_sent", phone)
		page.SMS = frontend.Button{Text: t("idp_factor.sms_send"), PreventDoubleClick: true}
	case f.SMSSent >= codesMax:
		page.SMS, page.Note = frontend.Button{}, t("idp_factor.sms_enough")
	case wait > 0:
		page.Note = t("idp_factor.sms_wait", int(wait/time.Second)+1)
	}
	if f.Watched {
		page.Note = t("idp_factor.watched")
	}
}

// enterSecond checks a code.
func (h *Handler) enterSecond(c *fiber.Ctx) error {
	f, err := h.half(c)
	if err != nil {
		return err
	}
	if f == nil { // used by the other click, or too late: that page knows
		return c.Redirect(secondPath(account.RequestOf(c), ""), fiber.StatusSeeOther)
	}
	s, err := setOf(c.UserContext(), h.DB, f.AccountID, nil)
	if err != nil {
		return err
	}
	w, code := Way(c.FormValue("way")), c.FormValue("code")
	if !slices.Contains(f.ways(s), w) || w == Passkey {
		return c.Redirect(secondPath(account.RequestOf(c), ""), fiber.StatusSeeOther)
	}
	if code == "" {
		return h.renderSecond(c, f, w, fault.New(fault.Invalid, "idp_factor.code_missing"))
	}
	if err := h.try(c, f, w, code); err != nil {
		return h.again(c, f, w, err)
	}
	return h.finish(c, f, w, methods[w])
}

// again shows the form with a fault; an error of ours is none.
func (h *Handler) again(c *fiber.Ctx, f *half, w Way, err error) error {
	var shown *fault.Error
	if !errors.As(err, &shown) {
		return err
	}
	return h.renderSecond(c, f, w, err)
}

// finish makes the half sign-in a whole one, once.
func (h *Handler) finish(c *fiber.Ctx, f *half, w Way, proved ...string) error {
	id, client := h.waiting(c)
	onward := account.Onward(id, client)
	if f.Next != "" {
		onward = ownPage(f.Next)
	}
	mine, err := h.close(c, f)
	if err != nil {
		return err
	}
	if !mine {
		return c.Redirect(secondPath(id, ""), fiber.StatusSeeOther)
	}
	a, err := account.ByID(c.UserContext(), h.DB, f.AccountID)
	if err != nil {
		return err
	}
	if err := h.note(c, f, w, a); err != nil {
		return err
	}
	if f.SessionID != nil {
		if err := h.strengthen(c, proved); err != nil {
			return err
		}
		return c.Redirect(onward, fiber.StatusSeeOther)
	}
	if err := h.start(c, a, append(f.Methods, proved...)...); err != nil {
		return err
	}
	return c.Redirect(onward, fiber.StatusSeeOther)
}

// note does what goes with a right answer: codes by SMS are switched on if that was wanted, a printed code that was used is told of.
func (h *Handler) note(c *fiber.Ctx, f *half, w Way, a *account.Account) error {
	t := h.words(a)
	switch {
	case f.SettingUp && w == SMS:
		return h.switchSMS(c, a, true)
	case w == Recovery:
		return pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
			s, err := setOf(c.UserContext(), tx, a.ID, nil)
			if err != nil {
				return err
			}
			if err := h.write(c, tx, a.ID, "idp.recovery_used", map[string]any{"left": s.Recovery}); err != nil {
				return err
			}
			return h.tell(c, tx, a, "recovery_used", t("idp_factor.mail_recovery_subject"), t("idp_factor.mail_recovery", s.Recovery))
		})
	}
	return nil
}

// sendSMS sends a code, the first or another one.
func (h *Handler) sendSMS(c *fiber.Ctx) error {
	f, err := h.half(c)
	if err != nil {
		return err
	}
	back := secondPath(account.RequestOf(c), SMS)
	if f == nil {
		return c.Redirect(back, fiber.StatusSeeOther)
	}
	s, err := setOf(c.UserContext(), h.DB, f.AccountID, h.BrowserHash(c))
	if err != nil {
		return err
	}
	if !slices.Contains(f.ways(s), SMS) {
		return c.Redirect(back, fiber.StatusSeeOther)
	}
	if f.SMSSent < codesMax && f.waitFor(h.now()) <= 0 {
		if err := h.allowSMS(c, f.AccountID, s.Known); err != nil {
			return h.renderSecond(c, f, SMS, err)
		}
	}
	a, err := account.ByID(c.UserContext(), h.DB, f.AccountID)
	if err != nil {
		return err
	}
	sent := false
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if !s.Any() && f.SessionID != nil {
			if err := setSettingUp(c.UserContext(), tx, f.ID); err != nil {
				return err
			}
		}
		sent, err = h.send(c, tx, a, f)
		return err
	})
	if err != nil {
		return err
	}
	if !sent && f.SMSSent < codesMax {
		return h.renderSecond(c, f, SMS, fault.New(fault.TooMany, "code.too_soon", int(f.waitFor(h.now())/time.Second)+1))
	}
	return c.Redirect(back, fiber.StatusSeeOther)
}

// secondPath is the page of the second proof.
func secondPath(request *uuid.UUID, w Way) string {
	query := url.Values{}
	if request != nil {
		query.Set("request", request.String())
	}
	if w != "" {
		query.Set("way", string(w))
	}
	if len(query) == 0 {
		return "/login/second"
	}
	return "/login/second?" + query.Encode()
}
