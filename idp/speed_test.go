package idp

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/dbtest"
)

// trips counts what goes to the database and back. A batch is one trip.
type trips struct{ n atomic.Int32 }

// TraceQueryStart counts a query.
func (c *trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !strings.HasPrefix(q.SQL, "-- ping") {
		c.n.Add(1)
	}
	return ctx
}

// TraceQueryEnd is part of pgx.QueryTracer.
func (c *trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart counts a batch.
func (c *trips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.n.Add(1)
	return ctx
}

// TraceBatchQuery is part of pgx.BatchTracer.
func (c *trips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is part of pgx.BatchTracer.
func (c *trips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TestRoundTripsOfAFlow: a whole sign-in of somebody, with consent and tokens, asks the database so many times and no more. Whoever
// adds one has to say so here and in docs/operations/idp-speed.md. A client stands in memory for half a second: wherever one is needed
// it may be read anew.
func TestRoundTripsOfAFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	counter := &trips{}
	cfg := s.db.Config()
	cfg.ConnConfig.Tracer = counter
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s.cfg.DB = pool
	s.listen(t, "127.0.0.1:0")
	p := s.party(t)
	p.exchange(p.code(s.browser(t))) // makes the signing key
	b := s.browser(t)
	b.get("/login") // brings the cookies and the first look at the pages
	time.Sleep(600 * time.Millisecond)
	check := func(what string, want int32, do func()) {
		t.Helper()
		before := counter.n.Load()
		do()
		if got := counter.n.Load() - before; got > want {
			t.Errorf("%s: %d round trips, want %d", what, got, want)
		}
	}
	var code string
	const client = 1
	flow := func(browser string, signIn int32) {
		t.Helper()
		check(browser+": request and sign-in page", client+1+client, func() { b.get(p.address("prompt", "consent")).want(200) }) // the request waits
		check(browser+": sign-in and consent page", 1+signIn+client+1, func() {                                                  // account with password; the session
			b.fill("/login", "login", "+79172000001", "password", DemoPassword).want(200)
		})
		check(browser+": consent", 1+client+1, func() { // the session; one statement writes all
			b.fill("/oauth2/consent")
			code = p.answer(b).Get("code")
		})
		check(browser+": tokens", client+1, func() { p.exchange(code) }) // one statement claims the code and writes all
	}
	flow("new browser", 4) // a transaction of three, perhaps four with River's notice
	b.get("/profile").fill("/oauth2/logout/confirm")
	flow("known browser", 1)
}

// TestChangedClientIsSeen: clients stand in memory for a moment. What another process changes or removes is seen within a second.
func TestChangedClientIsSeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newClient(t, nil)
	b := s.browser(t)
	b.get(p.address()).want(200)
	if _, err := s.db.Exec(t.Context(), `UPDATE oauth_client SET name = 'Другое имя' WHERE id = $1`, p.config.ClientID); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	b.get(p.address()).want(200, "Другое имя")
	if _, err := s.db.Exec(t.Context(), `DELETE FROM oauth_client WHERE id = $1`, p.config.ClientID); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	b.get(p.address()).want(http.StatusBadRequest)
}

// TestSignInIsOneTransaction: a sign-in whose notice cannot be kept has not happened.
func TestSignInIsOneTransaction(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.IDP)
	s := newSiteOn(t, pool)
	if _, err := pool.Exec(t.Context(), `ALTER TABLE notification ADD CONSTRAINT none CHECK (kind <> 'idp.new_browser')`); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	b.get("/login").want(200).fill("/login", "login", "+79172000001", "password", DemoPassword).want(500)
	for _, table := range []string{"session", "known_browser", "browser_notice"} {
		if n := s.count(t, `SELECT count(*) FROM `+table); n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
	if b.get("/profile"); b.Status == 200 {
		t.Errorf("signed in all the same: %s", b.URL)
	}
}
