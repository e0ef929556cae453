package stand

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/db"
)

// setting is what is chosen on a stand's page.
type setting struct {
	Mode      string
	Signature string
}

func settingOf(ctx context.Context, d db.DB, code string) (s setting, err error) {
	err = d.QueryRow(ctx, `SELECT mode, signature FROM stand_system WHERE code = $1`, code).Scan(&s.Mode, &s.Signature)
	if errors.Is(err, pgx.ErrNoRows) {
		return setting{"normal", departments.FormJWS}, nil
	}
	return s, err
}

func setSignature(ctx context.Context, d db.DB, code, form string) error {
	_, err := d.Exec(ctx, `
		INSERT INTO stand_system (code, mode, signature) VALUES ($1, 'normal', $2)
		ON CONFLICT (code) DO UPDATE SET signature = excluded.signature`, code, form)
	return err
}

// insertCertificate keeps a stand's first certificate; a second is not kept.
func insertCertificate(ctx context.Context, d db.DB, code string, certificate, key []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO stand_certificate (department, certificate, private_key, created_at)
		SELECT $1, $2, $3, $4
		WHERE NOT EXISTS (SELECT FROM stand_certificate WHERE department = $1)`, code, certificate, key, now)
	return err
}

// certificatesOf returns a stand's certificates in PEM, the newest first, and the key of that.
func certificatesOf(ctx context.Context, d db.DB, code string) (file, key []byte, err error) {
	rows, _ := d.Query(ctx, `
		SELECT certificate, private_key
		FROM stand_certificate
		WHERE department = $1
		ORDER BY created_at DESC`, code)
	var all [][]byte
	var certificate, private []byte
	_, err = pgx.ForEachRow(rows, []any{&certificate, &private}, func() error {
		all = append(all, certificate)
		if key == nil {
			key = private
		}
		certificate, private = nil, nil
		return nil
	})
	return inPEM(all), key, err
}
