package applications

import (
	"context"
	"errors"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const invitePage frontend.Page[inviteView] = "applications/invite.html"

type inviteView struct {
	frontend.Errors
	Service i18n.Text
	Party   i18n.Text
	SNILS   frontend.Input
	Phone   frontend.Input
	Email   frontend.Input
	Back    frontend.BackLink
	Action  string
	Hours   int
	Again   bool       // takes the place of a letter that was sent
	Until   *time.Time // the clock that runs already
}

// letterForm is what the page that invites asks.
type letterForm struct {
	SNILS, Phone, Email string // as typed
}

// read checks the form. Problems are named by field.
func (f letterForm) read(own string, errs *frontend.Errors, t func(string, ...any) string) (snils string, to contact) {
	var err error
	if snils, err = rus.SNILS(f.SNILS); err != nil {
		errs.Add("snils", formatText(err, t))
	} else if snils == own {
		errs.Add("snils", t("applications.snils_own"))
	}
	if f.Phone != "" {
		if to.Phone, err = rus.MobilePhone(f.Phone); err != nil {
			errs.Add("phone", formatText(err, t))
		}
	}
	if f.Email != "" {
		a, err := mail.ParseAddress(f.Email)
		if err != nil || !strings.Contains(a.Address, ".") {
			errs.Add("email", t("applications.email_wrong"))
		} else {
			to.Email = a.Address
		}
	}
	if f.Phone == "" && f.Email == "" {
		errs.Add("phone", t("applications.contact_missing"))
	}
	return snils, to
}

func formatText(err error, t func(string, ...any) string) string {
	var format *rus.FormatError
	if errors.As(err, &format) {
		return t(format.Key, format.Args...)
	}
	return t("applications.bad_form")
}

func (h *Handler) showInvite(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	if away := h.notInviting(d); away != "" {
		return seeOther(c, away)
	}
	return h.renderInvite(c, d, letterForm{}, frontend.Errors{})
}

// notInviting says where to go when there is nobody to invite now, else "".
func (h *Handler) notInviting(d *dossier) string {
	switch {
	case d.Me.Position != 0, d.absent() == nil, d.State != Draft && d.State != Filling:
		return applicationPath(d.ID, "")
	case !d.Me.Complete:
		return h.onward(d)
	}
	return ""
}

func (h *Handler) renderInvite(c *fiber.Ctx, d *dossier, f letterForm, errs frontend.Errors) error {
	t := h.Pages.Texts(c)
	party := d.absent()
	view := inviteView{Errors: errs, Service: d.Definition.Name, Party: d.Definition.Party(party.ID).Name,
		Back: frontend.BackLink{Href: applicationPath(d.ID, "/check")}, Action: applicationPath(d.ID, "/invite"),
		Hours: int(partyClock / time.Hour), Again: party.Invited != nil, Until: d.Deadline}
	view.SNILS = frontend.Input{Name: "snils", Value: f.SNILS, Label: frontend.Label{Text: t("applications.snils")},
		Hint: frontend.Hint{Text: t("applications.snils_hint")}, Inputmode: "numeric", Classes: "govuk-input--width-20",
		ErrorMessage: errs.Message("snils")}
	view.Phone = frontend.Input{Name: "phone", Value: f.Phone, Type: "tel", Label: frontend.Label{Text: t("applications.phone")},
		Hint: frontend.Hint{Text: t("applications.phone_hint")}, Classes: "govuk-input--width-20", ErrorMessage: errs.Message("phone")}
	view.Email = frontend.Input{Name: "email", Value: f.Email, Type: "email", Label: frontend.Label{Text: t("applications.email")},
		Hint: frontend.Hint{Text: t("applications.email_hint")}, ErrorMessage: errs.Message("email")}
	if errs.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return invitePage.Render(c, h.Pages, view)
}

// letters bounds how many strangers somebody can send an SMS to.
var letters = web.Rate{Burst: 5, Every: 10 * time.Minute}

func (h *Handler) sendInvite(c *fiber.Ctx) error {
	f := letterForm{strings.TrimSpace(c.FormValue("snils")), strings.TrimSpace(c.FormValue("phone")), strings.TrimSpace(c.FormValue("email"))}
	p, d, err := h.read(c)
	if err != nil {
		return err
	}
	if away := h.notInviting(d); away != "" {
		return seeOther(c, away)
	}
	var errs frontend.Errors
	snils, to := f.read(d.Me.SNILS, &errs, h.Pages.Texts(c))
	if errs.Any() {
		return h.renderInvite(c, d, f, errs)
	}
	to.Lang = web.Lang(c)
	if err := h.within(c.UserContext(), "invite", p, letters); err != nil {
		return err
	}
	party := d.absent().ID
	err = h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error {
		return h.invite(ctx, tx, d, d.party(party), snils, to)
	})
	if errors.Is(err, errSlotTaken) || errors.Is(err, errSlotPast) {
		return seeOther(c, h.slotAgain(d))
	}
	if err != nil {
		return h.settled(c, err)
	}
	return seeOther(c, applicationPath(d.ID, ""))
}

// slotAgain is the page of times, which then says why the chosen one cannot be had.
func (h *Handler) slotAgain(d *dossier) string {
	step, _ := slotQuestion(d.Definition)
	return stepPath(d.ID, step.ID, true) + "&taken=1"
}

const (
	invitationPage frontend.Page[invitationView] = "applications/invitation.html"
	wrongPage      frontend.Page[wrongView]      = "applications/wrong_person.html"
)

type invitationView struct {
	Service  i18n.Text
	Filer    string
	Until    *time.Time
	Slot     *placeView
	Accept   string
	Decline  string
	Declined bool // the page asks whether to decline, after the first click
	Over     bool // the letter is no longer good
}

type wrongView struct {
	Name    string // of the reader
	NoSNILS bool
}

// showInvitation shows a letter to the person it was written to, once the person is known well enough.
func (h *Handler) showInvitation(c *fiber.Ctx) error {
	ctx, token := c.UserContext(), c.Params("token")
	i, err := h.byToken(ctx, token)
	if err != nil {
		return err
	}
	service, version, err := serviceOf(ctx, h.DB, i.Application)
	if err != nil {
		return err
	}
	s, err := h.Catalog.Service(service, version)
	if err != nil {
		return err
	}
	return h.known(c, s.Level, "/invitations/"+token, func(p *Person) error {
		if !h.meant(i, p) {
			return h.renderWrong(c, p)
		}
		if d, err := h.openFor(ctx, h.DB, p.ID, i.Application); err == nil {
			return seeOther(c, applicationPath(d.ID, "")) // has come already
		} else if !errors.Is(err, fault.NotFound) {
			return err
		}
		return h.renderInvitation(c, i, token)
	})
}

func (h *Handler) byToken(ctx context.Context, token string) (*invitation, error) {
	return invitationByToken(ctx, h.DB, secret.HashToken(token))
}

func (h *Handler) renderWrong(c *fiber.Ctx, p *Person) error {
	c.Status(fiber.StatusForbidden)
	return wrongPage.Render(c, h.Pages, wrongView{Name: rus.FullName(p.Last, p.First, p.Middle), NoSNILS: p.SNILS == ""})
}

func (h *Handler) renderInvitation(c *fiber.Ctx, i *invitation, token string) error {
	ctx := c.UserContext()
	var d *dossier
	err := pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		var err error
		if d, err = h.lock(ctx, tx, i.Application); err != nil {
			return err
		}
		return h.expire(ctx, tx, d)
	})
	if err != nil {
		return err
	}
	base := "/invitations/" + url.PathEscape(token)
	return invitationPage.Render(c, h.Pages, invitationView{Service: d.Definition.Name, Filer: d.filer().Name(), Until: d.Deadline,
		Slot: h.placeOf(d), Accept: base + "/accept", Decline: base + "/decline", Declined: c.Query("decline") != "",
		Over: !i.open() || d.State != Filling})
}

// answerLetter runs f on the application of a letter, for the signed-in person.
func (h *Handler) answerLetter(c *fiber.Ctx, f func(ctx context.Context, tx pgx.Tx, d *dossier, i *invitation, p *Person) error) error {
	p, err := h.Person(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	letter, err := h.byToken(ctx, c.Params("token"))
	if err != nil {
		return err
	}
	var id uuid.UUID
	over := false
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		d, err := h.lock(ctx, tx, letter.Application)
		if err != nil {
			return err
		}
		id = d.ID
		if d.Overdue(h.Now()) {
			over = true
			return h.expire(ctx, tx, d)
		}
		i, err := invitationByToken(ctx, tx, secret.HashToken(c.Params("token"))) // as it is under the lock
		if err != nil {
			return err
		}
		return f(ctx, tx, d, i, p)
	})
	switch {
	case errors.Is(err, errWrongPerson):
		return h.renderWrong(c, p)
	case over || errors.Is(err, errClosed):
		return seeOther(c, "/invitations/"+c.Params("token"))
	case err != nil:
		return err
	}
	return seeOther(c, applicationPath(id, ""))
}

func (h *Handler) acceptInvitation(c *fiber.Ctx) error {
	return h.answerLetter(c, func(ctx context.Context, tx pgx.Tx, d *dossier, i *invitation, p *Person) error {
		if !p.Level.AtLeast(d.Definition.Level) {
			return errClosed // back to the letter, which asks for the level
		}
		return h.join(ctx, tx, d, i, p, contactOf(c, p))
	})
}

func (h *Handler) refuseInvitation(c *fiber.Ctx) error {
	err := h.answerLetter(c, func(ctx context.Context, tx pgx.Tx, d *dossier, i *invitation, p *Person) error {
		return h.declineInvitation(ctx, tx, d, i, p)
	})
	if err == nil && c.Response().StatusCode() == fiber.StatusSeeOther {
		return seeOther(c, "/invitations/"+c.Params("token")) // who never came has no page of the application
	}
	return err
}
