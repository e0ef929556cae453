package applications

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"tamga/internal/i18n"
)

func TestMoneyOfACancelledApplicationIsReturned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.signed()
	w.pay(id) // and the news is slow
	second.send(second.get(applicationPath(id, "/steps/birth")+"?change=1"), "main form", map[string]string{"birth_place": "город Буинск"})
	page := first.get(applicationPath(id, "/cancel"))
	if !strings.Contains(page.Text("main"), "Деньги не пропадут") {
		t.Error("nothing is said of the money before the withdrawal")
	}
	first.send(page, "main form", nil)
	w.wantDead(id, Cancelled)
	if page := first.get(applicationPath(id, "")); !strings.Contains(page.Text("main"), "Деньги не потеряны") {
		t.Errorf("the payer reads %s", page.Text("main"))
	}
}

func TestReminder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _, _, _ := w.couple()
	d, err := w.core.openFor(t.Context(), w.db, w.filer(id), id)
	if err != nil {
		t.Fatal(err)
	}
	remind := func() int {
		before := w.count(`SELECT count(*) FROM notification WHERE kind = 'applications.notice_reminder'`)
		if err := w.jobs.workRemind(t.Context(), &river.Job[remindArgs]{Args: remindArgs{id, *d.Deadline}}); err != nil {
			t.Fatal(err)
		}
		return w.count(`SELECT count(*) FROM notification WHERE kind = 'applications.notice_reminder'`) - before
	}
	if n := remind(); n != 1 { // the invited one alone: the first has done the own part
		t.Errorf("%d reminders", n)
	}
	w.pass(25 * time.Hour)
	if n := remind(); n != 0 {
		t.Errorf("%d reminders after the end", n)
	}
}

func (w *world) filer(id [16]byte) (person [16]byte) {
	w.t.Helper()
	err := w.db.QueryRow(context.Background(), `SELECT person FROM application_party WHERE application = $1 AND position = 0`, id).Scan(&person)
	if err != nil {
		w.t.Fatal(err)
	}
	return person
}

// TestNothingPersonalLiesOpen reads the tables as a thief would.
func TestNothingPersonalLiesOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	second.join(token)
	for _, table := range []string{"application", "application_party", "application_answers", "application_invitation", "application_event"} {
		var text string
		if err := w.db.QueryRow(t.Context(), `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` AS t`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		for _, private := range []string{first.p.SNILS, second.p.SNILS, "79172000001", "город Казань", "МВД по РТ", token} {
			hexed := strings.ToLower(hexOf(private))
			if strings.Contains(text, private) || strings.Contains(text, hexed) {
				t.Errorf("%s holds %q", table, private)
			}
		}
	}
	// A value that is copied to another application does not open there.
	other, _, _, _ := w.couple()
	w.exec(`UPDATE application_answers SET sealed = (SELECT sealed FROM application_answers WHERE application = $1 AND party = '')
		WHERE application = $2 AND party = ''`, id, other)
	if _, err := w.core.openFor(t.Context(), w.db, w.filer(other), other); err == nil {
		t.Error("answers of one application open in another")
	}
}

func hexOf(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteString("0123456789abcdef"[c>>4:][:1] + "0123456789abcdef"[c&15:][:1])
	}
	return b.String()
}

func TestCanonicalFormIsStable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.signed()
	var forms [][]byte
	for _, b := range []*browser{first, second, first} {
		d, err := w.core.openFor(t.Context(), w.db, b.p.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		forms = append(forms, d.Form)
	}
	if !bytes.Equal(forms[0], forms[1]) || !bytes.Equal(forms[0], forms[2]) {
		t.Errorf("two readers have two texts:\n%s\n%s", forms[0], forms[1])
	}
	a, b := first.get(applicationPath(id, "")).Text("#fingerprint"), second.get(applicationPath(id, "")).Text("#fingerprint")
	if a != b || len(a) != 64+15 {
		t.Errorf("fingerprints %q and %q", a, b)
	}
	if w.count(`SELECT count(DISTINCT hash) FROM application_signature`) != 1 {
		t.Error("the signatures are over two texts")
	}
}

func TestEveryTextIsThere(t *testing.T) {
	t.Parallel()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"now_fill_title", "now_ready_title", "now_wait_join_title", "now_wait_fill_title", "now_sign_title", "now_wait_sign_title",
		"now_wait_pay_title", "now_paid_title", "now_late_title", "event_slot_lost", "event_refund_due", "event_surplus", "notice_surplus", "surplus", "event_invited", "event_joined", "event_voided"}
	for s := range next {
		want = append(want, "state_"+string(s))
		if !s.Open() || s == Paying {
			want = append(want, "now_"+string(s)+"_title", "now_"+string(s)+"_text", "event_"+string(s))
		}
	}
	for _, lang := range i18n.Langs {
		for _, key := range want {
			if !p.Bundle.Has(lang, "applications."+key) {
				t.Errorf("%s lacks applications.%s", lang, key)
			}
		}
	}
}
