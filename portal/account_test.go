package portal

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	sentPassword = regexp.MustCompile(`[a-z]{4}-[a-z]{4}-\d{4}`)
	sentCode     = regexp.MustCompile(`\d{6}`)
)

func TestRegisterAndSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/register")
	w.fill("/register", "phone", "917", "consent", "").want(422, "/register", "Отметьте согласие")
	if got := w.Page.Attr("#phone", "value"); got != "917" {
		t.Errorf("the typed phone is lost: %q", got)
	}
	w.fill("/register", "phone", "8 (917) 200-00-01", "consent", "yes").want(200, "/sign-in", "+7 917 ***-**-01")
	if strings.Contains(w.Path, "917") {
		t.Errorf("the phone stands in the address: %s", w.Path)
	}
	sms := b.messages(aliyaPhone)
	if len(sms) != 1 {
		t.Fatalf("got SMS %q", sms)
	}
	w.fill("/sign-in", "password", "wrong").want(422, "/sign-in", "не подходит")
	w.fill("/sign-in", "password", sentPassword.FindString(sms[0])).want(200, "/welcome")
	w.fill("/welcome", "last_name", "Гарипова1").want(422, "/welcome")
	w.fill("/welcome", "last_name", "Гарипова", "first_name", "Алия", "email", "a@example.ru").want(200, "/cabinet", "Здравствуйте, Алия")
	a := b.account(aliyaPhone)
	if a.LastName != "Гарипова" || a.Email != "a@example.ru" || a.LastSeenAt == nil {
		t.Errorf("stored %+v", a)
	}
	if got := w.Page.Text(".tm-account__link"); got != "Алия Г." {
		t.Errorf("the header says %q", got)
	}
	w.fill("/sign-out").want(200, "/")
	w.get("/cabinet").want(200, "/sign-in")
	w.signIn(aliyaPhone, sentPassword.FindString(sms[0])).want(200, "/cabinet") // no second welcome
}

// TestRegisterTellsNobody compares what a stranger sees for a phone with an account and for one without.
func TestRegisterTellsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.citizen("+79172000009", "Иванов", "Иван", "", "")
	pages := map[string]string{}
	for _, phone := range []string{"+79172000009", "+79172000008"} {
		w := b.browser().get("/register").fill("/register", "phone", phone, "consent", "yes").want(200, "/sign-in")
		pages[phone] = strings.ReplaceAll(w.Page.Text("main"), phone[len(phone)-2:], "..")
	}
	if pages["+79172000009"] != pages["+79172000008"] {
		t.Errorf("the pages differ:\n%s\n%s", pages["+79172000009"], pages["+79172000008"])
	}
	if sms := b.messages("+79172000009"); len(sms) != 1 || !strings.Contains(sms[0], "уже есть кабинет") || sentPassword.MatchString(sms[0]) {
		t.Errorf("the owner got %q", sms)
	}
	b.browser().signIn("+79172000009", password).want(200, "/cabinet") // the password stays
	w := b.browser().get("/reset").fill("/reset", "phone", "+79172000007").want(200, "/reset/code")
	known := b.browser().get("/reset").fill("/reset", "phone", "+79172000009").want(200, "/reset/code")
	if strings.ReplaceAll(w.Page.Text("main"), "-07", "") != strings.ReplaceAll(known.Page.Text("main"), "-09", "") {
		t.Error("the reset page tells who has an account")
	}
	if sms := b.messages("+79172000007"); len(sms) != 0 {
		t.Errorf("a stranger's phone got %q", sms)
	}
}

// TestRegisterAgain loses the first SMS: another password comes, and the first one is void.
func TestRegisterAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 2 {
		b.browser().get("/register").fill("/register", "phone", aliyaPhone, "consent", "yes").want(200, "/sign-in")
	}
	sms := b.messages(aliyaPhone)
	if len(sms) != 2 {
		t.Fatalf("got %q", sms)
	}
	b.browser().signIn(aliyaPhone, sentPassword.FindString(sms[1])).want(422, "/sign-in")
	b.browser().signIn(aliyaPhone, sentPassword.FindString(sms[0])).want(200, "/welcome")
}

func TestRememberMe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	for _, remember := range []string{"", "yes"} {
		w := b.browser().get("/sign-in")
		form := w.Page.Form(`form[action="/sign-in"]`)
		form.Values.Set("phone", aliyaPhone)
		form.Values.Set("password", password)
		form.Values.Set("remember", remember)
		for _, c := range w.one(http.MethodPost, "/sign-in", form.Values).Cookies() {
			if c.Name == "tamga_portal" && (c.MaxAge == 30*24*3600) != (remember != "") {
				t.Errorf("remember %q: the cookie lives %d s", remember, c.MaxAge)
			}
		}
		b.redis.FastForward(sessionTTL + 1)
		want := map[string]string{"": "/sign-in", "yes": "/cabinet"}[remember]
		w.get("/cabinet").want(200, want)
	}
}

func TestSignInReturns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	w := b.browser().get("/settings/data?x=1").want(200, "/sign-in", "вернётесь")
	w.fill("/sign-in", "phone", aliyaPhone, "password", password).want(200, "/settings/data?x=1")

	w = b.browser().get("/sign-in?next=//evil.example/x")
	w.fill("/sign-in", "phone", aliyaPhone, "password", password).want(200, "/cabinet")
	w = b.browser().get("/sign-in")
	w.fill("/sign-in", "phone", aliyaPhone, "password", password, "next", "https://evil.example").want(200, "/cabinet")

	// A form sent without a session leads to the sign-in, and then to the page it stood on.
	w = b.browser().get("/sign-in?next=/about")
	csrf := w.Page.Form(`form[action="/sign-in"]`).Values
	w.get("/about")
	w.post("/service/start", csrf).want(200, "/sign-in")
	if got := w.Page.Attr(`input[name=next]`, "value"); got != "/about" {
		t.Errorf("comes back to %q", got)
	}
}

// TestStrangerLocksNobodyOut guesses until the guesser is stopped; the owner still enters where the owner has been before.
func TestStrangerLocksNobodyOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	owner.fill("/sign-out")
	stranger := b.browser()
	for n := 1; stranger.Status != http.StatusTooManyRequests; n++ {
		if n > 20 {
			t.Fatal("guessing is not stopped")
		}
		stranger.signIn(aliyaPhone, "guess")
	}
	b.browser().signIn(aliyaPhone, password).want(429, "/sign-in") // the stranger's address, even with the right password
	owner.signIn(aliyaPhone, password).want(200, "/cabinet")
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	elsewhere := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "").get("/settings").want(200, "/settings", "привязка к ЕСИА")
	w := b.browser().get("/reset").fill("/reset", "phone", aliyaPhone).want(200, "/reset/code", "+7 917 ***-**-01")
	code := sentCode.FindString(b.messages(aliyaPhone)[0])
	w.fill("/reset/code", "code", code, "password", "short").want(422, "/reset/code", "не меньше 8")
	w.fill("/reset/code", "code", "000", "password", "Kazan2027").want(422, "/reset/code", "Код не подошёл")
	w.fill("/reset/code", "code", code, "password", "Kazan2027").want(200, "/cabinet")
	elsewhere.get("/settings").want(200, "/sign-in") // a new password ends other sessions
	b.browser().signIn(aliyaPhone, password).want(422, "/sign-in")
	b.browser().signIn(aliyaPhone, "Kazan2027").want(200, "/cabinet")
}

// TestStrangerSpendsNoCode has somebody who knows the phone ask for a code too, and guess until none is good.
func TestStrangerSpendsNoCode(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	owner := b.browser().get("/reset").fill("/reset", "phone", aliyaPhone).want(200, "/reset/code")
	code := sentCode.FindString(b.messages(aliyaPhone)[0])
	stranger := b.browser().get("/reset").fill("/reset", "phone", aliyaPhone).want(200, "/reset/code")
	stranger.fill("/reset/code", "code", code, "password", "Stolen2027").want(422, "/reset/code")
	for range 6 {
		stranger.fill("/reset/code", "code", "0000000", "password", "Stolen2027").want(422, "/reset/code")
	}
	owner.fill("/reset/code", "code", code, "password", "Kazan2027").want(200, "/cabinet")
}

// TestFewMessagesADay has somebody ask for codes all day long.
func TestFewMessagesADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	owner.fill("/sign-out")
	before, start := len(b.messages(aliyaPhone)), time.Now()
	for n := range 72 {
		b.redis.SetTime(start.Add(time.Duration(n) * 20 * time.Minute))
		b.redis.FastForward(20 * time.Minute)
		b.browser().get("/reset").fill("/reset", "phone", aliyaPhone)
	}
	if sent := len(b.messages(aliyaPhone)) - before; sent < 8 || sent > 16 {
		t.Errorf("%d messages in a day, want 8 to 16", sent)
	}
	owner.get("/reset").fill("/reset", "phone", aliyaPhone).want(200, "/reset/code") // where the owner has been, strangers do not count
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	w.get("/settings/data").fill("/settings/data", "first_name", "Алия-Роза", "email", "bad").want(422, "/settings/data")
	w.fill("/settings/data", "first_name", "Алия-Роза", "email", "a@b.ru").want(200, "/settings", "Данные сохранены", "Алия-Роза")
	w.get("/settings/password").fill("/settings/password", "old", "wrong", "password", "Kazan2027").want(422, "/settings/password")
	w.fill("/settings/password", "old", password, "password", "Kazan2027").want(200, "/settings", "Пароль изменён")
	w.get("/settings/language").fill("/settings/language", "lang", "tt").want(200, "/settings", "Көйләүләр")
	if a := b.account(aliyaPhone); a.Lang != "tt" || a.Epoch != 1 {
		t.Errorf("stored lang %q, epoch %d", a.Lang, a.Epoch)
	}
	var entries int
	err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM journal WHERE action = 'account.password' AND subject = $1`,
		b.account(aliyaPhone).ID.String()).Scan(&entries)
	if err != nil || entries != 1 {
		t.Errorf("the journal has %d entries, %v", entries, err)
	}
}

func TestFormsWantToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	w.post("/settings/data", map[string][]string{"last_name": {"Взлом"}}).want(403, "/settings/data")
	if a := b.account(aliyaPhone); a.LastName != "Гарипова" {
		t.Errorf("changed without a token to %q", a.LastName)
	}
}

func TestFirstPassword(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		p := newPassword()
		if !sentPassword.MatchString(p) || seen[p] {
			t.Fatalf("got %q, seen %v", p, seen[p])
		}
		seen[p] = true
	}
}

// TestFormOutlivesItsSession: what was typed while the session ended is not typed again; a button alone leads to the sign-in and back.
func TestFormOutlivesItsSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "").get("/documents/new/vehicle")
	b.redis.FastForward(sessionTTL + 1)
	w.fill("/documents/new/vehicle", "plate", "А123ВС116", "sts", "1612345678", "vehicle_name", "Җиңел машина").want(401, "", "всё, что вы ввели, на месте")
	kept := w.Page
	if href := kept.Attr("main a[role=button]", "href"); href != "/sign-in?next=%2Fdocuments%2Fnew%2Fvehicle" {
		t.Errorf("the sign-in is at %q", href)
	}
	w.signIn(aliyaPhone, password).want(200, "/cabinet")
	w.Page = kept
	if w.fill("/documents/new/vehicle"); w.Status == 403 { // the token was of the former session: the form comes back once more
		w.fill("/documents/new/vehicle")
	}
	w.want(200, "/documents", "Җиңел машина")
	w.get("/settings/sessions")
	b.redis.FastForward(sessionTTL + 1)
	w.fill("/sign-out").want(200, "/sign-in")
	w.signIn(aliyaPhone, password).get("/settings/password")
	b.redis.FastForward(sessionTTL + 1)
	w.fill("/settings/password", "old", password, "password", "Kazan2026x").want(200, "/sign-in")
	if page := w.Page.String(); strings.Contains(page, "Kazan2026x") || strings.Contains(page, password) {
		t.Error("a password is written into a page")
	}
}
