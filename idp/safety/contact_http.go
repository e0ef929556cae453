package safety

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

func current(a *account.Account, kind string) string {
	if kind == kindPhone {
		return rus.FormatPhone(a.Phone)
	}
	return a.Email
}

func (h *Handler) contactPage(c *fiber.Ctx, a *account.Account, kind string) formPage {
	t := h.Pages.Texts(c)
	value := &frontend.Input{Name: "value", Value: c.FormValue("value"), Label: frontend.Label{Text: t("idp_safety." + kind + "_new")},
		Type: map[string]string{kindPhone: "tel", kindEmail: "email"}[kind], Autocomplete: map[string]string{kindPhone: "tel", kindEmail: "email"}[kind]}
	if kind == kindPhone {
		value.Hint.Text = t("idp.phone_hint")
	}
	p := formPage{
		Title: t("idp_safety." + kind + "_title"), Lead: []string{t("idp_safety."+kind+"_lead", current(a, kind))},
		Action: "/profile/contacts/" + kind, Fields: []frontend.Field{{Input: value}}, Send: sendButton(t("idp_safety.codes_send")), Back: h.back(c),
	}
	ways := proofs(a, kind)
	if len(ways) > 1 {
		radios := &frontend.Radios{Name: "proof", Value: c.FormValue("proof"), Fieldset: frontend.Question(t("idp_safety.proof_question"))}
		if radios.Value == "" {
			radios.Value = ways[0]
		}
		for _, way := range ways {
			radios.Items = append(radios.Items, frontend.Choice{Value: way, Text: t("idp_safety.proof_"+way, current(a, way))})
		}
		p.Fields = append(p.Fields, frontend.Field{Radios: radios})
	}
	if kind == kindPhone && len(ways) == 1 {
		p.Links = []frontend.Link{{Text: t("idp_safety.phone_lost"), Href: recoveryPath + "/help"}}
	}
	return p
}

func (h *Handler) showContact(kind string) page {
	return func(c *fiber.Ctx, a *account.Account) error { return h.form(c, h.contactPage(c, a, kind)) }
}

// beginContact sends a code to the new value, and one to the owner.
func (h *Handler) beginContact(kind string) page {
	return func(c *fiber.Ctx, a *account.Account) error {
		p, t := h.contactPage(c, a, kind), h.Pages.Texts(c)
		if c.FormValue("value") == "" {
			p.Errors.Add("value", t("idp."+kind+"_missing"))
			return h.form(c, p)
		}
		value, err := readValue(kind, c.FormValue("value"))
		switch {
		case err != nil:
			p.Errors.Add("value", problemOf(t, err))
			return h.form(c, p)
		case kind == kindPhone && value == a.Phone || kind == kindEmail && value == a.Email && a.EmailConfirmed:
			p.Errors.Add("value", t("idp_safety."+kind+"_same"))
			return h.form(c, p)
		}
		k := &contactChange{ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, Kind: kind, Value: value, Proof: proofs(a, kind)[0]}
		for _, way := range proofs(a, kind) {
			if way == c.FormValue("proof") {
				k.Proof = way
			}
		}
		if err := h.maySend(c, value); err != nil {
			return h.tooMany(c, p, "value", err)
		}
		if err := h.maySend(c, a.ID.String()); err != nil {
			return h.tooMany(c, p, "value", err)
		}
		if err := h.startChange(c.UserContext(), a, k, web.Lang(c)); err != nil {
			return err
		}
		return c.Redirect("/profile/contacts/"+kind+"/code", fiber.StatusSeeOther)
	}
}

func (h *Handler) contactCodePage(c *fiber.Ctx, a *account.Account, k *contactChange) formPage {
	t := h.Pages.Texts(c)
	p := formPage{
		Title: t("idp_safety.codes_title"), Lead: []string{t("idp_safety.codes_lead")}, Action: "/profile/contacts/" + k.Kind + "/code",
		Hidden: []hidden{{"change", k.ID.String()}}, Send: sendButton(t("idp_safety." + k.Kind + "_change")),
		Back: frontend.Link{Text: t("idp_safety.codes_back"), Href: "/profile/contacts/" + k.Kind},
	}
	if k.Proof != proofNone {
		old := map[string]string{kindPhone: a.Phone, kindEmail: a.Email}[k.Proof]
		p.Fields = append(p.Fields, codeField("proof", t("idp_safety.code_to", masked(k.Proof, old)), ""))
	}
	p.Fields = append(p.Fields, codeField("value", t("idp_safety.code_to", masked(k.Kind, k.Value)), ""))
	return p
}

func (h *Handler) showContactCode(kind string) page {
	return func(c *fiber.Ctx, a *account.Account) error {
		k, err := changeOf(c.UserContext(), h.DB, a.ID, kind, h.Now())
		if err != nil {
			return err
		}
		return h.form(c, h.contactCodePage(c, a, k))
	}
}

// changeContact takes both codes. The form names its change: a second tab may have begun another.
func (h *Handler) changeContact(kind string) page {
	return func(c *fiber.Ctx, a *account.Account) error {
		k, err := changeOf(c.UserContext(), h.DB, a.ID, kind, h.Now())
		if err != nil {
			return err
		}
		if c.FormValue("change") != k.ID.String() {
			return fault.New(fault.Conflict, "idp_safety.change_other")
		}
		problem, err := h.codesFit(c.UserContext(), k, c.FormValue("proof"), c.FormValue("value"))
		if err != nil {
			return err
		}
		if problem != "" {
			p := h.contactCodePage(c, a, k)
			p.Errors.Add(p.Fields[0].Input.Name, h.Pages.Texts(c)(problem))
			return h.form(c, p)
		}
		if err := h.apply(c.UserContext(), a, k, actorOf(c, a.ID), web.Lang(c)); err != nil {
			return err
		}
		return c.Redirect("/profile/safety?done="+kind, fiber.StatusSeeOther)
	}
}

// showUndo asks to press a button: scanners of mail open links, too, and must not use them up.
func (h *Handler) showUndo(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	return h.form(c, formPage{Title: t("idp_safety.undo_title"), Lead: []string{t("idp_safety.undo_lead")}, Action: "/contacts/undo",
		Hidden: []hidden{{"token", c.Query("token")}}, Send: warningButton(t("idp_safety.undo_send"))})
}

func (h *Handler) undo(c *fiber.Ctx) error {
	if err := h.putBack(c.UserContext(), secret.HashToken(c.FormValue("token")), stranger(c)); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	return messageFile.Render(c, h.Pages, messagePage{Title: t("idp_safety.undone_title"), Text: []string{t("idp_safety.undone_text")},
		Next: frontend.Button{Text: t("idp_safety.recover"), Href: recoveryPath}})
}
