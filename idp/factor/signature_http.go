package factor

import (
	"context"
	"errors"
	"io"
	"net/url"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
)

const signatureForm frontend.Page[signaturePage] = "idp/factor/signature.html"

type signaturePage struct {
	frontend.Errors
	Client    string
	Request   string
	Back      string
	Text      string
	Download  string
	State     string
	File      frontend.FileUpload
	Signature frontend.Textarea
	Send      frontend.Button
}

func (h *Handler) mountSignature(r fiber.Router) {
	if len(h.Roots) == 0 { // nobody could be believed
		return
	}
	r.Get("/login/signature", h.showSignature)
	r.Post("/login/signature", h.signInBySignature)
	r.Get("/login/signature/text", h.downloadText)
}

func (h *Handler) showSignature(c *fiber.Ctx) error {
	text := h.signatureText()
	state, err := seal(h, useSignature, text, signatureLife)
	if err != nil {
		return err
	}
	return h.renderSignature(c, text, state, nil)
}

func (h *Handler) renderSignature(c *fiber.Ctx, text, state string, failed error) error {
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := signaturePage{
		Back: account.WithRequest("/login", id), Text: text, State: state,
		Download: "/login/signature/text?" + url.Values{"state": {state}}.Encode(),
		File: frontend.FileUpload{Name: "file", Label: frontend.Label{Text: t("idp_factor.signature_file")},
			Hint: frontend.Hint{Text: t("idp_factor.signature_file_hint")}},
		Signature: frontend.Textarea{Name: "signature", Label: frontend.Label{Text: t("idp_factor.signature_paste")}, Rows: "4", Spellcheck: "false",
			Autocomplete: "off", Value: c.FormValue("signature")},
		Send: frontend.Button{Text: t("idp.login_send"), PreventDoubleClick: true},
	}
	if w != nil {
		page.Client, page.Request = w.Name, id.String()
	}
	if failed != nil {
		said, err := h.problem(c, failed)
		if err != nil {
			return err
		}
		page.Errors.Add("file", said)
		page.File.ErrorMessage = page.Errors.Message("file")
		c.Status(statusOf(failed))
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = account.WithRequest("/login/signature", id) })
	}
	return signatureForm.Render(c, h.Pages, page)
}

// downloadText gives the text as a file, for programs that sign files.
func (h *Handler) downloadText(c *fiber.Ctx) error {
	text, _, _, err := unseal[string](h, useSignature, c.Query("state"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tamga-sign-in.txt"`)
	return c.SendString(text)
}

// signInBySignature lets a person in whom the signature's certificate names. A wrong file costs nothing but another try.
func (h *Handler) signInBySignature(c *fiber.Ctx) error {
	id, w := h.waiting(c)
	state := c.FormValue("state")
	text, hash, expires, err := unseal[string](h, useSignature, state)
	if err != nil {
		return c.Redirect(account.WithRequest("/login/signature", id), fiber.StatusSeeOther)
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-second-address", c.IP(), guessAddress); err != nil {
		return h.renderSignature(c, text, state, err)
	}
	raw, err := sentSignature(c)
	var a *account.Account
	if err == nil {
		a, err = h.personOf(c, raw, text)
	}
	if err != nil {
		return h.renderSignature(c, text, state, err)
	}
	fresh, err := useChallenge(c.UserContext(), h.DB, hash, expires)
	if err != nil {
		return err
	}
	if !fresh {
		return c.Redirect(account.WithRequest("/login/signature", id), fiber.StatusSeeOther)
	}
	if err := h.start(c, a, account.MethodSignature); err != nil {
		return err
	}
	return c.Redirect(account.Onward(id, w), fiber.StatusSeeOther)
}

// sentSignature is the file, or else what was pasted.
func sentSignature(c *fiber.Ctx) ([]byte, error) {
	if file, err := c.FormFile("file"); err == nil && file.Size > 0 {
		if file.Size > signatureMax {
			return nil, fault.New(fault.Invalid, "idp_factor.signature_long")
		}
		f, err := file.Open()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(f)
	}
	if pasted := c.FormValue("signature"); pasted != "" {
		return []byte(pasted), nil
	}
	return nil, fault.New(fault.Invalid, "idp_factor.signature_missing")
}

// personOf returns the account of the person who signed the text.
func (h *Handler) personOf(c *fiber.Ctx, raw []byte, text string) (*account.Account, error) {
	message, err := readSignature(raw)
	if err != nil {
		return nil, err
	}
	cert, err := h.signerOf(message, text)
	if err != nil {
		return nil, err
	}
	a, err := h.personBySNILS(c.UserContext(), cert.Holder.SNILS)
	if err != nil {
		return nil, err
	}
	if sameName(a, cert.Holder) {
		return a, nil
	}
	if err := h.write(c, h.DB, a.ID, "idp.proof_failed", map[string]any{"method": account.MethodSignature}); err != nil {
		return nil, err
	}
	return nil, fault.New(fault.Invalid, "idp_factor.signature_name")
}

func (h *Handler) personBySNILS(ctx context.Context, snils string) (*account.Account, error) {
	id, err := personBySNILS(ctx, h.DB, account.SNILSKey(h.Box, snils))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Invalid, "idp_factor.signature_no_account")
	}
	if err != nil {
		return nil, err
	}
	return account.ByID(ctx, h.DB, id)
}
