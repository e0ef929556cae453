package departments

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/gost"
)

// maxCertificates is how many a department may have that are not refused: each that a signature names is tried.
const maxCertificates = 8

// certificatesOf returns those that are registered for a department.
func certificatesOf(ctx context.Context, d db.DB, department string) (all []Certificate, err error) {
	rows, _ := d.Query(ctx, `
		SELECT certificate, refused_at IS NOT NULL
		FROM department_key
		WHERE department = $1 AND certificate IS NOT NULL
		ORDER BY refused_at IS NOT NULL, added_at DESC
		LIMIT 50`, department)
	var der []byte
	var refused bool
	_, err = pgx.ForEachRow(rows, []any{&der, &refused}, func() error {
		c, err := gost.ParseCertificate(der)
		if err == nil {
			all = append(all, Certificate{c, refused})
		}
		return err
	})
	return all, err
}

// insertCertificate tells whether there is room for it, and whether it was not there before.
func insertCertificate(ctx context.Context, tx pgx.Tx, department, fingerprint string, der []byte, by string, now time.Time) (room, fresh bool, err error) {
	var good int
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM department_key k WHERE k.department = e.code AND k.certificate IS NOT NULL AND k.refused_at IS NULL)
		FROM department_endpoint e
		WHERE e.code = $1
		FOR UPDATE`, department).Scan(&good)
	if err != nil || good >= maxCertificates {
		return false, false, err
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO department_key (department, kid, certificate, added_at, added_by)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (department, kid) DO NOTHING`, department, fingerprint, der, now, by)
	return true, tag.RowsAffected() == 1, err
}

// noteCertificate notes that it has signed, to the minute.
func noteCertificate(ctx context.Context, d db.DB, department, fingerprint string, now, before time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE department_key SET first_used_at = coalesce(first_used_at, $3), last_used_at = greatest(last_used_at, $3)
		WHERE department = $1 AND kid = $2 AND (last_used_at IS NULL OR last_used_at < $4)`, department, fingerprint, now, before)
	return err
}
