package main

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/dbtest"
)

func TestTroubleIsOneIncident(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	tell := func(one departments.Trouble) {
		t.Helper()
		if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return trouble(t.Context(), tx, one) }); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"late", "stuck", "result", "missing", "differs", "unknown", "digest"} {
		one := departments.Trouble{ID: uuid.New(), Department: "zags", Kind: kind, Cause: "no answer", At: time.Now()}
		is := func(want string) {
			t.Helper()
			var n int
			var state, cause string
			if err := pool.QueryRow(t.Context(), `SELECT count(*), coalesce(min(state), ''), coalesce(min(cause), '') FROM support_incident WHERE key = $1`,
				"departments/"+one.ID.String()).Scan(&n, &state, &cause); err != nil {
				t.Fatal(err)
			}
			if n != 1 || state != want || cause != "zags, "+kind+": no answer" {
				t.Errorf("%s: %d incidents, %s, %q; want one %s", kind, n, state, cause, want)
			}
		}
		tell(one)
		tell(one)
		is("new")
		one.Over = true
		tell(one)
		is("closed")
	}
}
