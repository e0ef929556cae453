package account

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// SeedPerson is a made-up person of the demo and of tests.
type SeedPerson struct {
	Account  Account
	Identity *Identity // nil for an account of the simplified level
}

// Seed stores a made-up person, unless the id exists.
func Seed(ctx context.Context, d db.DB, box *secret.Box, passwords *secret.Hasher, p SeedPerson, password string) error {
	var exists bool
	if err := d.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM account WHERE id = $1)`, p.Account.ID).Scan(&exists); err != nil || exists {
		return err
	}
	hash, err := passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	now := time.Now()
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		a := p.Account
		var confirmed *time.Time
		if a.EmailConfirmed {
			confirmed = &now
		}
		var key []byte
		if p.Identity != nil {
			key = snilsKey(box, p.Identity.SNILS)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO account (id, oid, last_name, first_name, middle_name, phone, email, email_confirmed_at, password, level,
			                     level_at, snils_key, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'simplified', $10, $11, $10)`,
			a.ID, a.OID, a.LastName, a.FirstName, a.MiddleName, a.Phone, a.Email, confirmed, hash, now, key)
		if err != nil || p.Identity == nil {
			return err
		}
		round, _, err := putIdentity(ctx, tx, box, p.Identity, now)
		if err != nil {
			return err
		}
		if err := decideIdentity(ctx, tx, a.ID, round, "passed", now); err != nil {
			return err
		}
		for _, way := range map[Level][]string{Standard: {WayChecks}, Confirmed: {WayChecks, waySeed}}[a.Level] {
			if err := Raise(ctx, tx, a.ID, Ground{Way: way}, now); err != nil {
				return err
			}
		}
		return nil
	})
}
