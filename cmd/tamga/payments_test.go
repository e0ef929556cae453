package main

import (
	"strings"
	"testing"

	"tamga/internal/dbtest"
)

// TestPaymentsCheck: whole books pass, and a charge that was changed behind the ledger's back does not.
func TestPaymentsCheck(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	var said strings.Builder
	check := &paymentsCheck{DatabaseURL: pool.Config().ConnString(), out: &said}
	if err := check.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO charge (id, uin, origin_kind, origin_id, last_name, first_name, middle_name, amount, purpose, service,
		payee, payee_from, created_at) VALUES (gen_random_uuid(), '18810116000000000048', 'application', gen_random_uuid(), 'А', '', '', 1, 'п', '', 'zags', '2026-01-01', now())`); err != nil {
		t.Fatal(err)
	}
	if err := check.Run(t.Context()); err == nil || !strings.Contains(said.String(), "is 0, should be 1") {
		t.Errorf("a charge that is not in the books was not found: %v %s", err, said.String())
	}
}
