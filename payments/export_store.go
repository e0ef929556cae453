package payments

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// exportedReceipts bounds the papers of one archive: the newest are taken, the data name them all.
const exportedReceipts = 500

// exportData is everything that payments hold of an account, as one JSON object. By what a bank knows a card stays here: it is money.
func exportData(ctx context.Context, d db.DB, r Reader) (data json.RawMessage, err error) {
	err = d.QueryRow(ctx, `
		SELECT jsonb_build_object(
			'charges', (
				SELECT coalesce(jsonb_agg(jsonb_build_object('uin', c.uin, 'purpose', c.purpose, 'amount_kopecks', c.amount, 'status', c.status,
					'due', c.due, 'created_at', c.created_at, 'payments', (
						SELECT coalesce(jsonb_agg(jsonb_build_object('receipt', p.receipt, 'amount_kopecks', p.amount, 'state', p.state,
							'bank', p.acquirer, 'created_at', p.created_at, 'paid_at', p.paid_at,
							'refunded_kopecks', p.refunded) ORDER BY p.created_at), '[]')
						FROM payment p
						WHERE p.charge_id = c.id)) ORDER BY c.created_at), '[]')
				FROM charge c
				WHERE c.id IN (`+chargesOfReader+`)),
			'cards', (
				SELECT coalesce(jsonb_agg(jsonb_build_object('title', s.title, 'bank', s.acquirer, 'created_at', s.created_at,
					'removed_at', s.removed_at) ORDER BY s.created_at), '[]')
				FROM saved_card s
				WHERE s.account = $1),
			'templates', (
				SELECT coalesce(jsonb_agg(jsonb_build_object('title', t.title, 'created_at', t.created_at, 'removed_at', t.removed_at)
					ORDER BY t.created_at), '[]')
				FROM payment_template t
				WHERE t.owner = $1),
			'rules', (
				SELECT coalesce(jsonb_agg(jsonb_build_object('kinds', r.kinds, 'per_payment_kopecks', r.per_payment,
					'per_month_kopecks', r.per_month, 'created_at', r.created_at,
					'stopped_at', r.stopped_at) ORDER BY r.created_at), '[]')
				FROM autopay_rule r
				WHERE r.owner = $1))`, r.Account, r.Keys).Scan(&data)
	return data, err
}

// chargesOfReader are the charges of a reader ($1 account, $2 keys): the own, those that name the own numbers, and those of others that
// the reader has paid.
const chargesOfReader = `
	SELECT id FROM charge WHERE payer = $1
	UNION
	SELECT charge_id FROM charge_key WHERE hash = ANY($2::bytea[])
	UNION
	SELECT m.charge_id FROM charge_claim m JOIN payment p ON p.charge_id = m.charge_id AND p.paid_by = $1 WHERE m.account = $1`

// chargesWithReceipts are those of a reader that money has come for, the newest first.
func chargesWithReceipts(ctx context.Context, d db.DB, r Reader) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id
		FROM charge c
		WHERE c.id IN (`+chargesOfReader+`) AND EXISTS (SELECT FROM payment p WHERE p.charge_id = c.id AND p.state = 'succeeded')
		ORDER BY c.created_at DESC
		LIMIT $3`, r.Account, r.Keys, exportedReceipts)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}
