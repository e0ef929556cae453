package support

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// payment is all that a call may see of a payment or a charge: no name, no sum, no purpose.
type payment struct {
	Number, State string
	PaidAt        *time.Time
	Subject       string // the payer, or the charge of somebody without an account: the journal's subject, never shown
}

// A citizen names the surname of the payer, of who paid for another, or of a party of the application that is paid for. A department
// sees its own charges and those of applications that went to it.
const mayPayment = ` AND CASE WHEN $2 = '' THEN g.source = $3 OR g.origin_kind = 'application' AND EXISTS (
		SELECT FROM delivery d WHERE d.application_id = g.origin_id AND d.department = $3)
	ELSE lower(replace($2, 'ё', 'е')) IN (SELECT lower(replace(name, 'ё', 'е')) FROM (
		SELECT g.last_name UNION ALL SELECT p.payer_last UNION ALL
		SELECT y.last_name FROM application_party y WHERE g.origin_kind = 'application' AND y.application = g.origin_id) known (name)) END `

// paymentOf finds by the whole number of a receipt, or of a charge.
func paymentOf(ctx context.Context, d db.DB, typed, surname, department string) (*payment, error) {
	if number, err := rus.Receipt(typed); err == nil {
		return onePayment(d.Query(ctx, `SELECT p.receipt, p.state, p.paid_at, coalesce(g.payer::text, 'charge/' || g.id)
			FROM payment p JOIN charge g ON g.id = p.charge_id WHERE p.receipt = $1`+mayPayment, number, surname, department))
	}
	number, err := rus.UIN(typed)
	if err != nil {
		return nil, errNotFound
	}
	return onePayment(d.Query(ctx, `SELECT g.uin, CASE g.status WHEN 'paid' THEN 'succeeded' ELSE g.status END, g.paid_at, coalesce(g.payer::text, 'charge/' || g.id)
		FROM charge g LEFT JOIN LATERAL (SELECT payer_last FROM payment WHERE charge_id = g.id AND state = 'succeeded' ORDER BY created_at DESC LIMIT 1) p ON true
		WHERE g.uin = $1`+mayPayment+`ORDER BY g.status NOT IN ('cancelled', 'refunded') DESC, g.created_at DESC LIMIT 1`, number, surname, department))
}

func onePayment(rows pgx.Rows, err error) (*payment, error) {
	if err != nil {
		return nil, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[payment])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNotFound
	}
	return p, err
}

// told is the word for a state that a caller may hear.
func (p *payment) told() string {
	switch p.State {
	case "succeeded", "surplus":
		return "paid"
	case "refunded", "reversed":
		return "returned"
	case "created", "pending", "authorised", "mismatch":
		return "waits"
	case "open":
		return "owed"
	case "cancelled":
		return "cancelled"
	}
	return "failed"
}

// bodies are the departments whose staff may call.
func bodies(ctx context.Context, d db.DB) (codes []string, names map[string]i18n.Text, err error) {
	rows, err := d.Query(ctx, `SELECT code, name FROM department_endpoint ORDER BY name->>'ru', code`)
	if err != nil {
		return nil, nil, err
	}
	names = map[string]i18n.Text{}
	var code string
	var name i18n.Text
	_, err = pgx.ForEachRow(rows, []any{&code, &name}, func() error {
		codes, names[code] = append(codes, code), name
		return nil
	})
	return codes, names, err
}

// personOf names whom the journal has looked at.
func personOf(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}
