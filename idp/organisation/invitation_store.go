package organisation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func insertInvitation(ctx context.Context, d db.DB, i *Invitation, tokenHash []byte) error {
	_, err := d.Exec(ctx, `
		INSERT INTO organisation_invitation (id, organisation_id, token_hash, channel, contact, last_name, first_name, middle_name,
		                                     snils_key, position, until, invited_by, created_at, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)`,
		i.ID, i.Organisation, tokenHash, i.Channel, i.Contact, i.LastName, i.FirstName, i.MiddleName, i.SNILSKey, i.Position,
		i.Until, i.InvitedBy, i.SentAt, i.ExpiresAt)
	return err
}

// sameWaiting tells whether the person has a letter already that still works: the form came twice.
func sameWaiting(ctx context.Context, d db.DB, i *Invitation) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM organisation_invitation
		               WHERE organisation_id = $1 AND contact = $2 AND last_name = $3 AND first_name = $4 AND used_at IS NULL
		                 AND withdrawn_at IS NULL AND declined_at IS NULL AND expires_at > $5)`,
		i.Organisation, i.Contact, i.LastName, i.FirstName, i.SentAt).Scan(&yes)
	return yes, err
}

// invitationsOf returns the letters of an organisation that nobody has used or withdrawn, newest first.
func invitationsOf(ctx context.Context, d db.DB, oid int64) ([]Invitation, error) {
	rows, _ := d.Query(ctx, `
		SELECT i.id, i.organisation_id AS organisation, o.oid, coalesce(nullif(o.short_name, ''), o.full_name) AS name, i.channel,
		       i.contact, i.last_name, i.first_name, i.middle_name, i.snils_key, i.position, i.until, i.invited_by, i.sent_at,
		       i.expires_at, i.used_at, i.used_by, i.withdrawn_at, i.declined_at
		FROM organisation_invitation i
		JOIN organisation o ON o.id = i.organisation_id
		WHERE o.oid = $1 AND i.used_at IS NULL AND i.withdrawn_at IS NULL
		ORDER BY i.created_at DESC
		LIMIT 200`, oid)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Invitation])
}

// WaitingInvitations returns the letters of an organisation that can still be accepted.
func WaitingInvitations(ctx context.Context, d db.DB, oid int64, now time.Time) ([]Invitation, error) {
	all, err := invitationsOf(ctx, d, oid)
	return slices.DeleteFunc(all, func(i Invitation) bool { return i.State(now) != "waiting" }), err
}

// invitationByToken returns the letter that a link belongs to, whatever it is worth by now. A letter of an organisation that is
// no more is none.
func invitationByToken(ctx context.Context, d db.DB, tokenHash []byte) (*Invitation, error) {
	rows, _ := d.Query(ctx, `
		SELECT i.id, i.organisation_id AS organisation, o.oid, coalesce(nullif(o.short_name, ''), o.full_name) AS name, i.channel,
		       i.contact, i.last_name, i.first_name, i.middle_name, i.snils_key, i.position, i.until, i.invited_by, i.sent_at,
		       i.expires_at, i.used_at, i.used_by, i.withdrawn_at, i.declined_at
		FROM organisation_invitation i
		JOIN organisation o ON o.id = i.organisation_id
		WHERE i.token_hash = $1 AND o.state = 'active'`, tokenHash)
	return oneInvitation(rows)
}

// invitationByID is for those who know the letter's number from an own page.
func invitationByID(ctx context.Context, d db.DB, id uuid.UUID) (*Invitation, error) {
	rows, _ := d.Query(ctx, `
		SELECT i.id, i.organisation_id AS organisation, o.oid, coalesce(nullif(o.short_name, ''), o.full_name) AS name, i.channel,
		       i.contact, i.last_name, i.first_name, i.middle_name, i.snils_key, i.position, i.until, i.invited_by, i.sent_at,
		       i.expires_at, i.used_at, i.used_by, i.withdrawn_at, i.declined_at
		FROM organisation_invitation i
		JOIN organisation o ON o.id = i.organisation_id
		WHERE i.id = $1 AND o.state = 'active'`, id)
	return oneInvitation(rows)
}

func oneInvitation(rows pgx.Rows) (*Invitation, error) {
	i, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Invitation])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_org.no_invitation")
	}
	return i, err
}

// lockInvitation makes two clicks on one letter wait for each other.
func lockInvitation(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT 1 FROM organisation_invitation WHERE id = $1 FOR UPDATE`, id)
	return err
}

func useInvitation(ctx context.Context, d db.DB, id, by uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE organisation_invitation SET used_at = $3, used_by = $2 WHERE id = $1`, id, by, now)
	return err
}

func declineInvitation(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation_invitation SET declined_at = $2
		WHERE id = $1 AND used_at IS NULL AND withdrawn_at IS NULL AND declined_at IS NULL`, id, now)
	return err
}

// withdrawInvitation makes the link dead. It changes nothing the second time.
func withdrawInvitation(ctx context.Context, d db.DB, oid int64, id uuid.UUID, now time.Time) error {
	done, err := d.Exec(ctx, `
		UPDATE organisation_invitation i
		SET withdrawn_at = $3, declined_at = NULL
		FROM organisation o
		WHERE i.id = $2 AND o.id = i.organisation_id AND o.oid = $1 AND i.used_at IS NULL AND i.withdrawn_at IS NULL`, oid, id, now)
	return one(done.RowsAffected(), err, "idp_org.invitation_over")
}

// renewInvitation gives a letter another link; the older one is dead.
func renewInvitation(ctx context.Context, d db.DB, oid int64, id uuid.UUID, tokenHash []byte, now time.Time) error {
	done, err := d.Exec(ctx, `
		UPDATE organisation_invitation i
		SET token_hash = $3, sent_at = $4, expires_at = $5, declined_at = NULL
		FROM organisation o
		WHERE i.id = $2 AND o.id = i.organisation_id AND o.oid = $1 AND i.used_at IS NULL AND i.withdrawn_at IS NULL`,
		oid, id, tokenHash, now, now.Add(invitationLife))
	return one(done.RowsAffected(), err, "idp_org.invitation_over")
}
