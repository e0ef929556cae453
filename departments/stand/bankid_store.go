package stand

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// customers are the people of the registers that have a passport: the bank knows them all.
func customers(ctx context.Context, d db.DB) ([]Person, error) {
	rows, _ := d.Query(ctx, `
		SELECT p.snils, p.last_name, p.first_name, p.middle_name, p.birth_date::text AS birth_date, p.sex, d.series, d.number
		FROM register_person p
		JOIN register_passport d ON d.last_name = p.last_name AND d.first_name = p.first_name AND d.middle_name = p.middle_name AND d.birth_date = p.birth_date
		ORDER BY p.last_name, p.first_name
		LIMIT 50`)
	return pgx.CollectRows(rows, pgx.RowToStructByNameLax[Person])
}

func saveGrant(ctx context.Context, d db.DB, code []byte, g grant, expires time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO bank_id_code (code_hash, client_id, redirect_uri, challenge, nonce, claims, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, code, g.Client, g.Redirect, g.Challenge, g.Nonce, g.Claims, expires)
	return err
}

// takeGrant uses a code up.
func takeGrant(ctx context.Context, d db.DB, code []byte, now time.Time) (*grant, error) {
	rows, _ := d.Query(ctx, `
		DELETE FROM bank_id_code WHERE code_hash = $1 AND expires_at > $2
		RETURNING client_id AS client, redirect_uri AS redirect, challenge, nonce, claims::text::bytea AS claims`, code, now)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[grant])
}
