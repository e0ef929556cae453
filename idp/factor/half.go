package factor

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/secret"
)

const (
	halfLife    = 10 * time.Minute
	codeLife    = 5 * time.Minute
	codeDigits  = 6
	codeTries   = 3
	codesMax    = 3                // SMS in one sign-in
	resendAfter = 60 * time.Second // between two of them
)

// half is a person between the first proof and the second.
type half struct {
	ID            uuid.UUID
	AccountID     uuid.UUID
	SessionID     *uuid.UUID // of a person who is signed in and is asked for more
	Methods       []string   // proved so far
	Watched       bool       // many guesses at this account: a code by SMS, whatever the person has chosen
	SettingUp     bool       // the right code also switches the codes by SMS on
	Next          string     // a page of our own to go on to
	SMSHash       []byte
	SMSSentAt     *time.Time
	SMSSent       int
	SMSTries      int
	TOTPTries     int
	RecoveryTries int
	PasskeyTries  int
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// tries is how often a way was tried. The SMS' count begins anew with each code.
func (f *half) tries(w Way) int {
	return map[Way]int{SMS: f.SMSTries, TOTP: f.TOTPTries, Recovery: f.RecoveryTries, Passkey: f.PasskeyTries}[w]
}

// ways is what this person may choose from here.
func (f *half) ways(s Set) []Way {
	if f.Watched || f.SettingUp || !s.Any() {
		return []Way{SMS}
	}
	return s.ways()
}

// open keeps a half sign-in, and gives the browser the token of it.
func (h *Handler) open(c *fiber.Ctx, tx pgx.Tx, f *half) error {
	token := secret.Token(32)
	f.ID, f.CreatedAt = uuid.Must(uuid.NewV7()), h.now()
	f.ExpiresAt = f.CreatedAt.Add(halfLife)
	if err := insertHalf(c.UserContext(), tx, f, secret.HashToken(token)); err != nil {
		return err
	}
	h.setCookie(c, halfCookie, token, "/login", halfLife)
	return nil
}

// half returns the half sign-in of the browser, or nil. One that was left for another sign-in counts no more.
func (h *Handler) half(c *fiber.Ctx) (*half, error) {
	token := c.Cookies(h.Cookie + halfCookie)
	if token == "" {
		return nil, nil
	}
	f, err := halfByToken(c.UserContext(), h.DB, secret.HashToken(token), h.now())
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	in := account.CurrentSignIn(c)
	switch {
	case f.SessionID != nil && (in == nil || in.ID != *f.SessionID):
		return nil, nil
	case f.SessionID == nil && in != nil && in.StartedAt.After(f.CreatedAt):
		return nil, nil
	}
	return f, nil
}

// close ends a half sign-in by a sign-in, once: of two answers sent together one finds it gone.
func (h *Handler) close(c *fiber.Ctx, f *half) (mine bool, err error) {
	h.setCookie(c, halfCookie, "", "/login", -time.Second)
	return deleteHalf(c.UserContext(), h.DB, f.ID)
}

// smsHash is what is kept of a code: it fits this half sign-in only.
func (h *Handler) smsHash(f *half, code string) []byte {
	return h.Box.Blind("second:" + f.ID.String() + ":" + code)
}

// waitFor is how long the person waits for the next SMS.
func (f *half) waitFor(now time.Time) time.Duration {
	if f.SMSSentAt == nil {
		return 0
	}
	return f.SMSSentAt.Add(resendAfter).Sub(now)
}
