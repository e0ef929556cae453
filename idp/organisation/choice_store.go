package organisation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"tamga/internal/db"
)

// noteChoice remembers that the capacity for a client's request was chosen at this sign-in.
func noteChoice(ctx context.Context, d db.DB, request, session uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO organisation_choice (request_id, session_id, chosen_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (request_id) DO UPDATE SET session_id = excluded.session_id, chosen_at = excluded.chosen_at`, request, session, now)
	return err
}

// chosen tells whether it was.
func chosen(ctx context.Context, d db.DB, request, session uuid.UUID) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM organisation_choice WHERE request_id = $1 AND session_id = $2)`, request, session).Scan(&yes)
	return yes, err
}

func purgeChoices(ctx context.Context, d db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM organisation_choice WHERE chosen_at < $1`, before)
	return err
}
