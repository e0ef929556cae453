package confirm

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/web"
)

func (h *Handler) signaturePage(c *fiber.Ctx, k *challenge) *page {
	t, request := h.Pages.Texts(c), requestOf(c)
	f := form{Action: "/confirm/signature", Upload: true, Send: send(t("idp_confirm.signature_send")),
		Hidden: []hidden{{"text", k.ID.String()}},
		Fields: []frontend.Field{
			{FileUpload: &frontend.FileUpload{Name: "file", Label: frontend.Label{Text: t("idp_factor.signature_file")},
				Hint: frontend.Hint{Text: t("idp_factor.signature_file_hint")}}},
			{Textarea: &frontend.Textarea{Name: "signature", Label: frontend.Label{Text: t("idp_factor.signature_paste")}, Rows: "4",
				Spellcheck: "false", Autocomplete: "off", Value: c.FormValue("signature")}}}}
	if request != nil {
		f.Hidden = append(f.Hidden, hidden{"request", request.String()})
	}
	return &page{Title: t("idp_confirm.signature_title"), Back: h.backTo(c, "idp_confirm.to_ways", withRequest("/confirm", request)),
		Lead:  []string{t("idp_confirm.signature_lead")},
		Steps: []string{t("idp_factor.signature_step_1"), t("idp_factor.signature_step_2"), t("idp_factor.signature_step_3")},
		Text:  k.Text, File: frontend.Link{Text: t("idp_factor.signature_download"), Href: "/confirm/signature/" + k.ID.String() + "/text"},
		Forms: []form{f}}
}

var textRate = web.Rate{Burst: 20, Every: 5 * time.Minute}

func (h *Handler) showSignature(c *fiber.Ctx, a *account.Account) error {
	if err := h.Limit.Allow(c.UserContext(), "idp-confirm-text", a.ID.String(), textRate); err != nil {
		return err
	}
	k := h.newChallenge(a)
	if err := insertText(c.UserContext(), h.DB, k, h.Now()); err != nil {
		return err
	}
	return h.render(c, h.signaturePage(c, &k))
}

// downloadText gives the text as a file, for programs that sign files.
func (h *Handler) downloadText(c *fiber.Ctx, a *account.Account) error {
	k, err := textByID(c.UserContext(), h.DB, uuid.MustParse(c.Params("id")), a.ID, h.Now())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tamga-confirm.txt"`)
	return c.SendString(k.Text)
}

var signatureRate = web.Rate{Burst: 10, Every: 2 * time.Minute}

// sign takes the signature. A wrong file costs nothing but another try, and is journalled.
func (h *Handler) sign(c *fiber.Ctx, a *account.Account) error {
	id, err := uuid.Parse(c.FormValue("text"))
	if err != nil {
		return c.Redirect("/confirm/signature", fiber.StatusSeeOther)
	}
	k, err := textByID(c.UserContext(), h.DB, id, a.ID, h.Now())
	if err != nil {
		return err
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-confirm-signature", a.ID.String(), signatureRate); err != nil {
		return h.limited(c, h.signaturePage(c, k), "file", err)
	}
	cert, err := h.Signed(c, k.Text)
	if err == nil {
		err = h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
			return h.accept(ctx, tx, a, k, cert, ownEntry(c, a, "", nil))
		})
	}
	if err == nil {
		return c.Redirect(withRequest("/confirm/done", requestOf(c)), fiber.StatusSeeOther)
	}
	if key := told(err); key != "" {
		details := map[string]any{"reason": key}
		if cert != nil {
			details["certificate"] = signer(cert)
		}
		if err := journal.Write(c.UserContext(), h.DB, ownEntry(c, a, "signature_refused", details)); err != nil {
			return err
		}
		p := h.signaturePage(c, k)
		p.Errors.Add("file", h.Pages.Texts(c)(key))
		return h.render(c, p)
	}
	if errors.Is(err, fault.Conflict) {
		return c.Redirect(withRequest("/confirm", requestOf(c)), fiber.StatusSeeOther)
	}
	return err
}
