package safety

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// standing is what may keep a person out.
type standing struct {
	BlockedBy string // "self", "office", or "" when not blocked
	Reason    string
	DeleteAt  *time.Time
}

// lockStanding reads the standing and holds the account's row: a block and a sign-in at once stand in a queue.
func lockStanding(ctx context.Context, tx pgx.Tx, id uuid.UUID) (s standing, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(blocked_by, ''), block_reason, delete_at FROM account WHERE id = $1 FOR NO KEY UPDATE`, id).Scan(
		&s.BlockedBy, &s.Reason, &s.DeleteAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fault.New(fault.NotFound, "idp.no_account")
	}
	return s, err
}

// setBlock blocks an account unless it is blocked already as firmly.
func setBlock(ctx context.Context, tx pgx.Tx, id uuid.UUID, whose, reason string, now time.Time) (done bool, err error) {
	if _, err := lockStanding(ctx, tx, id); err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `
		UPDATE account
		SET blocked_at = $4, blocked_by = $2, block_reason = $3
		WHERE id = $1 AND (blocked_by IS NULL OR blocked_by = 'self' AND $2 = 'office')`, id, whose, reason, now)
	return err == nil && tag.RowsAffected() == 1, err
}

// liftBlock lifts a block of those kinds.
func liftBlock(ctx context.Context, tx pgx.Tx, id uuid.UUID, whose ...string) (lifted bool, err error) {
	tag, err := tx.Exec(ctx, `
		UPDATE account
		SET blocked_at = NULL, blocked_by = NULL, block_reason = ''
		WHERE id = $1 AND blocked_by = ANY ($2)`, id, whose)
	return err == nil && tag.RowsAffected() == 1, err
}

func setDeleteAt(ctx context.Context, tx pgx.Tx, id uuid.UUID, at *time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE account SET delete_at = $2 WHERE id = $1`, id, at)
	return err
}

// dueForDeletion returns accounts whose time has come.
func dueForDeletion(ctx context.Context, d db.DB, now time.Time, limit int) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id FROM account WHERE delete_at <= $1 ORDER BY delete_at LIMIT $2`, now, limit)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// eraseAccount deletes the account's row, and with it every row that hangs on it.
func eraseAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) (erased bool, err error) {
	tag, err := tx.Exec(ctx, `DELETE FROM account WHERE id = $1 AND delete_at <= $2`, id, now)
	return err == nil && tag.RowsAffected() == 1, err
}
