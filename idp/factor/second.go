package factor

import (
	"context"
	"crypto/subtle"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// Second is asked after a right password. It returns the page of the second proof, or "" when the password is enough. watched
// says that many passwords were tried at this account from browsers that are not the owner's.
func (h *Handler) Second(c *fiber.Ctx, a *account.Account, request *uuid.UUID, watched bool) (string, error) {
	s, err := setOf(c.UserContext(), h.DB, a.ID, h.BrowserHash(c))
	if err != nil {
		return "", err
	}
	watched = watched && !s.Known
	if !s.Any() && !h.Required && !watched {
		return "", nil
	}
	f := &half{AccountID: a.ID, Methods: []string{account.MethodPassword}, Watched: watched && !s.Any()}
	return account.WithRequest("/login/second", request), h.begin(c, a, f, s)
}

// begin opens a half sign-in and, when that is the way, sends the code.
func (h *Handler) begin(c *fiber.Ctx, a *account.Account, f *half, s Set) error {
	return pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := h.open(c, tx, f); err != nil {
			return err
		}
		if f.ways(s)[0] != SMS || h.allowSMS(c, a.ID, s.Known) != nil {
			return nil // the page offers to send one
		}
		_, err := h.send(c, tx, a, f)
		return err
	})
}

// send sends a fresh code, which voids the one before. sent is false when it is too soon or too many were sent.
func (h *Handler) send(c *fiber.Ctx, tx pgx.Tx, a *account.Account, f *half) (sent bool, err error) {
	code := secret.Code(codeDigits)
	sent, err = setSMS(c.UserContext(), tx, f.ID, h.smsHash(f, code), h.now())
	if err != nil || !sent {
		return sent, err
	}
	return true, h.Notify.Send(c.UserContext(), tx, notify.Message{Channel: notify.SMS, To: a.Phone, Kind: "idp.second_code",
		Body: h.words(a)("idp_factor.sms_code", code)})
}

// try checks a typed code: nil is a right one, a fault is shown.
func (h *Handler) try(c *fiber.Ctx, f *half, w Way, typed string) error {
	if err := h.count(c, f, w); err != nil {
		return err
	}
	err := h.match(c.UserContext(), f, w, typed)
	if err == nil || statusOf(err) >= 500 {
		return err
	}
	return h.failed(c, f, w, err)
}

// count notes a try, or says that there were too many.
func (h *Handler) count(c *fiber.Ctx, f *half, w Way) error {
	known, err := h.known(c.UserContext(), c, f.AccountID)
	if err != nil {
		return err
	}
	if err := h.allowGuess(c, f.AccountID, known); err != nil {
		return err
	}
	allowed, err := countTry(c.UserContext(), h.DB, f.ID, w, codeTries)
	if err == nil && !allowed {
		err = fault.New(fault.TooMany, "idp_factor.spent_"+string(w))
	}
	return err
}

// match compares a code and uses it up.
func (h *Handler) match(ctx context.Context, f *half, w Way, typed string) error {
	left := codeTries - 1 - f.tries(w)
	switch w {
	case SMS:
		if f.SMSSentAt == nil || h.now().After(f.SMSSentAt.Add(codeLife)) {
			return fault.New(fault.Invalid, "code.expired")
		}
		if subtle.ConstantTimeCompare(f.SMSHash, h.smsHash(f, digitsOf(typed))) == 1 {
			return nil
		}
		if left < 1 {
			return fault.New(fault.Invalid, "code.spent")
		}
	case TOTP:
		if used, err := h.matchTOTP(ctx, f.AccountID, digitsOf(typed)); err != nil || used {
			return err
		}
	case Recovery:
		used, err := useRecovery(ctx, h.DB, f.AccountID, h.recoveryHash(f.AccountID, typed), h.now())
		if err != nil || used {
			return err
		}
	}
	if left < 1 {
		return fault.New(fault.Invalid, "idp_factor.spent_"+string(w))
	}
	return fault.New(fault.Invalid, "code.wrong", left)
}

// matchTOTP tells whether the app shows this code, and lets nobody use its time step again.
func (h *Handler) matchTOTP(ctx context.Context, person uuid.UUID, code string) (bool, error) {
	sealed, err := totpSecret(ctx, h.DB, person)
	if err != nil || sealed == nil {
		return false, err
	}
	key, err := h.Box.Open(sealed, totpPlace(person))
	if err != nil {
		return false, err
	}
	step := matchTOTP(key, code, h.now())
	if step == 0 {
		return false, nil
	}
	fresh, err := useStep(ctx, h.DB, person, step, h.now())
	if err == nil && !fresh {
		err = fault.New(fault.Invalid, "idp_factor.totp_used")
	}
	return fresh, err
}

// totpPlace ties a sealed secret to its row.
func totpPlace(person uuid.UUID) []byte { return []byte("factor_totp/" + person.String() + "/secret") }

// failed notes a wrong answer. The third one is told to the person: whoever gave it knows the password.
func (h *Handler) failed(c *fiber.Ctx, f *half, w Way, why error) error {
	err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := h.write(c, tx, f.AccountID, "idp.second_failed", map[string]any{"method": string(w)}); err != nil {
			return err
		}
		if f.SessionID != nil || f.tries(w)+1 < codeTries ||
			h.Limit.Allow(c.UserContext(), "idp-second-alarm", h.blindName(f.AccountID), alarmRate) != nil {
			return nil
		}
		a, err := account.ByID(c.UserContext(), tx, f.AccountID)
		if err != nil {
			return err
		}
		t := h.words(a)
		return h.tell(c, tx, a, "second_failed", t("idp_factor.mail_failed_subject"), t("idp_factor.mail_failed", h.PublicURL+"/login"))
	})
	if err != nil {
		return err
	}
	return why
}
