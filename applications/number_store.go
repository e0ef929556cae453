package applications

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// IDOfNumber returns the key of an application by its number, however it was typed: for staff who look for its payment. Ok is
// false when a digit of the number is wrong; the key is uuid.Nil when there is no such application.
func IDOfNumber(ctx context.Context, d db.DB, typed string) (id uuid.UUID, ok bool, err error) {
	number, ok := ParseNumber(typed)
	if !ok {
		return uuid.Nil, false, nil
	}
	err = d.QueryRow(ctx, `SELECT id FROM application WHERE number = $1`, number).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return id, true, err
}
