package applications

import (
	"strings"
	"testing"
)

func TestMarriage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	page := first.get(applicationPath(id, ""))
	if !strings.Contains(page.Text("#parties"), "СНИЛС •••-•••-") || strings.Contains(page.String(), second.p.SNILS) {
		t.Errorf("the invited person is shown as %q", page.Text("#parties"))
	}
	second.join(token)
	w.wantState(id, Signing)
	if to := second.sign(id).to; to != applicationPath(id, "") {
		t.Errorf("after the signature: %s", to)
	}
	if page := first.get(applicationPath(id, "")); !strings.Contains(page.Text("#parties"), "Гарипова Алия") {
		t.Errorf("the first sees %q", page.Text("#parties"))
	}
	first.sign(id)
	w.wantState(id, Paying)
	page = first.get(applicationPath(id, ""))
	if page.Text("#now") != "Оплатить 350 ₽" {
		t.Errorf("button is %q", page.Text("#now"))
	}
	if second.get(applicationPath(id, "")).Has("#now") {
		t.Error("the second is asked to do something while the first pays")
	}
	args := w.pay(id)
	w.tellPaid(args)
	w.tellPaid(args)
	w.wantState(id, Submitted)
	if n := w.count(`SELECT count(*) FROM delivery WHERE application_id = $1`, id); n != 1 {
		t.Errorf("%d deliveries", n)
	}
	if n := w.count(`SELECT count(*) FROM application_booking WHERE application = $1 AND state = 'booked'`, id); n != 1 {
		t.Errorf("%d bookings", n)
	}
	for _, b := range []*browser{first, second} {
		page := b.get(applicationPath(id, ""))
		if _, ok := ParseNumber(page.Text("#number")); !ok {
			t.Errorf("number %q", page.Text("#number"))
		}
	}
	if stranger := w.browser("Чужой", "Человек", "male"); stranger.get(applicationPath(id, "")).status != 404 {
		t.Error("a stranger sees the application")
	}
}

func TestPagesFitTheirData(t *testing.T) {
	t.Parallel()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{beginPage.Check(p), stepPage.Check(p), stopPage.Check(p), checkPage.Check(p), invitePage.Check(p),
		invitationPage.Check(p), wrongPage.Check(p), endPage.Check(p), listPage.Check(p), statusPage.Check(p),
		threadPage.Check(p), appealPage.Check(p), staffFilesPage.Check(p), appealsPage.Check(p), staffAppealPage.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}
