package applications

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"tamga/catalog"
)

// TestFineKeepsItsUIN: the charge for a fine bears the authority's number, one at a time, and bears it again after a change of mind.
func TestFineKeepsItsUIN(t *testing.T) {
	t.Parallel()
	const uin = "18810116000000000048"
	w := newWorld(t)
	w.core.Find = func(context.Context, catalog.Query) ([]catalog.Record, error) {
		return []catalog.Record{{ID: uin, Title: "Превышение скорости", Text: "Казань", Amount: 75000,
			Fields: map[string]string{"ruled_on": "2026-11-12", "article": "12.9", "discount": "no"}}}, nil
	}
	answered := func(b *browser) uuid.UUID {
		id, path := b.begin("traffic-fines")
		to := b.fill(path, map[string]string{"search_by": "uin", "uin": uin, "fine": uin, "consent_data": "yes"})
		if to != applicationPath(id, "/check") {
			t.Fatalf("after the last question: %s", to)
		}
		return id
	}
	charged := func(id uuid.UUID) int {
		return w.count(`SELECT count(*) FROM charge WHERE origin_id = $1 AND uin = $2 AND status = 'open'`, id, uin)
	}
	one, other := w.browser("Смирнов", "Иван", "male"), w.browser("Гарипова", "Алия", "female")
	first, second := answered(one), answered(other)
	one.sign(first)
	w.wantState(first, Paying)
	if charged(first) != 1 {
		t.Fatal("the charge has a number that the authority does not know")
	}
	if res := other.sign(second); res.status != http.StatusConflict || charged(second) != 0 {
		t.Errorf("the same fine is to be paid twice: %d", res.status)
	}
	one.send(one.get(applicationPath(first, "/cancel")), "main form", nil)
	if other.sign(second); charged(second) != 1 {
		t.Error("nobody pays the fine, and it cannot be paid")
	}
}

// TestEveryDutyHasAPayee: whoever signs last makes a charge, which needs the requisites of whom the service names.
func TestEveryDutyHasAPayee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, s := range w.core.Catalog.Services() {
		if s.Duty == nil {
			continue
		}
		if n := w.count(`SELECT count(*) FROM payee WHERE code = $1 AND valid_from <= current_date`, s.Duty.Payee); n == 0 {
			t.Errorf("%s: nobody is known to get the money: %q", s.ID, s.Duty.Payee)
		}
	}
}
