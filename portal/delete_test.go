package portal

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/secret"
)

const joint = "01900000-0000-7000-8000-0000000000a1"

// invited makes a joint application that waits for Aliya, and the address of her letter.
func (b *bench) invited() (letter string) {
	b.Helper()
	if err := b.catalog.Publish(b.Context(), b.db); err != nil {
		b.Fatal(err)
	}
	b.exec(`INSERT INTO application (id, service, service_version, state, kept_until, created_at, updated_at, deadline)
		VALUES ($1, 'marriage', 1, 'filling', now() + interval '1 day', now(), now(), now() + interval '1 day')`, joint)
	b.exec(`INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
		VALUES ($1, 'first', 0, gen_random_uuid(), 'Хабибуллин', 'Тимур', now()), ($1, 'second', 1, NULL, '', '', NULL)`, joint)
	token := secret.Token(32)
	place := func(kind string) []byte { return []byte("application/" + joint + "/" + kind + "/second") }
	b.exec(`INSERT INTO application_invitation (id, application, party, token_hash, snils, snils_blind, contact, sent_at)
		VALUES (gen_random_uuid(), $1, 'second', $2, $3, $4, $5, now())`, joint, secret.HashToken(token),
		b.box.Seal([]byte(`"11223344595"`), place("invited_snils")), b.box.Blind("snils:11223344595"), b.box.Seal([]byte(`{}`), place("invited_contact")))
	return "/invitations/" + token
}

// known is a session of Aliya, who has come through ESIA.
func (b *bench) known() *browser {
	b.Helper()
	w := b.browser().get("/esia/start?next=/cabinet")
	if w.Page.Has(`form[action="/esia/bind/new"]`) {
		w.fill("/esia/bind/new", "consent", "yes")
	}
	return w.want(200, "/cabinet")
}

// held runs f while a transaction of somebody else holds what the query locks.
func (b *bench) held(query string, arg any, f func(pgx.Tx)) {
	b.Helper()
	err := pgx.BeginFunc(b.Context(), b.db, func(tx pgx.Tx) error {
		if tag, err := tx.Exec(b.Context(), query, arg); err != nil || tag.RowsAffected() == 0 {
			b.Fatalf("nothing is held: %v", err)
		}
		f(tx)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// goes starts something that is to wait for locks, and returns when it does, or is over.
func (b *bench) goes(do func()) (over <-chan struct{}) {
	b.Helper()
	before, done := b.waiting(), make(chan struct{})
	go func() { defer close(done); do() }()
	for b.waiting() == before {
		select {
		case <-done:
			return done
		case <-b.Context().Done():
			b.Fatal("neither waits nor ends")
		case <-time.After(time.Millisecond):
		}
	}
	return done
}

// waiting counts those in this database who wait for a lock.
func (b *bench) waiting() (n int) {
	b.Helper()
	err := b.db.QueryRow(b.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func (b *bench) number(query string, args ...any) (n int) {
	b.Helper()
	if err := b.db.QueryRow(b.Context(), query, args...).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// click sends the form of an open page without following where it leads: it runs beside the test.
func (w *browser) click(form string, ticked ...string) func() *http.Response {
	f := w.Page.Form(form)
	for _, name := range ticked {
		f.Values.Set(name, "yes")
	}
	return func() *http.Response { return w.one(http.MethodPost, f.Action, f.Values) }
}

// TestDeleteWhileJoining: an invitation is accepted and the cabinet deleted in one moment. Whichever is first, no party is left without
// a cabinet.
func TestDeleteWhileJoining(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]struct {
		holds      string // what the first of the two waits for, having taken its locks
		left, came int
		deleted    string // where each of the two leads
		accepted   string
	}{
		"joining": {`SELECT FROM application_invitation WHERE application = $1 FOR UPDATE`, 1, 1, "/settings/delete", "/applications/" + joint},
		"leaving": {`SELECT FROM document WHERE $1 <> '' FOR UPDATE`, 0, 0, "/goodbye", "/sign-in"},
	} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			letter := b.invited()
			w := b.known().get("/documents/new/bank").fill("/documents/new/bank", "payout-bik", "049205805", "payout-account", "40817810862000000017", "payout-bank", "Банк").
				want(200, "/documents")
			other := b.known().get(letter).want(200, letter)
			accept, deletion := other.click(`form[action="`+letter+`/accept"]`), w.get("/settings/delete").click(`form[action="/settings/delete"]`, "agree")
			var accepted, deleted *http.Response
			doAccept, doDelete := func() { accepted = accept() }, func() { deleted = deletion() }
			one, two := doAccept, doDelete
			if first == "leaving" {
				one, two = doDelete, doAccept
			}
			var overOne, overTwo <-chan struct{}
			b.held(want.holds, joint, func(pgx.Tx) {
				overOne = b.goes(one)
				overTwo = b.goes(two)
			})
			<-overOne
			<-overTwo
			accounts, came := b.number(`SELECT count(*) FROM account`), b.number(`SELECT count(*) FROM application_party WHERE party = 'second' AND person IS NOT NULL`)
			if accounts != want.left || came != want.came {
				t.Errorf("%d accounts and %d parties are left", accounts, came)
			}
			if to := deleted.Header.Get("Location"); to != want.deleted {
				t.Errorf("the deletion leads to %d %s", deleted.StatusCode, to)
			}
			if to, _, _ := strings.Cut(accepted.Header.Get("Location"), "?"); to != want.accepted {
				t.Errorf("accepting leads to %d %s", accepted.StatusCode, to)
			}
		})
	}
}

// TestDeleteTakesApplicationsFirst: who saves a step holds the application and then the cabinet, whose documents remember the answers.
// A deletion that waits for the application must not hold the cabinet yet: the two would wait for each other.
func TestDeleteTakesApplicationsFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.catalog.Publish(t.Context(), b.db); err != nil {
		t.Fatal(err)
	}
	w := b.known()
	me := b.account(aliyaPhone).ID
	b.exec(`INSERT INTO application (id, service, service_version, state, kept_until, created_at, updated_at)
		VALUES ($1, 'marriage', 1, 'draft', now() + interval '1 day', now(), now())`, joint)
	b.exec(`INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
		VALUES ($1, 'first', 0, $2, 'Гарипова', 'Алия', now())`, joint, me)
	deletion := w.get("/settings/delete").click(`form[action="/settings/delete"]`, "agree")
	twice := b.known().get("/settings/delete").click(`form[action="/settings/delete"]`, "agree")
	var first, second *http.Response
	var over, overTwice <-chan struct{}
	b.held(`SELECT FROM application WHERE id = $1 FOR UPDATE`, joint, func(tx pgx.Tx) {
		over = b.goes(func() { first = deletion() })
		overTwice = b.goes(func() { second = twice() })
		if _, err := tx.Exec(t.Context(), `SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE NOWAIT`, me); err != nil {
			t.Errorf("the deletion holds the cabinet and waits for a draft: %v", err)
		}
	})
	<-over
	<-overTwice
	for _, r := range []*http.Response{first, second} {
		if to := r.Header.Get("Location"); to != "/goodbye" {
			t.Errorf("one of two clicks leads to %d %s", r.StatusCode, to)
		}
	}
	if n := b.number(`SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM application)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// pays gives an account a card and a rule that pays by it, and returns how many of them would go on paying.
func (b *bench) pays(phone string) func() int {
	b.Helper()
	me, card := b.account(phone).ID, uuid.New()
	b.exec(`INSERT INTO saved_card (id, account, acquirer, token, token_hash, title, created_at) VALUES ($1, $2, 'sandbox', 'x', sha256('x'), '•• 4242', now())`, card, me)
	b.exec(`INSERT INTO autopay_rule (id, owner, kinds, card_id, per_payment, per_month, created_at)
		VALUES ($1, $2, '{utility}', $3, 1000, 1000, now())`, uuid.New(), me, card)
	return func() int {
		b.Helper()
		return b.number(`SELECT (SELECT count(*) FROM autopay_rule WHERE owner = $1 AND stopped_at IS NULL) + (SELECT count(*) FROM saved_card WHERE account = $1 AND removed_at IS NULL)`, me)
	}
}

// TestDeleteStopsPaying: nothing pays any more for a person who is not here to be told or to say no.
func TestDeleteStopsPaying(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.known()
	paying := b.pays(aliyaPhone)
	w.get("/settings/delete").want(200, "/settings/delete", "автоплатежи").fill("/settings/delete", "agree", "yes").want(200, "/goodbye")
	if n := paying(); n != 0 {
		t.Errorf("%d things go on paying", n)
	}
}

// TestNewOwnerOfANumber pays with nobody else's card: whoever sets a password by SMS may have the number since yesterday. A cabinet that
// ESIA vouches for keeps its own.
func TestNewOwnerOfANumber(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	paying := b.pays(aliyaPhone)
	for _, bound := range []bool{true, false} {
		b.exec(`UPDATE account SET esia_sub = CASE WHEN $1 THEN 'x' END, level = CASE WHEN $1 THEN 'standard' ELSE 'none' END, profile = CASE WHEN $1 THEN 'x'::bytea END,
			bound_at = CASE WHEN $1 THEN now() END`, bound)
		w := b.browser().get("/reset").fill("/reset", "phone", aliyaPhone).want(200, "/reset/code", "сохранённые карты")
		w.fill("/reset/code", "code", sentCode.FindString(b.messages(aliyaPhone)[0]), "password", "Kazan2026x").want(200, "/cabinet")
		if n := paying(); (n == 2) != bound || (n == 0) == bound {
			t.Errorf("bound %v: %d things go on paying", bound, n)
		}
	}
}
