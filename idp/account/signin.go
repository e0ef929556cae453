package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Proofs are what idp/factor adds to the sign-in by password.
type Proofs struct {
	// Second is asked after a right password. It returns the page of the second proof, or "" when the password is enough. watched
	// says that many passwords were tried at this account from browsers that are not its owner's.
	Second func(c *fiber.Ctx, a *Account, request *uuid.UUID, watched bool) (page string, err error)
	// Always says that Second is asked even for those who have not switched any on and are not watched.
	Always bool
	// Browser names the browser to those who know it, or is nil for one that nobody has signed in at.
	Browser func(c *fiber.Ctx) []byte
	// Entered is told of a person who signs in, Registered of one who has just registered, in the transaction that signs in.
	Entered, Registered func(c *fiber.Ctx, tx pgx.Tx, a *Account, in *SignIn) error
	// Ways are the other ways to sign in that the page offers.
	Ways func(c *fiber.Ctx, request *uuid.UUID) (Ways, error)
}

// Ways are the ways to sign in beside the password.
type Ways struct {
	Passkey   *PasskeyForm // nil where there are none
	QR        string       // addresses, "" where there are none
	Signature string
}

// PasskeyForm is a form that the browser's own dialogue fills. Without scripts it stays hidden.
type PasskeyForm struct {
	Options  string // JSON for the browser
	State    string // the challenge, sealed
	Autofill bool   // passkeys are offered in the list below the login field, too
}

// identifier is what somebody typed to say who they are. Several may be set: eleven digits may be a phone and a СНИЛС.
type identifier struct {
	Phone    *string
	Email    *string
	SNILSKey []byte
}

func readIdentifier(box *secret.Box, typed string) identifier {
	var i identifier
	if strings.Contains(typed, "@") {
		email := normalEmail(typed)
		i.Email = &email
		return i
	}
	if phone, err := rus.MobilePhone(typed); err == nil {
		i.Phone = &phone
	}
	if snils, err := rus.SNILS(typed); err == nil {
		i.SNILSKey = snilsKey(box, snils)
	}
	return i
}

// name is the identifier for rate limits: the same however it is typed, and unreadable.
func (i identifier) name(box *secret.Box, typed string) string {
	switch {
	case i.Phone != nil:
		typed = *i.Phone
	case i.Email != nil:
		typed = *i.Email
	case i.SNILSKey != nil:
		typed = string(i.SNILSKey)
	}
	return fmt.Sprintf("%x", box.Blind("login:" + typed)[:12])
}

// SNILSKey is by what an account is found by its checked СНИЛС.
func SNILSKey(box *secret.Box, snils string) []byte { return snilsKey(box, snils) }

func snilsKey(box *secret.Box, snils string) []byte { return box.Blind("snils:" + snils) }

// signIn returns the account that the password opens, or nil, and then the one that it was tried at, if there is one. It takes as
// long for an account that does not exist.
func (h *Handler) signIn(ctx context.Context, i identifier, password string) (found *lock, tried uuid.UUID, err error) {
	if len(password) > passwordMax {
		password = ""
	}
	locks, err := locksOf(ctx, h.DB, i)
	if err != nil {
		return nil, uuid.Nil, err
	}
	if len(locks) == 0 {
		return nil, uuid.Nil, h.Passwords.VerifyDummy(ctx, password)
	}
	for _, l := range locks {
		ok, rehash, err := h.Passwords.Verify(ctx, l.Password, password)
		if err != nil {
			return nil, uuid.Nil, err
		}
		if !ok {
			continue
		}
		if rehash {
			hash, err := h.Passwords.Hash(ctx, password)
			if err != nil {
				return nil, uuid.Nil, err
			}
			return &l, l.ID, setPassword(ctx, h.DB, l.ID, hash)
		}
		return &l, l.ID, nil
	}
	return nil, locks[0].ID, nil
}

// noteFailure writes a wrong password into the journal of the account, or of nobody: a row either way, so that the time of the
// answer does not tell whether there is an account.
func (h *Handler) noteFailure(c *fiber.Ctx, tried uuid.UUID) error {
	e := entry(c, tried, "idp.sign_in_failed", nil)
	e.Actor, e.ActorRole = "stranger", "stranger"
	if tried == uuid.Nil {
		e.Subject = ""
	}
	return journal.Write(c.UserContext(), h.DB, e)
}

// CheckPassword tells whether the password is the account's, and counts the attempt: whoever finds a browser signed in must not
// try passwords there without end.
func (h *Handler) CheckPassword(c *fiber.Ctx, a *Account, password string) (bool, error) {
	if err := h.Guesses.Allow(c, fmt.Sprintf("%x", h.Box.Blind("account:" + a.ID.String())[:12])); err != nil {
		return false, err
	}
	return PasswordFits(c.UserContext(), h.DB, h.Passwords, a.ID, password)
}
