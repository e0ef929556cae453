package papers

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// holder is whose paper a register is asked about.
type holder struct {
	LastName   string
	FirstName  string
	MiddleName string
	BirthDate  time.Time
}

// holderOf returns the confirmed name of a person or a child, or nil.
func holderOf(ctx context.Context, d db.DB, owner uuid.UUID) (*holder, error) {
	rows, _ := d.Query(ctx, `
		SELECT last_name, first_name, middle_name, birth_date FROM identity WHERE account_id = $1 AND state = 'passed'
		UNION ALL
		SELECT last_name, first_name, middle_name, birth_date FROM child WHERE id = $1 AND verified_at IS NOT NULL`, owner)
	h, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[holder])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return h, err
}

// startUnchecked turns the papers of these kinds that wait for a confirmed name into papers under check, and returns them.
func startUnchecked(ctx context.Context, d db.DB, owner uuid.UUID, kinds []string) ([]CheckArgs, error) {
	rows, _ := d.Query(ctx, `
		UPDATE paper SET state = 'checking', checked_at = NULL
		WHERE owner_id = $1 AND state = 'unchecked' AND kind = ANY ($2)
		RETURNING id AS paper_id, round`, owner, kinds)
	return pgx.CollectRows(rows, pgx.RowToStructByName[CheckArgs])
}
