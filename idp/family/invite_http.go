package family

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	invitePages frontend.Page[invitePage] = "idp/family_invite.html"
	joinPages   frontend.Page[joinPage]   = "idp/family_join.html"
	ownPages    frontend.Page[ownPage]    = "idp/family_own.html"
)

type invitePage struct {
	frontend.Errors
	Name    string
	Purpose string // "parent", "child"
	Action  string
	Back    string
	Phone   frontend.Input
	Send    frontend.Button
}

type joinPage struct {
	From  string
	Token string
	Send  frontend.Button
}

type ownPage struct {
	frontend.Errors
	Name    string
	Token   string
	Phone   frontend.Input
	Email   frontend.Input
	Consent frontend.Checkboxes
	Send    frontend.Button
}

// linkLife is how long an invitation is good.
const linkLife = 7 * 24 * time.Hour

// inviteRate bounds the SMS that a parent can send to strangers.
var inviteRate = web.Rate{Burst: 3, Every: 2 * time.Hour}

// purpose is whom the page invites: the other parent, or the child itself, who must be of age.
func purpose(c *fiber.Ctx, k *Child, now time.Time) (string, error) {
	p := c.Query("for", "parent")
	if p != "parent" && (p != "child" || !k.OfAge(now)) {
		return "", errNoChild
	}
	return p, nil
}

func (h *Handler) invitePage(c *fiber.Ctx, k *Child, purpose, typed string) invitePage {
	t := h.Pages.Texts(c)
	page := invitePage{Name: k.FullName(), Purpose: purpose, Back: address(k.OID), Action: address(k.OID) + "/invite?for=" + purpose,
		Phone: frontend.Input{Name: "phone", Value: typed, Type: "tel", Inputmode: "tel", Label: frontend.Label{Text: t("idp_family.phone_" + purpose)},
			Hint: frontend.Hint{Text: t("idp.phone_hint")}},
		Send: frontend.Button{Text: t("idp_family.invite_send"), PreventDoubleClick: true}}
	return page
}

func (h *Handler) showInvite(c *fiber.Ctx, a *account.Account) error {
	k, err := h.confirmed(c, a)
	if err != nil {
		return err
	}
	p, err := purpose(c, k, h.Now())
	if err != nil {
		return err
	}
	return invitePages.Render(c, h.Pages, h.invitePage(c, k, p, ""))
}

// invite sends a link by SMS. Whoever opens it is checked by the register (a parent) or confirms the phone (the child).
func (h *Handler) invite(c *fiber.Ctx, a *account.Account) error {
	k, err := h.confirmed(c, a)
	if err != nil {
		return err
	}
	p, err := purpose(c, k, h.Now())
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := h.invitePage(c, k, p, c.FormValue("phone"))
	phone, err := rus.MobilePhone(c.FormValue("phone"))
	status := fiber.StatusUnprocessableEntity
	var format *rus.FormatError
	if strings.TrimSpace(c.FormValue("phone")) == "" {
		page.Errors.Add("phone", t("idp.phone_missing"))
	} else if errors.As(err, &format) {
		page.Errors.Add("phone", t(format.Key, format.Args...))
	} else if err := h.Limit.Allow(c.UserContext(), "child-invite", a.ID.String(), inviteRate); err != nil {
		status = fiber.StatusTooManyRequests
		page.Errors.Add("phone", limitText(t, err))
	}
	if page.Errors.Any() {
		page.Phone.ErrorMessage = page.Errors.Message("phone")
		c.Status(status)
		return invitePages.Render(c, h.Pages, page)
	}
	token := secret.Token(32)
	path := map[string]string{"parent": "/children/join?token=", "child": "/children/own?token="}[p]
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		ctx := c.UserContext()
		if err := putInvitation(ctx, tx, secret.HashToken(token), k.ID, a.ID, p, h.Now(), h.Now().Add(linkLife)); err != nil {
			return err
		}
		if err := record(ctx, tx, a.ID.String(), "idp.child_invited_"+p, k, a.ID); err != nil {
			return err
		}
		return h.Notify.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: phone, Kind: "idp.child_invitation",
			Body: t("idp_family.sms_"+p, h.PublicURL+path+token)})
	})
	if err != nil {
		return err
	}
	return c.Redirect(address(k.OID)+"?done=invited", fiber.StatusSeeOther)
}

// showJoin asks the second parent to press a button: opening a link changes nothing.
func (h *Handler) showJoin(c *fiber.Ctx, a *account.Account) error {
	i, err := invitationBy(c.UserContext(), h.DB, secret.HashToken(c.Query("token")), "parent", h.Now())
	if err != nil {
		return err
	}
	from, err := account.ByID(c.UserContext(), h.DB, i.MadeBy)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	return joinPages.Render(c, h.Pages, joinPage{From: from.ShortName(), Token: c.Query("token"),
		Send: frontend.Button{Text: h.Pages.Texts(c)("idp_family.join_send"), PreventDoubleClick: true}})
}

// join asks the register whether the person is a parent of the child. Until it says so they see nothing of it.
func (h *Handler) join(c *fiber.Ctx, a *account.Account) error {
	if !a.Level.AtLeast(account.Standard) {
		return fault.New(fault.Forbidden, "idp_family.level_needed")
	}
	ctx, token := c.UserContext(), secret.HashToken(c.FormValue("token"))
	i, err := invitationBy(ctx, h.DB, token, "parent", h.Now())
	if err != nil {
		return err
	}
	if err := h.Limit.Allow(ctx, "children", a.ID.String(), checksRate); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if _, err := lockChild(ctx, tx, i.ChildID); err != nil {
			return err
		}
		if err := deleteInvitation(ctx, tx, token); err != nil {
			return err
		}
		added, err := joinChild(ctx, tx, i.ChildID, a.ID, h.Now())
		if err != nil || !added {
			return err
		}
		k, err := childByID(ctx, tx, h.Box, a.ID, i.ChildID)
		if err != nil {
			return err
		}
		return h.ask(c, tx, a, k, "idp.child_joined")
	})
	if err != nil {
		return err
	}
	return c.Redirect("/children?done=joined", fiber.StatusSeeOther)
}

// owner returns the child whom a link lets take the account over.
func (h *Handler) owner(c *fiber.Ctx, token string) (*Child, error) {
	i, err := invitationBy(c.UserContext(), h.DB, secret.HashToken(token), "child", h.Now())
	if err != nil {
		return nil, err
	}
	k, err := childByID(c.UserContext(), h.DB, h.Box, i.MadeBy, i.ChildID)
	if err == nil && !k.OfAge(h.Now()) {
		return nil, errNoInvitation
	}
	return k, err
}

func (h *Handler) ownPage(c *fiber.Ctx, k *Child, token string) ownPage {
	t := h.Pages.Texts(c)
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	input := func(name, kind, complete string) frontend.Input {
		return frontend.Input{Name: name, Type: kind, Inputmode: kind, Autocomplete: complete, Value: c.FormValue(name),
			Label: frontend.Label{Text: t("idp." + name)}, Hint: frontend.Hint{Text: t("idp." + name + "_hint")}}
	}
	return ownPage{Name: k.FirstName, Token: token, Phone: input("phone", "tel", "tel"), Email: input("email", "email", "email"),
		Consent: frontend.Checkboxes{Name: "consent", Items: []frontend.Choice{{Value: "yes", Text: t("idp.consent_text"), Checked: c.FormValue("consent") != ""}}},
		Send:    frontend.Button{Text: t("idp.next"), PreventDoubleClick: true}}
}

func (h *Handler) showTakeOver(c *fiber.Ctx) error {
	k, err := h.owner(c, c.Query("token"))
	if err != nil {
		return err
	}
	return ownPages.Render(c, h.Pages, h.ownPage(c, k, c.Query("token")))
}

// takeOver begins the registration of the child under the number it has. The account is made when its phone is confirmed.
func (h *Handler) takeOver(c *fiber.Ctx) error {
	k, err := h.owner(c, c.FormValue("token"))
	if err != nil {
		return err
	}
	problems, err := h.Register(c, k.ID, k.LastName, k.FirstName, c.FormValue("phone"), c.FormValue("email"), c.FormValue("consent") != "")
	if err != nil {
		return err
	}
	if len(problems) == 0 {
		return c.Redirect("/registration/code", fiber.StatusSeeOther)
	}
	page := h.ownPage(c, k, c.FormValue("token"))
	for _, field := range []string{"phone", "email", "consent"} {
		if text := problems[field]; text != "" {
			page.Errors.Add(field, text)
		}
	}
	page.Phone.ErrorMessage, page.Email.ErrorMessage = page.Errors.Message("phone"), page.Errors.Message("email")
	page.Consent.ErrorMessage = page.Errors.Message("consent")
	c.Status(fiber.StatusUnprocessableEntity)
	return ownPages.Render(c, h.Pages, page)
}
