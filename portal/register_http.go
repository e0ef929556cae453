package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type registerPage struct {
	frontend.Errors
	Next    string
	Phone   frontend.Input
	Consent frontend.Checkboxes
	SignIn  string
	ESIA    string
}

const registerTemplate frontend.Page[registerPage] = "portal/register.html"

// An SMS costs money and wakes people up: few for one phone in an hour and in a day, more for one address, which a whole office may
// share. The day's limit also bounds the guesses at codes, five for each. Strangers cannot use up what the owner's own browser has.
var (
	smsPhoneRate   = web.Rate{Burst: 3, Every: 20 * time.Minute}
	smsDayRate     = web.Rate{Burst: 8, Every: 3 * time.Hour}
	smsAddressRate = web.Rate{Burst: 20, Every: 3 * time.Minute}
)

func (h *Handler) showRegister(c *fiber.Ctx) error {
	if current(c) != nil {
		return seeOther(c, nextOr(c.Query("next")))
	}
	return registerTemplate.Render(c, h.Pages, h.registerForm(c, c.Query("next"), ""))
}

// register sends a first password by SMS. The owner of an account gets an SMS that says so, and the page is the same: it tells
// nobody who is registered here.
func (h *Handler) register(c *fiber.Ctx) error {
	t, ctx := h.Pages.Texts(c), c.UserContext()
	page := h.registerForm(c, c.FormValue("next"), c.FormValue("phone"))
	phone, err := rus.MobilePhone(c.FormValue("phone"))
	if err != nil {
		page.Errors.Add("phone", h.text(c, err))
	}
	if c.FormValue("consent") == "" {
		page.Errors.Add("consent", t("portal.consent_needed"))
	}
	if page.Errors.Any() {
		page.Phone.ErrorMessage, page.Consent.ErrorMessage = page.Errors.Message("phone"), page.Errors.Message("consent")
		return registerTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.allowSMS(c, phone); err != nil {
		return err
	}
	password := newPassword()
	hash, err := h.Hasher.Hash(ctx, password) // for a known phone too: its answer must not come sooner
	if err != nil {
		return err
	}
	err = h.inTx(ctx, func(tx pgx.Tx) error {
		fresh, err := putFirstPassword(ctx, tx, uuid.Must(uuid.NewV7()), phone, hash, web.Lang(c), h.Now())
		switch {
		case err != nil:
			return err
		case fresh:
			return h.sms(c, tx, phone, "portal.password", "portal.sms_password", password)
		}
		return h.sms(c, tx, phone, "portal.exists", "portal.sms_exists", h.PublicURL+"/reset")
	})
	if err != nil {
		return err
	}
	h.rememberPhone(c, phone)
	return seeOther(c, addQuery(withNext("/sign-in", page.Next), "sent", "1"))
}

func (h *Handler) allowSMS(c *fiber.Ctx, phone string) error {
	if err := h.Limit.Allow(c.UserContext(), "portal-sms-address", c.IP(), smsAddressRate); err != nil {
		return err
	}
	subject := h.blind("phone:" + phone)
	if device := h.Guesses.Known(c, phone); device != "" {
		subject = device
	}
	if err := h.Limit.Allow(c.UserContext(), "portal-sms-phone", subject, smsPhoneRate); err != nil {
		return err
	}
	return h.Limit.Allow(c.UserContext(), "portal-sms-day", subject, smsDayRate)
}

func (h *Handler) registerForm(c *fiber.Ctx, next, phone string) registerPage {
	t := h.Pages.Texts(c)
	next = localPath(next)
	page := registerPage{Next: next, SignIn: withNext("/sign-in", next), ESIA: withNext("/esia/start", next),
		Phone: phoneInput(t, phone, "tel"), Consent: consentBox(t)}
	if c.FormValue("consent") != "" {
		page.Consent.Values = []string{"yes"}
	}
	return page
}

func phoneInput(t func(string, ...any) string, value, autocomplete string) frontend.Input {
	return frontend.Input{Name: "phone", Type: "tel", Inputmode: "tel", Autocomplete: autocomplete, Value: value,
		Classes: "govuk-input--width-20", Label: frontend.Label{Text: t("portal.phone")}, Hint: frontend.Hint{Text: t("portal.phone_hint")}}
}

func consentBox(t func(string, ...any) string) frontend.Checkboxes {
	return frontend.Checkboxes{Name: "consent", Items: []frontend.Choice{{Value: "yes", Text: t("portal.consent"),
		Hint: frontend.Hint{Text: t("portal.consent_hint")}}}}
}
