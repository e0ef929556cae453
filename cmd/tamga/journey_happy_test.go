package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/departments/stand"
)

// TestJourneyHappy is the story of issue 2 from end to end: two people whom nobody knows, a marriage application, the bank, the
// registry office and a clerk.
func TestJourneyHappy(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := &couple{t: t, w: w, bride: w.person(t), groom: w.person(t),
		her: resident{"Сафиуллина", "Лилия", "Рустемовна", "F", "+79174000001", validSNILS(301000001)},
		him: resident{"Ахметов", "Данил", "Айратович", "M", "+79174000002", validSNILS(301000002)}}

	known := stand.Person{SNILS: c.him.SNILS, LastName: c.him.Last, FirstName: c.him.First, MiddleName: c.him.Middle, BirthDate: "1996-09-03",
		Sex: "male", Series: "9220", Number: "300002", IssuedOn: "2020-06-01", Code: "160-001"}
	if err := stand.SeedDemo(t.Context(), w.stand, []stand.Person{known}); err != nil { // of her the registers judge by rule
		t.Fatal(err)
	}

	c.bride.open("/").follow("Регистрация брака").press("catalog.start").see("portal.level_why_standard").follow("portal.level_enter")
	c.bride.registers(c.her, [3]string{"12", "4", "1998"}, "9220 300001").follow("idp.back_to", "Портал государственных услуг")
	c.bride.press("idp.consent_grant").fill("consent", "yes").press("portal.bind_new_do")
	c.bride.press("applications.begin")
	c.id = uuid.MustParse(inPath.FindStringSubmatch(c.bride.url.Path)[1])
	c.bride.answer(marriage).at(c.path("/check"))
	c.bride.see(c.her.Last).see("12 апреля 1998").see("9220") // came from the account by themselves
	c.invites()

	c.groom.open(c.invitation).open(c.groom.toESIA())
	c.groom.registers(c.him, [3]string{"3", "9", "1996"}, "9220 300002").follow("idp.back_to", "Портал государственных услуг")
	c.groom.press("idp.consent_grant").fill("consent", "yes").press("portal.bind_new_do")
	c.groom.see(c.her.First).press("applications.invitation_accept").click("#now").answer(marriage)
	c.signs()
	c.groom.open(c.path("")).see("applications.now_wait_pay_title")

	c.pays()
	receipt := regexp.MustCompile(`\d{4}-\d{4}-\d{4}`).FindString(c.bride.page.Words())
	c.bride.follow("payments.continue").await("applications.now_sent_title").see("applications.slot_booked")
	number := c.bride.page.Text("#number")
	if w.letter(t, c.her.Phone, "квитанция (.*)") != receipt {
		t.Errorf("the SMS names another receipt than %s", receipt)
	}

	registrar := w.person(t).open(w.state.stand + "/zags").follow(number).see(c.her.name()).see(c.him.name())
	registrar.fill("text", "Ждём вас").press("stand.accept")
	for _, p := range []*person{c.bride, c.groom} {
		p.open(c.path("")).await("applications.now_accepted_title").see("Ждём вас").see(number)
		p.open("/cabinet").see("applications.state_accepted")
		p.open("/applications").see(number)
	}
	registrar.again().press("stand.complete")
	c.bride.open(c.path("")).await("applications.now_completed_title")

	clerk := w.person(t).clerk("Управление ЗАГС", "Кузнецов", "Temp2026").at("/password")
	clerk.open(w.state.intra + "/payments").notSee(`name="query"`) // a temporary password opens nothing
	clerk.open(w.state.intra+"/password").fill("first", "Kazan2026Kremlin", "second", "Kazan2026Kremlin").press("intra.password_save")
	clerk.open(w.state.intra + "/").follow("intra.services").follow("intra.payments")
	for _, query := range []string{receipt, c.her.name()} {
		clerk.open(w.state.intra+"/payments").fill("query", query, "purpose", "visit").press("payments.staff_find")
		clerk.see(receipt).see("payments.state_succeeded").see("350 ₽").see("Государственная пошлина за регистрацию брака")
	}
	if n := w.count(t, `SELECT count(*) FROM journal WHERE action = 'payments.lookup'`); n != 2 {
		t.Errorf("%d look-ups are journalled, want 2", n)
	}
	w.person(t).clerk("центр материальной помощи", "Сафина", "Tamga2026").follow("intra.services").see("intra.no_doors").open(w.state.intra + "/payments").notSee(`name="query"`)

	t.Run("strangers", func(t *testing.T) { c.keepsOut(t) })
}

var personal = regexp.MustCompile(`^/(applications|payments|invitations)/[^/]+`)

// keepsOut tries every address that the couple has seen, as somebody else and as nobody.
func (c *couple) keepsOut(t *testing.T) {
	stranger, nobody := c.w.person(t), c.w.person(t)
	stranger.enter(c.w.newResident("Чужой", "Степан", "Ильич", "M"))
	addresses := map[string]bool{}
	for _, unseen := range []string{"/payments/" + c.charge() + "/bill", "/payments/" + c.charge() + "/qr.svg", c.path("/cancel"),
		c.path("/decline"), c.path("/submit")} {
		addresses[c.w.state.portal+unseen] = true
	}
	for _, p := range []*person{c.bride, c.groom} {
		for address := range p.visited {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if u.Host == hostOf(c.w.state.portal) && personal.MatchString(u.Path) && u.Path != "/applications/new" {
				addresses[address] = true
			}
		}
	}
	if len(addresses) < 30 {
		t.Errorf("only %d addresses: the story is longer", len(addresses))
	}
	csrf := stranger.open("/settings/language").page.Attr("main input[name=_csrf]", "value")
	secrets := []string{c.her.Last, c.him.Last, c.her.SNILS, c.him.SNILS, "9220", "1626-"}
	for address := range addresses {
		stranger.open(address)
		if letter := strings.Contains(address, "/invitations/"); !letter && stranger.status != 404 && stranger.status != 405 || letter && stranger.status < 400 {
			t.Errorf("a stranger gets %d at %s", stranger.status, address)
		}
		status, _, at, err := stranger.send(http.MethodPost, address, url.Values{"_csrf": {csrf}})
		if err != nil || status < 400 || status >= 500 {
			t.Errorf("a stranger's post to %s ends with %d at %s, %v", address, status, at, err)
		}
		nobody.open(address)
		if personal.MatchString(nobody.url.Path) && nobody.status < 400 {
			t.Errorf("nobody is shown %s", address)
		}
		for _, secret := range secrets {
			for _, p := range []*person{stranger, nobody} {
				if strings.Contains(p.page.Words(), secret) {
					t.Errorf("%s says %q to a stranger", address, secret)
				}
			}
		}
	}
	if c.state() != "completed" {
		t.Errorf("a stranger has moved the application to %s", c.state())
	}
}
