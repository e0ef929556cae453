package stand

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func saveOrganisation(ctx context.Context, d db.DB, o Organisation) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_organisation (ogrn, inn, kpp, full_name, short_name, legal_form, okved, address, oktmo, status, head,
		                                   head_snils)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce(nullif($10, ''), 'active'), $11, $12)
		ON CONFLICT (ogrn) DO NOTHING`,
		o.OGRN, o.INN, o.KPP, o.FullName, o.ShortName, o.LegalForm, o.OKVED, o.Address, o.OKTMO, o.Status, o.Head, digits(o.HeadSNILS))
	return err
}

func organisationByNumber(ctx context.Context, d db.DB, ogrn string) (*Organisation, error) {
	rows, _ := d.Query(ctx, `
		SELECT ogrn, inn, kpp, full_name, short_name, legal_form, okved, address, oktmo, status, head, head_snils
		FROM register_organisation
		WHERE ogrn = $1`, ogrn)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Organisation])
}

func organisationByINN(ctx context.Context, d db.DB, inn string) (*Organisation, error) {
	rows, _ := d.Query(ctx, `
		SELECT ogrn, inn, kpp, full_name, short_name, legal_form, okved, address, oktmo, status, head, head_snils
		FROM register_organisation
		WHERE inn = $1
		ORDER BY status
		LIMIT 1`, inn)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Organisation])
}
