package payments

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
)

// TestClarifyCharge: a charge is made more exact until somebody begins to pay it, and the books follow.
func TestClarifyCharge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, n := w.charge(), newCharge(w.payer)
	clarify := func(o Origin, amount int64) (got *Charge, err error) {
		n.Origin, n.Amount, n.At = o, amount, time.Now()
		err = pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error {
			got, err = ClarifyCharge(t.Context(), tx, n, "Опечатка")
			return err
		})
		return got, err
	}
	if got, err := clarify(c.Origin(), 40000); err != nil || got.ID != c.ID || got.Amount != 40000 {
		t.Errorf("clarified: %+v, %v", got, err)
	}
	if _, err := clarify(Origin{FromApplication, uuid.New()}, 40000); !errors.Is(err, fault.NotFound) {
		t.Errorf("no charge: %v", err)
	}
	w.browser().toBank(c)
	if _, err := clarify(c.Origin(), 30000); !errors.Is(err, fault.Conflict) {
		t.Errorf("while somebody pays: %v", err)
	}
	if n := w.count(w.db, `SELECT amount FROM charge WHERE id = $1`, c.ID); n != 40000 {
		t.Errorf("the charge is of %d", n)
	}
	w.wantBooks()
}
