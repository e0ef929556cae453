package factor

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/db"
)

// Way is a second proof.
type Way string

// The ways.
const (
	SMS      Way = "sms"
	TOTP     Way = "totp"
	Recovery Way = "recovery"
	Passkey  Way = "passkey"
)

// methods are what a session says of a way (RFC 8176). A printed code is a one-time password, too.
var methods = map[Way]string{SMS: account.MethodSMS, TOTP: account.MethodTOTP, Recovery: account.MethodTOTP, Passkey: account.MethodPasskey}

// Set is what a person has switched on.
type Set struct {
	SMS      bool
	TOTP     bool
	Passkeys int // those that are not suspected to be copied
	Recovery int // printed codes that are left
	Known    bool
}

// Of returns what a person has switched on.
func Of(ctx context.Context, d db.DB, person uuid.UUID) (Set, error) {
	return setOf(ctx, d, person, nil)
}

// Any tells whether a second proof is due at sign-in.
func (s Set) Any() bool { return s.SMS || s.TOTP || s.Passkeys > 0 }

// last tells whether a way is the only one: printed codes are a spare key and no lock.
func (s Set) last(w Way) bool {
	rest := s.Passkeys
	if s.SMS {
		rest++
	}
	if s.TOTP {
		rest++
	}
	return rest == 1 && slices.Contains(s.ways(), w)
}

// ways lists what the person can choose from, the one that is offered first in front: a code from an app costs nobody anything
// and works on a train.
func (s Set) ways() []Way {
	var list []Way
	if s.TOTP {
		list = append(list, TOTP)
	}
	if s.SMS {
		list = append(list, SMS)
	}
	if s.Passkeys > 0 {
		list = append(list, Passkey)
	}
	if s.Recovery > 0 {
		list = append(list, Recovery)
	}
	return list
}

// Needed tells whether a client that asks for two proofs (acr_values ACR) has to wait for the second. The page is
// /login/second?request=.
func Needed(in *account.SignIn) bool { return !in.Strong() }

// ACR is the acr_values by which a client asks for two proofs.
const ACR = "urn:tamga:mfa"
