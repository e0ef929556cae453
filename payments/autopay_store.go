package payments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

const ruleColumns = `r.id, r.owner, r.kinds, r.card_id, CASE WHEN s.removed_at IS NULL THEN s.title ELSE '' END AS card, s.acquirer, r.per_payment, r.per_month,
	r.created_at, r.stopped_at, ARRAY(SELECT hash FROM autopay_key k WHERE k.rule_id = r.id) AS keys`

const orderColumns = `o.id, o.rule_id, o.owner, o.charge_id, o.total, o.state, o.told_at, o.due_at, o.reason,
	(SELECT purpose FROM charge WHERE id = o.charge_id) AS purpose`

// insertRule keeps a rule; one that is there already, word for word, is a second click: a twin would double the limits.
func insertRule(ctx context.Context, tx pgx.Tx, r *autopayRule, hashes [][]byte) (fresh bool, err error) {
	var twin bool
	err = tx.QueryRow(ctx, `
		WITH card AS MATERIALIZED (SELECT id FROM saved_card WHERE id = $2 AND account = $1 FOR NO KEY UPDATE)
		SELECT count(*) > 0 FROM card`, r.Owner, r.CardID).Scan(&twin) // two clicks wait for each other
	if err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM autopay_rule r
			WHERE owner = $1 AND card_id = $2 AND kinds = $3 AND per_payment = $4 AND per_month = $5 AND stopped_at IS NULL
				AND (SELECT array_agg(hash ORDER BY hash) FROM autopay_key k WHERE k.rule_id = r.id) = (SELECT array_agg(DISTINCT h ORDER BY h) FROM unnest($6::bytea[]) h))`,
		r.Owner, r.CardID, r.Kinds, r.PerPayment, r.PerMonth, hashes).Scan(&twin)
	if err != nil || twin {
		return false, err
	}
	done, err := tx.Exec(ctx, `
		INSERT INTO autopay_rule (id, owner, kinds, card_id, per_payment, per_month, created_at)
		SELECT $1, $2, $3, s.id, $5, $6, $7
		FROM saved_card s
		WHERE s.id = $4 AND s.account = $2 AND s.removed_at IS NULL`, r.ID, r.Owner, r.Kinds, r.CardID, r.PerPayment, r.PerMonth, r.CreatedAt)
	if err != nil {
		return false, err
	}
	if done.RowsAffected() == 0 {
		return false, errCard
	}
	_, err = tx.Exec(ctx, `INSERT INTO autopay_key (rule_id, hash) SELECT DISTINCT $1::uuid, h FROM unnest($2::bytea[]) h`, r.ID, hashes)
	return err == nil, err
}

func rulesOf(ctx context.Context, d db.DB, owner uuid.UUID) ([]autopayRule, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+ruleColumns+`
		FROM autopay_rule r
		JOIN saved_card s ON s.id = r.card_id
		WHERE r.owner = $1 AND r.stopped_at IS NULL
		ORDER BY r.created_at
		LIMIT 20`, owner)
	return pgx.CollectRows(rows, pgx.RowToStructByName[autopayRule])
}

func liveRules(ctx context.Context, d db.DB) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `SELECT id FROM autopay_rule WHERE stopped_at IS NULL ORDER BY id`)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func lockRule(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*autopayRule, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+ruleColumns+`
		FROM autopay_rule r
		JOIN saved_card s ON s.id = r.card_id
		WHERE r.id = $1
		FOR UPDATE OF r`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[autopayRule])
}

// stopRule ends a rule, and what it has announced, at once.
func stopRule(ctx context.Context, d db.DB, owner, id uuid.UUID, at time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE autopay_rule SET stopped_at = $3 WHERE id = $2 AND owner = $1 AND stopped_at IS NULL`, owner, id, at)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE autopay_order SET state = 'stopped' WHERE rule_id = $1 AND state = 'announced'`, id)
		return err
	})
}

// dueOf returns the open charges that a rule is to pay: of its kinds and numbers, with no order yet, and nobody at the bank.
func dueOf(ctx context.Context, tx pgx.Tx, r *autopayRule) ([]*Charge, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.status = 'open' AND c.origin_kind = ANY($2)
			AND c.id IN (SELECT k.charge_id FROM autopay_key a JOIN charge_key k ON k.hash = a.hash WHERE a.rule_id = $1)
			AND NOT EXISTS (SELECT FROM autopay_order o WHERE o.owner = $3 AND o.charge_id = c.id)
			AND NOT EXISTS (SELECT FROM payment p WHERE p.charge_id = c.id AND p.state IN ('created', 'pending', 'authorised', 'mismatch'))
		ORDER BY c.due NULLS LAST, c.created_at
		LIMIT 50`, r.ID, r.Kinds, r.Owner)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Charge])
}

// spentOf is what a rule has announced and paid since a moment.
func spentOf(ctx context.Context, tx pgx.Tx, rule uuid.UUID, since time.Time) (sum int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(sum(total), 0)::bigint
		FROM autopay_order
		WHERE rule_id = $1 AND due_at >= $2 AND state IN ('announced', 'paying', 'paid')`, rule, since).Scan(&sum)
	return sum, err
}

func insertOrder(ctx context.Context, tx pgx.Tx, o *autopayOrder) (bool, error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO autopay_order (id, rule_id, owner, charge_id, total, state, told_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (owner, charge_id) DO NOTHING`, o.ID, o.RuleID, o.Owner, o.ChargeID, o.Total, o.State, o.ToldAt, o.DueAt)
	return done.RowsAffected() > 0, err
}

// lockOrder locks the rule of an order, then the order.
func lockOrder(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*autopayRule, *autopayOrder, error) {
	var rule uuid.UUID
	if err := tx.QueryRow(ctx, `SELECT rule_id FROM autopay_order WHERE id = $1`, id).Scan(&rule); err != nil {
		return nil, nil, err
	}
	r, err := lockRule(ctx, tx, rule)
	if err != nil {
		return nil, nil, err
	}
	rows, _ := tx.Query(ctx, `SELECT `+orderColumns+` FROM autopay_order o WHERE o.id = $1 FOR UPDATE OF o`, id)
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[autopayOrder])
	return r, o, err
}

func setOrder(ctx context.Context, tx pgx.Tx, id uuid.UUID, state, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE autopay_order SET state = $2, reason = $3 WHERE id = $1 AND state = 'announced'`, id, state, reason)
	return err
}

func setOrderPayment(ctx context.Context, tx pgx.Tx, id, payment uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE autopay_order SET state = 'paying', payment_id = $2 WHERE id = $1 AND state = 'announced'`, id, payment)
	return err
}

// endOrder notes the end of the payment of an order; nil when the payment is nobody's order, or that was known. Late money still wins.
func endOrder(ctx context.Context, tx pgx.Tx, payment uuid.UUID, state, reason string) (*autopayRule, *autopayOrder, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE autopay_order o
		SET state = $2, reason = $3
		WHERE o.payment_id = $1 AND (o.state = 'paying' OR o.state = 'failed' AND $2 = 'paid')
		RETURNING `+orderColumns, payment, state, reason)
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[autopayOrder])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	rows, _ = tx.Query(ctx, `SELECT `+ruleColumns+` FROM autopay_rule r JOIN saved_card s ON s.id = r.card_id WHERE r.id = $1`, o.RuleID)
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[autopayRule])
	return r, o, err
}

func ordersOf(ctx context.Context, d db.DB, owner uuid.UUID) ([]autopayOrder, error) {
	rows, _ := d.Query(ctx, `SELECT `+orderColumns+` FROM autopay_order o WHERE o.owner = $1 ORDER BY o.told_at DESC LIMIT 30`, owner)
	return pgx.CollectRows(rows, pgx.RowToStructByName[autopayOrder])
}

func orderOf(ctx context.Context, d db.DB, owner, id uuid.UUID) (*autopayOrder, error) {
	rows, _ := d.Query(ctx, `SELECT `+orderColumns+` FROM autopay_order o WHERE o.owner = $1 AND o.id = $2`, owner, id)
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[autopayOrder])
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.New(fault.NotFound, "payments_auto.no_order")
	}
	return o, err
}

// skipOrder is the person's no, as long as nothing has been paid.
func skipOrder(ctx context.Context, d db.DB, owner, id uuid.UUID) error {
	_, err := d.Exec(ctx, `UPDATE autopay_order SET state = 'skipped' WHERE owner = $1 AND id = $2 AND state = 'announced'`, owner, id)
	return err
}
