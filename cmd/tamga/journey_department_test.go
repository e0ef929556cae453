package main

import "testing"

// departmentIsDown is about a department that is down, loses its answers, and says no.
func departmentIsDown(t *testing.T, w *town) {
	registrar := w.person(t)
	mode := func(name string) { registrar.open(w.state.stand+"/zags").fill("mode", name).press("stand.save") }

	mode("down")
	c := w.newCouple(t).files().invites().joins().signs().pays()
	c.reaches("submitted")
	number := c.bride.open(c.path("")).page.Text("#number")
	eventually(t, "an attempt has failed", func() bool {
		return w.count(t, `SELECT count(*) FROM delivery_attempt JOIN delivery ON delivery.id = delivery_id WHERE application_id = $1`, c.id) > 0
	})
	eventually(t, "the couple is told that it takes longer", func() bool {
		w.runJob(t, "departments.watch")
		return c.bride.again().page.Text("h1") == c.bride.says("applications.now_late_title")
	})
	c.groom.open(c.path("")).see("applications.now_late_text").see(number)
	mode("normal")
	c.reaches("sent")
	registrar.again().see(number)
	w.receivedOnce(t, c, 1)

	registrar.follow(number).press("stand.refuse").see("stand.ground_empty") // no refusal without a ground
	registrar.fill("ground", "Не прошёл срок с даты прошлого брака").press("stand.refuse")
	for _, p := range []*person{c.bride, c.groom} {
		p.open(c.path("")).await("applications.now_refused_title").see("Не прошёл срок с даты прошлого брака")
	}

	mode("drop")
	c = w.newCouple(t).files().invites().joins().signs().pays()
	eventually(t, "АИС ЗАГС has it, and we do not know", func() bool {
		var n int
		err := w.stand.QueryRow(t.Context(), `SELECT count(*) FROM stand_application WHERE application_id = $1`, c.id).Scan(&n)
		return err == nil && n == 1
	})
	if state := c.state(); state != "submitted" {
		t.Errorf("state %s before the department has answered", state)
	}
	mode("normal")
	c.reaches("sent")
	w.receivedOnce(t, c, 2)
}

// receivedOnce fails unless АИС ЗАГС has one application, however often it came.
func (w *town) receivedOnce(t *testing.T, c *couple, atLeast int) {
	t.Helper()
	var rows, copies int
	err := w.stand.QueryRow(t.Context(), `SELECT count(*), sum(copies)::int FROM stand_application WHERE application_id = $1`, c.id).Scan(&rows, &copies)
	if err != nil || rows != 1 || copies < atLeast {
		t.Errorf("%d applications, told %d times, %v", rows, copies, err)
	}
}
