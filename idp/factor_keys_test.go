package idp

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	virtual "github.com/descope/virtualwebauthn"
	"golang.org/x/net/html"
)

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// key is an authenticator with a passkey of one person.
type key struct {
	site   virtual.RelyingParty
	device virtual.Authenticator
	one    virtual.Credential
}

func newKey(s *site) *key {
	k := &key{site: virtual.RelyingParty{ID: "localhost", Name: "Тамга", Origin: s.issuer}, device: virtual.NewAuthenticator(), one: newCredential()}
	k.one.Counter = 1
	return k
}

// newCredential is a pair of keys of the virtual authenticator, which drops the leading zeroes of a coordinate: such a key
// (one of 128) is no COSE key (RFC 9053 §7.1.1 keeps all 32 octets) and is rightly refused.
func newCredential() virtual.Credential {
	const whole = 77 // octets of a COSE EC2 key on P-256
	for {
		if one := virtual.NewCredential(virtual.KeyTypeEC2); len(one.Key.AttestationData()) == whole {
			return one
		}
	}
}

// options are what the page gives the browser for its dialogue.
func (b *browser) options() string {
	b.t.Helper()
	options := ""
	walk(b.page, func(n *html.Node) {
		if text := attr(n, "data-options"); text != "" {
			options = text
		}
	})
	if options == "" {
		b.t.Fatalf("%s asks for no passkey:\n%s", b.URL, b.text())
	}
	return options
}

// create makes the passkey that the page asks for.
func (k *key) create(b *browser) string {
	b.t.Helper()
	options, err := virtual.ParseAttestationOptions(b.options())
	if err != nil {
		b.t.Fatal(err)
	}
	k.device.Options.UserHandle = []byte(options.UserID)
	return virtual.CreateAttestationResponse(k.site, k.device, k.one, *options)
}

// answer signs the page's challenge.
func (k *key) answer(b *browser) string {
	b.t.Helper()
	options, err := virtual.ParseAssertionOptions(b.options())
	if err != nil {
		b.t.Fatal(err)
	}
	k.one.Counter++
	return virtual.CreateAssertionResponse(k.site, k.device, k.one, *options)
}

// withKey adds a passkey for Алия, who stays signed in.
func (s *site) withKey(t *testing.T, k *key) *browser {
	t.Helper()
	b := s.browser(t).signIn(proverPhone, DemoPassword)
	b.get("/profile/security/passkeys/add").want(200)
	return b.fill("/profile/security/passkeys/add", "name", "Телефон Әлиянең", "credential", k.create(b)).want(200, "Добавлен ключ доступа", "Телефон Әлиянең", "ещё не использовали")
}

func TestPasskeyAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	k := newKey(s)
	owner := s.withKey(t, k)
	b := s.browser(t).get("/login").want(200)
	if !strings.Contains(b.Body, `autocomplete="username webauthn"`) || strings.Contains(b.options(), "allowCredentials") {
		t.Error("the page names passkeys, or no list offers them")
	}
	form := url.Values{"_csrf": {b.value("_csrf")}, "state": {b.value("state")}, "credential": {k.answer(b)}}
	b.post("/login/passkey", form).want(200, "Гарипова Алия Маратовна")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{hwk,user}'`); n != 1 {
		t.Errorf("%d sessions by a passkey", n)
	}
	owner.get("/profile/security").want(200)
	if strings.Contains(owner.text(), "ещё не использовали") {
		t.Error("the use is not noted")
	}
	replay := s.browser(t).get("/login")
	form.Set("_csrf", replay.value("_csrf"))
	replay.post("/login/passkey", form).want(422, "слишком долго") // the same answer again
	replay.get("/profile").want(401)
	replay.get("/login")
	form = url.Values{"_csrf": {replay.value("_csrf")}, "state": {replay.value("state")}, "credential": {form.Get("credential")}}
	replay.post("/login/passkey", form).want(422, "не подошёл") // to another challenge
}

func TestPasskeyIsGuarded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	k := newKey(s)
	owner := s.withKey(t, k)
	try := func(change func(*key)) *browser {
		b, other := s.browser(t).get("/login"), *k
		change(&other)
		return b.fill("/login/passkey", "credential", other.answer(b))
	}
	try(func(k *key) { k.site.Origin = "https://evil.example" }).want(422, "не подошёл")
	try(func(k *key) { k.one = newCredential(); k.one.ID = owner.keyID(t) }).want(422, "не подошёл")
	try(func(k *key) { k.device.Options.UserNotVerified = true }).want(422, "не подошёл")
	try(func(k *key) { k.device.Options.UserHandle = []byte("0123456789abcdef") }).want(422, "не подошёл")
	b := s.browser(t).get("/login")
	b.fill("/login/passkey", "credential", k.answer(b)).want(200, "Гарипова")
	try(func(k *key) { k.one.Counter = 0 }).want(422, "сняли копию") // the counter fell back
	b = s.browser(t).get("/login")
	b.fill("/login/passkey", "credential", k.answer(b)).want(422, "не подошёл")
	owner.get("/profile/security").want(200, "скопировали")
	owner.get(owner.link("Удалить")).want(200).fill("/profile/security/remove").want(200, "Удалён ключ доступа")
	if n := s.count(t, `SELECT count(*) FROM factor_passkey`); n != 0 {
		t.Error("the key is still there")
	}
}

// keyID is the id of the only passkey.
func (b *browser) keyID(t *testing.T) []byte {
	t.Helper()
	var id []byte
	if err := b.site.db.QueryRow(t.Context(), `SELECT credential_id FROM factor_passkey`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// A passkey after the password; another person's does not fit.
func TestPasskeyAsSecondProof(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	k, foreign := newKey(s), newKey(s)
	s.withKey(t, k)
	timur := s.browser(t).signIn("+79172000002", DemoPassword).get("/profile/security/passkeys/add").want(200)
	timur.fill("/profile/security/passkeys/add", "name", "x", "credential", foreign.create(timur)).want(200)
	timur.get("/profile/security/remove?what=" + s.passkeyOf(t, proverID)).want(404)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Используйте ключ доступа")
	b.fill("/login/second/passkey", "credential", foreign.answer(b)).want(422, "не подошёл")
	b.fill("/login/second/passkey", "credential", k.answer(b)).want(200, "Гарипова")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{pwd,hwk,user}'`); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func (s *site) passkeyOf(t *testing.T, account string) (id string) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), `SELECT id::text FROM factor_passkey WHERE account_id = $1`, account).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// codeOf is the code in the picture of the browser with this cookie.
func codeOf(s *site, token string) string {
	return base64.RawURLEncoding.EncodeToString(s.box.Blind("qr:" + token)[:18])
}

// pictured is what the QR code on the page holds. The test takes it from where the server does: the picture is only drawn.
func (b *browser) pictured(s *site) string {
	b.t.Helper()
	at, _ := url.Parse(s.issuer + "/login/qr")
	for _, c := range b.client.Jar.Cookies(at) {
		if c.Name == Cookie+"_qr" {
			return "/qr?code=" + codeOf(s, c.Value)
		}
	}
	b.t.Fatal("no QR cookie")
	return ""
}

func TestQR(t *testing.T) {
	t.Parallel()
	s, ahead := timed(t)
	phone := s.browser(t).signIn(proverPhone, DemoPassword)
	screen := s.browser(t).get("/login")
	screen.get(screen.link("По QR-коду")).want(200, "Вход по QR-коду", "Ваше число")
	if !strings.Contains(screen.Body, "<svg") || !strings.Contains(screen.Body, `http-equiv="refresh"`) {
		t.Error("no picture, or nothing refreshes the page")
	}
	link, number := screen.pictured(s), screen.textOf("number")
	s.browser(t).get(link).want(401, "Сначала войдите на этом телефоне")
	phone.get(link).want(200, "127.0.0.*", "та же сеть", number)
	screen.get("/login/qr").want(200, "Ждём подтверждения")
	phone.fill("/qr").want(422, "Выберите число")
	phone.fill("/qr", "number", number).want(200, "вход выполнен")
	s.browser(t).get("/login/qr").want(200, "Ждём подтверждения") // another browser gets a picture of its own
	screen.get("/login/qr/state").want(200)
	if !strings.Contains(screen.Body, `"confirmed"`) {
		t.Errorf("state %s", screen.Body)
	}
	screen.get("/login/qr").want(200, "Гарипова Алия Маратовна")
	screen.get("/login/qr").want(200, "Гарипова") // the back button
	phone.get(link).want(404, "уже использован")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{qr,pwd}'`); n != 1 {
		t.Errorf("%d sessions by QR", n)
	}

	screen = s.browser(t).get("/login/qr").want(200)
	wrong := "10"
	if screen.textOf("number") == wrong {
		wrong = "11"
	}
	phone.get(screen.pictured(s)).want(200).fill("/qr", "number", wrong).want(200, "никого не впустили")
	screen.get("/login/qr").want(200, "не подтвердили")
	screen.get(screen.link("Показать новый код")).want(200, "Ждём подтверждения")
	phone.get(screen.pictured(s)).want(200).fill("/qr", "refuse", "yes").want(200, "никого не впустили")

	screen.get("/login/qr?fresh=1").want(200)
	old := screen.pictured(s)
	number = screen.textOf("number")
	phone.get(old).want(200)
	ahead(121 * time.Second)
	phone.fill("/qr", "number", number).want(404)
	screen.get("/login/qr").want(200, "Код устарел")
	screen.get("/profile").want(401)
}

// Who wants a second proof gives it also after a QR code, unless the phone's session has one.
func TestQRAsksForTheSecondProof(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	phone := s.browser(t).signIn(proverPhone, DemoPassword)
	phone.get("/profile/security").fill("/profile/security/sms", "sms", "on").want(200)
	screen := s.browser(t).get("/login/qr").want(200)
	phone.get(screen.pictured(s)).fill("/qr", "number", screen.textOf("number")).want(200, "вход выполнен")
	screen.get("/login/qr").want(200, "Подтвердите вход").second("sms", s.code(t, proverPhone, 1)).want(200, "Гарипова")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{qr,pwd,sms}'`); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

// A client that asks for two proofs: who has no second one is offered a code by SMS, and goes on to the client.
func TestStepUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t).signIn(proverPhone, DemoPassword)
	b.get(p.address("acr_values", "urn:tamga:mfa")).want(200, "Нужно подтвердить вход", "Портал государственных услуг")
	if n := s.count(t, `SELECT count(*) FROM notification WHERE kind = 'idp.second_code'`); n != 0 {
		t.Error("opening a link sent an SMS")
	}
	b.fill("/login/second/send").want(200, "Подтвердите вход").second("sms", s.code(t, proverPhone, 1)).want(200, "Портал государственных услуг")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{pwd,sms}' AND authenticated_at > started_at`); n != 1 {
		t.Errorf("%d sessions were strengthened", n)
	}
	if n := s.count(t, `SELECT count(*) FROM factor_sms WHERE account_id = $1`, proverID); n != 1 {
		t.Error("codes by SMS are not on")
	}
	b.get(p.address("acr_values", "urn:tamga:mfa"))
	if strings.Contains(b.text(), "Подтвердите вход") {
		t.Error("a strong session is asked again")
	}
}
