package factor

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	browserLife = 365 * 24 * time.Hour
	noticeLife  = 7 * 24 * time.Hour
)

// noticeRate bounds the messages about new browsers: whoever has the password could send them without end.
var noticeRate = web.Rate{Burst: 10, Every: 30 * time.Minute}

// BrowserHash names the browser, or is nil for one without our cookie.
func (h *Handler) BrowserHash(c *fiber.Ctx) []byte {
	if token := c.Cookies(h.Cookie + browserCookie); token != "" {
		return secret.HashToken(token)
	}
	return nil
}

// Entered notes the browser of a person who signs in, and tells the person of a new one.
func (h *Handler) Entered(c *fiber.Ctx, tx pgx.Tx, a *account.Account, in *account.SignIn) error {
	return h.entered(c, tx, a, in, true)
}

// Registered notes the browser of a person who has just registered there.
func (h *Handler) Registered(c *fiber.Ctx, tx pgx.Tx, a *account.Account, in *account.SignIn) error {
	return h.entered(c, tx, a, in, false)
}

// start signs a person in who has given all proofs.
func (h *Handler) start(c *fiber.Ctx, a *account.Account, methods ...string) error {
	return h.Sessions.StartWith(c, a, func(tx pgx.Tx, in *account.SignIn) error { return h.Entered(c, tx, a, in) }, methods...)
}

func (h *Handler) entered(c *fiber.Ctx, tx pgx.Tx, a *account.Account, in *account.SignIn, tell bool) error {
	hash, now := h.BrowserHash(c), h.now()
	if hash != nil {
		known, err := touchBrowser(c.UserContext(), tx, a.ID, hash, now)
		if err != nil || known {
			return err
		}
	} else {
		token := secret.Token(32)
		hash = secret.HashToken(token)
		h.setCookie(c, browserCookie, token, "/", browserLife)
	}
	device := DeviceName(c.Get(fiber.HeaderUserAgent))
	if err := insertBrowser(c.UserContext(), db.Later(tx), a.ID, hash, device, now); err != nil {
		return err
	}
	if !tell || h.Limit.Allow(c.UserContext(), "idp-browser-notice", a.ID.String(), noticeRate) != nil {
		return nil
	}
	return h.tellOfBrowser(c, tx, a, in, hash, device)
}

// tellOfBrowser says when, with what and from where somebody signed in, with a link that undoes it.
func (h *Handler) tellOfBrowser(c *fiber.Ctx, tx pgx.Tx, a *account.Account, in *account.SignIn, hash []byte, device string) error {
	token := secret.Token(32)
	n := &notice{AccountID: a.ID, SessionID: in.ID, BrowserHash: hash}
	if err := insertNotice(c.UserContext(), db.Later(tx), secret.HashToken(token), n, h.now().Add(noticeLife)); err != nil {
		return err
	}
	if err := h.write(c, db.Later(tx), a.ID, "idp.new_browser", map[string]any{"device": device, "sid": in.ID}); err != nil {
		return err
	}
	t := h.words(a)
	if device == "" {
		device = t("idp_factor.browser_unknown")
	}
	return h.tell(c, tx, a, "new_browser", t("idp_factor.mail_browser_subject"),
		t("idp_factor.mail_browser", rus.FormatDateTime(in.StartedAt, i18n.Parse(string(a.Language))), device, network(in.Address), h.PublicURL+"/not-me?token="+token))
}

// notice is what a link «Это не я» undoes.
type notice struct {
	AccountID   uuid.UUID
	SessionID   uuid.UUID
	BrowserHash []byte
}

// disown ends the session that a message told of and forgets its browser.
func (h *Handler) disown(c *fiber.Ctx, token string) error {
	return pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		ctx := c.UserContext()
		n, err := takeNotice(ctx, tx, secret.HashToken(token), h.now())
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "idp_factor.notice_gone")
		}
		if err != nil {
			return err
		}
		if err := h.Sessions.EndOf(ctx, tx, n.AccountID, n.SessionID); err != nil {
			return err
		}
		if err := forgetBrowser(ctx, tx, n.AccountID, n.BrowserHash); err != nil {
			return err
		}
		return h.write(c, tx, n.AccountID, "idp.disowned", map[string]any{"sid": n.SessionID})
	})
}

// known tells whether the owner of the account has signed in at this browser before.
func (h *Handler) known(ctx context.Context, c *fiber.Ctx, person uuid.UUID) (bool, error) {
	hash := h.BrowserHash(c)
	if hash == nil {
		return false, nil
	}
	return browserKnown(ctx, h.DB, person, hash)
}
