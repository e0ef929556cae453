package stand

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/departments/stand/yookassa"
	"tamga/internal/db"
)

// OpenYooKassa fills a stand of YooKassa from its book, and keeps what happens to it from now on.
func OpenYooKassa(ctx context.Context, d db.DB, s *yookassa.Stand) error {
	rows, _ := d.Query(ctx, `SELECT body FROM yookassa_book ORDER BY at, id`)
	book, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k yookassa.Kept, err error) {
		var raw []byte
		if err = row.Scan(&raw); err == nil {
			err = json.Unmarshal(raw, &k)
		}
		return k, err
	})
	if err != nil {
		return fmt.Errorf("book of YooKassa: %w", err)
	}
	s.Load(book)
	s.Keep = func(k yookassa.Kept) error { return keepYooKassa(context.WithoutCancel(ctx), d, k, s.Now()) }
	return nil
}

func keepYooKassa(ctx context.Context, d db.DB, k yookassa.Kept, now time.Time) error {
	kind, id := "payment", ""
	if k.Refund != nil {
		kind, id = "refund", k.Refund.ID
	} else {
		id = k.Payment.ID
	}
	body, err := json.Marshal(k)
	if err != nil {
		return err
	}
	_, err = d.Exec(ctx, `
		INSERT INTO yookassa_book (kind, id, at, body)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body`, kind, id, now, body)
	return err
}
