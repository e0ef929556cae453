package stand

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// saveMessage drops a message whose key is known: a sender that died before it noted the answer sends again.
func saveMessage(ctx context.Context, d db.DB, m *message, sender, key string) error {
	m.ID = uuid.Must(uuid.NewV7())
	_, err := d.Exec(ctx, `
		INSERT INTO outbox_message (id, channel, "to", to_key, sender, subject, text, key, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9)
		ON CONFLICT (key) DO NOTHING`,
		m.ID, m.Channel, m.To, toKey(m.To), sender, m.Subject, m.Text, key, m.At)
	return err
}

// lastMessages returns the newest first. An empty key means everybody's.
func lastMessages(ctx context.Context, d db.DB, key string, limit int) ([]message, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, channel, "to", subject, text, at
		FROM outbox_message
		WHERE $1 = '' OR to_key = $1
		ORDER BY at DESC, id DESC
		LIMIT $2`, key, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[message])
}
