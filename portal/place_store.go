package portal

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

func districtOf(ctx context.Context, d db.DB, account uuid.UUID) (code string, err error) {
	err = d.QueryRow(ctx, `SELECT district FROM account WHERE id = $1`, account).Scan(&code)
	return code, err
}

func setDistrict(ctx context.Context, d db.DB, account uuid.UUID, code string) error {
	_, err := d.Exec(ctx, `UPDATE account SET district = $2 WHERE id = $1`, account, code)
	return err
}
