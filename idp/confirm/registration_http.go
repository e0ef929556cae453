package confirm

import (
	"context"
	"crypto/subtle"
	"encoding/json"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// deskData is what is typed at a desk about somebody who has no account.
type deskData struct {
	Identity account.Identity
	Phone    string
	Email    string
	Language i18n.Lang
}

func deskPlace(id uuid.UUID) []byte { return []byte("operator_registration.form:" + id.String()) }

// registrationPage is the form of a registration on the spot: the fields of the person's own page, and the contacts.
func (h *Handler) registrationPage(c *fiber.Ctx, o *operator, r *account.Reading) *page {
	t := h.Pages.Texts(c)
	value := func(name string) string { return c.FormValue(name) }
	person, document := account.DataFields(t, web.Lang(c), value, r)
	phone := r.Line("phone", "idp.phone", c.FormValue("phone"), "off")
	phone.Input.Type, phone.Input.Hint.Text = "tel", t("idp.phone_hint")
	email := r.Line("email", "idp.email", c.FormValue("email"), "off")
	email.Input.Type = "email"
	speaks := r.Choose("language", "idp_confirm.language", languageOf(c), frontend.Choice{Value: "ru", Text: "Русский"}, frontend.Choice{Value: "tt", Text: "Татарча"},
		frontend.Choice{Value: "en", Text: "English"})
	consent := frontend.Field{Checkboxes: &frontend.Checkboxes{Name: "consent", ErrorMessage: r.Errors.Message("consent"),
		Items: []frontend.Choice{{Value: "yes", Text: t("idp_confirm.desk_consent"), Checked: c.FormValue("consent") != ""}}}}
	fields := append(person, frontend.Field{Heading: t("idp.document_title")})
	fields = append(append(fields, document...), frontend.Field{Heading: t("idp.contacts")}, phone, email, speaks, consent)
	if len(o.Centres) > 1 {
		fields = append(fields, h.centreField(c, o))
	}
	return &page{Title: t("idp_confirm.register_title"), Caption: o.Centre.Name, Lead: []string{t("idp_confirm.register_lead")}, Errors: r.Errors,
		Back:  h.backTo(c, "idp_confirm.desk_title", "/operator"),
		Forms: []form{{Action: "/operator/registration", Fields: fields, Send: send(t("idp_confirm.send_code"))}}}
}

// languageOf is the language in which the person is written to: the one chosen, or else that of the page.
func languageOf(c *fiber.Ctx) string {
	if lang := c.FormValue("language"); lang == "ru" || lang == "tt" || lang == "en" {
		return lang
	}
	return string(web.Lang(c))
}

func (h *Handler) showRegistration(c *fiber.Ctx, o *operator) error {
	return h.render(c, h.registrationPage(c, o, account.NewReading(h.Pages.Texts(c))))
}

// takeRegistration checks the form and sends a code to the phone, which the person reads out.
func (h *Handler) takeRegistration(c *fiber.Ctx, o *operator) error {
	data, r, err := h.readDesk(c)
	if err != nil {
		return err
	}
	p := h.registrationPage(c, o, r)
	if r.Errors.Any() {
		return h.render(c, p)
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-desk-sms", o.ID.String(), smsRate); err != nil {
		return h.limited(c, p, "phone", err)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	code, f := secret.Code(6), deskForm{ID: uuid.Must(uuid.NewV7()), CentreOID: o.Centre.OID, CodeAt: h.Now()}
	f.Form, f.CodeHash = h.Box.Seal(raw, deskPlace(f.ID)), visitCode(h.Box, f.ID, code)
	err = h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertDeskForm(ctx, tx, o, f, h.Now().Add(visitLife)); err != nil {
			return err
		}
		return h.announcer().sms(ctx, tx, data.Phone, &account.Account{Language: data.Language}, "desk_code", code)
	})
	if err != nil {
		return err
	}
	return c.Redirect("/operator/registration/"+f.ID.String(), fiber.StatusSeeOther)
}

// readDesk reads the form. That the person has an account already the page says plainly: it is the operator's work to find it.
func (h *Handler) readDesk(c *fiber.Ctx) (*deskData, *account.Reading, error) {
	t, ctx := h.Pages.Texts(c), c.UserContext()
	i, r := account.ReadData(t, func(name string) string { return c.FormValue(name) }, h.Now())
	d := &deskData{Identity: *i, Language: i18n.Lang(languageOf(c))}
	d.Phone = r.Text("phone", c.FormValue("phone"), "idp.phone_missing", rus.MobilePhone)
	d.Email = r.Text("email", c.FormValue("email"), "idp.email_missing", account.ParseEmail)
	if c.FormValue("consent") == "" {
		r.Errors.Add("consent", t("idp_confirm.desk_consent_missing"))
	}
	if r.Errors.Any() {
		return d, r, nil
	}
	phone, email, err := h.Keeper.Taken(ctx, h.DB, &account.Account{}, d.Phone, d.Email)
	if err != nil {
		return nil, nil, err
	}
	taken, err := snilsTaken(ctx, h.DB, account.SNILSKey(h.Box, i.SNILS))
	if phone {
		r.Errors.Add("phone", t("idp_confirm.phone_taken"))
	}
	if email {
		r.Errors.Add("email", t("idp_confirm.email_taken"))
	}
	if taken {
		r.Errors.Add("snils", t("idp_confirm.snils_taken"))
	}
	return d, r, err
}

func (h *Handler) deskForm(c *fiber.Ctx, o *operator) (*deskForm, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "idp_confirm.visit_gone")
	}
	f, err := deskFormByID(c.UserContext(), h.DB, id, o.ID, o.Session, h.Now())
	if err == nil && !o.sitsIn(f.CentreOID) {
		return nil, fault.New(fault.Forbidden, "idp_confirm.operators_only")
	}
	return f, err
}

func (h *Handler) showRegistrationCode(c *fiber.Ctx, o *operator) error {
	f, err := h.deskForm(c, o)
	if err != nil {
		return err
	}
	return h.render(c, h.codePage(c, o, "/operator/registration/"+f.ID.String(), "/operator"))
}

// finishRegistration opens the account when the code was read out right. The level follows when the registers have answered.
func (h *Handler) finishRegistration(c *fiber.Ctx, o *operator) error {
	f, err := h.deskForm(c, o)
	if err != nil {
		return err
	}
	err = h.deskCode(c.UserContext(), f, c.FormValue("code"))
	if err == nil {
		err = h.open(c.UserContext(), o, f)
	}
	switch {
	case told(err) != "":
		return h.limited(c, h.codePage(c, o, "/operator/registration/"+f.ID.String(), "/operator"), "code", err)
	case err != nil:
		return err
	}
	return c.Redirect("/operator?done=register", fiber.StatusSeeOther)
}

func (h *Handler) deskCode(ctx context.Context, f *deskForm, typed string) error {
	allowed, err := countDeskCode(ctx, h.DB, f.ID, smsTries)
	switch {
	case err != nil:
		return err
	case !allowed:
		return fault.New(fault.Invalid, "idp.code_spent")
	case h.Now().After(f.CodeAt.Add(smsLife)):
		return fault.New(fault.Invalid, "idp.code_old")
	case subtle.ConstantTimeCompare(f.CodeHash, visitCode(h.Box, f.ID, digits(typed))) != 1:
		return fault.New(fault.Invalid, "idp.code_wrong")
	}
	return nil
}

// open makes the account: nobody knows its password until the person chooses one.
func (h *Handler) open(ctx context.Context, o *operator, f *deskForm) error {
	raw, err := h.Box.Open(f.Form, deskPlace(f.ID))
	if err != nil {
		return err
	}
	var d deskData
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	hash, err := h.Passwords.Hash(ctx, unusable())
	if err != nil {
		return err
	}
	a := &account.Account{ID: f.ID, LastName: d.Identity.LastName, FirstName: d.Identity.FirstName, MiddleName: d.Identity.MiddleName,
		Phone: d.Phone, Email: d.Email, Language: d.Language}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := h.stillMay(ctx, tx, o); err != nil {
			return err
		}
		if err := deleteDeskForm(ctx, tx, f.ID); err != nil {
			return err
		}
		round, err := h.People.RegisterFor(ctx, tx, a, &d.Identity, hash, o.entry("", uuid.Nil, "idp_confirm.purpose_register", nil))
		if err != nil {
			return err
		}
		if err := putPending(ctx, tx, a.ID, round, witness{Operator: o.ID, CentreOID: o.Centre.OID}, h.Now()); err != nil {
			return err
		}
		return h.sendPasswordLink(ctx, tx, a)
	})
}
