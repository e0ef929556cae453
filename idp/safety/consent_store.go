package safety

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// consent is what a person lets a site know.
type consent struct {
	Client    string     `json:"client"`
	Name      string     `json:"name"`
	Scopes    []string   `json:"scopes"`
	GrantedAt time.Time  `json:"granted_at"`
	UsedAt    *time.Time `json:"used_at"` // when data last went there
}

// consentsOf returns the consents to sites of both protocols, the newest first.
func consentsOf(ctx context.Context, d db.DB, account uuid.UUID) ([]consent, error) {
	rows, _ := d.Query(ctx, `
		SELECT k.client_id AS client, c.name, k.scopes, k.granted_at,
		       (SELECT max(j.at) FROM journal j
		        WHERE j.subject = $2 AND j.action = 'idp.data_read' AND j.details->>'client' = k.client_id) AS used_at
		FROM oauth_consent k JOIN oauth_client c ON c.id = k.client_id
		WHERE k.account_id = $1
		ORDER BY k.granted_at DESC, k.client_id`, account, account.String())
	return pgx.CollectRows(rows, pgx.RowToStructByName[consent])
}

func deleteConsent(ctx context.Context, tx pgx.Tx, account uuid.UUID, client string) (found bool, err error) {
	tag, err := tx.Exec(ctx, `DELETE FROM oauth_consent WHERE account_id = $1 AND client_id = $2`, account, client)
	return err == nil && tag.RowsAffected() == 1, err
}

// clientNames are the names of sites by their ids, for the journal.
func clientNames(ctx context.Context, d db.DB, ids []string) (map[string]string, error) {
	names := map[string]string{}
	rows, _ := d.Query(ctx, `SELECT id, name FROM oauth_client WHERE id = ANY ($1)`, ids)
	var id, name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, err
}
