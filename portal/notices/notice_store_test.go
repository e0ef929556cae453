package notices

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/dbtest"
)

// TestReadAsShown: a page marks as read what it shows, and not the notice that only tells it that there are more.
func TestReadAsShown(t *testing.T) {
	t.Parallel()
	tx, account, now := dbtest.Tx(t, dbtest.Portal), uuid.Must(uuid.NewV7()), time.Now().Truncate(time.Microsecond)
	if _, err := tx.Exec(t.Context(), `INSERT INTO account (id, phone, consent_at, created_at) VALUES ($1, '+79172000012', now(), now())`, account); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := insertNotice(t.Context(), tx, uuid.Must(uuid.NewV7()), account, "payments.x", []byte("x"), fmt.Appendf(make([]byte, 31), "%d", i), now.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if rows, err := read(t.Context(), tx, account, nil, 3, now); err != nil || len(rows) != 3 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	left, err := allOf(t.Context(), tx, account)
	if err != nil || left[0].ReadAt != nil || left[1].ReadAt == nil || left[2].ReadAt == nil {
		t.Errorf("read of three, two of which were shown: %+v, %v", left, err)
	}
}

// TestMutesTwice: two clicks with other choices in one moment; the later one stands whole.
func TestMutesTwice(t *testing.T) {
	t.Parallel()
	pool, account := dbtest.DB(t, dbtest.Portal), uuid.Must(uuid.NewV7())
	if _, err := pool.Exec(t.Context(), `INSERT INTO account (id, phone, consent_at, created_at) VALUES ($1, '+79172000013', now(), now())`, account); err != nil {
		t.Fatal(err)
	}
	choose := func(tx pgx.Tx, topics ...string) error {
		channels := make([]string, len(topics))
		for i := range channels {
			channels[i] = "sms"
		}
		return setMutes(t.Context(), tx, account, topics, channels)
	}
	first, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := choose(first, "payments", "support"); err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		second <- pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return choose(tx, "payments") })
	}()
	for waits := 0; waits == 0; { // until the second click waits for the first
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	if off, err := mutesOf(t.Context(), pool, account); err != nil || len(off) != 1 || !off["payments-sms"] {
		t.Errorf("turned off: %v, %v", off, err)
	}
}
