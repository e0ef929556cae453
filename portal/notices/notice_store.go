package notices

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/notify"
)

// recipientOf returns whose phone or e-mail it is, uuid.Nil for nobody's, and whether the way is turned off. An e-mail that two
// accounts have is nobody's: it does not tell them apart.
func recipientOf(ctx context.Context, tx pgx.Tx, channel notify.Channel, to, topic string) (account uuid.UUID, muted bool, err error) {
	query := `
		SELECT a.id, EXISTS (SELECT FROM account_mute m WHERE m.account = a.id AND m.topic = $2 AND m.channel = 'sms')
		FROM account a
		WHERE a.phone = $1`
	if channel == notify.Email {
		query = `
		SELECT a.id, EXISTS (SELECT FROM account_mute m WHERE m.account = a.id AND m.topic = $2 AND m.channel = 'email')
		FROM account a
		WHERE a.email = $1 AND a.email <> '' AND NOT EXISTS (SELECT FROM account o WHERE o.email = $1 AND o.email <> '' AND o.id <> a.id)`
	}
	err = tx.QueryRow(ctx, query, to, topic).Scan(&account, &muted)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	return account, muted, err
}

func mutedFor(ctx context.Context, tx pgx.Tx, account uuid.UUID, channel notify.Channel, topic string) (muted bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account_mute WHERE account = $1 AND topic = $2 AND channel = $3)`, account, topic, channel).Scan(&muted)
	return muted, err
}

// addresses are where an account can be written to, and what of it is turned off.
type addresses struct {
	Email, Phone, Lang string
	EmailOff, PhoneOff bool
}

// addressesOf returns nil for an account that is gone.
func addressesOf(ctx context.Context, tx pgx.Tx, account uuid.UUID, topic string) (*addresses, error) {
	rows, _ := tx.Query(ctx, `
		SELECT a.email, coalesce(a.phone, '') AS phone, a.lang,
			EXISTS (SELECT FROM account_mute m WHERE m.account = a.id AND m.topic = $2 AND m.channel = 'email') AS email_off,
			EXISTS (SELECT FROM account_mute m WHERE m.account = a.id AND m.topic = $2 AND m.channel = 'sms') AS phone_off
		FROM account a
		WHERE a.id = $1`, account, topic)
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[addresses])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return found, err
}

// insertNotice keeps a text once: the same words within ten minutes are the same notice by another way.
func insertNotice(ctx context.Context, tx pgx.Tx, id, account uuid.UUID, kind string, body, hash []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO account_notice (id, account, kind, body, body_hash, created_at)
		SELECT $1, $2, $3, $4, $5, $6::timestamptz
		WHERE NOT EXISTS (SELECT FROM account_notice WHERE account = $2 AND body_hash = $5 AND created_at > $6::timestamptz - interval '10 minutes')`,
		id, account, kind, body, hash, at)
	return err
}

type row struct {
	ID        uuid.UUID
	Kind      string
	Body      []byte
	CreatedAt time.Time
	ReadAt    *time.Time
}

// read returns the latest notices as they were before, and notes that they are read: all but the last of so many, which only tells the
// page that there are more.
func read(ctx context.Context, d db.DB, account uuid.UUID, before *time.Time, limit int, now time.Time) ([]row, error) {
	rows, _ := d.Query(ctx, `
		WITH shown AS (
			SELECT id, kind, body, created_at, read_at
			FROM account_notice
			WHERE account = $1 AND ($2::timestamptz IS NULL OR created_at < $2)
			ORDER BY created_at DESC
			LIMIT $3),
		seen AS (
			UPDATE account_notice SET read_at = $4
			WHERE id IN (SELECT id FROM (SELECT id, read_at FROM shown ORDER BY created_at DESC LIMIT $3 - 1) AS seen WHERE read_at IS NULL))
		SELECT id, kind, body, created_at, read_at
		FROM shown
		ORDER BY created_at DESC`, account, before, limit, now)
	return pgx.CollectRows(rows, pgx.RowToStructByName[row])
}

// allOf returns every notice of an account, the oldest first. It notes nothing as read.
func allOf(ctx context.Context, d db.DB, account uuid.UUID) ([]row, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, body, created_at, read_at
		FROM account_notice
		WHERE account = $1
		ORDER BY created_at`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[row])
}

func mutesOf(ctx context.Context, d db.DB, account uuid.UUID) (map[string]bool, error) {
	rows, _ := d.Query(ctx, `
		SELECT topic || '-' || channel
		FROM account_mute
		WHERE account = $1`, account)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	muted := map[string]bool{}
	for _, name := range names {
		muted[name] = true
	}
	return muted, err
}

// setMutes writes what is turned off, all at once. Two clicks wait for each other: the second takes away what the first has written.
func setMutes(ctx context.Context, tx pgx.Tx, account uuid.UUID, topics, channels []string) error {
	if _, err := tx.Exec(ctx, `SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE`, account); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM account_mute WHERE account = $1`, account); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO account_mute (account, topic, channel)
		SELECT $1, t, c
		FROM unnest($2::text[], $3::text[]) AS off (t, c)`, account, topics, channels)
	return err
}
