package safety

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const consentsFile frontend.Page[consentsPage] = "idp/safety_consents.html"

type consentsPage struct {
	Done string
	List []consentView
	Back frontend.Link
}

type consentView struct {
	Client, Name string
	Data         []string // what the site may know, in words
	Rows         frontend.SummaryList
	Revoke       frontend.Button
}

// scopeText says in words what a scope lets a site know.
func (h *Handler) scopeText(c *fiber.Ctx, scope string) string {
	name, _, _ := strings.Cut(scope, "?") // ESIA's scopes may name the person
	name = strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], "/")
	for _, key := range []string{"idp.scope_" + name, "idp_safety.scope_" + name, "idp_esia.scope_" + strings.ReplaceAll(name, "-", "_")} {
		if h.Pages.Bundle.Has(web.Lang(c), key) {
			return h.Pages.T(web.Lang(c), key)
		}
	}
	return h.Pages.T(web.Lang(c), "idp_safety.scope_other", name)
}

func (h *Handler) showConsents(c *fiber.Ctx, a *account.Account) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	all, err := consentsOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	p := consentsPage{Back: h.back(c)}
	if c.Query("done") == "1" {
		p.Done = t("idp_safety.consent_revoked")
	}
	for _, k := range all {
		v := consentView{Client: k.Client, Name: k.Name, Revoke: frontend.Button{Text: t("idp_safety.consent_revoke"),
			Classes: "govuk-button--secondary", PreventDoubleClick: true}}
		for _, scope := range k.Scopes {
			v.Data = append(v.Data, h.scopeText(c, scope))
		}
		v.Rows.Rows = []frontend.SummaryRow{frontend.Row(t("idp_safety.consent_since"), rus.FormatDateTime(k.GrantedAt, lang))}
		if k.UsedAt != nil {
			v.Rows.Rows = append(v.Rows.Rows, frontend.Row(t("idp_safety.consent_used"), rus.FormatDateTime(*k.UsedAt, lang)))
		}
		p.List = append(p.List, v)
	}
	return consentsFile.Render(c, h.Pages, p)
}

// revokeConsent takes a consent back, and all tokens with it: the site asks again next time.
func (h *Handler) revokeConsent(c *fiber.Ctx, a *account.Account) error {
	ctx, client := c.UserContext(), c.FormValue("client")
	err := h.inTx(ctx, func(tx pgx.Tx) error {
		found, err := deleteConsent(ctx, tx, a.ID, client)
		if err != nil || !found { // sent twice: it is gone already
			return err
		}
		if err := h.revoke(ctx, tx, a.ID, client); err != nil {
			return err
		}
		return h.record(ctx, tx, actorOf(c, a.ID), a.ID, "consent_revoked", "", map[string]any{"client": client})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/profile/consents?done=1", fiber.StatusSeeOther)
}
