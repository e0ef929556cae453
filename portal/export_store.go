package portal

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// What the export takes from tables whose owners have no export of their own: each row as a JSON object. Sealed words stay where they
// are read: in the application, in the conversation with support.
const (
	exportPayments = `
		SELECT jsonb_build_object('uin', c.uin, 'purpose', c.purpose, 'amount_kopecks', c.amount, 'status', c.status, 'due', c.due,
			'created_at', c.created_at, 'payments', (
				SELECT coalesce(jsonb_agg(jsonb_build_object('amount_kopecks', p.amount, 'state', p.state, 'bank', p.acquirer,
					'created_at', p.created_at, 'paid_at', p.paid_at) ORDER BY p.created_at), '[]')
				FROM payment p WHERE p.charge_id = c.id))
		FROM charge c
		WHERE c.payer = $1
		ORDER BY c.created_at`
	exportSupport = `
		SELECT jsonb_build_object('number', i.number, 'topic', i.topic, 'kind', i.kind, 'state', i.state, 'raised_at', i.raised_at,
			'answered_at', i.answered_at, 'closed_at', i.closed_at)
		FROM support_incident i
		WHERE i.account_id = $1
		ORDER BY i.raised_at`
	exportNotices = `
		SELECT jsonb_build_object('kind', n.kind, 'created_at', n.created_at, 'read_at', n.read_at)
		FROM account_notice n
		WHERE n.account = $1
		ORDER BY n.created_at`
	exportBundles = `
		SELECT jsonb_build_object('situation', b.situation, 'created_at', b.created_at, 'applications', (
			SELECT coalesce(jsonb_agg(a.application), '[]') FROM bundle_application a WHERE a.bundle = b.id))
		FROM bundle b
		WHERE b.account = $1
		ORDER BY b.created_at`
)

func exportRows(ctx context.Context, d db.DB, query string, account uuid.UUID) ([]json.RawMessage, error) {
	rows, _ := d.Query(ctx, query, account)
	return pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
}

// openApplications are those that others wait for: they end before the cabinet does.
func openApplications(ctx context.Context, d db.DB, person uuid.UUID) ([]openApplication, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.service, a.service_version
		FROM application_party p
		JOIN application a ON a.id = p.application
		WHERE p.person = $1 AND (a.state IN ('filling', 'signing', 'paying') OR a.state = 'draft' AND a.paid_charge IS NOT NULL)
		LIMIT 20`, person)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[openApplication])
}

type openApplication struct {
	ID      uuid.UUID
	Service string
	Version int
}

// deleteAccount removes the cabinet with its documents, notices and drafts. What was filed stays with the departments and here for as
// long as the law has it kept: the application names the person, not the cabinet.
func deleteAccount(ctx context.Context, tx pgx.Tx, account uuid.UUID) (drafts int64, err error) {
	done, err := tx.Exec(ctx, `
		DELETE FROM application
		WHERE state = 'draft' AND paid_charge IS NULL
		  AND id IN (SELECT application FROM application_party WHERE person = $1 AND position = 0)`, account)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM account WHERE id = $1`, account)
	return done.RowsAffected(), err
}
