package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

var errNoInvitation = fault.New(fault.NotFound, "applications.invitation_not_found")

// invitation is a letter to a further party.
type invitation struct {
	ID          uuid.UUID
	Application uuid.UUID
	Party       string
	SNILS       []byte // sealed
	SNILSBlind  []byte `db:"snils_blind"`
	Contact     []byte // sealed
	SentAt      time.Time
	AcceptedAt  *time.Time
	DeclinedAt  *time.Time
	RevokedAt   *time.Time
}

// open tells whether it waits for an answer.
func (i *invitation) open() bool {
	return i.AcceptedAt == nil && i.DeclinedAt == nil && i.RevokedAt == nil
}

func insertInvitation(ctx context.Context, tx pgx.Tx, i *invitation, tokenHash []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_invitation (id, application, party, token_hash, snils, snils_blind, contact, sent_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, i.ID, i.Application, i.Party, tokenHash, i.SNILS, i.SNILSBlind, i.Contact, i.SentAt)
	return err
}

// invitationByToken finds a letter by the hash of its link.
func invitationByToken(ctx context.Context, d db.DB, tokenHash []byte) (*invitation, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, application, party, snils, snils_blind, contact, sent_at, accepted_at, declined_at, revoked_at
		FROM application_invitation
		WHERE token_hash = $1`, tokenHash)
	i, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[invitation])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoInvitation
	}
	return i, err
}

// askInvitations finds the letters of an application that wait for an answer.
func askInvitations(b *pgx.Batch, application uuid.UUID, into *[]invitation) {
	b.Queue(`
		SELECT id, application, party, snils, snils_blind, contact, sent_at, accepted_at, declined_at, revoked_at
		FROM application_invitation
		WHERE application = $1 AND accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL`, application).Query(db.Into(into))
}

// answerInvitation notes the answer: "accepted", "declined", or "revoked" by us.
func answerInvitation(ctx context.Context, tx pgx.Tx, id uuid.UUID, answer string, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_invitation
		SET accepted_at = CASE WHEN $2 = 'accepted' THEN $3::timestamptz END,
			declined_at = CASE WHEN $2 = 'declined' THEN $3::timestamptz END,
			revoked_at = CASE WHEN $2 = 'revoked' THEN $3::timestamptz END
		WHERE id = $1 AND accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL`, id, answer, now)
	return err
}

// revokeInvitations closes what is open of a party, or of all parties for "".
func revokeInvitations(ctx context.Context, tx pgx.Tx, application uuid.UUID, party string, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_invitation
		SET revoked_at = $3
		WHERE application = $1 AND ($2 = '' OR party = $2)
			AND accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL`, application, party, now)
	return err
}
