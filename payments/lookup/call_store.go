package lookup

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func insertCall(ctx context.Context, d db.DB, k call, caller []byte) error {
	_, err := d.Exec(ctx, `
		INSERT INTO payment_call (id, operator, caller, department, purpose, started_at, ends_at)
		VALUES ($1, $2, $3, $4, $5, now(), now() + $6::interval)`, k.ID, k.Operator, caller, k.Department, k.Purpose, callLasts)
	return err
}

// callOf returns a call of that operator which is not over.
func callOf(ctx context.Context, d db.DB, operator string, id uuid.UUID) (*call, []byte, error) {
	k := &call{}
	var caller []byte
	err := d.QueryRow(ctx, `
		SELECT id, operator, department, purpose, started_at, caller
		FROM payment_call
		WHERE id = $1 AND operator = $2 AND ends_at > now()`, id, operator).Scan(&k.ID, &k.Operator, &k.Department, &k.Purpose, &k.StartedAt, &caller)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, fault.New(fault.NotFound, "payments_lookup.no_call")
	}
	return k, caller, err
}
