package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/internal/secret"
)

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

func snilsKey(box *secret.Box, snils string) []byte { return box.Blind("snils:" + snils) }

// signIn returns the account that the password opens, or uuid.Nil. It takes as long for an account that does not exist.
func (h *Handler) signIn(ctx context.Context, i identifier, password string) (uuid.UUID, error) {
	if len(password) > passwordMax {
		password = ""
	}
	locks, err := locksOf(ctx, h.DB, i)
	if err != nil {
		return uuid.Nil, err
	}
	if len(locks) == 0 {
		return uuid.Nil, h.Passwords.VerifyDummy(ctx, password)
	}
	for _, l := range locks {
		ok, rehash, err := h.Passwords.Verify(ctx, l.Password, password)
		if err != nil {
			return uuid.Nil, err
		}
		if !ok {
			continue
		}
		if rehash {
			hash, err := h.Passwords.Hash(ctx, password)
			if err != nil {
				return uuid.Nil, err
			}
			return l.ID, setPassword(ctx, h.DB, l.ID, hash)
		}
		return l.ID, nil
	}
	return uuid.Nil, nil
}
