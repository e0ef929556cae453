package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bankCallsBack is about call-backs: early, repeated and forged ones.
func bankCallsBack(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites().joins().signs().toBank()

	// She pays and closes the browser before the bank has sent her back: the call-back alone brings the news.
	back := c.bride.pressAndLeave("bank.pay", "350 ₽")
	c.reaches("sent")
	if source := w.ask(t, w.portal, `SELECT source FROM payment_event JOIN payment ON payment.id = payment_id
		WHERE charge_id = $1 AND event = 'paid'`, c.charge()); source != "callback" {
		t.Errorf("the payment was learned by %s", source)
	}
	c.bride.open(back).see("payments.receipt_title")

	// The bank says it again, twice.
	body := w.callback(t, c)
	before := w.everything(t, c)
	for range 2 {
		if status := w.callBack(t, body, w.bankSigns(body)); status != http.StatusOK {
			t.Errorf("a repeated call-back is answered %d", status)
		}
	}
	w.unchanged(t, c, before)

	forgedCallbacks(t, w, body)
}

// forgedCallbacks has somebody pretend that the bank has got money.
func forgedCallbacks(t *testing.T, w *town, genuine []byte) {
	c := w.newCouple(t).files().invites().joins().signs().toBank()
	before := w.everything(t, c)
	order := w.ask(t, w.portal, `SELECT id::text FROM payment WHERE charge_id = $1`, c.charge())
	deal := w.ask(t, w.portal, `SELECT bank_id FROM payment WHERE charge_id = $1`, c.charge())
	lie := []byte(`{"id":"` + order + `","type":"payment.succeeded","payment":{"id":"` + deal + `","order_id":"` + order +
		`","status":"succeeded","amount":35000,"currency":"RUB"}}`)
	cheaper := bytes.Replace(genuine, []byte("35000"), []byte("1"), 1)
	if bytes.Equal(cheaper, genuine) {
		t.Fatalf("no amount in the call-back %s", genuine)
	}
	for name, refused := range map[string]struct{ body, signed []byte }{
		"somebody else's signature": {lie, []byte("guess")},
		"signature of other words":  {lie, genuine},
		"changed amount":            {cheaper, genuine},
	} {
		if status := w.callBack(t, refused.body, w.bankSigns(refused.signed)); status != http.StatusForbidden {
			t.Errorf("%s: answered %d", name, status)
		}
	}
	if status := w.callBack(t, lie, func(string) string { return "" }); status != http.StatusForbidden {
		t.Errorf("no signature: answered %d", status)
	}
	if n := w.count(t, `SELECT count(*) FROM journal WHERE action = 'payments.callback_forged'`); n != 4 {
		t.Errorf("%d forgeries are journalled, want 4", n)
	}
	// Even a right signature moves no money: the bank is asked.
	if status := w.callBack(t, lie, w.bankSigns(lie)); status != http.StatusOK {
		t.Errorf("a signed lie: answered %d", status)
	}
	w.unchanged(t, c, before)
	c.bride.open(c.path("")).see("applications.duty_open")
}

// pressAndLeave presses a button and does not go where the answer leads. It returns that address.
func (p *person) pressAndLeave(text string, args ...any) string {
	p.t.Helper()
	f := p.form(text, args...)
	client := *p.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.PostForm(f.Action, f.Values)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%s answers %d", f.Action, res.StatusCode)
	}
	return res.Header.Get("Location")
}

// callback is what the bank has called back about the couple's payment.
func (w *town) callback(t *testing.T, c *couple) (body []byte) {
	t.Helper()
	deal := w.ask(t, w.portal, `SELECT bank_id FROM payment WHERE charge_id = $1`, c.charge())
	if err := w.stand.QueryRow(t.Context(), `SELECT body FROM bank_callback WHERE payment_id = $1`, deal).Scan(&body); err != nil {
		t.Fatal(err)
	}
	return body
}

// bankSigns returns the bank's signature of a body at a time.
func (w *town) bankSigns(body []byte) func(stamp string) string {
	return func(stamp string) string {
		mac := hmac.New(sha256.New, []byte(keyText(w.keys, "bank")))
		mac.Write([]byte(strings.Join([]string{"callback", stamp, string(body)}, "\n")))
		return hex.EncodeToString(mac.Sum(nil))
	}
}

// callBack calls the portal as the bank does.
func (w *town) callBack(t *testing.T, body []byte, sign func(stamp string) string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.state.portal+"/payments/callback/sandbox", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Signature", sign(stamp))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// everything is where a couple's application and its money stand, in one line.
func (w *town) everything(t *testing.T, c *couple) string {
	t.Helper()
	return w.ask(t, w.portal, `
		SELECT concat_ws(' ', a.state, ch.status, p.state,
			(SELECT count(*) FROM payment_event WHERE payment_id = p.id AND event = 'paid'),
			(SELECT count(*) FROM delivery WHERE application_id = a.id),
			(SELECT count(*) FROM application_event WHERE application = a.id))
		FROM application a JOIN charge ch ON ch.origin_id = a.id JOIN payment p ON p.charge_id = ch.id
		WHERE a.id = $1`, c.id)
}

// unchanged fails if anything follows from what was done since.
func (w *town) unchanged(t *testing.T, c *couple, before string) {
	t.Helper()
	w.quiet(t)
	if now := w.everything(t, c); now != before {
		t.Errorf("was %q, is %q", before, now)
	}
}

// quiet waits until the worker has nothing to do now.
func (w *town) quiet(t *testing.T) {
	t.Helper()
	eventually(t, "no job waits", func() bool {
		return w.count(t, `SELECT count(*) FROM river_job WHERE state IN ('available', 'running')`) == 0
	})
}
