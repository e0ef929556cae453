package organisation

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// Scope is the OpenID Connect scope that opens the claim.
const Scope = "organisation"

// Claim is the value of the OpenID Connect claim "organisation": in whose name the person acts, and what they may do there.
type Claim struct {
	OID       int64    `json:"oid"`
	FullName  string   `json:"full_name"`
	ShortName string   `json:"short_name"`
	OGRN      string   `json:"ogrn"`
	INN       string   `json:"inn"`
	KPP       string   `json:"kpp,omitempty"`
	Address   string   `json:"address,omitempty"`
	Phone     string   `json:"phone,omitempty"` // E.164
	Email     string   `json:"email,omitempty"`
	Position  string   `json:"position,omitempty"` // of the person
	Type      Type     `json:"type"`
	Chief     bool     `json:"chief"`
	Admin     bool     `json:"admin"`
	Powers    []string `json:"powers"`
}

// ClaimOf returns the claim of a person who acts in the name of an organisation, and nil when they may not any more: who was
// dismissed has lost the capacity in a running session, too.
func ClaimOf(ctx context.Context, d db.DB, account uuid.UUID, orgOID int64) (*Claim, error) {
	r, err := RoleIn(ctx, d, account, orgOID)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Claim{OID: r.OID, FullName: r.FullName, ShortName: r.ShortName, OGRN: r.OGRN, INN: r.INN, KPP: r.KPP, Address: r.Address,
		Phone: r.Phone, Email: r.Email, Position: r.Position, Type: r.Type, Chief: r.Chief, Admin: r.Admin, Powers: r.Powers}, nil
}
