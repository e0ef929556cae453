package factor

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const securityPath = "/profile/security"

const (
	securityShown frontend.Page[securityPage] = "idp/factor/security.html"
	removeForm    frontend.Page[removePage]   = "idp/factor/remove.html"
	recoveryShown frontend.Page[printPage]    = "idp/factor/recovery.html"
)

type securityPage struct {
	Done     string
	Phone    string
	SMS      state
	TOTP     state
	Passkeys []keyLine
	CanKeys  bool
	Left     int // printed codes
	Recovery frontend.Button
}

// state is a way that is on or off, and the button that changes that.
type state struct {
	On     bool
	Tag    frontend.Tag
	Button frontend.Button
}

type keyLine struct {
	Name, Added, Used, Note, Remove string
}

func (h *Handler) mountSecurity(r fiber.Router) {
	r.Get(securityPath, own(h.showSecurity))
	r.Post(securityPath+"/sms", h.fresh(h.postSMS))
	r.Get(securityPath+"/totp", h.fresh(h.showTOTP))
	r.Post(securityPath+"/totp", h.fresh(h.postTOTP))
	r.Get(securityPath+"/remove", h.fresh(h.showRemove))
	r.Post(securityPath+"/remove", h.fresh(h.postRemove))
	r.Get(securityPath+"/recovery", h.fresh(h.showRecovery))
	r.Post(securityPath+"/recovery", h.fresh(h.postRecovery))
	r.Get(securityPath+"/passkeys/add", h.fresh(h.showAddPasskey))
	r.Post(securityPath+"/passkeys/add", h.fresh(h.postAddPasskey))
}

// dones are the changes that the page tells of when it is opened after one.
var dones = map[string]bool{"sms_on": true, "sms_off": true, "totp_on": true, "totp_off": true, "passkey_on": true, "passkey_off": true}

func (h *Handler) showSecurity(c *fiber.Ctx, a *account.Account) error {
	s, err := setOf(c.UserContext(), h.DB, a.ID, nil)
	if err != nil {
		return err
	}
	keys, err := passkeysOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := securityPage{Phone: rus.MaskPhone(a.Phone), CanKeys: h.passkeys != nil, Left: s.Recovery}
	if done := c.Query("done"); dones[done] {
		page.Done = t("idp_factor.event_" + done)
	}
	page.SMS = stateOf(t, s.SMS, frontend.Button{Text: t("idp_factor.turn_on"), Name: "sms", Value: "on", PreventDoubleClick: true,
		Attributes: frontend.Attributes{"aria-label": t("idp_factor.turn_on_sms")}},
		frontend.Button{Text: t("idp_factor.turn_off"), Href: removePath("sms"), Attributes: frontend.Attributes{"aria-label": t("idp_factor.turn_off_sms")}})
	page.TOTP = stateOf(t, s.TOTP, frontend.Button{Text: t("idp_factor.turn_on"), Href: securityPath + "/totp",
		Attributes: frontend.Attributes{"aria-label": t("idp_factor.turn_on_totp")}},
		frontend.Button{Text: t("idp_factor.turn_off"), Href: removePath("totp"), Attributes: frontend.Attributes{"aria-label": t("idp_factor.turn_off_totp")}})
	for _, k := range keys {
		page.Passkeys = append(page.Passkeys, lineOf(t, web.Lang(c), k))
	}
	if s.Any() {
		page.Recovery = frontend.Button{Text: t("idp_factor.recovery_open"), Href: securityPath + "/recovery", Classes: "govuk-button--secondary"}
	}
	return securityShown.Render(c, h.Pages, page)
}

func stateOf(t func(string, ...any) string, on bool, enable, disable frontend.Button) state {
	if on {
		disable.Classes = "govuk-button--secondary"
		return state{true, frontend.Tag{Text: t("idp_factor.is_on"), Classes: "govuk-tag--green"}, disable}
	}
	return state{false, frontend.Tag{Text: t("idp_factor.is_off"), Classes: "govuk-tag--grey"}, enable}
}

func lineOf[L ~string](t func(string, ...any) string, lang L, k passkey) keyLine {
	line := keyLine{Name: k.Name, Added: rus.FormatDate(k.CreatedAt, lang), Used: t("idp_factor.key_unused"),
		Note: t("idp_factor.key_device"), Remove: removePath(k.ID.String())}
	if k.UsedAt != nil {
		line.Used = rus.FormatDateTime(*k.UsedAt, lang)
	}
	if k.BackedUp {
		line.Note = t("idp_factor.key_cloud")
	}
	if k.Cloned {
		line.Note = t("idp_factor.key_copied")
	}
	return line
}

func removePath(what string) string { return securityPath + "/remove?what=" + what }

func (h *Handler) postSMS(c *fiber.Ctx, a *account.Account) error {
	if err := h.switchSMS(c, a, true); err != nil {
		return err
	}
	return c.Redirect(securityPath+"?done=sms_on", fiber.StatusSeeOther)
}

// removePage asks once more: without its proofs an account is open to whoever knows the password.
type removePage struct {
	frontend.Errors
	What string
	Name string
	Last bool
	Send frontend.Button
}

func (h *Handler) showRemove(c *fiber.Ctx, a *account.Account) error {
	return h.renderRemove(c, a, c.Query("what"), nil)
}

func (h *Handler) renderRemove(c *fiber.Ctx, a *account.Account, what string, failed error) error {
	t := h.Pages.Texts(c)
	s, err := setOf(c.UserContext(), h.DB, a.ID, nil)
	if err != nil {
		return err
	}
	page := removePage{What: what, Send: frontend.Button{Text: t("idp_factor.remove_send"), Classes: "govuk-button--warning", PreventDoubleClick: true}}
	switch what {
	case "sms", "totp":
		page.Name, page.Last = t("idp_factor.remove_"+what), s.last(Way(what))
	default:
		k, err := h.ownPasskey(c, a, what)
		if err != nil {
			return err
		}
		page.Name, page.Last = t("idp_factor.remove_passkey", k.Name), s.last(Passkey)
	}
	if failed != nil {
		text, err := h.problem(c, failed)
		if err != nil {
			return err
		}
		page.Errors.AddAt("what", "remove", text)
		c.Status(statusOf(failed))
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = removePath(what) })
	}
	return removeForm.Render(c, h.Pages, page)
}

func (h *Handler) ownPasskey(c *fiber.Ctx, a *account.Account, id string) (*passkey, error) {
	keys, err := passkeysOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return nil, err
	}
	for i := range keys {
		if keys[i].ID.String() == id {
			return &keys[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "idp_factor.passkey_none")
}

func (h *Handler) postRemove(c *fiber.Ctx, a *account.Account) error {
	what, done := c.FormValue("what"), "passkey_off"
	var err error
	switch what {
	case "sms":
		done, err = "sms_off", h.switchSMS(c, a, false)
	case "totp":
		done, err = "totp_off", h.removeTOTP(c, a)
	default:
		id, wrong := uuid.Parse(what)
		if wrong != nil {
			return fault.New(fault.NotFound, "idp_factor.passkey_none")
		}
		err = h.removePasskey(c, a, id)
	}
	if err != nil {
		return h.renderRemove(c, a, what, err)
	}
	return c.Redirect(securityPath+"?done="+done, fiber.StatusSeeOther)
}

type printPage struct {
	First bool // an app was just connected
	Left  int
	Codes []string
	Made  time.Time
	Send  frontend.Button
	Next  frontend.Button
}

func (h *Handler) showRecovery(c *fiber.Ctx, a *account.Account) error {
	s, err := setOf(c.UserContext(), h.DB, a.ID, nil)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := printPage{First: c.Query("first") == "1", Left: s.Recovery,
		Send: frontend.Button{Text: t("idp_factor.recovery_send"), PreventDoubleClick: true}}
	return recoveryShown.Render(c, h.Pages, page)
}

// postRecovery shows fresh codes in its own answer: they are kept nowhere in the clear, so no other page could.
func (h *Handler) postRecovery(c *fiber.Ctx, a *account.Account) error {
	codes, err := h.renewRecovery(c, a)
	if err != nil {
		return err
	}
	for i, code := range codes {
		codes[i] = code[:4] + "-" + code[4:]
	}
	return recoveryShown.Render(c, h.Pages, printPage{Codes: codes, Made: h.now(), Left: len(codes),
		Next: frontend.Button{Text: h.Pages.Texts(c)("idp_factor.recovery_saved"), Href: securityPath}})
}
