package notify

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// The states of a notification.
const (
	queued = "queued"
	sent   = "sent"
	failed = "failed"
)

// notification is a row. Recipient, Subject and Body are sealed.
type notification struct {
	ID        uuid.UUID
	Channel   Channel
	Kind      string
	Recipient []byte
	Subject   []byte
	Body      []byte
	State     string
	Attempts  int
	LastError *string
	CreatedAt time.Time
}

func insertNotification(ctx context.Context, tx pgx.Tx, n notification) error {
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO notification (id, channel, kind, recipient, subject, body, state, last_error, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		n.ID, n.Channel, n.Kind, n.Recipient, n.Subject, n.Body, n.State, n.LastError, n.CreatedAt)
	return err
}

// notificationByID returns pgx.ErrNoRows when there is none.
func notificationByID(ctx context.Context, d db.DB, id uuid.UUID) (notification, error) {
	rows, err := d.Query(ctx, `
		SELECT id, channel, kind, recipient, subject, body, state, attempts, last_error, created_at
		FROM notification
		WHERE id = $1`, id)
	if err != nil {
		return notification{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[notification])
}

func markSent(ctx context.Context, d db.DB, id uuid.UUID, at time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE notification
		SET state = 'sent', attempts = attempts + 1, last_error = NULL, sent_at = $2, subject = NULL, body = NULL
		WHERE id = $1 AND state = 'queued'`, id, at)
	return err
}

// markAttempt notes a failed attempt; the message stays queued.
func markAttempt(ctx context.Context, d db.DB, id uuid.UUID, why string) error {
	_, err := d.Exec(ctx, `
		UPDATE notification
		SET attempts = attempts + 1, last_error = $2
		WHERE id = $1 AND state = 'queued'`, id, why)
	return err
}

// markFailed gives the message up and erases it: nobody will send it any more.
func markFailed(ctx context.Context, d db.DB, id uuid.UUID, why string) error {
	_, err := d.Exec(ctx, `
		UPDATE notification
		SET state = 'failed', attempts = attempts + 1, last_error = $2, subject = NULL, body = NULL
		WHERE id = $1 AND state = 'queued'`, id, why)
	return err
}
