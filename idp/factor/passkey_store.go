package factor

import (
	"context"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func passkeysOf(ctx context.Context, d db.DB, person uuid.UUID) ([]passkey, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, credential_id, public_key, name, aaguid, transports, sign_count, user_verified, backup_eligible,
		       backed_up, cloned, created_at, used_at
		FROM factor_passkey
		WHERE account_id = $1
		ORDER BY created_at`, person)
	return pgx.CollectRows(rows, pgx.RowToStructByName[passkey])
}

func insertPasskey(ctx context.Context, d db.DB, p *passkey) error {
	_, err := d.Exec(ctx, `
		INSERT INTO factor_passkey (id, account_id, credential_id, public_key, name, aaguid, transports, sign_count, user_verified,
		                            backup_eligible, backed_up, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		p.ID, p.AccountID, p.CredentialID, p.PublicKey, p.Name, p.AAGUID, p.Transports, p.SignCount, p.UserVerified,
		p.BackupEligible, p.BackedUp, p.CreatedAt)
	if db.IsUnique(err, "factor_passkey_credential_id") {
		return fault.New(fault.Conflict, "idp_factor.passkey_known")
	}
	return err
}

// touchPasskey keeps what an authenticator said of itself when it was used.
func touchPasskey(ctx context.Context, d db.DB, used *webauthn.Credential, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE factor_passkey
		SET sign_count = $2, backed_up = $3, user_verified = $4, used_at = $5, cloned = cloned OR $6
		WHERE credential_id = $1`, used.ID, int64(used.Authenticator.SignCount), used.Flags.BackupState, used.Flags.UserVerified, now,
		used.Authenticator.CloneWarning)
	return err
}

// deletePasskey removes a person's passkey and returns its name, or pgx.ErrNoRows.
func deletePasskey(ctx context.Context, d db.DB, person, id uuid.UUID) (name string, err error) {
	err = d.QueryRow(ctx, `DELETE FROM factor_passkey WHERE account_id = $1 AND id = $2 RETURNING name`, person, id).Scan(&name)
	return name, err
}
