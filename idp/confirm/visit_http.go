package confirm

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/safety"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// visitPage shows an operator what is needed of a person, and the one thing that this visit is for.
func (h *Handler) visitPage(c *fiber.Ctx, o *operator, v *visit) (*page, error) {
	t, ctx := h.Pages.Texts(c), c.UserContext()
	a, err := account.ByID(ctx, h.DB, v.AccountID)
	if err != nil {
		return nil, err
	}
	shut, err := safety.BlockOf(ctx, h.DB, a.ID)
	if err != nil {
		return nil, err
	}
	i, err := h.inForce(ctx, h.DB, a.ID)
	if err != nil && !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Conflict) {
		return nil, err
	}
	p := &page{Title: a.FullName(), Caption: o.Centre.Name, Back: h.backTo(c, "idp_confirm.desk_title", "/operator")}
	if err == nil {
		p.Facts.Rows = []frontend.SummaryRow{frontend.Row(t("idp.birth"), rus.FormatDate(i.BirthDate, web.Lang(c))),
			frontend.Row(t("idp_confirm.document"), maskedDocument(i.Document))}
	}
	p.Facts.Rows = append(p.Facts.Rows, frontend.Row(t("idp_confirm.level"), t("idp.level_"+string(a.Level))))
	if shut != nil {
		p.Facts.Rows = append(p.Facts.Rows, frontend.Row(t("idp_confirm.blocked"), t("idp_confirm.blocked_"+map[bool]string{true: "office", false: "self"}[shut.Office])))
	}
	path := "/operator/visits/" + v.ID.String()
	switch {
	case v.DoneAt != nil:
		p.Lead = []string{t("idp_confirm.visit_done")}
	case v.Purpose == forBlock:
		p.Forms = []form{h.blockForm(c, path, shut)}
	case i == nil || a.Level == account.Simplified:
		p.Lead = []string{t("idp_confirm.visitor_simplified")}
	case v.Purpose == forConfirm && a.Level == account.Confirmed:
		p.Lead = []string{t("idp_confirm.visitor_confirmed")}
	case v.Purpose == forConfirm && shut != nil:
		p.Lead = []string{t("idp_confirm.visitor_blocked")}
	case v.Purpose == forFactors && shut != nil:
		p.Lead = []string{t("idp_confirm.visitor_blocked")}
	case v.Purpose == forFactors:
		return p, h.factorsForm(c, p, v, passportFields(c, t, i))
	case v.Purpose == forConfirm:
		p.Lead = []string{t("idp_confirm.visit_lead")}
		p.Forms = []form{{Action: path + "/confirm", Fields: passportFields(c, t, i), Send: send(t("idp_confirm.visit_confirm"))}}
	default:
		p.Lead = []string{t("idp_confirm.contacts_lead")}
		phone := line("phone", t("idp_confirm.new_phone"), t("idp.phone_hint"), c.FormValue("phone"))
		phone.Input.Type = "tel"
		email := line("email", t("idp_confirm.new_email"), t("idp_confirm.new_email_hint"), c.FormValue("email"))
		email.Input.Type = "email"
		p.Forms = []form{{Action: path + "/contacts", Fields: append(passportFields(c, t, i), phone, email), Send: send(t("idp_confirm.send_code"))}}
	}
	return p, nil
}

// passportFields ask for the number twice: a slip of the hand must not look like another passport.
// What was typed stays when something else on the page is wrong.
func passportFields(c *fiber.Ctx, t func(string, ...any) string, i *account.Identity) []frontend.Field {
	typed := func(f frontend.Field) frontend.Field {
		f.Input.Value = c.FormValue(f.Input.Name)
		return f
	}
	kind := "passport"
	if i.Document.Type == account.ForeignDocument {
		kind = "foreign"
	}
	return []frontend.Field{
		typed(numeric("passport", t("idp_confirm."+kind+"_number"), t("idp_confirm.passport_hint"), "20")),
		typed(numeric("passport_again", t("idp_confirm."+kind+"_again"), "", "20"))}
}

func (h *Handler) blockForm(c *fiber.Ctx, path string, shut *safety.Block) form {
	t, do := h.Pages.Texts(c), "block"
	if shut != nil {
		do = "unblock"
	}
	f := form{Action: path + "/block", Hidden: []hidden{{"do", do}}, Send: send(t("idp_confirm.do_" + do)),
		Fields: []frontend.Field{line("reason", t("idp_confirm.reason"), t("idp_confirm.reason_hint_"+do), c.FormValue("reason"))}}
	if do == "block" {
		f.Send.Classes = "govuk-button--warning"
	}
	return f
}

func (h *Handler) showVisit(c *fiber.Ctx, o *operator, v *visit) error {
	p, err := h.visitPage(c, o, v)
	if err != nil {
		return err
	}
	if err := h.look(c, o, v); err != nil {
		return err
	}
	return h.render(c, p)
}

// passport reads the two fields and compares them with the checked document. It returns what to show on the page.
func (h *Handler) passport(c *fiber.Ctx, o *operator, v *visit) error {
	first, again := documentPlain(c.FormValue("passport")), documentPlain(c.FormValue("passport_again"))
	switch {
	case first == "":
		return fault.New(fault.Invalid, "idp_confirm.passport_missing")
	case first != again:
		return fault.New(fault.Invalid, "idp_confirm.passport_twice")
	}
	return h.holds(c.UserContext(), o, v, first)
}

func (h *Handler) confirmVisitor(c *fiber.Ctx, o *operator, v *visit) error {
	return h.byPassport(c, o, v, forConfirm, func() error { return h.confirm(c.UserContext(), o, v) })
}

// takeContacts checks the passport and the new phone and address, and sends a code to the phone.
func (h *Handler) takeContacts(c *fiber.Ctx, o *operator, v *visit) error {
	p, err := h.visitPage(c, o, v)
	if err != nil {
		return err
	}
	if len(p.Forms) == 0 {
		return c.Redirect("/operator/visits/"+v.ID.String(), fiber.StatusSeeOther)
	}
	a, err := account.ByID(c.UserContext(), h.DB, v.AccountID)
	if err != nil {
		return err
	}
	to, err := h.readContacts(c, a, p)
	if err != nil {
		return err
	}
	if p.Errors.Any() {
		return h.render(c, p)
	}
	if err := h.passport(c, o, v); err != nil {
		if told(err) != "" {
			return h.limited(c, p, "passport", err)
		}
		return err
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-desk-sms", o.ID.String(), smsRate); err != nil {
		return h.limited(c, p, "phone", err)
	}
	if err := h.sendCode(c.UserContext(), v, a, to); err != nil {
		return err
	}
	return c.Redirect("/operator/visits/"+v.ID.String()+"/contacts", fiber.StatusSeeOther)
}

var smsRate = web.Rate{Burst: 20, Every: time.Minute}

// readContacts brings the new contacts to their stored form. Whose they are already an operator may know: the page says it plainly.
func (h *Handler) readContacts(c *fiber.Ctx, a *account.Account, p *page) (to contacts, err error) {
	t := h.Pages.Texts(c)
	for _, f := range [][2]string{{"passport", "idp_confirm.passport_missing"}, {"phone", "idp.phone_missing"}, {"email", "idp.email_missing"}} {
		if c.FormValue(f[0]) == "" { // all that is missing is told at once
			p.Errors.Add(f[0], t(f[1]))
		}
	}
	if p.Errors.Any() {
		return to, nil
	}
	if to.Phone, err = rus.MobilePhone(c.FormValue("phone")); err != nil {
		p.Errors.Add("phone", account.ProblemOf(t, err))
	}
	if to.Email, err = account.ParseEmail(c.FormValue("email")); err != nil {
		p.Errors.Add("email", account.ProblemOf(t, err))
	}
	if p.Errors.Any() {
		return to, nil
	}
	phone, email, err := h.Keeper.Taken(c.UserContext(), h.DB, a, to.Phone, to.Email)
	if phone {
		p.Errors.Add("phone", t("idp_confirm.phone_taken"))
	}
	if email {
		p.Errors.Add("email", t("idp_confirm.email_taken"))
	}
	return to, err
}

func (h *Handler) codePage(c *fiber.Ctx, o *operator, action, back string) *page {
	t := h.Pages.Texts(c)
	return &page{Title: t("idp_confirm.code_title"), Caption: o.Centre.Name, Lead: []string{t("idp_confirm.code_lead")},
		Back: h.backTo(c, "idp_confirm.desk_title", back), Forms: []form{{Action: action, Send: send(t("idp_confirm.code_send")),
			Fields: []frontend.Field{codeField("code", t("idp_confirm.code"), "")}}}}
}

func (h *Handler) showContactCode(c *fiber.Ctx, o *operator, v *visit) error {
	path := "/operator/visits/" + v.ID.String()
	if v.Contacts == nil || v.DoneAt != nil {
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	return h.render(c, h.codePage(c, o, path+"/code", path))
}

func (h *Handler) takeContactCode(c *fiber.Ctx, o *operator, v *visit) error {
	path := "/operator/visits/" + v.ID.String()
	err := h.replace(c.UserContext(), o, v, c.FormValue("code"))
	switch {
	case told(err) != "":
		return h.limited(c, h.codePage(c, o, path+"/code", path), "code", err)
	case errors.Is(err, fault.Conflict):
		return c.Redirect(path, fiber.StatusSeeOther)
	case err != nil:
		return err
	}
	return c.Redirect("/operator?done=contacts", fiber.StatusSeeOther)
}
