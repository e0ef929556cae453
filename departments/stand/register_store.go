package stand

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func savePerson(ctx context.Context, d db.DB, p Person) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_person (snils, last_name, first_name, middle_name, birth_date, sex)
		VALUES ($1, $2, $3, $4, $5::text::date, $6)
		ON CONFLICT (snils) DO NOTHING`, p.SNILS, p.LastName, p.FirstName, p.MiddleName, p.BirthDate, p.Sex)
	return err
}

func savePassport(ctx context.Context, d db.DB, p Person) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_passport (series, number, issued_on, code, last_name, first_name, middle_name, birth_date)
		VALUES ($1, $2, $3::text::date, $4, $5, $6, $7, $8::text::date)
		ON CONFLICT (series, number) DO NOTHING`,
		p.Series, p.Number, p.IssuedOn, p.Code, p.LastName, p.FirstName, p.MiddleName, p.BirthDate)
	return err
}

func personBySNILS(ctx context.Context, d db.DB, snils string) (*Person, error) {
	rows, _ := d.Query(ctx, `
		SELECT snils, last_name, first_name, middle_name, birth_date::text AS birth_date, sex
		FROM register_person
		WHERE snils = $1`, snils)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByNameLax[Person])
}

func personByPassport(ctx context.Context, d db.DB, series, number string) (*Person, error) {
	rows, _ := d.Query(ctx, `
		SELECT series, number, issued_on::text AS issued_on, code, last_name, first_name, middle_name, birth_date::text AS birth_date
		FROM register_passport
		WHERE series = $1 AND number = $2`, series, number)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByNameLax[Person])
}
