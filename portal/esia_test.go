package portal

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tamga/applications"
	"tamga/internal/dbtest"
	"tamga/internal/secret"
)

// who asks the portal whom it takes the reader for.
func (w *browser) who() *applications.Person {
	w.Helper()
	got := w.one(http.MethodGet, "/service/who", nil)
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		w.Fatal(err)
	}
	var p applications.Person
	if err := json.Unmarshal(raw, &p); err != nil {
		w.Fatalf("%v: %s", err, raw)
	}
	return &p
}

func TestESIANewCabinet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/sign-in?next=/settings")
	w.get(w.Page.Attr("main a.govuk-button", "href")).want(200, "/esia/bind", "Гарипова Алия Маратовна", "Я здесь впервые")
	if got := b.esia.last.Get("scope"); got != "openid profile email phone snils document documents address" {
		t.Errorf("scope %q", got)
	}
	w.fill("/esia/bind/new").want(422, "/esia/bind/new", "Отметьте согласие")
	w.fill("/esia/bind/new", "consent", "yes").want(200, "/settings", "Гарипова Алия Маратовна", "стандартная")
	p := w.who()
	want := map[string]string{"last_name": "Гарипова", "first_name": "Алия", "middle_name": "Маратовна", "birth_date": "1998-04-12",
		"sex": "female", "birth_place": "г. Казань", "snils": "11223344595", "citizenship": "RUS", "passport_series": "9218",
		"passport_number": "120001", "passport_issued_on": "2018-05-01", "passport_issued_by": "МВД по РТ", "passport_code": "160-001",
		"phone": aliyaPhone, "email": "aliya@esia.example"}
	if diff := cmp.Diff(want, p.Profile); diff != "" || p.Level != "standard" || p.SNILS != "11223344595" {
		t.Errorf("level %s, СНИЛС %s, profile %s", p.Level, p.SNILS, diff)
	}
	a := b.account(aliyaPhone)
	if strings.Contains(string(a.Profile), "11223344595") || a.PasswordHash != nil {
		t.Error("the profile lies open, or a password was made up")
	}
	// A second sign-in asks nothing, and brings news from ESIA.
	b.esia.is("family_name", "Хабибуллина", "level", "confirmed")
	w = b.browser().get("/esia/start?next=/cabinet").want(200, "/cabinet", "Хабибуллина", "подтверждённая")
	if p := w.who(); p.Last != "Хабибуллина" || p.Level != "confirmed" {
		t.Errorf("not refreshed: %+v", p)
	}
}

func TestESIAAnswersThatDoNotBelong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lie    func(*esiaServer)
		status int
		text   string
	}{
		"another nonce":           {func(s *esiaServer) { s.nonce = "stale-nonce" }, 400, "не прошёл проверку"},
		"another issuer":          {func(s *esiaServer) { s.issuer = "https://evil.example" }, 400, "не прошёл проверку"},
		"userinfo of another one": {func(s *esiaServer) { s.other = true }, 400, "не прошёл проверку"},
		"refused by the person":   {func(s *esiaServer) { s.deny = "access_denied" }, 403, "не разрешили"},
		"out of order":            {func(s *esiaServer) { s.deny = "temporarily_unavailable" }, 503, "Попробуйте позже"},
		"an error in the request": {func(s *esiaServer) { s.deny = "invalid_scope" }, 400, "не получилось"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c.lie(b.esia)
			w := b.browser().get("/esia/start?next=/settings").want(c.status, CallbackPath, c.text)
			if w.Page.Has(".tm-account__out") {
				t.Error("signed in all the same")
			}
			var n int
			if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM account`).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d accounts were made, %v", n, err)
			}
		})
	}
}

// TestESIAAnswerElsewhere brings an answer into another browser, twice into its own, and by the back button.
func TestESIAAnswerElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser()
	start := func() string {
		return w.inside(w.one(http.MethodGet, "/esia/start", nil).Header.Get("Location"))
	}
	b.browser().get(start()).want(400, CallbackPath, "уже не работает") // a planted answer
	w.get(CallbackPath+"?state=made-up&code=x").want(400, CallbackPath, "уже не работает")
	answer := start()
	w.get(answer).want(200, "/esia/bind")
	w.get(answer).want(400, CallbackPath, "уже не работает")
	w.get("/esia/bind").fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet")
	w.get(answer).want(200, CallbackPath, "Вы уже вошли")
	late := start()
	b.redis.FastForward(flowLife + time.Second)
	b.redis.FastForward(sessionTTL + time.Second)
	w.get(late).want(400, CallbackPath, "уже не работает")
}

func TestESIADown(t *testing.T) {
	t.Parallel()
	client, _ := dbtest.RedisServer(t)
	pages, err := thePages()
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	services, err := theServices()
	if err != nil {
		t.Fatal(err)
	}
	app, err := New(Config{DB: dbtest.Tx(t, dbtest.Portal), Redis: client, Pages: pages, Box: box, Catalog: services, Hasher: secret.NewCheapHasher(1), Now: time.Now,
		PublicURL: site, ESIA: ESIA{Issuer: gone.URL, ClientID: "portal"}, CSRFKey: make([]byte, 32), CodesKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	w := (&bench{T: t, app: app, esia: &esiaServer{Server: gone}}).browser()
	w.get("/esia/start?next=/settings").want(503, "/esia/start", "Попробуйте позже")
	if got := w.Page.Attr("main .govuk-button", "href"); got != "/esia/start?next=%2Fsettings" {
		t.Errorf("trying again leads to %q", got)
	}
	w.get("/sign-in").want(200, "/sign-in")
}

// TestLevelInMidFlow comes to a step that needs a checked person, first as nobody, then signed in by phone.
func TestLevelInMidFlow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "Маратовна", "")
	if p := w.who(); p.Level != "none" || p.SNILS != "" || p.Last != "Гарипова" || p.Profile["phone"] != aliyaPhone {
		t.Errorf("by phone: %+v", p)
	}
	w.get("/service/step").want(200, "/esia/level", "Нужна стандартная", "Вы вошли по телефону")
	b.esia.is("level", "simplified", "snils", "", "birthdate", "")
	w.get(w.Page.Attr("main .govuk-button", "href")) // the names are the same: bound on the way
	w.want(200, "/esia/level", "Сейчас ваша учётная запись упрощённая")
	if got := b.esia.last.Get("acr_values"); got != "urn:tamga:level:standard" {
		t.Errorf("asked for %q", got)
	}
	b.esia.is("level", "standard", "snils", "11223344595")
	w.get(w.Page.Attr("main .govuk-button", "href")).want(200, "/service/step?n=3", "11223344595")

	// The same cabinet by phone alone is no checked person.
	phone := b.browser().signIn(aliyaPhone, password)
	if p := phone.who(); p.Level != "none" || p.SNILS != "" || p.Profile["passport_number"] != "" {
		t.Errorf("a bound cabinet entered by phone: %+v", p)
	}
	phone.get("/service/step").want(200, "/esia/level", "по телефону и паролю")
	phone.get(phone.Page.Attr("main .govuk-button", "href")).want(200, "/service/step?n=3")
	b.browser().get("/esia/level?level=standard&next=/service/step").want(200, "/esia/level", "ещё не вошли")
	b.browser().get("/esia/level?level=none&next=/settings").want(200, "/sign-in")
}

func TestSignOutAtESIA(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/esia/start").fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet")
	w.fill("/sign-out").want(200, "/")
	if b.esia.left.Get("id_token_hint") == "" || b.esia.left.Get("post_logout_redirect_uri") != site+"/" {
		t.Errorf("ESIA was told %v", b.esia.left)
	}
	w.get("/cabinet").want(200, "/sign-in")

	b.esia.left = nil
	b.citizen("+79172000005", "А", "Б", "", "").fill("/sign-out").want(200, "/")
	if b.esia.left != nil {
		t.Error("a sign-in by phone was signed out at ESIA")
	}
}
