package organisation

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
)

// Acting returns the role in which a person acts at this sign-in, or nil: for oneself, or because the role is no more.
func Acting(ctx context.Context, d db.DB, in *account.SignIn) (*Role, error) {
	if in == nil || in.ActingOID == nil {
		return nil, nil
	}
	r, err := RoleIn(ctx, d, in.AccountID, *in.ActingOID)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return r, err
}

// ChoicePath is the page «Войти как». Carry ?request= to it; it goes on to the path of what waits.
const ChoicePath = "/organisations/as"

// Asks tells whether scopes ask in whose name the person comes: the scope of OpenID Connect, or one of ESIA's about an
// organisation.
func Asks(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return s == Scope || s == "usr_org" || strings.HasPrefix(s, "org_") })
}

// MustChoose tells whether a client's request has to wait until the person says in whose name to enter: it asks, there is a
// choice, and it was not made yet for this request at this sign-in.
func MustChoose(ctx context.Context, d db.DB, in *account.SignIn, request uuid.UUID, scopes []string) (bool, error) {
	if in == nil || !Asks(scopes) {
		return false, nil
	}
	roles, err := RolesOf(ctx, d, in.AccountID)
	if err != nil || len(roles) == 0 {
		return false, err
	}
	done, err := chosen(ctx, d, request, in.ID)
	return !done, err
}
