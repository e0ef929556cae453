package applications

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/payments"
)

func TestOneSlotOneCouple(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, err := w.core.Catalog.Service("marriage", 0)
	if err != nil {
		t.Fatal(err)
	}
	p := place{w.office(), time.Date(2027, 6, 12, 8, 0, 0, 0, time.UTC)}
	var won, lost atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		b := w.browser("Житель", "Каждый", "male")
		all.Go(func() {
			ctx := context.Background()
			err := pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
				id, err := w.core.start(ctx, tx, s, b.p, contact{})
				if err != nil {
					return err
				}
				_, err = holdSlot(ctx, tx, id, p, w.now(), w.now().Add(time.Hour))
				return err
			})
			switch err {
			case nil:
				won.Add(1)
			case errSlotTaken:
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || lost.Load() != 99 {
		t.Errorf("%d have the slot, %d were refused", won.Load(), lost.Load())
	}
}

func TestSlotTakenMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, other := w.browser("Первый", "Пётр", "male"), w.browser("Второй", "Иван", "male")
	pagesOf := map[*browser]answer{}
	for _, b := range []*browser{one, other} {
		_, path := b.begin("marriage")
		for !strings.HasSuffix(path, "/steps/date") {
			path = b.send(b.get(path), "main form", map[string]string{"obstacles": "none", "together": "yes", "filer_role": "groom",
				"office": w.office(), "ceremonial": "no"}).to
		}
		pagesOf[b] = b.get(path)
	}
	slot := map[string]string{"slot": pagesOf[one].Attr("input[name=slot]", "value")}
	if res := one.send(pagesOf[one], "main form", slot); res.status != 303 {
		t.Fatalf("the first comer: %d", res.status)
	}
	res := other.send(pagesOf[other], "main form", slot)
	if res.status != 422 || !strings.Contains(res.Text(".govuk-error-summary"), "только что заняли") {
		t.Fatalf("the second comer: %d %s", res.status, res.Texts(".govuk-error-summary"))
	}
	if free := res.Attr("input[name=slot]", "value"); free == slot["slot"] {
		t.Error("the taken time is offered again")
	}
	w.pass(draftHold + time.Minute) // the first has gone away: the time is free again
	if res := other.send(res, "main form", slot); res.status != 422 && res.status != 303 {
		t.Errorf("after the hold: %d", res.status)
	}
	f := res.Form("main form")
	f.Values.Set("slot", slot["slot"])
	if res := other.do("POST", f.Action, f.Values); res.status != 303 {
		t.Errorf("an expired hold is not released: %d", res.status)
	}
	if n := w.count(`SELECT count(*) FROM application_booking WHERE state = 'held'`); n != 1 {
		t.Errorf("%d hold one time", n)
	}
}

// One person cannot close an office to others by drafts that hold its times; whoever lets one go may choose again.
func TestHeldTimesAreFew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.browser("Первый", "Пётр", "male")
	var res answer
	var drafts []string
	for range mostHeld + 1 {
		id, path := p.begin("marriage")
		drafts = append(drafts, applicationPath(id, ""))
		for !strings.HasSuffix(path, "/steps/date") {
			path = p.send(p.get(path), "main form", map[string]string{"obstacles": "none", "together": "yes", "filer_role": "groom",
				"office": w.office(), "ceremonial": "no"}).to
		}
		page := p.get(path)
		res = p.send(page, "main form", map[string]string{"slot": page.Attr("input[name=slot]", "value")})
	}
	if res.status != 422 || !strings.Contains(res.Text(".govuk-error-summary"), "пять времён") {
		t.Fatalf("the last: %d %s", res.status, res.Texts(".govuk-error-summary"))
	}
	if n := w.count(`SELECT count(*) FROM application_booking WHERE state = 'held'`); n != mostHeld {
		t.Errorf("%d times are held", n)
	}
	p.send(p.get(drafts[0]+"/cancel"), "main form", nil)
	if again := p.send(res, "main form", map[string]string{"slot": res.Attr("input[name=slot]", "value")}); again.status != 303 {
		t.Errorf("after one was let go: %d %s", again.status, again.Texts(".govuk-error-summary"))
	}
}

func TestWrongPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	stranger := w.browser("Чужой", "Человек", "female")
	res := stranger.get("/invitations/" + token)
	if res.status != 403 || strings.Contains(res.String(), "Хабибуллин") || strings.Contains(res.Text("main"), second.p.SNILS[6:9]) {
		t.Errorf("the wrong person: %d, learns too much: %s", res.status, res.Text("main"))
	}
	form := url.Values{"_csrf": {stranger.csrf()}}
	for _, answer := range []string{"accept", "decline"} {
		if res := stranger.do("POST", "/invitations/"+token+"/"+answer, form); res.status != 403 {
			t.Errorf("the wrong person may %s: %d", answer, res.status)
		}
	}
	w.wantState(id, Filling)
	nobody := &browser{w: w}
	if res := nobody.get("/invitations/" + token); !strings.HasPrefix(res.to, "/esia/start") || !strings.Contains(res.to, url.QueryEscape("/invitations/"+token)) {
		t.Errorf("who is not signed in goes to %q", res.to)
	}
	again := first.invite(id, second.p.SNILS)
	if res := second.get("/invitations/" + token); !strings.Contains(res.Text("h1"), "больше не действует") {
		t.Errorf("the first link still works: %s", res.Text("h1"))
	}
	second.join(again)
	w.wantState(id, Signing)
	if res := first.send(first.get("/applications/new?service=marriage"), "main form", nil); res.status != 303 {
		t.Errorf("a second application: %d", res.status)
	}
}

func TestOwnSNILSIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _, _ := w.couple()
	res := first.send(first.get(applicationPath(id, "/invite")), "main form", map[string]string{"snils": first.p.SNILS})
	if res.status != 422 || res.Count(".govuk-error-summary__list li") != 2 {
		t.Errorf("%d %v", res.status, res.Texts(".govuk-error-summary__list li"))
	}
	if res.Attr("input[name=snils]", "value") != first.p.SNILS {
		t.Error("what was typed is lost")
	}
}

// Who signed in by phone invites nobody. The number may have a new owner, and whom they invited would come to read the passports of
// both, which the page of answers does not show to them.
func TestByPhoneNobodyIsInvited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _, _ := w.couple()
	path, other := applicationPath(id, "/invite"), snils(int(numbers.Add(1)))
	form := first.get(path).Form("main form")
	form.Values.Set("snils", other)
	form.Values.Set("phone", "8 917 200 00 02")
	first.p.SNILS, first.p.Level = "", catalog.LevelNone
	if res := first.do("POST", form.Action, form.Values); !strings.HasPrefix(res.to, "/esia/start") {
		t.Errorf("%d to %q", res.status, res.to)
	}
	if n := w.count(`SELECT count(*) FROM application_invitation WHERE application = $1`, id); n != 1 {
		t.Errorf("%d letters are written", n)
	}
}

func TestDecline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	if res := second.send(second.get("/invitations/"+token+"?decline=1"), "main form", nil); res.status != 303 {
		t.Fatalf("decline: %d", res.status)
	}
	w.wantDead(id, Declined)
	if sms := w.lastSMS(); !strings.Contains(sms, "отказал") {
		t.Errorf("the first is told %q", sms)
	}
	if page := first.get(applicationPath(id, "")); page.Text("h1") != "Второй заявитель отказался" {
		t.Errorf("the first reads %q", page.Text("h1"))
	}

	id, _, second, token = w.couple()
	second.join(token)
	second.send(second.get(applicationPath(id, "/decline")), "main form", nil)
	w.wantDead(id, Declined)
}

// wantDead checks that an ended application holds nothing.
func (w *world) wantDead(id uuid.UUID, s State) {
	w.t.Helper()
	w.wantState(id, s)
	if n := w.count(`SELECT count(*) FROM application_booking WHERE application = $1 AND state <> 'released'`, id); n != 0 {
		w.t.Error("a dead application holds a slot")
	}
	if n := w.count(`SELECT count(*) FROM charge WHERE origin_id = $1 AND status = 'open'`, id); n != 0 {
		w.t.Error("a dead application asks for money")
	}
	if n := w.count(`SELECT count(*) FROM application_invitation WHERE application = $1
		AND accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL`, id); n != 0 {
		w.t.Error("a dead application invites")
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.signed()
	if n := w.count(`SELECT count(*) FROM river_job WHERE kind = 'applications.expire' AND scheduled_at > now() + interval '23 hours'`); n != 1 {
		t.Errorf("%d alarms", n)
	}
	w.expire(id) // too early: nothing
	w.wantState(id, Paying)
	w.pass(25 * time.Hour)
	if page := first.get(applicationPath(id, "")); page.Text("h1") != "Срок вышел" { // before the job has run
		t.Errorf("after the clock: %q", page.Text("h1"))
	}
	w.wantDead(id, Expired)
	w.expire(id)
	w.wantDead(id, Expired)
}

func TestPaidAsTheClockEnds(t *testing.T) {
	t.Parallel()
	t.Run("paid, and the news comes after the alarm", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		id, _, _ := w.signed()
		args := w.pay(id)
		w.pass(25 * time.Hour)
		w.expire(id)
		w.wantState(id, Submitted)
		w.tellPaid(args)
		if n := w.count(`SELECT count(*) FROM delivery`); n != 1 {
			t.Errorf("%d deliveries", n)
		}
	})
	t.Run("at the bank while the clock ends", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		id, _, _ := w.signed()
		c, err := payments.ChargeOf(t.Context(), w.db, origin(id))
		if err != nil {
			t.Fatal(err)
		}
		w.exec(`ALTER TABLE payment DISABLE TRIGGER payment_guard`)
		w.exec(`INSERT INTO payment (id, charge_id, receipt, acquirer, state, amount, last_n, first_n, middle_n, created_at)
			VALUES ($1, $2, '1', 'sandbox', 'pending', $3, 'x', 'x', 'x', $4)`, uuid.New(), c.ID, c.Amount, w.now())
		w.pass(24*time.Hour + time.Minute)
		w.expire(id)
		w.wantState(id, Paying)
		w.exec(`UPDATE payment SET state = 'expired'`)
		w.tellPaid(w.pay(id))
		w.wantState(id, Submitted)
	})
	t.Run("the time was given away", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.beforeRest()
		id, first, _ := w.signed()
		args := w.pay(id)
		w.pass(aDay)
		other, _, _, _ := w.couple() // takes the first free time: the one whose hold has expired
		if a, b := w.slot(id, "released"), w.slot(other, "held"); !a.Equal(b) {
			t.Fatalf("the other couple took %s, not %s", b, a)
		}
		w.tellPaid(args)
		w.wantDead(id, Expired)
		if page := first.get(applicationPath(id, "")); !strings.Contains(page.Text("main"), "Деньги не потеряны") {
			t.Errorf("the payer reads %s", page.Text("main"))
		}
	})
}

func (w *world) slot(id uuid.UUID, state string) time.Time {
	w.t.Helper()
	var at time.Time
	if err := w.db.QueryRow(context.Background(), `SELECT starts_at FROM application_booking WHERE application = $1 AND state = $2`,
		id, state).Scan(&at); err != nil {
		w.t.Fatal(err)
	}
	return at
}

func TestEditVoidsSignatures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.signed()
	page := second.get(applicationPath(id, "/steps/birth") + "?change=1")
	if !strings.Contains(page.Text(".govuk-warning-text"), "подписи отменятся") {
		t.Error("no warning before the edit")
	}
	if res := second.send(page, "main form", nil); res.to != applicationPath(id, "/check") {
		t.Fatalf("saved without a change: %d %s", res.status, res.to)
	}
	w.wantState(id, Paying) // nothing was changed, so nothing is void
	if res := second.send(page, "main form", map[string]string{"birth_place": "город Буинск"}); res.to != applicationPath(id, "/check") {
		t.Fatalf("edit: %d %s", res.status, res.to)
	}
	w.wantState(id, Signing)
	if n := w.count(`SELECT count(*) FROM application_signature WHERE application = $1 AND voided_at IS NULL`, id); n != 0 {
		t.Errorf("%d signatures outlive the text", n)
	}
	if n := w.count(`SELECT count(*) FROM charge WHERE origin_id = $1 AND status = 'open'`, id); n != 0 {
		t.Error("the duty is still asked for")
	}
	for _, b := range []*browser{first, second} {
		if page := b.get(applicationPath(id, "")); !strings.Contains(page.Text(".govuk-warning-text"), "прежние подписи отменены") {
			t.Errorf("%s is not told: %s", b.p.First, page.Text("main"))
		}
	}
	if !strings.Contains(w.lastSMS(), "подписи отменены") {
		t.Errorf("notice: %s", w.lastSMS())
	}
	first.sign(id)
	second.sign(id)
	w.wantState(id, Paying)
	w.tellPaid(w.pay(id))
	w.wantState(id, Submitted)
}

func TestPaidBeforeAnEditIsNotAskedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.signed()
	args := w.pay(id)
	second.send(second.get(applicationPath(id, "/steps/birth")+"?change=1"), "main form", map[string]string{"birth_place": "город Буинск"})
	w.wantState(id, Signing)
	w.tellPaid(args)
	first.sign(id)
	second.sign(id)
	w.wantState(id, Submitted)
	if n := w.count(`SELECT count(*) FROM charge WHERE origin_id = $1`, id); n != 1 {
		t.Errorf("%d charges", n)
	}
}

func TestSignsWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	second.join(token)
	shown := first.get(applicationPath(id, "/check"))
	second.send(second.get(applicationPath(id, "/steps/birth")+"?change=1"), "main form", map[string]string{"birth_place": "город Буинск"})
	res := first.send(shown, "main form", nil)
	if res.status != 409 || !strings.Contains(res.Text(".govuk-notification-banner"), "заявление изменилось") {
		t.Errorf("signed a text that was not shown: %d", res.status)
	}
	if n := w.count(`SELECT count(*) FROM application_signature`); n != 0 {
		t.Errorf("%d signatures", n)
	}
	if res := first.send(res, "main form", nil); res.status != 303 {
		t.Errorf("the new text: %d", res.status)
	}
}

func TestDoubleClick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	second.join(token)
	second.sign(id)
	f := first.get(applicationPath(id, "/check")).Form("main form")
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() {
			if res := first.do("POST", f.Action, f.Values); res.status != 303 {
				t.Errorf("click: %d", res.status)
			}
		})
	}
	clicks.Wait()
	args := w.pay(id)
	for range 8 {
		clicks.Go(func() { w.tellPaid(args) })
	}
	clicks.Wait()
	w.wantState(id, Submitted)
	for _, table := range []string{"charge", "delivery"} {
		if n := w.count(fmt.Sprintf(`SELECT count(*) FROM %s`, table)); n != 1 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	if n := w.count(`SELECT count(*) FROM application_event WHERE kind = 'submitted'`); n != 1 {
		t.Errorf("%d times submitted", n)
	}
}

func TestStaleTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _, _ := w.couple()
	path := applicationPath(id, "/steps/birth")
	one, other := first.get(path), first.get(path)
	elsewhere := first.get(applicationPath(id, "/steps/residence"))
	if res := first.send(one, "main form", map[string]string{"birth_place": "город Елабуга"}); res.status != 303 {
		t.Fatalf("first tab: %d", res.status)
	}
	if res := first.send(elsewhere, "main form", map[string]string{"address": "Казань, Кремль"}); res.status != 303 {
		t.Errorf("a tab on another page is disturbed: %d", res.status)
	}
	res := first.send(other, "main form", map[string]string{"birth_place": "город Арск"})
	if res.status != 409 || !strings.Contains(res.Text("#both"), "город Елабуга") || !strings.Contains(res.Text("#both"), "город Арск") ||
		res.Attr("input[name=birth_place]", "value") != "город Арск" {
		t.Fatalf("stale tab: %d, both texts are not shown", res.status)
	}
	if res := first.send(res, "main form", nil); res.status != 303 {
		t.Fatalf("a decision: %d", res.status)
	}
	if got := first.get(path).Attr("input[name=birth_place]", "value"); got != "город Арск" {
		t.Errorf("saved %q", got)
	}
	if res := first.send(other, "main form", map[string]string{"birth_place": "город Арск"}); res.status != 303 {
		t.Errorf("the same text again is no conflict: %d", res.status)
	}
	res = first.send(other, "main form", map[string]string{"birth_place": "город Буа"})
	res = first.send(res, "main form", map[string]string{"keep.birth_place": "saved"})
	if got := first.get(path).Attr("input[name=birth_place]", "value"); res.status != 303 || got != "город Арск" {
		t.Errorf("the other window's text was chosen, and %q is saved (%d)", got, res.status)
	}
}

// A mistake corrected in a stale tab must not hide that the tab is stale.
func TestStaleTabWithAMistake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _, _ := w.couple()
	path := applicationPath(id, "/steps/birth")
	stale := first.get(path)
	first.send(first.get(path), "main form", map[string]string{"birth_place": "город Елабуга"})
	res := first.send(stale, "main form", map[string]string{"birth_place": ""})
	if res.status != 422 {
		t.Fatalf("nothing typed: %d", res.status)
	}
	if res = first.send(res, "main form", map[string]string{"birth_place": "город Арск"}); res.status != 409 {
		t.Errorf("the other tab's text was overwritten: %d", res.status)
	}
}

func TestNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _, second, token := w.couple()
	second.join(token)
	stranger := w.browser("Чужой", "Человек", "male")
	csrf := stranger.csrf()
	for _, path := range []string{"", "/check", "/steps/birth", "/invite", "/cancel", "/decline"} {
		if res := stranger.get(applicationPath(id, path)); res.status != 404 {
			t.Errorf("GET %s: %d", path, res.status)
		}
	}
	for _, path := range []string{"/sign", "/submit", "/steps/birth", "/invite", "/cancel", "/decline"} {
		if res := stranger.do("POST", applicationPath(id, path), url.Values{"_csrf": {csrf}, "hash": {"00"}}); res.status != 404 {
			t.Errorf("POST %s: %d", path, res.status)
		}
		if res := stranger.do("POST", applicationPath(id, path), url.Values{"hash": {"00"}}); res.status != 403 {
			t.Errorf("POST %s without a token: %d", path, res.status)
		}
	}
	if res := second.get(applicationPath(id, "/steps/obstacles")); res.status != 404 {
		t.Errorf("the second edits the shared part: %d", res.status)
	}
	if res := second.get(applicationPath(id, "/steps/date")); res.status != 404 {
		t.Errorf("the second edits the date: %d", res.status)
	}
}

func TestDepartmentAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.signed()
	w.tellPaid(w.pay(id))
	tell := func(s, text string) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error {
			return w.core.OnUpdate(t.Context(), tx, departments.Update{EventID: uuid.NewString(), ApplicationID: id, Status: s, Text: text, At: w.now()})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tell(departments.Late, "")
	tell(departments.Late, "")
	if page := first.get(applicationPath(id, "")); !strings.Contains(page.Text("main"), "в безопасности") {
		t.Error("the citizen is not told that it is safe")
	}
	if n := w.count(`SELECT count(*) FROM application_event WHERE kind = 'late'`); n != 1 {
		t.Errorf("told %d times", n)
	}
	tell(departments.Accepted, "Ждём вас")
	tell(departments.Sent, "") // late news
	w.wantState(id, Accepted)
	if page := first.get(applicationPath(id, "")); !strings.Contains(page.Text(".govuk-inset-text"), "Ждём вас") {
		t.Error("the department's words are not shown")
	}
	tell(departments.Refused, "Нет оснований <b>")
	w.wantState(id, Refused)
	page := first.get(applicationPath(id, ""))
	if !strings.Contains(page.Text(".govuk-inset-text"), "Нет оснований <b>") {
		t.Error("the ground is not shown")
	}
	if n := w.count(`SELECT count(*) FROM application_booking WHERE application = $1 AND state <> 'released'`, id); n != 0 {
		t.Error("a refused application keeps the time")
	}
	tell(departments.Completed, "")
	w.wantState(id, Refused)
	if list := first.get("/applications"); !strings.Contains(list.Text("main"), "Отказ") {
		t.Errorf("list: %s", list.Text("main"))
	}
}

// Drafts are not begun without end: the tables are everybody's.
func TestBeginningHasARate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	form, refused := url.Values{"_csrf": {p.csrf()}, "service": {"marriage"}, "new": {"1"}}, 0
	for range BeginRate.Burst + 3 {
		if res := p.do("POST", "/applications", form); res.status == 429 {
			refused++
		}
	}
	if n := w.count(`SELECT count(*) FROM application`); refused == 0 || n+refused != BeginRate.Burst+3 {
		t.Errorf("%d are begun, %d refused", n, refused)
	}
}
