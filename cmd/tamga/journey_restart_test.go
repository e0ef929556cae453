package main

import "testing"

// everythingRestarts restarts every role between any two steps of the story: whoever is in the middle of something notices nothing.
func everythingRestarts(t *testing.T, w *town) {
	c := w.newCouple(t)
	all := func() { w.restart(roleNames...) } // a role that waits longer than grace for what it began ends with an error

	c.bride.open("/services/marriage").press("catalog.start").open(c.bride.toESIA())
	all() // she is on her way to sign in
	c.bride.enter(c.her)
	all()
	c.files()
	all()
	c.invites()
	all()
	c.joins()
	all()
	c.signs()
	all()
	c.toBank()
	all() // the bank restarts too, and has not forgotten what she came for
	c.bride.press("bank.pay", "350 ₽").await("payments.receipt_title")
	all()
	c.reaches("sent")
	registrar := w.person(t).open(w.state.stand + "/zags").follow(c.bride.open(c.path("")).page.Text("#number"))
	all()
	registrar.press("stand.accept")
	all()
	c.groom.open(c.path("")).await("applications.now_accepted_title")
	c.bride.open("/cabinet").see("applications.state_accepted")
}

// helpersGoAway takes each helper away while it is needed, and brings it back.
func helpersGoAway(t *testing.T, w *town) {
	c := w.newCouple(t).files()

	w.stopRoles("worker")
	c.bride.open(c.path("/check")).follow("applications.invite_link")
	c.bride.fill("snils", c.him.SNILS, "phone", c.him.Phone).press("applications.invite_send").see("applications.now_wait_join_title")
	w.startRoles("worker")
	c.invitation = w.letter(t, c.him.Phone, `(http\S+/invitations/\S+)`)
	c.joins().signs().toBank()

	w.stopRoles("portal") // the bank calls back into the void
	w.stopRoles("worker")
	back := c.bride.pressAndLeave("bank.pay", "350 ₽")
	w.startRoles("portal")
	c.bride.open(back).await("payments.receipt_title")
	w.restart("stand")
	w.startRoles("worker")
	c.reaches("sent")
	w.receivedOnce(t, c, 1)
}

// redisIsLost empties Redis in mid-journey: people press the sign-in of the portal again, the provider still knows them, and they go
// on where they were.
func redisIsLost(t *testing.T, w *town) {
	c := w.newCouple(t).files()
	w.redis.FlushAll()
	c.bride.again().notSee(c.her.Last)
	c.bride.enter(c.her).at(c.path("/check")).see(c.her.Last) // her answers are all there
	c.invites()
	w.redis.FlushAll()
	c.bride.open(c.path("")).enter(c.her).see("applications.now_wait_join_title")
	c.joins()
	w.redis.FlushAll()
	c.groom.open(c.path("/check")).enter(c.him).at(c.path("/check"))
	w.redis.FlushAll()
	c.groom.press("applications.sign").enter(c.him).at(c.path("/check")).see("applications.sign_title") // back at the page of the form
	c.bride.open(c.path("/check")).enter(c.her)
	c.signs().toBank()
	w.redis.FlushAll()
	c.bride.press("bank.pay", "350 ₽") // comes back to a portal that does not know her
	c.bride.enter(c.her).await("payments.receipt_title")
	c.reaches("sent")
}
