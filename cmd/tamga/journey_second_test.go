package main

import (
	"net/http"
	"strings"
	"testing"
)

// All ways in which the second of two does not come.

func secondIsSomebodyElse(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites()
	other := w.newResident("Тёзкин", "Тимур", "Ильдарович", "M")
	p := w.person(t).open(c.invitation).enter(other)
	p.see("applications.wrong_title").see(other.name())
	for _, secret := range []string{c.her.Last, c.her.First, c.him.Last, c.him.SNILS, grouped(c.him.SNILS), c.id.String(), "2027"} {
		p.notSee(secret)
	}
	csrf := p.open("/settings/language").form("portal.save").Values["_csrf"]
	for _, answer := range []string{"/accept", "/decline"} {
		status, body, _, err := p.send(http.MethodPost, c.invitation+answer, map[string][]string{"_csrf": csrf})
		if err != nil || status != http.StatusForbidden || strings.Contains(body, c.her.Last) {
			t.Errorf("%s by somebody else: %d, %v", answer, status, err)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM application_party WHERE application = $1 AND person IS NOT NULL`, c.id); n != 1 {
		t.Errorf("%d people are in the application, want the bride", n)
	}
	p.open(c.path(""))
	if p.status != 404 {
		t.Errorf("somebody else gets %d for the application", p.status)
	}
	c.joins() // the letter is as good as before
	c.reaches("signing")
}

func grouped(snils string) string {
	return snils[:3] + "-" + snils[3:6] + "-" + snils[6:9] + " " + snils[9:]
}

func secondDeclines(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites()
	c.groom.open(c.invitation).enter(c.him).follow("applications.invitation_decline").press("applications.decline_button")
	c.reaches("declined")
	c.bride.open(c.path("")).see("applications.now_declined_title").see("applications.now_declined_text")
	w.letter(t, c.her.Phone, `отказал`)
	c.bride.open("/applications").see("applications.state_declined")
	c.groom.open(c.invitation).see("applications.invitation_over_title")
	c.freed()
}

func secondDoesNotComeInTime(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites().joins().signs()
	w.exec(t, `UPDATE application SET deadline = now() - interval '1 second' WHERE id = $1`, c.id)
	w.runJob(t, "applications.sweep")
	c.reaches("expired")
	for _, p := range []*person{c.bride, c.groom} {
		p.open(c.path("")).see("applications.now_expired_title")
	}
	if status := w.ask(t, w.portal, `SELECT status FROM charge WHERE id = $1`, c.charge()); status != "cancelled" {
		t.Errorf("the charge is %s", status)
	}
	c.bride.open("/payments/" + c.charge()).see("payments.return_cancelled_title")
	c.freed()
}

func moneyComesAfterTheClock(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites().joins().signs().toBank()
	w.exec(t, `UPDATE application SET deadline = now() - interval '1 minute' WHERE id = $1`, c.id)
	w.runJob(t, "applications.sweep")
	if c.state() != "paying" {
		t.Fatal("the clock does not wait for somebody who stands at the bank")
	}
	w.exec(t, `UPDATE application SET deadline = now() - interval '2 hours' WHERE id = $1`, c.id)
	w.runJob(t, "applications.sweep")
	c.reaches("expired")
	c.bride.press("bank.pay", "350 ₽").await("payments.return_surplus_title")
	receipt := w.ask(t, w.portal, `SELECT receipt FROM payment WHERE charge_id = $1`, c.charge())
	c.bride.see(receipt)
	if c.state() != "expired" {
		t.Errorf("late money has moved the application to %s", c.state())
	}
	clerk := w.person(t).clerk("Управление ЗАГС", "Валеева", "Tamga2026")
	clerk.open(w.state.intra+"/payments").fill("query", receipt, "purpose", "call").press("payments.staff_find")
	clerk.see("payments.state_surplus").see("payments.advice_surplus")
}
