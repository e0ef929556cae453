package payments

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/payments/banks"
)

// The model's cards, bills by line and rules.

// makeBill turns a charge into the bill of a flat that a rule may pay.
func (m *modelRun) makeBill(n *NewCharge) {
	m.Helper()
	n.Source, n.Reference = "housing", uuid.NewString()
	n.Origin, n.Payee, n.Part = Outside(FromUtility, n.Source, n.Reference), "utility", m.r.IntN(4) > 0
	left := n.Amount
	for i := 1; left > 0; i++ {
		part := min(left, int64(1+m.r.IntN(150000)))
		if i == 5 {
			part = left
		}
		n.Lines = append(n.Lines, Line{Position: i, Code: string(rune('a' + i)), Title: "Строка", Charged: part + 100, Recalculated: -100})
		left -= part
	}
	if err := n.Identify(m.box, Identity{Account: "1600000017"}); err != nil {
		m.fail("%v", err)
	}
}

// chooseMeans lets a payer remember the card, pay by a remembered one, or choose lines.
func (m *modelRun) chooseMeans(want *intent) {
	m.Helper()
	want.Save = m.r.IntN(3) == 0
	for i := 1; i <= 5 && m.r.IntN(3) == 0; i++ {
		want.Lines = append(want.Lines, i)
	}
	cards, err := cardsOf(m.Context(), m.db, m.payer)
	m.ok(err)
	if card, ok := pick(m.r, cards); ok && m.r.IntN(3) == 0 {
		want.Card, want.Method, want.Bank = card.ID, banks.ByCard, card.Acquirer
	}
}

// changeRule makes a rule where there is a card and no rule; now and then it stops the rule, or removes a card.
func (m *modelRun) changeRule() {
	cards, err := cardsOf(m.Context(), m.db, m.payer)
	m.ok(err)
	card, ok := pick(m.r, cards)
	switch {
	case !ok:
	case m.rule == uuid.Nil:
		keys, err := Identity{Account: "1600000017"}.keys(m.box)
		m.ok(err)
		r := &autopayRule{ID: uuid.Must(uuid.NewV7()), Owner: m.payer, Kinds: []string{FromUtility}, CardID: card.ID, PerPayment: 300000, PerMonth: 2000000, CreatedAt: m.clock}
		m.ok(pgx.BeginFunc(m.Context(), m.db, func(tx pgx.Tx) error {
			_, err := insertRule(m.Context(), tx, r, [][]byte{keys[0].hash})
			return err
		}))
		m.rule = r.ID
	case m.r.IntN(3) == 0:
		m.ok(stopRule(m.Context(), m.db, m.payer, m.rule, m.clock))
		m.rule = uuid.Nil
	case m.r.IntN(3) == 0:
		m.ok(removeCard(m.Context(), m.db, m.payer, card.ID, m.clock))
	}
}

// autopay works what River would, each job as often as it likes; now and then a day passes first, or the person says no.
func (m *modelRun) autopay() {
	if m.rule != uuid.Nil {
		m.ok(m.d.announce(m.Context(), m.rule))
	}
	orders, err := ordersOf(m.Context(), m.db, m.payer)
	m.ok(err)
	for _, o := range orders {
		switch {
		case o.State != "announced":
		case m.r.IntN(10) == 0:
			m.ok(skipOrder(m.Context(), m.db, m.payer, o.ID))
		default:
			if m.r.IntN(4) == 0 {
				m.clock = m.clock.Add(autopayNotice / 6)
			}
		}
		if m.r.IntN(2) == 0 {
			m.ok(m.d.payOrder(m.Context(), o.ID), fault.Conflict)
		}
	}
}

// verifyOrders: no order takes more than was announced, nor before its day, and its end is that of its payment; the lines of a payment
// add up to it.
func (m *modelRun) verifyOrders() {
	m.Helper()
	for rule, sql := range map[string]string{
		"an order took more than was announced":          `SELECT count(*) FROM autopay_order o JOIN payment p ON p.id = o.payment_id WHERE p.amount + p.fee > o.total`,
		"an order was paid before its day":               `SELECT count(*) FROM autopay_order o JOIN payment p ON p.id = o.payment_id WHERE p.created_at < o.due_at`,
		"an order was paid that was refused or stopped":  `SELECT count(*) FROM autopay_order WHERE payment_id IS NOT NULL AND state NOT IN ('paying', 'paid', 'failed')`,
		"an order and its payment tell different things": `SELECT count(*) FROM autopay_order o JOIN payment p ON p.id = o.payment_id WHERE p.state = 'succeeded' AND o.state <> 'paid' OR p.state IN ('failed', 'expired') AND o.state NOT IN ('failed', 'paid')`,
		"the lines of a payment do not add up to it":     `SELECT count(*) FROM (SELECT FROM payment p JOIN payment_line l ON l.payment_id = p.id GROUP BY p.id HAVING sum(l.amount) <> p.amount) x`,
		"an owner has heard of other sums than its charge has": `
			SELECT count(*)
			FROM payment p
			JOIN charge c ON c.id = p.charge_id AND c.origin_kind <> 'application'
			WHERE coalesce((SELECT sum(CASE kind WHEN 'paid' THEN amount ELSE -amount END) FROM quittance q WHERE q.payment_id = p.id), 0)
				<> CASE WHEN p.state IN ('succeeded', 'refunded') THEN p.credited - least(greatest(p.refunded - (p.received - p.credited - p.fee_taken), 0), p.credited) ELSE 0 END`,
		"the lines of a bill do not add up to its amount": `SELECT count(*) FROM (SELECT FROM charge c JOIN charge_line l ON l.charge_id = c.id GROUP BY c.id HAVING sum(l.charged + l.recalculated) <> c.amount) x`,
	} {
		var n int
		if err := m.db.QueryRow(m.Context(), sql).Scan(&n); err != nil || n > 0 {
			m.fail("%s: %d, %v", rule, n, err)
		}
	}
}
