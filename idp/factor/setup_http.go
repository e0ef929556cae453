package factor

import (
	"html/template"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

const (
	totpForm frontend.Page[totpPage]       = "idp/factor/totp.html"
	keyForm  frontend.Page[addPasskeyPage] = "idp/factor/passkey.html"
)

type totpPage struct {
	frontend.Errors
	Picture template.HTML
	Secret  string // as text, for who cannot photograph a screen
	State   string // the secret, sealed
	Code    frontend.Input
	Send    frontend.Button
}

type addPasskeyPage struct {
	frontend.Errors
	Name frontend.Input
	Form passkeyForm
}

// useTOTP binds a secret that is being set up to the session that sees it.
func useTOTP(c *fiber.Ctx) string { return "totp/" + account.CurrentSignIn(c).ID.String() }

func (h *Handler) showTOTP(c *fiber.Ctx, a *account.Account) error {
	s, err := setOf(c.UserContext(), h.DB, a.ID, nil)
	if err != nil {
		return err
	}
	if s.TOTP {
		return c.Redirect(securityPath, fiber.StatusSeeOther)
	}
	key := newTOTPSecret()
	state, err := seal(h, useTOTP(c), key, freshLife)
	if err != nil {
		return err
	}
	return h.renderTOTP(c, a, key, state, nil)
}

func (h *Handler) renderTOTP(c *fiber.Ctx, a *account.Account, key []byte, state string, failed error) error {
	t := h.Pages.Texts(c)
	page := totpPage{Secret: inGroups(secretText.EncodeToString(key)), State: state,
		Code: frontend.Input{Name: "code", Label: frontend.Label{Text: t("idp_factor.code_totp")}, Inputmode: "numeric",
			Autocomplete: "one-time-code", Classes: "govuk-input--width-5", Spellcheck: "false"},
		Send: frontend.Button{Text: t("idp_factor.totp_send"), PreventDoubleClick: true}}
	var err error
	page.Picture, err = drawQR(totpAddress(t("layout.site_idp"), rus.FormatPhone(a.Phone), key), t("idp_factor.totp_picture"))
	if err != nil {
		return err
	}
	if failed != nil {
		text, err := h.problem(c, failed)
		if err != nil {
			return err
		}
		page.Errors.Add("code", text)
		page.Code.ErrorMessage = page.Errors.Message("code")
		c.Status(statusOf(failed))
	}
	return totpForm.Render(c, h.Pages, page)
}

// postTOTP connects the app when it shows the right code. The page keeps its secret until then, so that a slip of the finger does
// not ask for another photograph.
func (h *Handler) postTOTP(c *fiber.Ctx, a *account.Account) error {
	state := c.FormValue("state")
	key, _, _, err := unseal[[]byte](h, useTOTP(c), state)
	if err != nil { // the page stood open for too long: begin anew
		return c.Redirect(securityPath+"/totp", fiber.StatusSeeOther)
	}
	code := c.FormValue("code")
	if code == "" {
		return h.renderTOTP(c, a, key, state, fault.New(fault.Invalid, "idp_factor.code_missing"))
	}
	if err := h.addTOTP(c, a, key, code); err != nil {
		return h.renderTOTP(c, a, key, state, err)
	}
	return c.Redirect(securityPath+"/recovery?first=1", fiber.StatusSeeOther)
}

func useAddPasskey(c *fiber.Ctx) string { return "passkey/add/" + account.CurrentSignIn(c).ID.String() }

func (h *Handler) showAddPasskey(c *fiber.Ctx, a *account.Account) error {
	return h.renderAddPasskey(c, a, c.Query("name"), nil)
}

func (h *Handler) renderAddPasskey(c *fiber.Ctx, a *account.Account, name string, failed error) error {
	if h.passkeys == nil {
		return fault.New(fault.NotFound, "idp_factor.passkey_none")
	}
	t := h.Pages.Texts(c)
	if name == "" {
		name = DeviceName(c.Get(fiber.HeaderUserAgent))
	}
	p, err := h.holderOf(c.UserContext(), a.ID)
	if err != nil {
		return err
	}
	page := addPasskeyPage{Name: frontend.Input{Name: "name", Label: frontend.Label{Text: t("idp_factor.key_name")}, Value: name,
		Hint: frontend.Hint{Text: t("idp_factor.key_name_hint")}, Autocomplete: "off"}}
	options, session, err := h.passkeys.BeginRegistration(p, webauthn.WithExclusions(webauthn.Credentials(p.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return err
	}
	if page.Form, err = h.form(useAddPasskey(c), options.Response, session); err != nil {
		return err
	}
	if failed != nil {
		text, err := h.problem(c, failed)
		if err != nil {
			return err
		}
		page.Errors.Add("name", text)
		page.Name.ErrorMessage = page.Errors.Message("name")
		c.Status(statusOf(failed))
	}
	return keyForm.Render(c, h.Pages, page)
}

// postAddPasskey keeps a passkey that the browser made.
func (h *Handler) postAddPasskey(c *fiber.Ctx, a *account.Account) error {
	p, err := h.newPasskey(c, a)
	if err == nil {
		err = h.addPasskey(c, a, p)
	}
	if err != nil {
		return h.renderAddPasskey(c, a, c.FormValue("name"), err)
	}
	return c.Redirect(securityPath+"?done=passkey_on", fiber.StatusSeeOther)
}

func (h *Handler) newPasskey(c *fiber.Ctx, a *account.Account) (*passkey, error) {
	name, err := keyName(c.FormValue("name"), DeviceName(c.Get(fiber.HeaderUserAgent)))
	if err != nil || h.passkeys == nil {
		return nil, err
	}
	session, hash, expires, err := unseal[*webauthn.SessionData](h, useAddPasskey(c), c.FormValue("state"))
	if err != nil {
		return nil, err
	}
	if used, err := useChallenge(c.UserContext(), h.DB, hash, expires); err != nil || !used {
		return nil, fault.New(fault.Invalid, "idp_factor.page_old")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(c.FormValue("credential")))
	if err != nil {
		return nil, errPasskey
	}
	made, err := h.passkeys.CreateCredential(holder{Account: a}, *session, parsed)
	if err != nil {
		return nil, errPasskey
	}
	aaguid, err := uuid.FromBytes(made.Authenticator.AAGUID)
	if err != nil {
		return nil, errPasskey
	}
	transports := make([]string, len(made.Transport))
	for i, t := range made.Transport {
		transports[i] = string(t)
	}
	return &passkey{ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, CredentialID: made.ID, PublicKey: made.PublicKey, Name: name, AAGUID: aaguid,
		Transports: transports, SignCount: int64(made.Authenticator.SignCount), UserVerified: made.Flags.UserVerified,
		BackupEligible: made.Flags.BackupEligible, BackedUp: made.Flags.BackupState, CreatedAt: h.now()}, nil
}
