package oauth

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/organisation"
)

const (
	consentForm frontend.Page[consentPage] = "idp/consent.html"
	levelNeeded frontend.Page[levelPage]   = "idp/level_needed.html"
)

type consentPage struct {
	Client  string
	Person  string
	Request string
	Data    []string // what will be known, in words
	Policy  string   // the client's page about what it does with the data, or ""
	Terms   string   // of its use
	Grant   frontend.Button
	Refuse  frontend.Button
}

type levelPage struct {
	Client  string
	Request string
	Have    string
	Need    string
	How     string
	Raise   frontend.Button
	Cancel  frontend.Button
}

// showConsent asks before a client gets data for the first time. People come here right from the sign-in, so that those who are
// asked, the most, are spared a redirect; with others it does what goOn does.
func (h *Handler) showConsent(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	r, v, next, err := h.waiting(ctx, c)
	if err != nil {
		return err
	}
	if next != stepConsent {
		return h.proceed(ctx, c, r, v, next)
	}
	t := h.Pages.Texts(c)
	page := consentPage{
		Client: r.Client.Name, Person: frontend.BlankName, Request: frontend.BlankID.String(), Policy: r.Client.PolicyURI, Terms: r.Client.TermsURI,
		Grant:  frontend.Button{ID: "grantAuthorization", Text: t("idp.consent_grant"), PreventDoubleClick: true},
		Refuse: frontend.Button{Text: t("idp.consent_refuse"), Classes: "govuk-button--secondary"},
	}
	asked := r.scopes()
	for _, scope := range Scopes {
		if slices.Contains(asked, scope) {
			page.Data = append(page.Data, t(scopeText(scope)))
		}
	}
	AllowForm(c, originOf(r.Form.Get("redirect_uri")))
	return consentForm.RenderCut(c, h.Pages, r.Client.ID+" "+strings.Join(asked, " "), page,
		map[string]string{frontend.BlankName: v.Account.ShortName(), frontend.BlankID.String(): r.ID.String()})
}

// grantConsent remembers the consent and answers the client. Nothing is asked of this request again: with prompt=consent it
// would be asked for ever.
func (h *Handler) grantConsent(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	r, v, next, err := h.waiting(ctx, c)
	if err != nil {
		return err
	}
	if next != stepConsent && next != stepAnswer {
		return c.Redirect(pathOf(next, r), fiber.StatusSeeOther)
	}
	ar, err := h.fosite.parse(ctx, r.Client, r.Form)
	if err != nil {
		return h.refuse(c, ar, err)
	}
	return h.answer(ctx, c, r, v, ar, r.scopes())
}

// scopeText is the key of what a scope lets a site know, in words.
func scopeText(scope string) string {
	switch scope {
	case "address":
		return "idp_client.scope_address"
	case organisation.Scope:
		return "idp_org.scope"
	}
	return "idp.scope_" + scope
}

// showLevel explains that the client asks for a higher level, and how to get it. The request waits meanwhile.
func (h *Handler) showLevel(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	r, v, next, err := h.waiting(ctx, c)
	if err != nil {
		return err
	}
	if next != stepLevel {
		return c.Redirect("/oauth2/continue?request="+r.ID.String(), fiber.StatusSeeOther)
	}
	if err := h.store.keepRequest(ctx, r.ID, r.CreatedAt.Add(checkLife)); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := levelPage{
		Client: r.Client.Name, Request: r.ID.String(),
		Have: t("idp.level_" + string(v.Account.Level)), Need: t("idp.level_" + string(r.level())),
		Cancel: frontend.Button{Text: t("idp.level_cancel"), Classes: "govuk-button--secondary"},
	}
	page.How, page.Raise = t("idp_confirm.lead"), frontend.Button{Text: t("idp_confirm.choose"), Href: "/confirm?request=" + r.ID.String()}
	if v.Account.Level == account.Simplified {
		page.How, page.Raise = t("idp.level_needed_how"), frontend.Button{Text: t("idp.level_raise"), Href: "/profile/data?request=" + r.ID.String()}
	}
	AllowForm(c, originOf(r.Form.Get("redirect_uri")))
	return levelNeeded.Render(c, h.Pages, page)
}

// AllowForm lets the forms of a page end at origin. Browsers apply form-action to the redirects that follow a form, too, so
// without it a person who signs in for a client would stay where they are. It is the last directive of the policy.
func AllowForm(c *fiber.Ctx, origin string) {
	if origin == "" {
		return
	}
	policy := string(c.Response().Header.Peek(fiber.HeaderContentSecurityPolicy))
	if policy != "" {
		c.Set(fiber.HeaderContentSecurityPolicy, policy+" "+origin)
	}
}
