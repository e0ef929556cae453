package oauth

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/ory/fosite"
	"github.com/ory/fosite/token/jwt"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	deviceForm    frontend.Page[devicePage]        = "idp/device.html"
	deviceConfirm frontend.Page[deviceConfirmPage] = "idp/device_confirm.html"
	deviceDone    frontend.Page[deviceDonePage]    = "idp/device_done.html"
)

// devicePage asks for the code that a screen shows.
type devicePage struct {
	frontend.Errors
	Code frontend.Input
	Send frontend.Button
}

// deviceConfirmPage asks whether the screen in front of the person is the one.
type deviceConfirmPage struct {
	frontend.Errors
	Code      string // as the screen shows it; "" after a sign-in, when it has to be typed again
	CodeAgain frontend.Input
	Client    string
	Person    string
	Data      []string // what will be known, in words
	Request   string
	Grant     frontend.Button
	Refuse    frontend.Button
}

type deviceDonePage struct {
	Allowed bool
	Client  string
}

// authorizeDevice gives a device its two codes.
func (h *Handler) authorizeDevice(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	answer, err := h.newDevice(ctx, c)
	if err != nil {
		return h.tokenError(c, err)
	}
	return c.JSON(answer)
}

func (h *Handler) newDevice(ctx context.Context, c *fiber.Ctx) (fiber.Map, error) {
	r, err := postOf(ctx, c)
	if err != nil {
		return nil, err
	}
	known, err := h.clientCheck.authenticate(ctx, r, r.PostForm)
	if err != nil {
		return nil, err
	}
	if err := h.slowDown(c, known.(*client), r.PostForm); err != nil {
		return nil, err
	}
	if !known.GetGrantTypes().Has(GrantDevice) {
		return nil, fosite.ErrUnauthorizedClient.WithHint("The client may not use the device grant.")
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	for _, scope := range scopes {
		if !slices.Contains(known.GetScopes(), scope) {
			return nil, fosite.ErrInvalidScope.WithHintf("The client may not ask for scope '%s'.", scope)
		}
	}
	if !slices.Contains(scopes, "openid") {
		return nil, fosite.ErrInvalidScope.WithHint("Scope 'openid' is required.")
	}
	now, code := time.Now().UTC(), secret.Token(32)
	v := &device{
		Hash: hashOf(code), Family: uuid.Must(uuid.NewV7()), ClientID: known.GetID(), Scopes: scopes, Pause: devicePause,
		CreatedAt: now, ExpiresAt: now.Add(deviceLife),
	}
	for range 5 { // two devices with one code of 20^8: once in a lifetime, but then it matters
		userCode := newUserCode()
		free, err := insertDevice(ctx, h.DB, v, h.userHash(userCode))
		if err != nil {
			return nil, err
		}
		if free {
			return fiber.Map{
				"device_code": code, "user_code": showUserCode(userCode), "verification_uri": h.Issuer + "/device",
				"verification_uri_complete": h.Issuer + "/device?user_code=" + showUserCode(userCode),
				"expires_in":                int(deviceLife / time.Second), "interval": devicePause,
			}, nil
		}
	}
	return nil, fosite.ErrTemporarilyUnavailable
}

func (h *Handler) userHash(code string) []byte { return h.Box.Blind("device:" + code) }

// A person tries a code or two. Whoever tries more is guessing: at 20 in ten minutes of a code's life, one device in a billion.
var (
	deviceGuesses       = web.Rate{Burst: 10, Every: time.Minute}
	deviceGuessesPerson = web.Rate{Burst: 10, Every: time.Minute}
)

// showDevice asks for the code, or goes on with the one in a link that the screen showed as a picture.
func (h *Handler) showDevice(c *fiber.Ctx) error {
	if typed := c.Query("user_code"); typed != "" {
		return h.lookForDevice(c, typed)
	}
	return h.askForCode(c, "", "")
}

func (h *Handler) findDevice(c *fiber.Ctx) error { return h.lookForDevice(c, c.FormValue("user_code")) }

func (h *Handler) askForCode(c *fiber.Ctx, typed, wrong string) error {
	t := h.Pages.Texts(c)
	page := devicePage{
		Code: frontend.Input{
			Name: "user_code", Label: frontend.Label{Text: t("idp_device.code_label")}, Hint: frontend.Hint{Text: t("idp_device.code_hint")},
			Autocomplete: "off", Spellcheck: "false", Autocapitalize: "characters", Value: typed, Classes: "govuk-input--width-10",
		},
		Send: frontend.Button{Text: t("idp_device.code_send"), PreventDoubleClick: true},
	}
	if wrong != "" {
		page.Errors.Add("user_code", wrong)
		page.Code.ErrorMessage = page.Errors.Message("user_code")
	}
	return deviceForm.Render(c, h.Pages, page)
}

// lookForDevice finds what a code belongs to. Signing in may stand between, so the page after it has its own address, and no
// code in it.
func (h *Handler) lookForDevice(c *fiber.Ctx, typed string) error {
	ctx, cancel := deadline(c)
	defer cancel()
	t := h.Pages.Texts(c)
	if err := h.allowGuess(ctx, c); err != nil {
		c.Status(fiber.StatusTooManyRequests)
		return h.askForCode(c, typed, t("idp_device.too_many"))
	}
	code := readUserCode(typed)
	if code == "" {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.askForCode(c, typed, t("idp_device.code_wrong"))
	}
	v, err := deviceByUserCode(ctx, h.DB, h.userHash(code), time.Now())
	if isNotFound(err) {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.askForCode(c, typed, t("idp_device.unknown"))
	}
	if err != nil {
		return err
	}
	if visitOf(c) == nil {
		return c.Redirect("/login?request="+v.Family.String(), fiber.StatusSeeOther)
	}
	return h.askToAllow(c, v, code, "")
}

func (h *Handler) allowGuess(ctx context.Context, c *fiber.Ctx) error {
	if h.Limit == nil {
		return nil
	}
	if v := visitOf(c); v != nil {
		if err := h.Limit.Allow(ctx, "idp-device-person", v.Account.ID.String(), deviceGuessesPerson); err != nil {
			return err
		}
	}
	return h.Limit.Allow(ctx, "idp-device", c.IP(), deviceGuesses)
}

// askToAllow shows the code and the client: whoever was sent a link by a stranger sees that it is not their screen. After a sign-in
// the code is not known any more, and has to be typed again: the page's address, which has none, could have been sent by anybody.
func (h *Handler) askToAllow(c *fiber.Ctx, v *device, code, wrong string) error {
	t := h.Pages.Texts(c)
	page := deviceConfirmPage{
		Client: v.Client, Person: visitOf(c).Account.ShortName(), Request: v.Family.String(),
		Grant:  frontend.Button{ID: "grantAuthorization", Text: t("idp_device.allow"), PreventDoubleClick: true},
		Refuse: frontend.Button{Text: t("idp_device.refuse"), Classes: "govuk-button--secondary", Name: "refuse", Value: "yes"},
	}
	page.CodeAgain = frontend.Input{
		Name: "user_code", Label: frontend.Label{Text: t("idp_device.confirm_again")}, Hint: frontend.Hint{Text: t("idp_device.confirm_again_hint")},
		Autocomplete: "off", Spellcheck: "false", Autocapitalize: "characters", Value: c.FormValue("user_code"), Classes: "govuk-input--width-10",
	}
	if code != "" {
		page.Code = showUserCode(code)
	}
	if wrong != "" {
		page.Errors.Add("user_code", wrong)
		page.CodeAgain.ErrorMessage = page.Errors.Message("user_code")
	}
	for _, scope := range Scopes {
		if slices.Contains(v.Scopes, scope) {
			page.Data = append(page.Data, t(scopeText(scope)))
		}
	}
	return deviceConfirm.Render(c, h.Pages, page)
}

// deviceOf returns the device that a page is about.
func (h *Handler) deviceOf(ctx context.Context, text string) (*device, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, fault.New(fault.NotFound, "idp_device.unknown")
	}
	return deviceByFamily(ctx, h.DB, id, time.Now())
}

// confirmDevice is the page after a sign-in.
func (h *Handler) confirmDevice(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	v, err := h.deviceOf(ctx, c.Query("request"))
	if err != nil {
		return err
	}
	if visitOf(c) == nil {
		return c.Redirect("/login?request="+v.Family.String(), fiber.StatusSeeOther)
	}
	return h.askToAllow(c, v, "", "")
}

// decideDevice notes what the person decided.
func (h *Handler) decideDevice(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	v, err := h.deviceOf(ctx, c.FormValue("request"))
	if err != nil {
		return err
	}
	who := visitOf(c)
	if who == nil {
		return c.Redirect("/login?request="+v.Family.String(), fiber.StatusSeeOther)
	}
	refused := c.FormValue("refuse") != ""
	if !refused {
		if err := h.allowGuess(ctx, c); err != nil {
			return err
		}
		code := readUserCode(c.FormValue("user_code"))
		if code == "" || !bytes.Equal(v.UserHash, h.userHash(code)) {
			c.Status(fiber.StatusUnprocessableEntity)
			return h.askToAllow(c, v, "", h.Pages.Texts(c)("idp_device.code_wrong"))
		}
	}
	of, err := clientByID(ctx, h.DB, v.ClientID)
	if err != nil {
		return fmt.Errorf("device's client: %w", err)
	}
	subject, err := h.sectors.subject(ctx, &of.Client, who.Account)
	if err != nil {
		return err
	}
	state, action := deviceAllowed, "idp.device_allowed"
	if refused {
		state, action = deviceRefused, "idp.device_refused"
	}
	err = inTx(ctx, h.DB, func(ctx context.Context) error {
		tx := h.store.conn(ctx)
		if err := answerDevice(ctx, tx, v, state, newSession(who, deviceClaims(who, subject, v)), time.Now()); err != nil {
			return err
		}
		if !refused { // so that the person finds the screen among the consents, and can take this one back
			if err := addConsent(ctx, tx, who.Account.ID, v.ClientID, v.Scopes, time.Now()); err != nil {
				return err
			}
		}
		return journal.Write(ctx, tx, journal.Entry{
			Actor: who.Account.ID.String(), ActorRole: "citizen", Action: action, Subject: who.Account.ID.String(),
			Details: map[string]any{"client": v.ClientID, "scopes": v.Scopes},
		})
	})
	if err != nil {
		return err
	}
	return deviceDone.Render(c, h.Pages, deviceDonePage{state == deviceAllowed, v.Client})
}

// deviceClaims are what the tokens of a device will say.
func deviceClaims(who *visit, subject string, v *device) *jwt.IDTokenClaims {
	return &jwt.IDTokenClaims{
		Subject: subject, AuthTime: who.SignIn.AuthenticatedAt, RequestedAt: v.CreatedAt,
		AuthenticationContextClassReference: who.Account.Level.ACR(),
		AuthenticationMethodsReferences:     who.SignIn.AMR(),
		Extra:                               map[string]any{"level": string(who.Account.Level), "sid": who.SignIn.ID.String()},
	}
}

// deviceAsker describes the client of a device that waits for a sign-in, or returns nil.
func (h *Handler) deviceAsker(ctx context.Context, id uuid.UUID) *Asker {
	v, err := deviceByFamily(ctx, h.DB, id, time.Now())
	if err != nil {
		return nil
	}
	return &Asker{Name: v.Client, Path: "/device/confirm"}
}
