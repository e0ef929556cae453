package main

import (
	"net/http"
	"testing"
)

// everythingTwice presses every button of the story twenty times at once, and then the back button.
func everythingTwice(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites().joins()
	signatures := `SELECT count(*) FROM application_signature WHERE application = $1 AND voided_at IS NULL`

	c.groom.open(c.path("/check"))
	onlyGood(t, "signing", c.groom.pressMany(20, "applications.sign"))
	if n := w.count(t, signatures, c.id); n != 1 {
		t.Errorf("%d signatures of one person", n)
	}
	c.bride.open(c.path("/check"))
	signing := c.bride.form("applications.sign_pay")
	onlyGood(t, "signing and going to pay", c.bride.pressMany(20, "applications.sign_pay"))
	if n := w.count(t, signatures, c.id); n != 2 {
		t.Errorf("%d signatures of two people", n)
	}
	if n := w.count(t, `SELECT count(*) FROM charge WHERE origin_id = $1`, c.id); n != 1 {
		t.Errorf("%d charges", n)
	}
	c.bride.open(c.path("")).click("#now")
	paying := c.bride.form("payments.pay", "350 ₽")
	onlyGood(t, "going to the bank", c.bride.pressMany(20, "payments.pay", "350 ₽"))
	receipt := w.ask(t, w.portal, `SELECT string_agg(receipt, ', ') FROM payment WHERE charge_id = $1`, c.charge())
	if n := w.ask(t, w.stand, `SELECT count(*)::text FROM bank_payment WHERE receipt = $1`, receipt); n != "1" {
		t.Errorf("%s orders at the bank for %s", n, receipt)
	}
	c.bride.press("payments.pay", "350 ₽")
	onlyGood(t, "paying", c.bride.pressMany(20, "bank.pay", "350 ₽"))
	c.bride.open("/payments/" + c.charge() + "/return").await("payments.receipt_title")
	c.reaches("sent")

	// The back button brings old forms back.
	for _, form := range []struct{ action, csrf, hash string }{
		{signing.Action, signing.Values.Get("_csrf"), signing.Values.Get("hash")}, {paying.Action, paying.Values.Get("_csrf"), ""}} {
		status, _, at, err := c.bride.send(http.MethodPost, form.action, map[string][]string{"_csrf": {form.csrf}, "hash": {form.hash}})
		if err != nil || status != http.StatusOK {
			t.Errorf("%s posted again: %d at %s, %v", form.action, status, at, err)
		}
	}
	for what, sql := range map[string]string{
		"deliveries": `SELECT count(*) FROM delivery WHERE application_id = $1`,
		"bookings":   `SELECT count(*) FROM application_booking WHERE application = $1 AND state = 'booked'`,
		"news":       `SELECT count(*) FROM application_event WHERE application = $1 AND kind = 'submitted'`,
		"payments":   `SELECT count(*) FROM payment JOIN charge ON charge.id = charge_id WHERE origin_id = $1`,
	} {
		if n := w.count(t, sql, c.id); n != 1 {
			t.Errorf("%d %s", n, what)
		}
	}
	var copies int
	err := w.stand.QueryRow(t.Context(), `SELECT sum(copies)::int FROM stand_application WHERE application_id = $1`, c.id).Scan(&copies)
	if err != nil || copies != 1 {
		t.Errorf("АИС ЗАГС has heard of it %d times, %v", copies, err)
	}
}

// onlyGood fails if a press was answered with anything but a page, or «too many at once».
func onlyGood(t *testing.T, what string, statuses map[int]int) {
	t.Helper()
	for status, n := range statuses {
		if status != http.StatusOK {
			t.Errorf("%s: %d answers are %d", what, n, status)
		}
	}
}
