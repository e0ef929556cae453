package portal

import (
	"regexp"
	"strings"
	"testing"
)

var endings = regexp.MustCompile(`/settings/sessions/[^"]+/end`)

// TestSessions: a person sees where they are signed in, ends one session or all others, and nobody else's.
func TestSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	phone := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	desk, old := b.browser().signIn(aliyaPhone, password), b.browser().signIn(aliyaPhone, password)
	stranger := b.citizen("+79172000002", "Хабибуллин", "Тимур", "", "")
	desk.get("/settings/sessions").want(200, "/settings/sessions", "Это устройство", "по телефону и паролю")
	if n := strings.Count(desk.Page.Text("main"), "Последнее действие"); n != 3 {
		t.Errorf("%d sessions are listed", n)
	}
	end := endings.FindString(desk.Page.String())
	stranger.get("/settings")
	form := stranger.Page.Form(`form[action="/sign-out"]`)
	if stranger.post(end, form.Values); stranger.Status != 404 {
		t.Errorf("a stranger got %d", stranger.Status)
	}
	desk.fill(end).want(200, "/settings/sessions", "вы вышли")
	ended := 0
	for _, w := range []*browser{phone, old} {
		if w.get("/cabinet"); strings.HasPrefix(w.Path, "/sign-in") {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d of two sessions are ended", ended)
	}
	desk.get("/settings/sessions").fill("/settings/leave-others").want(200, "/settings/sessions", "на всех других")
	for _, w := range []*browser{phone, old} {
		w.get("/cabinet").want(200, "/sign-in")
	}
	if endings.MatchString(desk.Page.String()) {
		t.Error("sessions that are ended are listed")
	}
	stranger.get("/cabinet").want(200, "/cabinet")
	desk.get("/settings/journal?all=1").want(200, "", "Выход на другом устройстве", "Выход на всех других устройствах")
}
