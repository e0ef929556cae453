package main

import (
	"strings"
	"testing"

	"tamga/payments"
)

// yooKassaTakesTheDuty: a couple pays at the second bank, which holds the money first. The card is declined once; then the commission that
// stands on the button is what is taken, and the department gets its message.
func yooKassaTakesTheDuty(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites().joins().signs()
	c.bride.open(c.path("")).click("#now")
	const button = "Картой через ЮKassa: 352,45 ₽ (комиссия 2,45 ₽)"
	c.bride.press(button).see("bank.yoo_title")
	c.bride.press("bank.decline").await("payments.return_failed_title")
	c.bride.open(c.path("")).click("#now").press(button).see("bank.yoo_title")
	c.bride.press("bank.pay", "352,45 ₽").await("payments.receipt_title")
	c.reaches("sent")
	got := w.ask(t, w.portal, `SELECT string_agg(concat_ws(' ', acquirer, state, amount, fee, received), ', ' ORDER BY created_at) FROM payment WHERE charge_id = $1`, c.charge())
	if got != "yookassa failed 35000 245, yookassa succeeded 35000 245 35245" {
		t.Errorf("payments: %s", got)
	}
	if events := w.ask(t, w.portal, `SELECT string_agg(event, ' ' ORDER BY seq) FROM payment_event e JOIN payment p ON p.id = e.payment_id
		WHERE p.charge_id = $1 AND p.state = 'succeeded'`, c.charge()); !strings.Contains(events, "authorised paid") {
		t.Errorf("the money was not held and taken: %s", events)
	}
	if faults, err := payments.CheckBooks(t.Context(), w.portal); err != nil || len(faults) > 0 {
		t.Errorf("the books: %v, %v", faults, err)
	}
}
