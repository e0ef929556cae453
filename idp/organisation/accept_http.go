package organisation

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

const invitationPages frontend.Page[invitationPage] = "idp/organisation/invitation.html"

// invitationCookie holds the link's token while the person signs in: the sign-in pages carry only the letter's number.
const invitationCookie = "tamga_id_invitation"

// invitationPath is where the sign-in pages lead back to.
const invitationPath = "/organisations/invitation"

type invitationPage struct {
	Organisation string
	State        string // waiting, used, withdrawn, declined, expired
	Mismatch     string // why this person is not the invited one: level, name, snils; "" when they are
	SignIn       string // address of the sign-in; "" when somebody is signed in
	Me           string
	Token        string
	Accept       frontend.Button
	Decline      frontend.Button
}

// WaitingFor says which organisation's letter waits for a sign-in, or returns nil. A letter's number, as a request of the sign-in
// pages, opens nothing: the token does.
func (h *Handler) WaitingFor(ctx context.Context, id uuid.UUID) *account.Waiting {
	i, err := invitationByID(ctx, h.DB, id)
	if err != nil || i.State(h.Now()) != "waiting" {
		return nil
	}
	return &account.Waiting{Name: i.Name, Path: invitationPath}
}

// tokenOf is the token of the link, of the form, or of the cookie when the person comes back from the sign-in.
func tokenOf(c *fiber.Ctx) string {
	for _, token := range []string{c.Query("token"), c.FormValue("token"), c.Cookies(invitationCookie)} {
		if token != "" {
			return token
		}
	}
	return ""
}

// showInvitation shows a letter. It uses nothing up: scanners of mail open links, too.
func (h *Handler) showInvitation(c *fiber.Ctx) error {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	token := tokenOf(c)
	i, err := invitationByToken(c.UserContext(), h.DB, secret.HashToken(token))
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := invitationPage{Organisation: i.Name, State: i.State(h.Now()), Token: token,
		Accept:  frontend.Button{Text: t("idp_org.accept"), Name: "do", Value: "accept", PreventDoubleClick: true},
		Decline: frontend.Button{Text: t("idp_org.decline"), Name: "do", Value: "decline", Classes: "govuk-button--secondary", PreventDoubleClick: true}}
	a := account.Current(c)
	if a == nil {
		c.Cookie(&fiber.Cookie{Name: invitationCookie, Value: token, Path: invitationPath, MaxAge: 3600, HTTPOnly: true, Secure: h.Secure, SameSite: "Lax"})
		page.SignIn = "/login?request=" + i.ID.String()
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Site.SignIn = "" }) // it would carry the token along
		return invitationPages.Render(c, h.Pages, page)
	}
	page.Me = a.FullName()
	if i.UsedBy != nil && *i.UsedBy == a.ID { // the back button
		return c.Redirect(pathOf(i.OID), fiber.StatusSeeOther)
	}
	data, err := identityOf(c, h, a)
	if err != nil {
		return err
	}
	page.Mismatch = i.mismatch(h.Box, a, data)
	return invitationPages.Render(c, h.Pages, page)
}

// identityOf is the person's checked data, or nil.
func identityOf(c *fiber.Ctx, h *Handler, a *account.Account) (*account.Identity, error) {
	data, err := account.IdentityOf(c.UserContext(), h.DB, h.Box, a.ID)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return data, err
}

// answerInvitation takes the person on, or notes that they will not. Of two clicks the second finds it done.
func (h *Handler) answerInvitation(c *fiber.Ctx) error {
	a, err := person(c)
	if err != nil {
		return err
	}
	data, err := identityOf(c, h, a)
	if err != nil {
		return err
	}
	hash := secret.HashToken(tokenOf(c))
	after := "/organisations"
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		i, err := lockedInvitation(c.UserContext(), tx, hash)
		if err != nil {
			return err
		}
		switch state := i.State(h.Now()); {
		case state == "used" && i.UsedBy != nil && *i.UsedBy == a.ID:
			after = pathOf(i.OID)
			return nil
		case state != "waiting":
			return fault.New(fault.Conflict, "idp_org.invitation_over")
		case i.mismatch(h.Box, a, data) != "":
			return fault.New(fault.Forbidden, "idp_org.invitation_other")
		case c.FormValue("do") == "decline":
			return h.decline(c, tx, a, i)
		}
		after = pathOf(i.OID) + "?told=joined"
		return h.join(c, tx, a, i)
	})
	if err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: invitationCookie, Path: invitationPath, MaxAge: -1, HTTPOnly: true, Secure: h.Secure, SameSite: "Lax"})
	return c.Redirect(after, fiber.StatusSeeOther)
}

// lockedInvitation reads a letter that nobody else can use meanwhile.
func lockedInvitation(ctx context.Context, tx pgx.Tx, hash []byte) (*Invitation, error) {
	i, err := invitationByToken(ctx, tx, hash)
	if err != nil {
		return nil, err
	}
	if err := lockInvitation(ctx, tx, i.ID); err != nil {
		return nil, err
	}
	return invitationByToken(ctx, tx, hash)
}

func (h *Handler) join(c *fiber.Ctx, tx pgx.Tx, a *account.Account, i *Invitation) error {
	ctx := c.UserContext()
	if err := endExpiredOf(ctx, tx, i.Organisation, a.ID); err != nil {
		return err
	}
	err := insertEmployee(ctx, tx, employment{ID: uuid.Must(uuid.NewV7()), Organisation: i.Organisation, Account: a.ID,
		Position: i.Position, JoinedAt: h.Now(), Until: i.Until})
	if err != nil {
		return err
	}
	if err := useInvitation(ctx, tx, i.ID, a.ID, h.Now()); err != nil {
		return err
	}
	if err := note(c, tx, a.ID, a.ID, "org.joined", map[string]any{"oid": i.OID, "invitation": i.ID}); err != nil {
		return err
	}
	return h.tellSender(c, tx, i, "org_joined")
}

func (h *Handler) decline(c *fiber.Ctx, tx pgx.Tx, a *account.Account, i *Invitation) error {
	if err := declineInvitation(c.UserContext(), tx, i.ID, h.Now()); err != nil {
		return err
	}
	if err := note(c, tx, a.ID, a.ID, "org.declined", map[string]any{"oid": i.OID, "invitation": i.ID}); err != nil {
		return err
	}
	return h.tellSender(c, tx, i, "org_declined")
}

// tellSender tells who sent the letter what came of it.
func (h *Handler) tellSender(c *fiber.Ctx, tx pgx.Tx, i *Invitation, kind string) error {
	if i.InvitedBy == nil {
		return nil
	}
	return h.tell(c, tx, *i.InvitedBy, kind, i.FullName(), pathOf(i.OID, "employees"))
}
