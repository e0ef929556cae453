package dbtest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Trips counts what goes to a database and back. A batch is one trip.
type Trips struct{ atomic.Int32 }

// Counting returns a pool on the same database that counts its trips.
func Counting(t testing.TB, pool *pgxpool.Pool) (*pgxpool.Pool, *Trips) {
	t.Helper()
	trips := &Trips{}
	cfg := pool.Config()
	cfg.ConnConfig.Tracer = trips
	counted, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(counted.Close)
	return counted, trips
}

// TraceQueryStart counts a query.
func (n *Trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !strings.HasPrefix(q.SQL, "-- ping") {
		n.Add(1)
	}
	return ctx
}

// TraceQueryEnd is part of pgx.QueryTracer.
func (n *Trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart counts a batch.
func (n *Trips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	n.Add(1)
	return ctx
}

// TraceBatchQuery is part of pgx.BatchTracer.
func (n *Trips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is part of pgx.BatchTracer.
func (n *Trips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
