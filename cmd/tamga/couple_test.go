package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// couple is two people and the application that they file together. She is the filer.
type couple struct {
	t            *testing.T
	w            *town
	bride, groom *person
	her, him     resident
	id           uuid.UUID
	invitation   string // address in the groom's letter
}

// marriage answers the questions that the account does not. A page takes what it asks.
var marriage = map[string]string{"obstacles": "none", "together": "yes", "filer_role": "bride", "office": "zags-kazan-palace",
	"ceremonial": "no", "identity_kind": "passport", "marital_status": "single", "surname_choice": "keep",
	"address": "Казань, ул. Баумана, 1, кв. 5", "consent_marriage": "yes", "consent_data": "yes"}

// newCouple makes two residents at two browsers.
func (w *town) newCouple(t *testing.T) *couple {
	t.Helper()
	return &couple{t: t, w: w, bride: w.person(t), groom: w.person(t),
		her: w.newResident("Гарипова", "Алия", "Маратовна", "F"), him: w.newResident("Хабибуллин", "Тимур", "Ильдарович", "M")}
}

// path is a page of the application.
func (c *couple) path(rest string) string { return "/applications/" + c.id.String() + rest }

// state is what the database says of the application.
func (c *couple) state() string {
	c.t.Helper()
	return c.w.ask(c.t, c.w.portal, `SELECT state FROM application WHERE id = $1`, c.id)
}

// reaches waits for a state that comes about behind the pages.
func (c *couple) reaches(state string) {
	c.t.Helper()
	eventually(c.t, "state "+state, func() bool { return c.state() == state })
}

// answer fills page after page of questions until none is left.
func (p *person) answer(answers map[string]string) *person {
	p.t.Helper()
	for range 60 {
		if !strings.Contains(p.url.Path, "/steps/") {
			return p
		}
		before := p.url.Path
		for name, value := range answers {
			if p.page.Has("[name=" + name + "]") {
				p.fill(name, value)
			}
		}
		if times := p.page.Attrs("input[name=slot]", "value"); len(times) > 0 && p.typed.Get("slot") == "" {
			if p.slot == "" {
				p.slot = p.w.ownTime(p.t, times)
			}
			p.fill("slot", p.slot)
		}
		if p.press("applications.save_continue"); p.url.Path == before {
			p.t.Fatalf("%s (%d) is not content: %v", p.url, p.status, p.page.Texts(".govuk-error-summary__list li"))
		}
	}
	p.t.Fatal("the questions do not end")
	return p
}

// ownTime is the first of the times that no couple of the town has had before: they run neither after the same one nor
// after one that was given back, which its first couple looks for.
func (w *town) ownTime(t *testing.T, times []string) string {
	t.Helper()
	for _, at := range times {
		if _, had := w.times.LoadOrStore(at, true); !had {
			return at
		}
	}
	t.Fatal("every time that is offered was another couple's before")
	return ""
}

var inPath = regexp.MustCompile(`/applications/([0-9a-f-]{36})`)

// files has the bride sign in and fill in her part.
func (c *couple) files() *couple {
	c.t.Helper()
	return c.filesFor("")
}

// filesFor does so for a time that she has in mind; "" is any.
func (c *couple) filesFor(slot string) *couple {
	c.t.Helper()
	c.bride.slot = slot
	c.bride.open("/services/marriage").press("catalog.start")
	if c.bride.url.Path == "/esia/level" { // not signed in yet
		c.bride.enter(c.her).press("applications.begin")
	}
	match := inPath.FindStringSubmatch(c.bride.url.Path)
	if match == nil {
		c.t.Fatalf("no application at %s", c.bride.url)
	}
	c.id = uuid.MustParse(match[1])
	c.bride.answer(marriage).at(c.path("/check"))
	return c
}

// invites has the bride invite the groom.
func (c *couple) invites() *couple {
	c.t.Helper()
	c.bride.open(c.path("/check")).follow("applications.invite_link")
	c.bride.fill("snils", c.him.SNILS, "phone", c.him.Phone).press("applications.invite_send").see("applications.now_wait_join_title")
	c.invitation = c.w.letter(c.t, c.him.Phone, `(http\S+/invitations/\S+)`)
	return c
}

// joins has the groom accept and fill in his part.
func (c *couple) joins() *couple {
	c.t.Helper()
	c.groom.open(c.invitation).enter(c.him).press("applications.invitation_accept").click("#now").answer(marriage)
	return c
}

// signs has both sign.
func (c *couple) signs() *couple {
	c.t.Helper()
	c.groom.open(c.path("/check")).press("applications.sign").see("applications.now_wait_sign_title")
	c.bride.open(c.path("/check")).press("applications.sign_pay").at(c.path("")).see("applications.now_paying_title")
	return c
}

// toBank has the bride go to the bank's page.
func (c *couple) toBank() *couple {
	c.t.Helper()
	c.bride.open(c.path("")).click("#now").press("payments.pay", "350 ₽").see("bank.title")
	return c
}

// pays has the bride pay, to the receipt.
func (c *couple) pays() *couple {
	c.t.Helper()
	c.toBank()
	c.bride.press("bank.pay", "350 ₽").await("payments.receipt_title")
	return c
}

// freed makes sure that the couple's time is free again: others are offered it, and it is held for them.
func (c *couple) freed() {
	c.t.Helper()
	if n := c.w.count(c.t, `SELECT count(*) FROM application_booking WHERE application = $1 AND state <> 'released'`, c.id); n != 0 {
		c.t.Error("the couple still holds a time")
	}
	others := c.w.newCouple(c.t)
	others.filesFor(c.bride.slot).invites()
	if others.bride.slot != c.bride.slot {
		c.t.Errorf("the others got %s, not %s", others.bride.slot, c.bride.slot)
	}
	if n := c.w.count(c.t, `SELECT count(*) FROM application_booking WHERE application = $1 AND state = 'held'`, others.id); n != 1 {
		c.t.Error("the time is not held for the others")
	}
}

// charge is the key of the newest charge.
func (c *couple) charge() string {
	c.t.Helper()
	return c.w.ask(c.t, c.w.portal, `SELECT id::text FROM charge WHERE origin_id = $1 ORDER BY id DESC LIMIT 1`, c.id)
}
