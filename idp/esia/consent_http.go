package esia

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/organisation"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const consentForm frontend.Page[consentPage] = "idp/esia/consent.html"

type consentPage struct {
	frontend.Errors
	Client  string
	Person  string
	Request string
	Data    []string         // what will be known, in words
	Terms   []string         // of the digital profile: until when, for what
	Orgs    *frontend.Radios // in whose name, when there is a choice
	Grant   frontend.Button
	Refuse  frontend.Button
}

// showConsent asks before a system gets data for the first time.
func (h *Handler) showConsent(c *fiber.Ctx) error {
	r, err := h.requestOf(c)
	if err != nil {
		return err
	}
	p := personOf(c)
	next, err := h.next(c.UserContext(), r, p)
	if err != nil {
		return h.giveUp(c, r, err)
	}
	if next != stepConsent {
		return c.Redirect("/aas/continue?request="+r.ID.String(), fiber.StatusSeeOther)
	}
	asked, roles, err := h.resolve(c.UserContext(), r, p)
	if err != nil {
		return h.giveUp(c, r, err)
	}
	return consentForm.Render(c, h.Pages, h.consentPage(c, r, p, asked, roles))
}

func (h *Handler) consentPage(c *fiber.Ctx, r *request, p *person, asked []scope, roles []organisation.Role) consentPage {
	t := h.Pages.Texts(c)
	page := consentPage{
		Client: r.Client.Name, Person: p.ShortName(), Request: r.ID.String(), Data: h.words(c, asked),
		Grant:  frontend.Button{ID: "grantAuthorization", Text: t("idp.consent_grant"), PreventDoubleClick: true},
		Refuse: frontend.Button{Text: t("idp.consent_refuse"), Classes: "govuk-button--secondary"},
	}
	consents, _ := parsePermissions(r.Form.Get("permissions"))
	for _, one := range consents {
		end := h.Now().Add(time.Duration(one.Expire) * time.Minute)
		page.Terms = append(page.Terms, t("idp_esia.consent_term", one.Sysname, rus.FormatDate(end, web.Lang(c))))
	}
	if len(roles) > 0 {
		page.Orgs = &frontend.Radios{Name: "org_oid", Fieldset: &frontend.Fieldset{Legend: frontend.Legend{Text: t("idp_esia.consent_org")}}}
		for _, role := range roles {
			page.Orgs.Items = append(page.Orgs.Items, frontend.Choice{Value: strconv.FormatInt(role.OID, 10), Text: role.Name()})
		}
	}
	h.AllowForm(c, originOf(r.Form.Get("redirect_uri")))
	return page
}

// words are scopes in the reader's words, each once.
func (h *Handler) words(c *fiber.Ctx, asked []scope) []string {
	t := h.Pages.Texts(c)
	list := names(asked)
	if slices.Contains(list, "usr_inf") {
		list = append(composite, list...)
	}
	var all []string
	for _, name := range list {
		if name == "usr_inf" || name == "openid" && len(list) > 1 {
			continue
		}
		if text := t("idp_esia.scope_" + strings.ReplaceAll(name, "-", "_")); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// grantConsent remembers the consent and answers the system.
func (h *Handler) grantConsent(c *fiber.Ctx) error {
	r, err := h.requestOf(c)
	if err != nil {
		return err
	}
	p := personOf(c)
	next, err := h.next(c.UserContext(), r, p)
	if err != nil {
		return h.giveUp(c, r, err)
	}
	if next == stepSignIn {
		return c.Redirect("/login?request="+r.ID.String(), fiber.StatusSeeOther)
	}
	asked, roles, err := h.resolve(c.UserContext(), r, p)
	if err != nil {
		return h.giveUp(c, r, err)
	}
	if len(roles) > 0 {
		oid, _ := strconv.ParseInt(c.FormValue("org_oid"), 10, 64)
		if inName(asked, roles, oid) != nil {
			page := h.consentPage(c, r, p, asked, roles)
			page.Errors.Add("org_oid", h.Pages.Texts(c)("idp_esia.consent_org_missing"))
			page.Orgs.ErrorMessage = page.Errors.Message("org_oid")
			c.Status(fiber.StatusUnprocessableEntity)
			return consentForm.Render(c, h.Pages, page)
		}
	}
	return h.answer(c, r, p, asked, names(asked))
}
