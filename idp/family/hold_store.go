package family

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// joinChild makes somebody the second keeper of a child: the register is to be asked about them.
func joinChild(ctx context.Context, d db.DB, child, parent uuid.UUID, now time.Time) (added bool, err error) {
	tag, err := d.Exec(ctx, `
		INSERT INTO child_parent (child_id, parent_id, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (child_id, parent_id) DO NOTHING`, child, parent, now)
	return err == nil && tag.RowsAffected() == 1, err
}

// leaveChild ends a parent's hold, and forgets a child that nobody keeps.
func leaveChild(ctx context.Context, d db.DB, child, parent uuid.UUID) (left bool, err error) {
	tag, err := d.Exec(ctx, `DELETE FROM child_parent WHERE child_id = $1 AND parent_id = $2`, child, parent)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	_, err = d.Exec(ctx, `
		DELETE FROM child c WHERE c.id = $1 AND NOT EXISTS (SELECT 1 FROM child_parent p WHERE p.child_id = c.id)`, child)
	return true, err
}

// purgeOrphans forgets children whose parents' accounts are gone.
func purgeOrphans(ctx context.Context, d db.DB, now time.Time) error {
	if _, err := d.Exec(ctx, `DELETE FROM child_invitation WHERE expires_at < $1`, now); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM child c WHERE NOT EXISTS (SELECT 1 FROM child_parent p WHERE p.child_id = c.id)`)
	return err
}

// parentsOf returns the confirmed parents.
func parentsOf(ctx context.Context, d db.DB, child uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT parent_id FROM child_parent WHERE child_id = $1 AND verified_at IS NOT NULL ORDER BY verified_at`, child)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// finishHold writes the register's answer about a parent down, once.
func finishHold(ctx context.Context, d db.DB, child, parent uuid.UUID, round int, state State, reason string, now time.Time) (done bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE child_parent
		SET state = $4, reason = $5, checked_at = $6, attempts = attempts + 1, last_error = '',
		    verified_at = CASE WHEN $4 = 'verified' THEN coalesce(verified_at, $6) ELSE verified_at END,
		    draft = CASE WHEN $4 = 'verified' THEN NULL ELSE draft END
		WHERE child_id = $1 AND parent_id = $2 AND round = $3 AND state = 'checking'`, child, parent, round, state, reason, now)
	return err == nil && tag.RowsAffected() == 1, err
}

// noteAttempt keeps why the register could not be asked.
func noteAttempt(ctx context.Context, d db.DB, child, parent uuid.UUID, round int, problem string) error {
	_, err := d.Exec(ctx, `
		UPDATE child_parent SET attempts = attempts + 1, last_error = $4
		WHERE child_id = $1 AND parent_id = $2 AND round = $3 AND state = 'checking'`, child, parent, round, problem)
	return err
}

// lockChild makes the answers about one child wait for each other.
func lockChild(ctx context.Context, tx pgx.Tx, child uuid.UUID) (verified bool, err error) {
	err = tx.QueryRow(ctx, `SELECT verified_at IS NOT NULL FROM child WHERE id = $1 FOR UPDATE`, child).Scan(&verified)
	return verified, err
}

// twinOf returns the confirmed child with the same certificate, or uuid.Nil: the other parent has added it before.
func twinOf(ctx context.Context, tx pgx.Tx, child uuid.UUID, certificate []byte) (uuid.UUID, error) {
	var twin uuid.UUID
	err := tx.QueryRow(ctx, `
		SELECT id FROM child WHERE certificate_key = $1 AND verified_at IS NOT NULL AND id <> $2 FOR UPDATE`, certificate, child).Scan(&twin)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return twin, err
}

// invitation is a link that was sent.
type invitation struct {
	ChildID uuid.UUID
	MadeBy  uuid.UUID
}

// putInvitation stores a link; one sent before for the same purpose is void.
func putInvitation(ctx context.Context, d db.DB, token []byte, child, by uuid.UUID, purpose string, now, expires time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO child_invitation (token_hash, child_id, made_by, purpose, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (child_id, purpose) DO UPDATE
		SET token_hash = excluded.token_hash, made_by = excluded.made_by, created_at = excluded.created_at, expires_at = excluded.expires_at`,
		token, child, by, purpose, now, expires)
	return err
}

// invitationBy returns a link that is good, if who made it still is a confirmed parent.
func invitationBy(ctx context.Context, d db.DB, token []byte, purpose string, now time.Time) (*invitation, error) {
	rows, _ := d.Query(ctx, `
		SELECT i.child_id, i.made_by
		FROM child_invitation i
		JOIN child_parent p ON p.child_id = i.child_id AND p.parent_id = i.made_by AND p.verified_at IS NOT NULL
		WHERE i.token_hash = $1 AND i.purpose = $2 AND i.expires_at > $3`, token, purpose, now)
	i, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[invitation])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoInvitation
	}
	return i, err
}

func deleteInvitation(ctx context.Context, d db.DB, token []byte) error {
	_, err := d.Exec(ctx, `DELETE FROM child_invitation WHERE token_hash = $1`, token)
	return err
}

// release turns a child's row into the account of the same id: its number, patronymic and papers go over, the parents' hold ends.
func release(ctx context.Context, tx pgx.Tx, id uuid.UUID) (parents []uuid.UUID, err error) {
	parents, err = parentsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	tag, err := tx.Exec(ctx, `
		UPDATE account a SET oid = c.oid, middle_name = c.middle_name FROM child c WHERE a.id = $1 AND c.id = a.id`, id)
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `UPDATE paper SET account_id = child_id, child_id = NULL WHERE child_id = $1`, id); err != nil {
		return nil, err
	}
	if err := remember(ctx, tx, id); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM child WHERE id = $1`, id)
	return parents, err
}

// moveHold makes a parent, whom the register has just confirmed, a keeper of the twin, and forgets the child that they had added.
func moveHold(ctx context.Context, tx pgx.Tx, child, twin, parent uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO child_parent (child_id, parent_id, created_at)
		SELECT $2, parent_id, created_at FROM child_parent WHERE child_id = $1 AND parent_id = $3
		ON CONFLICT (child_id, parent_id) DO NOTHING`, child, twin, parent)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM child WHERE id = $1`, child)
	return err
}
