package organisation

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// grantForm gives a power, as typed.
type grantForm struct {
	Power       string
	From, Until [3]string
}

// offer returns what an employee has by office, and the controls of the form: none when the reader may not give, or nothing is
// left to give.
func (f grantForm) offer(r *reading, role *Role, e *Employee, powers []power) (byOffice []string, fields []frontend.Field) {
	var items []frontend.Choice
	for _, p := range powers {
		if e.Chief && p.Chief || e.Admin && p.Admin {
			byOffice = append(byOffice, r.t("idp_org.power_"+p.Code))
			continue
		}
		items = append(items, frontend.Choice{Value: p.Code, Text: r.t("idp_org.power_" + p.Code),
			Hint: frontend.Hint{Text: r.t("idp_org.power_" + p.Code + "_text")}})
	}
	if len(items) == 0 || !role.Manages() || !mayGrant(role, e) {
		return byOffice, nil
	}
	return byOffice, []frontend.Field{
		{Radios: &frontend.Radios{Name: "power", Value: f.Power, Items: items, Fieldset: frontend.Question(r.t("idp_org.power")),
			ErrorMessage: r.Message("power")}},
		r.date("from", f.From), r.date("until", f.Until),
	}
}

// read checks the form. The first day counts from its midnight in Moscow, the last one to its end.
func (f grantForm) read(r *reading, e *Employee, powers []power, now time.Time) grant {
	var codes []string
	for _, p := range powers {
		if !(e.Chief && p.Chief || e.Admin && p.Admin) {
			codes = append(codes, p.Code)
		}
	}
	g := grant{ID: uuid.Must(uuid.NewV7()), Power: r.choice("power", f.Power, codes), FromAt: now, GrantedAt: now}
	if from := r.day("from", f.From, false); from != nil {
		g.FromAt = midnight(*from)
	}
	if until := r.day("until", f.Until, false); until != nil {
		end := midnight(until.AddDate(0, 0, 1))
		g.Until = &end
		switch {
		case !end.After(now):
			r.wrongDay("until", "idp_org.until_past")
		case !end.After(g.FromAt):
			r.wrongDay("until", "idp_org.until_before")
		}
	}
	return g
}

// midnight is the beginning of a typed day in Moscow.
func midnight(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow)
}

// lastDay is the day that a term ends with.
func lastDay(until time.Time) time.Time { return until.Add(-time.Second) }

func lineOf(t texts, lang i18n.Lang, g grant, mayRevoke bool) grantLine {
	term := t("idp_org.term_from", rus.FormatDate(g.FromAt, lang))
	if g.Until != nil {
		term = t("idp_org.term_from_until", rus.FormatDate(g.FromAt, lang), rus.FormatDate(lastDay(*g.Until), lang))
	}
	if g.RevokedAt != nil {
		term = t("idp_org.term_revoked", rus.FormatDate(*g.RevokedAt, lang))
	}
	colours := map[string]string{"now": "govuk-tag--green", "future": "govuk-tag--blue", "past": "govuk-tag--grey", "revoked": "govuk-tag--grey"}
	return grantLine{Power: t("idp_org.power_" + g.Power), Tag: frontend.Tag{Text: t("idp_org.grant_" + g.State), Classes: colours[g.State]},
		Term: term, ID: g.ID.String(), Revoke: mayRevoke && (g.State == "now" || g.State == "future")}
}

// grantPower gives an employee a power for a time. The form that comes twice gives it once.
func (h *Handler) grantPower(c *fiber.Ctx) error {
	value := func(name string) string { return c.FormValue(name) }
	form := grantForm{Power: value("power"), From: dateValues(value, "from"), Until: dateValues(value, "until")}
	r := newReading(h.Pages.Texts(c))
	err := h.changeEmployee(c, "given", func(tx pgx.Tx, a *account.Account, role *Role, e *Employee) error {
		if !mayGrant(role, e) {
			return fault.New(fault.Forbidden, "idp_org.grant_not")
		}
		powers, err := powersFor(c.UserContext(), tx, role.Accreditation != nil)
		if err != nil {
			return err
		}
		g := form.read(r, e, powers, h.Now())
		if r.Any() {
			return errForm
		}
		return h.give(c, tx, a, role, e, g)
	})
	if r.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderEmployee(c, form, r)
	}
	return err
}

// errForm ends a transaction whose form has to be shown again.
var errForm = fault.New(fault.Invalid, "idp_org.form_wrong")

func (h *Handler) give(c *fiber.Ctx, tx pgx.Tx, a *account.Account, role *Role, e *Employee, g grant) error {
	have, err := grantsOf(c.UserContext(), tx, e.ID)
	if err != nil {
		return err
	}
	for _, old := range have {
		if old.Power == g.Power && old.RevokedAt == nil && old.sameTerm(g) {
			return nil
		}
	}
	if err := insertGrant(c.UserContext(), tx, e.ID, g, &a.ID); err != nil {
		return err
	}
	return note(c, tx, a.ID, e.Account, "org.power_given", map[string]any{"oid": role.OID, "power": g.Power, "from": g.FromAt,
		"until": g.Until})
}

// sameTerm tells whether another grant would change nothing: the same end, and the same beginning or both in force.
func (g grant) sameTerm(o grant) bool {
	if (g.Until == nil) != (o.Until == nil) || g.Until != nil && !g.Until.Equal(*o.Until) {
		return false
	}
	return g.FromAt.Equal(o.FromAt) || g.State == "now" && !o.FromAt.After(o.GrantedAt)
}

// revokePower takes a power away. It does nothing from that moment on.
func (h *Handler) revokePower(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.FormValue("grant"))
	if err != nil {
		return fault.New(fault.NotFound, "idp_org.no_employee")
	}
	return h.changeEmployee(c, "revoked", func(tx pgx.Tx, a *account.Account, role *Role, e *Employee) error {
		if !mayGrant(role, e) {
			return fault.New(fault.Forbidden, "idp_org.grant_not")
		}
		power, err := revokeGrant(c.UserContext(), tx, e.ID, id, a.ID, h.Now())
		if err != nil {
			return err
		}
		return note(c, tx, a.ID, e.Account, "org.power_revoked", map[string]any{"oid": role.OID, "power": power})
	})
}
