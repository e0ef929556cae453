package applications

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// askSignatures finds the signatures that are not voided.
func askSignatures(b *pgx.Batch, application uuid.UUID, into *[]Signature) {
	b.Queue(`
		SELECT party, person, name, level, hash, signed_at
		FROM application_signature
		WHERE application = $1 AND voided_at IS NULL`, application).Query(db.Into(into))
}

// insertSignature adds a signature. An earlier one over another text, if there is one, makes place for it.
func insertSignature(ctx context.Context, tx pgx.Tx, application uuid.UUID, s *Signature, earlier bool) error {
	if earlier {
		_, err := db.Later(tx).Exec(ctx, `
			UPDATE application_signature
			SET voided_at = $3
			WHERE application = $1 AND party = $2 AND voided_at IS NULL`, application, s.Party, s.SignedAt)
		if err != nil {
			return err
		}
	}
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO application_signature (id, application, party, person, name, level, hash, signed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, uuid.Must(uuid.NewV7()), application, s.Party, s.Person, s.Name, s.Level,
		s.Hash, s.SignedAt)
	return err
}

// voidSignatures makes all signatures history and returns how many there were.
func voidSignatures(ctx context.Context, tx pgx.Tx, application uuid.UUID, now time.Time) (int64, error) {
	done, err := tx.Exec(ctx, `
		UPDATE application_signature
		SET voided_at = $2
		WHERE application = $1 AND voided_at IS NULL`, application, now)
	return done.RowsAffected(), err
}
