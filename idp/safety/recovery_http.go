package safety

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	recoveryCookie = "tamga_id_recovery"
	recoveryPath   = "/login/recovery"
)

// Limits of recovery: by the caller's address, and by the contact, whether it is known or not. The day's limit bounds the guesses at
// codes too.
var (
	recoveryRate    = web.Rate{Burst: 20, Every: time.Minute}
	messageRate     = web.Rate{Burst: 3, Every: 2 * time.Minute}
	messageDayRate  = web.Rate{Burst: 8, Every: 3 * time.Hour}
	documentDayRate = web.Rate{Burst: 6, Every: 4 * time.Hour}
)

func (h *Handler) mountRecovery(r fiber.Router) {
	r.Get(recoveryPath, h.showRecovery)
	r.Post(recoveryPath, h.beginRecovery)
	r.Get(recoveryPath+"/code", h.recovering(h.showRecoveryCode))
	r.Post(recoveryPath+"/code", h.recovering(h.enterRecoveryCode))
	r.Post(recoveryPath+"/resend", h.recovering(h.resendRecoveryCode))
	r.Get(recoveryPath+"/document", h.recovering(h.showRecoveryDocument))
	r.Post(recoveryPath+"/document", h.recovering(h.enterRecoveryDocument))
	r.Get(recoveryPath+"/password", h.recovering(h.showRecoveryPassword))
	r.Post(recoveryPath+"/password", h.recovering(h.enterRecoveryPassword))
	r.Get(recoveryPath+"/done", h.showRecovered)
	r.Get(recoveryPath+"/help", h.showRecoveryHelp)
}

// recovering lets in the browser in which a recovery began.
func (h *Handler) recovering(then func(*fiber.Ctx, *recovery) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r, err := recoveryByToken(c.UserContext(), h.DB, h.Box, secret.HashToken(c.Cookies(recoveryCookie)), h.Now())
		if err != nil {
			return err
		}
		return then(c, r)
	}
}

func requestID(text string) *uuid.UUID {
	id, err := uuid.Parse(text)
	if err != nil {
		return nil
	}
	return &id
}

func withRequest(path string, id *uuid.UUID) string {
	if id == nil {
		return path
	}
	return path + "?" + url.Values{"request": {id.String()}}.Encode()
}

func (h *Handler) recoveryPage(c *fiber.Ctx, typed string, request *uuid.UUID) formPage {
	t := h.Pages.Texts(c)
	p := formPage{
		Title: t("idp_safety.recovery_title"), Lead: []string{t("idp_safety.recovery_lead")}, Action: recoveryPath,
		Fields: []frontend.Field{{Input: &frontend.Input{Name: "login", Value: typed, Label: frontend.Label{Text: t("idp_safety.recovery_contact")},
			Hint: frontend.Hint{Text: t("idp_safety.recovery_hint")}, Autocomplete: "username", Spellcheck: "false", Autocapitalize: "none"}}},
		Send: sendButton(t("idp_safety.recovery_send")), Back: frontend.Link{Text: t("idp.login_link"), Href: withRequest("/login", request)},
		Links: []frontend.Link{{Text: t("idp_safety.recovery_nothing"), Href: recoveryPath + "/help"}},
	}
	if request != nil {
		p.Hidden = []hidden{{"request", request.String()}}
	}
	return p
}

func (h *Handler) showRecovery(c *fiber.Ctx) error {
	return h.form(c, h.recoveryPage(c, "", requestID(c.Query("request"))))
}

// beginRecovery answers the same, and does the same work, whoever's contact it is.
func (h *Handler) beginRecovery(c *fiber.Ctx) error {
	request := requestID(c.FormValue("request"))
	p, t := h.recoveryPage(c, c.FormValue("login"), request), h.Pages.Texts(c)
	if c.FormValue("login") == "" {
		p.Errors.Add("login", t("idp_safety.recovery_missing"))
		return h.form(c, p)
	}
	contact, channel, err := readContact(c.FormValue("login"))
	if err != nil {
		p.Errors.Add("login", problemOf(t, err))
		return h.form(c, p)
	}
	if err := h.maySend(c, contact); err != nil {
		return h.tooMany(c, p, "login", err)
	}
	token := secret.Token(32)
	r := &recovery{ID: uuid.Must(uuid.NewV7()), TokenHash: secret.HashToken(token), Contact: contact, Channel: channel,
		Lang: web.Lang(c), RequestID: request}
	if err := h.begin(c.UserContext(), r); err != nil {
		return err
	}
	h.setRecoveryCookie(c, token, recoveryLife)
	return c.Redirect(recoveryPath+"/code", fiber.StatusSeeOther)
}

// maySend limits messages to one contact, and from one address.
func (h *Handler) maySend(c *fiber.Ctx, contact string) error {
	ctx, subject := c.UserContext(), subjectOf(h.Box, contact)
	if err := h.Limit.Allow(ctx, "idp-safety-address", c.IP(), recoveryRate); err != nil {
		return err
	}
	if err := h.Limit.Allow(ctx, "idp-safety-message", subject, messageRate); err != nil {
		return err
	}
	return h.Limit.Allow(ctx, "idp-safety-message-day", subject, messageDayRate)
}

func (h *Handler) setRecoveryCookie(c *fiber.Ctx, token string, life time.Duration) {
	c.Cookie(&fiber.Cookie{Name: recoveryCookie, Value: token, Path: recoveryPath, MaxAge: int(life.Seconds()), HTTPOnly: true,
		Secure: h.Secure, SameSite: "Lax"})
}

func (h *Handler) recoveryCodePage(c *fiber.Ctx, r *recovery) formPage {
	t := h.Pages.Texts(c)
	masked := rus.MaskPhone(r.Contact)
	if r.Channel == notify.Email {
		masked = rus.MaskEmail(r.Contact)
	}
	return formPage{
		Title: t("idp_safety.recovery_code_title"), Lead: []string{t("idp_safety.recovery_code_lead", masked)}, Action: recoveryPath + "/code",
		Fields: []frontend.Field{codeField("code", t("idp.code_label"), "")}, Send: sendButton(t("idp.next")),
		Back: frontend.Link{Text: t("idp_safety.recovery_other"), Href: withRequest(recoveryPath, r.RequestID)},
		More: []sideForm{{Title: t("idp_safety.code_none"), Action: recoveryPath + "/resend",
			Send: frontend.Button{Text: t("idp.code_resend"), Classes: "govuk-button--secondary", PreventDoubleClick: true}}},
		Links: []frontend.Link{{Text: t("idp_safety.recovery_nothing"), Href: recoveryPath + "/help"}},
	}
}

func (h *Handler) showRecoveryCode(c *fiber.Ctx, r *recovery) error {
	if r.VerifiedAt != nil {
		return c.Redirect(recoveryPath+"/document", fiber.StatusSeeOther)
	}
	return h.form(c, h.recoveryCodePage(c, r))
}

func (h *Handler) enterRecoveryCode(c *fiber.Ctx, r *recovery) error {
	if r.VerifiedAt != nil { // sent twice
		return c.Redirect(recoveryPath+"/document", fiber.StatusSeeOther)
	}
	problem, err := h.enterCode(c.UserContext(), r, c.FormValue("code"))
	if err != nil {
		return err
	}
	if problem == "" {
		return c.Redirect(recoveryPath+"/document", fiber.StatusSeeOther)
	}
	p := h.recoveryCodePage(c, r)
	p.Errors.Add("code", h.Pages.Texts(c)(problem))
	return h.form(c, p)
}

func (h *Handler) resendRecoveryCode(c *fiber.Ctx, r *recovery) error {
	if r.VerifiedAt != nil {
		return c.Redirect(recoveryPath+"/document", fiber.StatusSeeOther)
	}
	if err := h.maySend(c, r.Contact); err != nil {
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = recoveryPath + "/code" })
		return h.tooMany(c, h.recoveryCodePage(c, r), "code", err)
	}
	if err := h.again(c.UserContext(), r); err != nil {
		return err
	}
	return c.Redirect(recoveryPath+"/code", fiber.StatusSeeOther)
}

func (h *Handler) recoveryDocumentPage(c *fiber.Ctx) formPage {
	t := h.Pages.Texts(c)
	kinds := &frontend.Radios{Name: "document", Value: c.FormValue("document"), Fieldset: frontend.Question(t("idp_safety.document_kind"))}
	for _, kind := range []string{docPassport, docSNILS, docINN} {
		kinds.Items = append(kinds.Items, frontend.Choice{Value: kind, Text: t("idp_safety.document_" + kind)})
	}
	return formPage{
		Title: t("idp_safety.document_title"), Lead: []string{t("idp_safety.document_lead")}, Action: recoveryPath + "/document",
		Fields: []frontend.Field{{Radios: kinds}, {Input: &frontend.Input{Name: "number", Value: c.FormValue("number"),
			Label: frontend.Label{Text: t("idp_safety.document_number")}, Autocomplete: "off", Spellcheck: "false"}}},
		Send: sendButton(t("idp.next")), Links: []frontend.Link{{Text: t("idp_safety.recovery_nothing"), Href: recoveryPath + "/help"}},
	}
}

func (h *Handler) showRecoveryDocument(c *fiber.Ctx, r *recovery) error {
	switch {
	case r.VerifiedAt == nil:
		return c.Redirect(recoveryPath+"/code", fiber.StatusSeeOther)
	case r.ProvenAt != nil:
		return c.Redirect(recoveryPath+"/password", fiber.StatusSeeOther)
	}
	return h.form(c, h.recoveryDocumentPage(c))
}

func (h *Handler) enterRecoveryDocument(c *fiber.Ctx, r *recovery) error {
	if r.VerifiedAt == nil || r.ProvenAt != nil {
		return c.Redirect(recoveryPath+"/code", fiber.StatusSeeOther)
	}
	p, t := h.recoveryDocumentPage(c), h.Pages.Texts(c)
	kind := c.FormValue("document")
	if kind != docPassport && kind != docSNILS && kind != docINN {
		p.Errors.Add("document", t("idp_safety.document_missing"))
		return h.form(c, p)
	}
	number, err := readDocument(kind, c.FormValue("number"))
	if err != nil {
		p.Errors.Add("number", problemOf(t, err))
		return h.form(c, p)
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-recovery-document", r.AccountID.String(), documentDayRate); err != nil {
		return h.tooMany(c, p, "number", err)
	}
	ok, err := h.proveDocument(c.UserContext(), r, stranger(c), kind, number)
	switch {
	case err != nil:
		return err
	case ok:
		return c.Redirect(recoveryPath+"/password", fiber.StatusSeeOther)
	case r.DocumentTries+1 >= documentTries:
		return fault.New(fault.TooMany, "idp_safety.document_spent")
	}
	p.Errors.Add("number", t("idp_safety.document_wrong", documentTries-r.DocumentTries-1))
	return h.form(c, p)
}

func (h *Handler) recoveryPasswordPage(c *fiber.Ctx) formPage {
	t := h.Pages.Texts(c)
	return formPage{Title: t("idp.password_title"), Lead: []string{t("idp_safety.recovery_password_lead")}, Action: recoveryPath + "/password",
		Fields: h.newPassword(c), Send: sendButton(t("idp.password_send"))}
}

func (h *Handler) showRecoveryPassword(c *fiber.Ctx, r *recovery) error {
	if r.ProvenAt == nil {
		return c.Redirect(recoveryPath+"/document", fiber.StatusSeeOther)
	}
	return h.form(c, h.recoveryPasswordPage(c))
}

// enterRecoveryPassword ends the recovery. Nobody is signed in by it: a second factor, if there is one, is still to be shown.
func (h *Handler) enterRecoveryPassword(c *fiber.Ctx, r *recovery) error {
	if r.ProvenAt == nil {
		return c.Redirect(recoveryPath+"/document", fiber.StatusSeeOther)
	}
	p := h.recoveryPasswordPage(c)
	if newProblems(c, h.Pages.Texts(c), &p.Errors); p.Errors.Any() {
		return h.form(c, p)
	}
	hash, err := h.Passwords.Hash(c.UserContext(), c.FormValue("password"))
	if err != nil {
		return err
	}
	if err := h.finish(c.UserContext(), r, actorOf(c, *r.AccountID), hash, web.Lang(c)); err != nil {
		return err
	}
	h.setRecoveryCookie(c, "", -time.Second)
	return c.Redirect(withRequest(recoveryPath+"/done", r.RequestID), fiber.StatusSeeOther)
}

func (h *Handler) showRecovered(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	return messageFile.Render(c, h.Pages, messagePage{Title: t("idp_safety.recovered_title"), Text: []string{t("idp_safety.recovered_text")},
		Next: frontend.Button{Text: t("idp.login_link"), Href: withRequest("/login", requestID(c.Query("request")))}})
}

// showRecoveryHelp is for those who have lost the phone and the mailbox.
func (h *Handler) showRecoveryHelp(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	return messageFile.Render(c, h.Pages, messagePage{
		Title: t("idp_safety.help_title"),
		Text:  []string{t("idp_safety.help_phone_lost"), t("idp_safety.help_both_lost"), t("idp_safety.help_bring")},
		List:  []string{t("idp_safety.help_mfc"), t("idp_safety.help_post"), t("idp_safety.help_pension"), t("idp_safety.help_rostelecom")},
		Next:  frontend.Button{Text: t("idp_safety.help_back"), Href: recoveryPath},
	})
}
