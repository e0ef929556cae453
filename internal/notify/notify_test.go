package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"tamga/internal/dbtest"
	"tamga/internal/secret"
)

type bench struct {
	pool   *pgxpool.Pool
	outbox *Outbox
	worker *Worker
	client *river.Client[pgx.Tx]
	mail   *mailServer
}

// setup makes a database, a mail server, and a gateway of the test's choice. Nothing is sent until the test calls work, or
// starts the client.
func setup(t *testing.T, sms *smsServer) *bench {
	t.Helper()
	pool := dbtest.DB(t, dbtest.Portal)
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{pool: pool, mail: startMail(t)}
	b.worker = &Worker{
		DB: pool, Box: box, Now: time.Now,
		Email:  &SMTP{Addr: b.mail.addr, From: "Портал услуг <noreply@tamga.example>", Security: Plain},
		SMS:    &Gateway{URL: sms.url, Token: "token"},
		MaxAge: map[string]time.Duration{"account.code": 5 * time.Minute},
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, b.worker)
	b.client, err = river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}}, Workers: workers, TestOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.outbox = &Outbox{River: b.client, Box: box, Now: time.Now}
	return b
}

func (b *bench) send(t *testing.T, m Message) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error { return b.outbox.Send(t.Context(), tx, m) })
	if err != nil {
		t.Fatal(err)
	}
}

// only returns the one row there is.
func (b *bench) only(t *testing.T) notification {
	t.Helper()
	var id uuid.UUID
	if err := b.pool.QueryRow(t.Context(), `SELECT id FROM notification`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	n, err := notificationByID(t.Context(), b.pool, id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// work makes the given attempt for the one row, as River would.
func (b *bench) work(t *testing.T, attempt int) error {
	t.Helper()
	row := &rivertype.JobRow{Attempt: attempt, MaxAttempts: len(backoff) + 1}
	return b.worker.Work(t.Context(), &river.Job[SendArgs]{JobRow: row, Args: SendArgs{b.only(t).ID}})
}

func code(to string) Message {
	return Message{Channel: SMS, To: to, Body: "Код 123456", Kind: "account.code"}
}

func letter(to string) Message {
	return Message{Channel: Email, To: to, Subject: "Заявление принято", Body: "Номер 17\nСрок 5 дней", Kind: "application.accepted"}
}

func TestRiverSendsBoth(t *testing.T) {
	t.Parallel()
	sms := startSMS(t)
	b := setup(t, sms)
	b.send(t, code("+79991234567"))
	b.send(t, letter("ivan@example.org"))
	if err := b.client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.client.StopAndCancel(context.Background())
	var left int
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := b.pool.QueryRow(t.Context(), `
			SELECT count(*) FROM notification WHERE state <> 'sent' OR body IS NOT NULL`).Scan(&left)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages are not sent in 20 s", left)
		}
	}
	got := sms.messages()
	if len(got) != 1 || got[0]["to"] != "+79991234567" || got[0]["text"] != "Код 123456" || got[0]["id"] == "" {
		t.Errorf("SMS: %v", got)
	}
	checkLetter(t, b.mail.mails())
}

func checkLetter(t *testing.T, mails []string) {
	t.Helper()
	if len(mails) != 1 {
		t.Fatalf("got %d letters", len(mails))
	}
	msg, err := mail.ReadMessage(strings.NewReader(mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != "Заявление принято" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if id := msg.Header.Get("Message-ID"); !strings.HasSuffix(id, "@tamga.example>") || strings.Count(id, "@") != 1 {
		t.Errorf("Message-ID %s", id)
	}
	if got := msg.Header.Get("Auto-Submitted"); got != "auto-generated" {
		t.Errorf("Auto-Submitted %q", got)
	}
}

func TestRolledBackIsNotSent(t *testing.T) {
	t.Parallel()
	b := setup(t, startSMS(t))
	undo := errors.New("undo")
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		return errors.Join(b.outbox.Send(t.Context(), tx, code("+79991234567")), undo)
	})
	if err.Error() != undo.Error() {
		t.Fatal(err)
	}
	var rows, jobs int
	err = b.pool.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM notification), (SELECT count(*) FROM river_job)`).Scan(&rows, &jobs)
	if err != nil || rows+jobs != 0 {
		t.Errorf("%d rows and %d jobs are left, %v", rows, jobs, err)
	}
}

func TestNothingReadableAtRest(t *testing.T) {
	t.Parallel()
	b := setup(t, startSMS(t))
	b.send(t, code("+79991234567"))
	var row, job []byte
	err := b.pool.QueryRow(t.Context(), `
		SELECT convert_to(n::text, 'UTF8') || recipient || body, convert_to(j::text, 'UTF8')
		FROM notification n, river_job j`).Scan(&row, &job)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"9991234567", "123456"} {
		if bytes.Contains(row, []byte(s)) || bytes.Contains(job, []byte(s)) {
			t.Errorf("%s can be read in the database", s)
		}
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	const phone = "+79991234567"
	last := len(backoff) + 1
	for _, c := range []struct {
		what      string
		message   Message
		statuses  []int
		attempt   int
		state     string
		cancelled bool
		erased    bool
	}{
		{"the gateway is down, then up", code(phone), []int{503}, 1, queued, false, false},
		{"our token is wrong", code(phone), []int{401}, 1, queued, false, false},
		{"the number is refused", code(phone), []int{422}, 1, failed, true, true},
		{"down at the last attempt", code(phone), []int{503}, last, failed, true, true},
		{"the mailbox is busy", letter("busy@example.org"), nil, 1, queued, false, false},
		{"no such mailbox", letter("nobody@example.org"), nil, 1, failed, true, true},
		{"not an address", letter("nobody"), nil, 1, failed, true, true},
		{"two addresses in one", letter("a@example.org>\r\nBcc: <b@example.org"), nil, 1, failed, true, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			b := setup(t, startSMS(t, c.statuses...))
			b.send(t, c.message)
			err := b.work(t, c.attempt)
			if err == nil || strings.Contains(err.Error(), strings.TrimPrefix(c.message.To, "+")) {
				t.Errorf("error: %v", err)
			}
			var cancel *rivertype.JobCancelError
			n := b.only(t)
			got := []any{n.State, n.Attempts, errors.As(err, &cancel), n.Body == nil}
			if diff := cmp.Diff([]any{c.state, 1, c.cancelled, c.erased}, got); diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
			if n.LastError == nil || *n.LastError == "" {
				t.Error("the row does not say why")
			}
		})
	}
}

func TestSecondAttemptSends(t *testing.T) {
	t.Parallel()
	sms := startSMS(t, 503)
	b := setup(t, sms)
	b.send(t, code("+79991234567"))
	if err := b.work(t, 1); err == nil {
		t.Error("503 is no error")
	}
	if err := b.work(t, 2); err != nil {
		t.Fatal(err)
	}
	if err := b.work(t, 3); err != nil { // a job that River runs once more
		t.Fatal(err)
	}
	if n := b.only(t); n.State != sent || n.Attempts != 2 || n.LastError != nil || n.Body != nil || len(sms.messages()) != 1 {
		t.Errorf("state %s, %d attempts, error %v, %d SMS", n.State, n.Attempts, n.LastError, len(sms.messages()))
	}
}

func TestOldCodeIsGivenUp(t *testing.T) {
	t.Parallel()
	sms := startSMS(t)
	b := setup(t, sms)
	b.send(t, code("+79991234567"))
	b.worker.Now = func() time.Time { return time.Now().Add(6 * time.Minute) }
	if err := b.work(t, 4); err != nil {
		t.Fatal(err)
	}
	if n := b.only(t); n.State != failed || n.Body != nil || len(sms.messages()) != 0 {
		t.Errorf("state %s, %d SMS", n.State, len(sms.messages()))
	}
}

func TestNoRecipientDoesNotUndoCaller(t *testing.T) {
	t.Parallel()
	b := setup(t, startSMS(t))
	b.send(t, code(""))
	if n := b.only(t); n.State != failed || n.LastError == nil {
		t.Errorf("state %s, error %v", n.State, n.LastError)
	}
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		return b.outbox.Send(t.Context(), tx, Message{Channel: "pigeon", Body: "x", Kind: "y"})
	})
	if err == nil {
		t.Error("an unknown channel was taken")
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	w := &Worker{}
	for attempt := range len(backoff) + 3 {
		at := w.NextRetry(&river.Job[SendArgs]{JobRow: &rivertype.JobRow{Attempt: attempt}})
		if wait := time.Until(at); wait < 4*time.Second || wait > 25*time.Hour {
			t.Errorf("attempt %d waits %v", attempt, wait)
		}
	}
	if raw, err := json.Marshal(SendArgs{}); err != nil || string(raw) != `{"id":"00000000-0000-0000-0000-000000000000"}` {
		t.Errorf("the job carries %s, %v", raw, err)
	}
}
