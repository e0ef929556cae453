package paytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/rus"
)

// Payment is a payment of 350 rubles for an application, as it stands in the tables.
type Payment struct {
	ID        uuid.UUID
	Charge    uuid.UUID
	UIN       string
	Origin    uuid.UUID // the application
	Payer     uuid.UUID
	Receipt   string
	CreatedAt time.Time
	PaidAt    *time.Time
}

// Book writes a payment of a person, and the events that bring it where the test wants it: "registered", "paid".
func Book(t *testing.T, pool *pgxpool.Pool, last, first, middle string, events ...string) *Payment {
	t.Helper()
	return BookFor(t, pool, [3]string{}, last, first, middle, events...)
}

// BookFor writes a payment that another one, of the surname, name and patronymic by, has made for the person.
func BookFor(t *testing.T, pool *pgxpool.Pool, by [3]string, last, first, middle string, events ...string) *Payment {
	t.Helper()
	p := &Payment{ID: uuid.Must(uuid.NewV7()), Charge: uuid.Must(uuid.NewV7()), Origin: uuid.Must(uuid.NewV7()), Payer: uuid.New(),
		CreatedAt: time.Now().Truncate(time.Microsecond)}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if err := insertCharge(t, tx, p, last, first, middle); err != nil {
			return err
		}
		if err := insertPayment(t, tx, p, [3]string{last, first, middle}, by); err != nil {
			return err
		}
		for _, event := range append([]string{"create"}, events...) {
			moved, err := tx.Exec(t.Context(), `
				INSERT INTO payment_event (payment_id, seq, from_state, event, to_state, source, at)
				SELECT p.id, p.events + 1, t.from_state, t.event, t.to_state, 'poll', $3
				FROM payment p
				JOIN payment_transition t ON t.from_state = p.state AND t.event = $2
				WHERE p.id = $1`, p.ID, event, p.CreatedAt)
			if err != nil || moved.RowsAffected() != 1 {
				return fmt.Errorf("%s moved %d: %w", event, moved.RowsAffected(), err)
			}
		}
		return tx.QueryRow(t.Context(), `SELECT paid_at FROM payment WHERE id = $1`, p.ID).Scan(&p.PaidAt)
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func insertCharge(t *testing.T, tx pgx.Tx, p *Payment, last, first, middle string) error {
	var n int64
	var prefix string
	var from time.Time
	err := tx.QueryRow(t.Context(), `SELECT nextval('charge_uin'), uin_prefix, valid_from FROM payee WHERE code = 'zags' ORDER BY valid_from DESC LIMIT 1`).
		Scan(&n, &prefix, &from)
	if err != nil {
		return err
	}
	if p.UIN, err = rus.NewUIN(fmt.Sprintf("%s%011d", prefix, n)); err != nil {
		return err
	}
	_, err = tx.Exec(t.Context(), `
		INSERT INTO charge (id, uin, origin_kind, origin_id, payer, last_name, first_name, middle_name, amount, purpose, service, payee, payee_from, created_at)
		VALUES ($1, $2, 'application', $3, $4, $5, $6, $7, 35000, 'Госпошлина за регистрацию брака', 'marriage', 'zags', $8, $9)`,
		p.Charge, p.UIN, p.Origin, p.Payer, last, first, middle, from, p.CreatedAt)
	return err
}

func insertPayment(t *testing.T, tx pgx.Tx, p *Payment, of, by [3]string) error {
	var n int64
	if err := tx.QueryRow(t.Context(), `SELECT nextval('payment_number')`).Scan(&n); err != nil {
		return err
	}
	p.Receipt = rus.NewReceipt(n)
	_, err := tx.Exec(t.Context(), `
		INSERT INTO payment (id, charge_id, receipt, acquirer, amount, last_n, first_n, middle_n, created_at,
			payer_last, payer_first, payer_middle, payer_last_n, payer_first_n, payer_middle_n)
		VALUES ($1, $2, $3, 'sandbox', 35000, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		p.ID, p.Charge, p.Receipt, rus.FoldName(of[0]), rus.FoldName(of[1]), rus.FoldName(of[2]), p.CreatedAt,
		by[0], by[1], by[2], rus.FoldName(by[0]), rus.FoldName(by[1]), rus.FoldName(by[2]))
	return err
}
