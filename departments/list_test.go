package departments

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"tamga/internal/dbtest"
)

// TestListFindsTheFew: staff look for what is stuck among all that has ever arrived. The plan is that of a cached statement.
func TestListFindsTheFew(t *testing.T) {
	t.Parallel()
	tx, ctx := dbtest.Tx(t, dbtest.Portal), t.Context()
	for _, sql := range []string{
		`INSERT INTO department_endpoint (code, name, url, updated_at) VALUES ('zags', '{"ru": "x"}', 'http://x', now())`,
		`INSERT INTO delivery (id, application_id, number, department, service, service_version, data, data_sha256, state, delivered_at)
			SELECT gen_random_uuid(), gen_random_uuid(), n::text, 'zags', 'marriage', 1, '', sha256(''), 'delivered', now()
			FROM generate_series(1, 3000) AS n`,
		`UPDATE delivery SET state = 'stuck', delivered_at = NULL, reason = 'x' WHERE number = '7'`,
		`ANALYZE delivery`,
		`SET LOCAL plan_cache_mode = force_generic_plan`,
		`PREPARE list (int, int, text, int, int) AS ` + listSQL,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	for i, state := range append([]string{""}, states...) {
		found, err := listDeliveries(ctx, tx, state, "", 0, 50)
		want := []int{51, 1, 0, 0, 51}[i]
		if err != nil || len(found) != want || slices.ContainsFunc(found, func(l listed) bool { return state != "" && l.State != state }) {
			t.Errorf("%q: %d deliveries, want %d (%v)", state, len(found), want, err)
		}
	}
	rows, err := tx.Query(ctx, `EXPLAIN EXECUTE list (0, 0, '', 0, 50)`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, "Index Cond: ((rank >=") {
		t.Errorf("all deliveries are read (%v):\n%s", err, text)
	}
	if _, err := tx.Exec(ctx, `DEALLOCATE list`); err != nil { // a rollback keeps it, and so would the connection
		t.Error(err)
	}
}
