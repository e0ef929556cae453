package confirm

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/organisation"
	"tamga/idp/safety"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/web"
)

func (h *Handler) mountOperator(r fiber.Router) {
	r.Get("/operator", h.operating(h.showDesk))
	r.Post("/operator/search", h.operating(h.search))
	r.Get("/operator/visits/:id<guid>", h.visiting("", h.showVisit))
	r.Post("/operator/visits/:id<guid>/confirm", h.visiting(forConfirm, h.confirmVisitor))
	r.Get("/operator/visits/:id<guid>/contacts", h.visiting(forContacts, h.showContactCode))
	r.Post("/operator/visits/:id<guid>/contacts", h.visiting(forContacts, h.takeContacts))
	r.Post("/operator/visits/:id<guid>/code", h.visiting(forContacts, h.takeContactCode))
	r.Post("/operator/visits/:id<guid>/factors", h.visiting(forFactors, h.removeFactors))
	r.Post("/operator/visits/:id<guid>/block", h.visiting(forBlock, h.block))
	r.Get("/operator/registration", h.operating(h.showRegistration))
	r.Post("/operator/registration", h.operating(h.takeRegistration))
	r.Get("/operator/registration/:id<guid>", h.operating(h.showRegistrationCode))
	r.Post("/operator/registration/:id<guid>", h.operating(h.finishRegistration))
}

type atDesk func(*fiber.Ctx, *operator) error

// operating lets operators in. The power is looked up now, so that a dismissal counts at once.
func (h *Handler) operating(then atDesk) fiber.Handler {
	return h.own(func(c *fiber.Ctx, a *account.Account) error {
		o, err := h.operatorOf(c, a)
		if err != nil {
			return err
		}
		if answered, err := h.twoProofs(c, o); answered || err != nil {
			return err
		}
		return then(c, o)
	})
}

func (h *Handler) operatorOf(c *fiber.Ctx, a *account.Account) (*operator, error) {
	centres, err := organisation.CentresOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return nil, err
	}
	if len(centres) == 0 {
		return nil, fault.New(fault.Forbidden, "idp_confirm.operators_only")
	}
	from, _ := netip.ParseAddr(c.IP())
	in := account.CurrentSignIn(c)
	o := &operator{Account: a, Session: in.ID, Strong: in.Strong(), Centres: centres, Centre: centres[0]}
	for _, one := range centres {
		if in.ActingOID != nil && *in.ActingOID == one.OID {
			o.Centre = one
		}
	}
	if oid, err := strconv.ParseInt(c.FormValue("centre"), 10, 64); err == nil {
		o.sitsIn(oid)
	}
	o.From = safety.Actor{ID: a.ID.String(), Role: "operator", Address: from, Centre: o.Centre.Name}
	return o, nil
}

// sitsIn chooses among the centres in which the operator may confirm, and tells whether it is one of them.
func (o *operator) sitsIn(oid int64) bool {
	i := slices.IndexFunc(o.Centres, func(c organisation.Centre) bool { return c.OID == oid })
	if i >= 0 {
		o.Centre, o.From.Centre = o.Centres[i], o.Centres[i].Name
	}
	return i >= 0
}

type inVisit func(*fiber.Ctx, *operator, *visit) error

// visiting lets an operator in to the own visit of the address, at the sign-in where it began, for its purpose.
func (h *Handler) visiting(purpose string, then inVisit) fiber.Handler {
	return h.operating(func(c *fiber.Ctx, o *operator) error {
		id, err := uuid.Parse(c.Params("id"))
		if err != nil {
			return fault.New(fault.NotFound, "idp_confirm.visit_gone")
		}
		v, err := visitByID(c.UserContext(), h.DB, id, o.ID, o.Session, h.Now())
		switch {
		case err != nil:
			return err
		case !o.sitsIn(v.CentreOID):
			return fault.New(fault.Forbidden, "idp_confirm.operators_only")
		case purpose != "" && v.Purpose != purpose:
			return fault.New(fault.NotFound, "idp_confirm.visit_gone")
		}
		return then(c, o, v)
	})
}

// deskPage is the operator's start: whom to look for, and what for.
func (h *Handler) deskPage(c *fiber.Ctx, o *operator) *page {
	t := h.Pages.Texts(c)
	query := line("query", t("idp_confirm.query"), t("idp_confirm.query_hint"), c.FormValue("query"))
	query.Input.Inputmode, query.Input.Classes = "numeric", "govuk-input--width-20"
	why := frontend.Field{Radios: &frontend.Radios{Name: "purpose", Value: c.FormValue("purpose"), Fieldset: frontend.Question(t("idp_confirm.purpose"))}}
	for _, one := range purposes {
		why.Radios.Items = append(why.Radios.Items, frontend.Choice{Value: one, Text: t(purposeKey(one))})
	}
	p := &page{Title: t("idp_confirm.desk_title"), Caption: o.Centre.Name, Lead: []string{t("idp_confirm.desk_lead")},
		Back:  h.backTo(c, "idp.to_profile", "/profile"),
		Forms: []form{{Action: "/operator/search", Fields: []frontend.Field{query, why}, Send: send(t("idp_confirm.find"))}},
		Links: []frontend.Link{{Text: t("idp_confirm.register_link"), Href: "/operator/registration"}}}
	if len(o.Centres) > 1 {
		p.Forms[0].Fields = append(p.Forms[0].Fields, h.centreField(c, o))
	}
	if done := c.Query("done"); slices.Contains([]string{forConfirm, forContacts, forFactors, "block", "unblock", "register"}, done) {
		p.Told = t("idp_confirm.told_" + done)
	}
	return p
}

func (h *Handler) centreField(c *fiber.Ctx, o *operator) frontend.Field {
	f := frontend.Field{Select: &frontend.Select{Name: "centre", Value: strconv.FormatInt(o.Centre.OID, 10),
		Label: frontend.Label{Text: h.Pages.Texts(c)("idp_confirm.your_centre")}}}
	for _, one := range o.Centres {
		f.Select.Items = append(f.Select.Items, frontend.Option{Value: strconv.FormatInt(one.OID, 10), Text: one.Name})
	}
	return f
}

func (h *Handler) showDesk(c *fiber.Ctx, o *operator) error { return h.render(c, h.deskPage(c, o)) }

// searchRate is what a desk needs; searchDay bounds what one person could find out in a day.
var (
	searchRate = web.Rate{Burst: 15, Every: 30 * time.Second}
	searchDay  = web.Rate{Burst: 150, Every: 10 * time.Minute}
)

func (h *Handler) search(c *fiber.Ctx, o *operator) error {
	t, p := h.Pages.Texts(c), h.deskPage(c, o)
	purpose := c.FormValue("purpose")
	if c.FormValue("query") == "" {
		p.Errors.Add("query", t("idp_confirm.query_missing"))
	}
	if !slices.Contains(purposes, purpose) {
		p.Errors.Add("purpose", t("idp_confirm.purpose_missing"))
	}
	if p.Errors.Any() {
		return h.render(c, p)
	}
	ctx := c.UserContext()
	err := errors.Join(h.Limit.Allow(ctx, "idp-operator", o.ID.String(), searchRate), h.Limit.Allow(ctx, "idp-operator-day", o.ID.String(), searchDay))
	var v *visit
	if err == nil {
		v, err = h.find(ctx, o, c.FormValue("query"), purpose)
	}
	if err != nil {
		return h.limited(c, p, "query", err)
	}
	return c.Redirect("/operator/visits/"+v.ID.String(), fiber.StatusSeeOther)
}

// block shuts an account or opens it, for a reason that the person reads.
func (h *Handler) block(c *fiber.Ctx, o *operator, v *visit) error {
	reason, err := account.PlainText(c.FormValue("reason"))
	if err != nil || len([]rune(reason)) < 10 {
		p, err := h.visitPage(c, o, v)
		if err != nil {
			return err
		}
		p.Errors.Add("reason", h.Pages.Texts(c)("idp_confirm.reason_missing"))
		return h.render(c, p)
	}
	if c.FormValue("do") == "unblock" {
		if err := h.Keeper.Unblock(c.UserContext(), v.AccountID, o.From, reason); err != nil {
			return err
		}
		return c.Redirect("/operator?done=unblock", fiber.StatusSeeOther)
	}
	if err := h.Keeper.Block(c.UserContext(), v.AccountID, o.From, reason); err != nil {
		return err
	}
	return c.Redirect("/operator?done=block", fiber.StatusSeeOther)
}

// look notes that an operator reads a person's data.
func (h *Handler) look(c *fiber.Ctx, o *operator, v *visit) error {
	return h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
		return journal.Write(ctx, tx, o.entry("person_seen", v.AccountID, purposeKey(v.Purpose), nil))
	})
}
