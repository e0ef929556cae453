package safety

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

// setContacts replaces both contacts and voids changes of them under way. An address other than the one before is not confirmed.
func setContacts(ctx context.Context, d db.DB, account uuid.UUID, phone, email string) error {
	if _, err := d.Exec(ctx, `DELETE FROM contact_change WHERE account_id = $1`, account); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `
		UPDATE account
		SET phone = $2, email = $3, email_confirmed_at = CASE WHEN email = $3 THEN email_confirmed_at END
		WHERE id = $1`, account, phone, email)
	if db.IsUnique(err, "account_phone") {
		return errTaken(kindPhone)
	}
	return err
}

// blockOf returns who has blocked an account, "" when nobody has, and why.
func blockOf(ctx context.Context, d db.DB, account uuid.UUID) (whose, reason string, err error) {
	err = d.QueryRow(ctx, `SELECT coalesce(blocked_by, ''), block_reason FROM account WHERE id = $1`, account).Scan(&whose, &reason)
	return whose, reason, err
}
