package applications

import (
	"strings"
	"testing"
	"time"
)

// TestTimeChosenLongAgo: a draft waits for up to ninety days, and what was a month and two days ahead is not any more.
func TestTimeChosenLongAgo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.browser("Хабибуллин", "Тимур", "male")
	id, path := first.begin("marriage")
	over := map[string]string{"office": w.office()}
	for k, v := range marriage {
		over[k] = v
	}
	first.fill(path, over)
	w.pass(20 * 24 * time.Hour)
	res := first.send(first.get(applicationPath(id, "/invite")), "main form",
		map[string]string{"snils": snils(int(numbers.Add(1))), "phone": "8 917 200 00 02"})
	if res.status != 303 || !strings.Contains(res.to, "/steps/") {
		t.Fatalf("invited to a time that the law does not allow any more: %d %s", res.status, res.to)
	}
	w.wantState(id, Draft)
	if n := w.count(`SELECT count(*) FROM application_invitation`); n != 0 {
		t.Errorf("%d letters", n)
	}
	page := first.get(res.to)
	if !strings.Contains(page.Text(".govuk-error-summary"), "слишком близко") {
		t.Errorf("the page of times says %q", page.Text(".govuk-error-summary"))
	}
	res = first.send(page, "main form", map[string]string{"slot": page.Attr("input[name=slot]", "value")})
	if res.to != applicationPath(id, "/check") {
		t.Fatalf("after another time was chosen: %d %s", res.status, res.to)
	}
	first.invite(id, snils(int(numbers.Add(1))))
	w.wantState(id, Filling)
}

// TestOtherAnswersAreKeptWhenTheTimeIsGone: the chosen time of a draft was given away, and its reader corrects something else.
func TestOtherAnswersAreKeptWhenTheTimeIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.browser("Хабибуллин", "Тимур", "male")
	id, path := first.begin("marriage")
	over := map[string]string{"office": w.office()}
	for k, v := range marriage {
		over[k] = v
	}
	first.fill(path, over)
	w.pass(draftHold + time.Minute)
	w.couple() // takes the first free time
	page := first.get(applicationPath(id, "/steps/birth") + "?change=1")
	res := first.send(page, "main form", map[string]string{"birth_place": "город Буинск"})
	if res.status != 303 {
		t.Fatalf("the birth place is refused: %d %s", res.status, res.Text(".govuk-error-summary"))
	}
	if text := first.get(applicationPath(id, "/check")).Text("main"); !strings.Contains(text, "город Буинск") {
		t.Error("the answer is lost")
	}
	res = first.send(first.get(applicationPath(id, "/invite")), "main form",
		map[string]string{"snils": snils(int(numbers.Add(1))), "phone": "8 917 200 00 02"})
	if res.status != 303 || !strings.Contains(first.get(res.to).Text(".govuk-error-summary"), "заняли") {
		t.Errorf("invited to a time that others have: %d %s", res.status, res.to)
	}
	w.wantState(id, Draft)
}
