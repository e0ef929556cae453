package stand

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func savePaper(ctx context.Context, d db.DB, p Paper) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_paper (kind, number, last_name, first_name, middle_name, birth_date)
		VALUES ($1, $2, $3, $4, $5, $6::text::date)
		ON CONFLICT (kind, number) DO NOTHING`, p.Kind, p.Number, p.LastName, p.FirstName, p.MiddleName, p.BirthDate)
	return err
}

func saveBirth(ctx context.Context, d db.DB, b Birth) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_birth (number, last_name, first_name, middle_name, birth_date, sex, parents)
		VALUES ($1, $2, $3, $4, $5::text::date, $6, $7)
		ON CONFLICT (number) DO NOTHING`, b.Number, b.LastName, b.FirstName, b.MiddleName, b.BirthDate, b.Sex, b.Parents)
	return err
}

func paperByNumber(ctx context.Context, d db.DB, kind, number string) (*Paper, error) {
	rows, _ := d.Query(ctx, `
		SELECT kind, number, last_name, first_name, middle_name, birth_date::text AS birth_date
		FROM register_paper
		WHERE kind = $1 AND number = $2`, kind, number)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Paper])
}

func birthByNumber(ctx context.Context, d db.DB, number string) (*Birth, error) {
	rows, _ := d.Query(ctx, `
		SELECT '' AS kind, number, last_name, first_name, middle_name, birth_date::text AS birth_date, sex, parents
		FROM register_birth
		WHERE number = $1`, number)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Birth])
}
