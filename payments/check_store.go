package payments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// bookRule is a query that finds where a rule is broken.
type bookRule struct{ name, sql string }

var bookRules = []bookRule{
	{"an entry sums up to nothing", `
		SELECT entry_id::text AS subject, sum(amount)::bigint AS is, 0::bigint AS should
		FROM ledger_posting
		GROUP BY entry_id, currency
		HAVING sum(amount) <> 0`},
	{"what the ledger says is owed for a charge is what is left of it", `
		SELECT c.id::text AS subject, coalesce(l.owed, 0)::bigint AS is,
			(CASE c.status WHEN 'open' THEN c.amount - c.exempt - c.paid ELSE 0 END)::bigint AS should
		FROM charge c
		LEFT JOIN (
			SELECT e.charge_id, sum(p.amount) AS owed
			FROM ledger_entry e
			JOIN ledger_posting p ON p.entry_id = e.id
			WHERE p.account = 'receivable'
			GROUP BY e.charge_id) l ON l.charge_id = c.id
		WHERE coalesce(l.owed, 0) <> CASE c.status WHEN 'open' THEN c.amount - c.exempt - c.paid ELSE 0 END`},
	{"what the ledger says a bank holds of a payment is what came less what went back", `
		SELECT p.id::text AS subject, coalesce(l.held, 0)::bigint AS is,
			(CASE WHEN p.state IN ('succeeded', 'surplus', 'mismatch', 'refunded') THEN p.received - p.refunded ELSE 0 END)::bigint AS should
		FROM payment p
		LEFT JOIN (
			SELECT e.payment_id, sum(l.amount) AS held
			FROM ledger_entry e
			JOIN ledger_posting l ON l.entry_id = e.id
			WHERE l.account = 'clearing' AND e.kind IN ('payment', 'refund', 'reversal')
			GROUP BY e.payment_id) l ON l.payment_id = p.id
		WHERE coalesce(l.held, 0) <> CASE WHEN p.state IN ('succeeded', 'surplus', 'mismatch', 'refunded') THEN p.received - p.refunded ELSE 0 END`},
	{"what is owed to a payer is what came over and did not go back", `
		SELECT p.id::text AS subject, coalesce(-l.over, 0)::bigint AS is,
			(CASE WHEN p.state IN ('succeeded', 'surplus') THEN greatest(p.received - p.credited - p.fee_taken - p.refunded, 0) ELSE 0 END)::bigint AS should
		FROM payment p
		LEFT JOIN (
			SELECT e.payment_id, sum(l.amount) AS over
			FROM ledger_entry e
			JOIN ledger_posting l ON l.entry_id = e.id
			WHERE l.account = 'surplus'
			GROUP BY e.payment_id) l ON l.payment_id = p.id
		WHERE coalesce(-l.over, 0) <> CASE WHEN p.state IN ('succeeded', 'surplus') THEN greatest(p.received - p.credited - p.fee_taken - p.refunded, 0) ELSE 0 END`},
	{"suspense holds the mismatches and nothing else", `
		SELECT p.id::text AS subject, coalesce(-l.held, 0)::bigint AS is, (CASE p.state WHEN 'mismatch' THEN p.received ELSE 0 END)::bigint AS should
		FROM payment p
		LEFT JOIN (
			SELECT e.payment_id, sum(l.amount) AS held
			FROM ledger_entry e
			JOIN ledger_posting l ON l.entry_id = e.id
			WHERE l.account = 'suspense'
			GROUP BY e.payment_id) l ON l.payment_id = p.id
		WHERE coalesce(-l.held, 0) <> CASE p.state WHEN 'mismatch' THEN p.received ELSE 0 END`},
	{"what has been paid for a charge is what its payments were credited", `
		SELECT c.id::text AS subject, c.paid AS is, coalesce(sum(p.credited), 0)::bigint AS should
		FROM charge c
		LEFT JOIN payment p ON p.charge_id = c.id AND p.state = 'succeeded'
		GROUP BY c.id
		HAVING c.paid <> coalesce(sum(p.credited), 0)`},
	{"what refunds take of a payment is reserved", `
		SELECT p.id::text AS subject, p.reserved AS is, coalesce(sum(r.amount), 0)::bigint AS should
		FROM payment p
		LEFT JOIN refund r ON r.payment_id = p.id AND r.state NOT IN ('rejected', 'refused')
		GROUP BY p.id
		HAVING p.reserved <> coalesce(sum(r.amount), 0)`},
	{"what refunds have returned of a payment is written at it", `
		SELECT p.id::text AS subject, p.refunded AS is, coalesce(sum(r.amount), 0)::bigint AS should
		FROM payment p
		LEFT JOIN refund r ON r.payment_id = p.id AND r.state = 'done'
		GROUP BY p.id
		HAVING p.refunded <> coalesce(sum(r.amount), 0)`},
	{"what a bank has passed on of a payment is what its registries name", `
		SELECT coalesce(s.payment_id, r.payment_id)::text AS subject, coalesce(s.sum, 0)::bigint AS is, coalesce(r.sum, 0)::bigint AS should
		FROM (
			SELECT e.payment_id, -sum(l.amount) AS sum
			FROM ledger_entry e
			JOIN ledger_posting l ON l.entry_id = e.id
			WHERE e.kind = 'settlement' AND l.account = 'clearing'
			GROUP BY e.payment_id) s
		FULL JOIN (
			SELECT payment_id, sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) AS sum
			FROM registry_line
			WHERE payment_id IS NOT NULL
			GROUP BY payment_id) r ON r.payment_id = s.payment_id
		WHERE coalesce(s.sum, 0) <> coalesce(r.sum, 0)`},
	{"a payment stands where its last event left it", `
		SELECT p.id::text AS subject, p.events::bigint AS is, (SELECT count(*) FROM payment_event e WHERE e.payment_id = p.id) AS should
		FROM payment p
		LEFT JOIN payment_event l ON l.payment_id = p.id AND l.seq = p.events
		WHERE l.to_state IS DISTINCT FROM p.state
			OR p.events <> (SELECT count(*) FROM payment_event e WHERE e.payment_id = p.id)`},
	{"an event begins where the one before ended", `
		SELECT payment_id::text AS subject, seq::bigint AS is, 0::bigint AS should
		FROM (
			SELECT payment_id, seq, from_state, lag(to_state, 1, 'none') OVER (PARTITION BY payment_id ORDER BY seq) AS before
			FROM payment_event) e
		WHERE from_state <> before`},
}

// brokenRule returns where a rule is broken, at most a hundred places.
func brokenRule(ctx context.Context, d db.DB, rule bookRule) ([]Fault, error) {
	rows, _ := d.Query(ctx, rule.sql+` LIMIT 100`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Fault, error) {
		f := Fault{Rule: rule.name}
		err := row.Scan(&f.Subject, &f.Is, &f.Should)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("check that %s: %w", rule.name, err)
	}
	return found, nil
}
