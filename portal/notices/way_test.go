package notices

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/dbtest"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// TestWayTo: the present e-mail, else the phone; what is turned off only when nothing else is there, and then it is not sent but kept.
func TestWayTo(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), dbtest.DB(t, dbtest.Portal)
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	inbox, account := &Inbox{Box: box, Now: time.Now}, uuid.Must(uuid.NewV7())
	exec := func(sql string, args ...any) {
		if _, err := pool.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO account (id, phone, email, lang, consent_at, created_at) VALUES ($1, '+79172000011', 'old@mail.ru', 'tt', now(), now())`, account)
	mail := func(to string) notify.Way { return notify.Way{Channel: notify.Email, To: to, Lang: "tt"} }
	sms := notify.Way{Channel: notify.SMS, To: "+79172000011", Lang: "tt"}
	for _, step := range []struct {
		do   string
		want notify.Way
		send bool
	}{
		{`SELECT $1::uuid`, mail("old@mail.ru"), true},
		{`UPDATE account SET email = 'new@mail.ru' WHERE id = $1`, mail("new@mail.ru"), true},
		{`INSERT INTO account_mute (account, topic, channel) VALUES ($1, 'payments', 'email')`, sms, true},
		{`INSERT INTO account_mute (account, topic, channel) VALUES ($1, 'payments', 'sms')`, mail("new@mail.ru"), false},
		{`UPDATE account SET email = '' WHERE id = $1`, sms, false},
		{`DELETE FROM account_mute WHERE account = $1`, sms, true},
		{`DELETE FROM account WHERE id = $1`, notify.Way{}, true},
	} {
		exec(step.do, account)
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return wayAndTake(ctx, t, tx, inbox, account, step.do, step.want, step.send) })
		if err != nil {
			t.Fatal(step.do, err)
		}
	}
}

func wayAndTake(ctx context.Context, t *testing.T, tx pgx.Tx, inbox *Inbox, account uuid.UUID, name string, want notify.Way, sent bool) error {
	got, err := WayTo(ctx, tx, account, "payments")
	if err != nil || got != want {
		t.Errorf("%s: %+v, %v", name, got, err)
	}
	if got.To == "" {
		return err
	}
	send, err := inbox.Take(ctx, tx, notify.Message{Channel: got.Channel, To: got.To, Kind: "payments.autopay", Body: name, Account: account})
	if err != nil || send != sent {
		t.Errorf("%s: sent %v, %v", name, send, err)
	}
	var kept int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM account_notice WHERE account = $1`, account).Scan(&kept); err != nil || kept == 0 {
		t.Errorf("%s: %d kept on the site, %v", name, kept, err)
	}
	return err
}

// TestOneEventIsOneNotice: a letter and an SMS that tell of one receipt in different words stand once on the site.
func TestOneEventIsOneNotice(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), dbtest.Tx(t, dbtest.Portal)
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	inbox, account := &Inbox{Box: box, Now: time.Now}, uuid.Must(uuid.NewV7())
	if _, err := tx.Exec(ctx, `INSERT INTO account (id, phone, email, consent_at, created_at) VALUES ($1, '+79172000012', 'a@mail.ru', now(), now())`, account); err != nil {
		t.Fatal(err)
	}
	for _, m := range []notify.Message{
		{Channel: notify.Email, To: "a@mail.ru", Kind: "payments.receipt", About: "1000-0000-0016", Body: "Оплата прошла. Номер квитанции: 1000-0000-0016"},
		{Channel: notify.SMS, To: "+79172000012", Kind: "payments.receipt", About: "1000-0000-0016", Body: "Оплачено"},
		{Channel: notify.SMS, To: "+79172000012", Kind: "payments.receipt", About: "1000-0000-0024", Body: "Оплачено"},
	} {
		if send, err := inbox.Take(ctx, tx, m); err != nil || !send {
			t.Errorf("%s is not sent: %v", m.Channel, err)
		}
	}
	var kept int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM account_notice WHERE account = $1`, account).Scan(&kept); err != nil || kept != 2 {
		t.Errorf("%d notices of two receipts, %v", kept, err)
	}
}
