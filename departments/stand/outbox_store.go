package stand

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func saveMessage(ctx context.Context, d db.DB, m *message, sender string) error {
	m.ID = uuid.Must(uuid.NewV7())
	_, err := d.Exec(ctx, `
		INSERT INTO outbox_message (id, channel, "to", to_key, sender, subject, text, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m.ID, m.Channel, m.To, toKey(m.To), sender, m.Subject, m.Text, m.At)
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
