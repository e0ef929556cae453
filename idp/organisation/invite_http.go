package organisation

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const invitePages frontend.Page[invitePage] = "idp/organisation/invite.html"

type invitePage struct {
	frontend.Errors
	Organisation string
	Action, Back string
	Fields       []frontend.Field
	Send         frontend.Button
}

// inviteForm is a letter as typed.
type inviteForm struct {
	Contact                         string
	LastName, FirstName, MiddleName string
	SNILS, Position                 string
	Until                           [3]string
}

// inviteRate bounds the letters of one organisation: its name must not become a way to send mail to strangers.
var inviteRate = web.Rate{Burst: 30, Every: 10 * time.Minute}

func (f inviteForm) read(r *reading, box *secret.Box, now time.Time) *Invitation {
	i := &Invitation{ID: uuid.Must(uuid.NewV7()), SentAt: now, ExpiresAt: now.Add(invitationLife)}
	i.LastName = r.need("last_name", f.LastName, rus.Name)
	i.FirstName = r.need("first_name", f.FirstName, rus.Name)
	i.MiddleName = r.may("middle_name", f.MiddleName, rus.Name)
	i.Channel = "sms"
	parse := rus.MobilePhone
	if strings.Contains(f.Contact, "@") {
		i.Channel, parse = "email", email
	}
	i.Contact = r.need("contact", f.Contact, parse)
	if snils := r.may("snils", f.SNILS, rus.SNILS); snils != "" {
		i.SNILSKey = snilsKey(box, snils)
	}
	i.Position = r.may("position", f.Position, plain(200))
	if until := r.day("until", f.Until, false); until != nil {
		end := midnight(until.AddDate(0, 0, 1))
		i.Until = &end
		if !end.After(now) {
			r.wrongDay("until", "idp_org.until_past")
		}
	}
	return i
}

func (f inviteForm) fields(r *reading) []frontend.Field {
	contact := r.line("contact", f.Contact, "", true)
	contact.Input.Autocapitalize = "none"
	return []frontend.Field{
		r.line("last_name", f.LastName, "", false), r.line("first_name", f.FirstName, "", false),
		r.line("middle_name", f.MiddleName, "", false), contact, r.digits("snils", f.SNILS, true),
		r.line("position", f.Position, "", true), r.date("until", f.Until),
	}
}

func (h *Handler) showInvite(c *fiber.Ctx) error {
	_, role, err := h.role(c, h.DB, hiring)
	if err != nil {
		return err
	}
	return h.renderInvite(c, role, inviteForm{}, newReading(h.Pages.Texts(c)))
}

func (h *Handler) renderInvite(c *fiber.Ctx, role *Role, f inviteForm, r *reading) error {
	return invitePages.Render(c, h.Pages, invitePage{
		Errors: r.Errors, Organisation: role.Name(), Action: pathOf(role.OID, "invite"), Back: pathOf(role.OID, "employees"),
		Fields: f.fields(r), Send: frontend.Button{Text: r.t("idp_org.invite_send"), PreventDoubleClick: true},
	})
}

// invite writes a letter and sends it. The form that comes twice sends one.
func (h *Handler) invite(c *fiber.Ctx) error {
	_, role, err := h.role(c, h.DB, hiring)
	if err != nil {
		return err
	}
	form := inviteForm{Contact: c.FormValue("contact"), LastName: c.FormValue("last_name"), FirstName: c.FormValue("first_name"),
		MiddleName: c.FormValue("middle_name"), SNILS: c.FormValue("snils"), Position: c.FormValue("position"),
		Until: dateValues(func(name string) string { return c.FormValue(name) }, "until")}
	r := newReading(h.Pages.Texts(c))
	i := form.read(r, h.Box, h.Now())
	if r.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderInvite(c, role, form, r)
	}
	if err := h.Limit.Allow(c.UserContext(), "organisation-invite", number(role.OID), inviteRate); err != nil {
		return err
	}
	err = h.change(c, hiring, func(tx pgx.Tx, a *account.Account, role *Role) error {
		o, err := organisationByOID(c.UserContext(), tx, role.OID)
		if err != nil {
			return err
		}
		if _, err := lockOrganisation(c.UserContext(), tx, o.ID); err != nil { // a double click waits here
			return err
		}
		i.Organisation, i.InvitedBy, i.Name = o.ID, &a.ID, role.Name()
		if again, err := sameWaiting(c.UserContext(), tx, i); err != nil || again {
			return err
		}
		token := secret.Token(32)
		if err := insertInvitation(c.UserContext(), tx, i, secret.HashToken(token)); err != nil {
			return err
		}
		if err := h.sendLetter(c, tx, a, i, token); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.invited", map[string]any{"oid": role.OID, "invitation": i.ID})
	})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf(oidOf(c), "employees")+"?told=invited", fiber.StatusSeeOther)
}

// sendLetter sends the link. The letter is in the sender's language, which the invited person shares more likely than not.
func (h *Handler) sendLetter(c *fiber.Ctx, tx pgx.Tx, from *account.Account, i *Invitation, token string) error {
	lang := web.Lang(c)
	link := h.PublicURL + "/organisations/invitation?token=" + token
	m := notify.Message{To: i.Contact, Kind: "idp.org_invitation"}
	if i.Channel == "sms" {
		m.Channel, m.Body = notify.SMS, h.Pages.T(lang, "idp_org.sms_invitation", i.Name, link)
		return h.Notify.Send(c.UserContext(), tx, m)
	}
	m.Channel, m.Subject = notify.Email, h.Pages.T(lang, "idp_org.mail_invitation_subject", i.Name)
	m.Body = h.Pages.T(lang, "idp_org.mail_invitation_text", i.FirstName, from.FullName(), i.Name, link, untilText(lang, i.SentAt))
	return h.Notify.Send(c.UserContext(), tx, m)
}

func untilText(lang i18n.Lang, sent time.Time) string {
	return rus.FormatDateTime(sent.Add(invitationLife), lang)
}

// changeInvitation sends a letter again, with another link, or withdraws it.
func (h *Handler) changeInvitation(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "idp_org.no_invitation")
	}
	do := c.FormValue("do")
	if do != "resend" && do != "withdraw" {
		return fault.New(fault.Invalid, "idp_org.form_wrong")
	}
	err = h.change(c, hiring, func(tx pgx.Tx, a *account.Account, role *Role) error {
		if do == "withdraw" {
			if err := withdrawInvitation(c.UserContext(), tx, role.OID, id, h.Now()); err != nil {
				return err
			}
			return note(c, tx, a.ID, a.ID, "org.invitation_withdrawn", map[string]any{"oid": role.OID, "invitation": id})
		}
		if err := h.Limit.Allow(c.UserContext(), "organisation-invite", number(role.OID), inviteRate); err != nil {
			return err
		}
		token := secret.Token(32)
		if err := renewInvitation(c.UserContext(), tx, role.OID, id, secret.HashToken(token), h.Now()); err != nil {
			return err
		}
		i, err := invitationByID(c.UserContext(), tx, id)
		if err != nil {
			return err
		}
		if err := h.sendLetter(c, tx, a, i, token); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.invited", map[string]any{"oid": role.OID, "invitation": id})
	})
	if err != nil && !(do == "withdraw" && errors.Is(err, fault.Conflict)) { // withdrawing twice is withdrawing
		return err
	}
	return c.Redirect(pathOf(oidOf(c), "employees")+"?told="+map[string]string{"resend": "invited", "withdraw": "withdrawn"}[do],
		fiber.StatusSeeOther)
}
