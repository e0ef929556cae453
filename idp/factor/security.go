package factor

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/fault"
)

// change does something to a person's proofs, one change after the other, notes it and tells the person. What fn did not need to
// do is not told.
func (h *Handler) change(c *fiber.Ctx, a *account.Account, what string, fn func(pgx.Tx) (bool, error)) error {
	return pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := lockPerson(c.UserContext(), tx, a.ID); err != nil {
			return err
		}
		changed, err := fn(tx)
		if err != nil || !changed {
			return err
		}
		if err := h.write(c, tx, a.ID, "idp.factor."+what, nil); err != nil {
			return err
		}
		t := h.words(a)
		return h.tell(c, tx, a, "security_changed", t("idp_factor.mail_changed_subject"),
			t("idp_factor.mail_changed", t("idp_factor.event_"+what), h.PublicURL+securityPath))
	})
}

// remove switches a way off, unless it is the last and one is asked for. Printed codes go with the last way.
func (h *Handler) remove(c *fiber.Ctx, a *account.Account, w Way, what string, fn func(pgx.Tx) (bool, error)) error {
	return h.change(c, a, what, func(tx pgx.Tx) (bool, error) {
		s, err := setOf(c.UserContext(), tx, a.ID, nil)
		if err != nil {
			return false, err
		}
		if h.Required && s.last(w) {
			return false, fault.New(fault.Conflict, "idp_factor.last")
		}
		changed, err := fn(tx)
		if err != nil || !changed {
			return changed, err
		}
		if s.last(w) {
			err = replaceRecovery(c.UserContext(), tx, a.ID, nil, h.now())
		}
		return true, err
	})
}

func (h *Handler) switchSMS(c *fiber.Ctx, a *account.Account, on bool) error {
	if on {
		return h.change(c, a, "sms_on", func(tx pgx.Tx) (bool, error) { return enableSMS(c.UserContext(), tx, a.ID, h.now()) })
	}
	return h.remove(c, a, SMS, "sms_off", func(tx pgx.Tx) (bool, error) { return disableSMS(c.UserContext(), tx, a.ID) })
}

// addTOTP switches an app on whose code was typed right.
func (h *Handler) addTOTP(c *fiber.Ctx, a *account.Account, key []byte, code string) error {
	step := matchTOTP(key, digitsOf(code), h.now())
	if step == 0 {
		return fault.New(fault.Invalid, "idp_factor.totp_wrong")
	}
	return h.change(c, a, "totp_on", func(tx pgx.Tx) (bool, error) {
		return insertTOTP(c.UserContext(), tx, a.ID, h.Box.Seal(key, totpPlace(a.ID)), step, h.now())
	})
}

func (h *Handler) removeTOTP(c *fiber.Ctx, a *account.Account) error {
	return h.remove(c, a, TOTP, "totp_off", func(tx pgx.Tx) (bool, error) { return deleteTOTP(c.UserContext(), tx, a.ID) })
}

// renewRecovery makes ten codes. They are shown once: what is kept is their hashes.
func (h *Handler) renewRecovery(c *fiber.Ctx, a *account.Account) ([]string, error) {
	codes := newRecovery()
	hashes := make([][]byte, len(codes))
	for i, code := range codes {
		hashes[i] = h.recoveryHash(a.ID, code)
	}
	return codes, h.change(c, a, "recovery_new", func(tx pgx.Tx) (bool, error) {
		s, err := setOf(c.UserContext(), tx, a.ID, nil)
		if err == nil && !s.Any() {
			err = fault.New(fault.Conflict, "idp_factor.recovery_first")
		}
		if err != nil {
			return false, err
		}
		return true, replaceRecovery(c.UserContext(), tx, a.ID, hashes, h.now())
	})
}

// passkeysMax is how many passkeys a person may have.
const passkeysMax = 20

func (h *Handler) addPasskey(c *fiber.Ctx, a *account.Account, p *passkey) error {
	return h.change(c, a, "passkey_on", func(tx pgx.Tx) (bool, error) {
		have, err := passkeysOf(c.UserContext(), tx, a.ID)
		if err == nil && len(have) >= passkeysMax {
			err = fault.New(fault.Conflict, "idp_factor.passkey_many", passkeysMax)
		}
		if err != nil {
			return false, err
		}
		return true, insertPasskey(c.UserContext(), tx, p)
	})
}

func (h *Handler) removePasskey(c *fiber.Ctx, a *account.Account, id uuid.UUID) error {
	return h.remove(c, a, Passkey, "passkey_off", func(tx pgx.Tx) (bool, error) {
		_, err := deletePasskey(c.UserContext(), tx, a.ID, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil // the other tab was here first
		}
		return err == nil, err
	})
}

// keyName is the name of a passkey as typed, or the device's.
func keyName(typed, device string) (string, error) {
	name := strings.Join(strings.Fields(typed), " ")
	if name == "" {
		name = device
	}
	if name == "" {
		return "", fault.New(fault.Invalid, "idp_factor.name_missing")
	}
	if utf8.RuneCountInString(name) > 60 {
		return "", fault.New(fault.Invalid, "idp_factor.name_long")
	}
	return name, nil
}
