package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/journal"
	"tamga/internal/web"
)

type passwordPage struct {
	frontend.Errors
	Has  bool // there is one already
	Old  frontend.PasswordInput
	New  frontend.PasswordInput
	Stop string // why there can be none
}

const passwordTemplate frontend.Page[passwordPage] = "portal/password.html"

func (h *Handler) showPassword(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	return passwordTemplate.Render(c, h.Pages, h.passwordForm(c, a))
}

func (h *Handler) changePassword(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	t, page := h.Pages.Texts(c), h.passwordForm(c, a)
	if page.Stop != "" {
		return passwordTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if page.Has {
		if err := h.confirmOwner(c, a, "old", &page.Errors); err != nil {
			return err
		}
		page.Old.ErrorMessage = page.Errors.Message("old")
	}
	if !strong(c.FormValue("password")) {
		page.Errors.Add("password", t("portal.password_weak"))
		page.New.ErrorMessage = page.Errors.Message("password")
	}
	if page.Errors.Any() {
		return passwordTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	idToken, organisation := h.idToken(c), ""
	if s := web.Current(c); s != nil {
		organisation = s.Data[dataOrganisation]
	}
	if err := h.putPassword(c, a, c.FormValue("password")); err != nil {
		return err
	}
	if err := h.startAs(c, a, idToken, organisation, 0); err != nil {
		return err
	}
	return seeOther(c, "/settings?saved=password")
}

// confirmRate is for somebody who is signed in and gives the password once more.
var confirmRate = web.Rate{Burst: 10, Every: time.Minute}

// confirmOwner checks that the password in the field is the account's, or notes the mistake.
func (h *Handler) confirmOwner(c *fiber.Ctx, a *Account, field string, wrong *frontend.Errors) error {
	if err := h.Limit.Allow(c.UserContext(), "portal-confirm", a.ID.String(), confirmRate); err != nil {
		return err
	}
	if a.PasswordHash != nil {
		ok, _, err := h.Hasher.Verify(c.UserContext(), *a.PasswordHash, c.FormValue(field))
		if err != nil || ok {
			return err
		}
	}
	wrong.Add(field, h.Pages.Texts(c)("portal.password_not_yours"))
	return nil
}

// putPassword sets a password. Every session of the account ends; the caller starts a new one.
func (h *Handler) putPassword(c *fiber.Ctx, a *Account, password string) error {
	ctx := c.UserContext()
	hash, err := h.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if a.Epoch, err = setPassword(ctx, tx, a.ID, hash); err != nil {
			return err
		}
		return journal.Write(ctx, tx, own(a, "account.password"))
	})
}

// own is a journal entry of something that a person did to the own data.
func own(a *Account, action string) journal.Entry {
	return journal.Entry{Actor: a.ID.String(), ActorRole: "citizen", Action: action, Subject: a.ID.String()}
}

func (h *Handler) passwordForm(c *fiber.Ctx, a *Account) passwordPage {
	t := h.Pages.Texts(c)
	page := passwordPage{New: newPasswordInput(t)}
	switch {
	case a.Phone == nil:
		page.Stop = t("portal.password_no_phone")
	case a.PasswordHash != nil:
		page.Has, page.Old = true, frontend.PasswordInput{Name: "old", Classes: "govuk-input--width-20", Label: frontend.Label{Text: t("portal.password_old")}}
	}
	return page
}
