package idp

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// timed is a site whose clock the test moves on.
func timed(t *testing.T) (*site, func(time.Duration)) {
	t.Helper()
	s := newSite(t)
	var ahead atomic.Int64
	s.cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s.restart(t)
	return s, func(d time.Duration) {
		ahead.Add(int64(d))
		s.redis.FastForward(d)
		s.redis.SetTime(time.Now().Add(time.Duration(ahead.Load())))
	}
}

const proverPhone, proverEmail = "+79172000001", "aliya@demo.tamga.example"

const proverID = "01900000-0000-7000-8000-000000000001"

// withSMS switches codes by SMS on for Алия, through the page, and signs her out.
func (s *site) withSMS(t *testing.T) *browser {
	t.Helper()
	b := s.browser(t).signIn(proverPhone, DemoPassword)
	b.get("/profile/security").want(200, "Код по SMS выключено").fill("/profile/security/sms", "sms", "on").want(200, "Включён код по SMS", "Код по SMS включено")
	b.fill("/oauth2/logout/confirm").want(200)
	return b
}

// code is the nth SMS code sent to a phone.
func (s *site) code(t *testing.T, phone string, n int) string {
	t.Helper()
	return sixDigits.FindString(s.outbox.wait(t, phone, n).Body)
}

// notThis is a code that differs.
func notThis(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func (b *browser) second(way, code string) *browser {
	b.t.Helper()
	return b.fill("/login/second", "way", way, "code", code)
}

func TestSecondProofBySMS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withSMS(t)
	b := s.browser(t).signIn(proverPhone, "Wrong12345").want(422, "Не получилось войти")
	b.signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход", "*-**-01")
	s.browserLike(b).get("/profile").want(401) // half a sign-in opens nothing
	code := s.code(t, proverPhone, 1)
	b.get("/login/second").want(200).second("sms", notThis(code)).want(422, "Осталось 2 попытки")
	b.second("sms", " "+code[:3]+" "+code[3:]).want(200, "Гарипова Алия Маратовна")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{pwd,sms}' AND ended_at IS NULL`); n != 1 {
		t.Errorf("%d sessions by two proofs", n)
	}
	for action, want := range map[string]int{"idp.factor.sms_on": 1, "idp.second_failed": 1, "idp.sign_in_failed": 1} {
		if n := s.count(t, `SELECT count(*) FROM journal WHERE action = $1 AND subject = $2`, action, proverID); n != want {
			t.Errorf("%s stands %d times in the journal, want %d", action, n, want)
		}
	}
	if mail := s.outbox.wait(t, proverEmail, 2); !strings.Contains(mail.Body, "Включён код по SMS") {
		t.Errorf("mail %q", mail.Body)
	}
	if n := s.count(t, `SELECT count(*) FROM half_sign_in`); n != 0 {
		t.Error("the half sign-in was left behind")
	}
}

// browserLike is another browser with the same cookies.
func (s *site) browserLike(b *browser) *browser {
	twin := s.browser(b.t)
	at, _ := url.Parse(s.issuer + "/login")
	for _, c := range b.client.Jar.Cookies(at) {
		twin.client.Jar.SetCookies(at, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/"}})
	}
	return twin
}

func TestSecondCodeIsGuarded(t *testing.T) {
	t.Parallel()
	s, ahead := timed(t)
	s.withSMS(t)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход")
	code := s.code(t, proverPhone, 1)
	b.fill("/login/second/send").want(429, "Новый код можно запросить")
	for range 2 {
		b.second("sms", notThis(code)).want(422, "Код не подошёл")
	}
	b.second("sms", notThis(code)).want(422, "Попытки закончились")
	b.second("sms", code).want(429, "Попытки закончились")
	ahead(61 * time.Second)
	b.fill("/login/second/send").want(200)
	fresh := s.code(t, proverPhone, 2)
	b.second("sms", code).want(422) // the new one voids it
	ahead(301 * time.Second)
	b.second("sms", fresh).want(422, "Код устарел")
	b.fill("/login/second/send").want(200, "Больше кодов для этого входа нет")
	b.second("sms", s.code(t, proverPhone, 3)).want(200, "Гарипова")
	if mail := s.outbox.wait(t, proverEmail, 3); !strings.Contains(mail.Body, "с верным паролем") {
		t.Errorf("three wrong codes are told as %q", mail.Body)
	}
}

func TestHalfSignInExpires(t *testing.T) {
	t.Parallel()
	s, ahead := timed(t)
	s.withSMS(t)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход")
	code := s.code(t, proverPhone, 1)
	ahead(11 * time.Minute)
	b.second("sms", code).want(200, "Время на подтверждение вышло")
	b.get("/profile").want(401)
}

// A double click, a second tab and the back button: one sign-in, and no error page.
func TestSecondProofTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withSMS(t)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход")
	form := url.Values{"_csrf": {b.value("_csrf")}, "way": {"sms"}, "code": {s.code(t, proverPhone, 1)}}
	before := s.count(t, `SELECT count(*) FROM session`)
	var clicks sync.WaitGroup
	for range 4 {
		clicks.Go(func() {
			if got, err := b.client.PostForm(s.issuer+"/login/second", form); err != nil || got.StatusCode >= 500 {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	clicks.Wait()
	if n := s.count(t, `SELECT count(*) FROM session`) - before; n != 1 {
		t.Errorf("four clicks made %d sessions", n)
	}
	b.get("/login/second").want(200, "Гарипова Алия") // the back button
}

// totpCode is what an app shows.
func totpCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// textOf is the text of the element with the id.
func (b *browser) textOf(id string) string {
	var text []string
	walk(b.page, func(n *html.Node) {
		if attr(n, "id") == id {
			walk(n, func(in *html.Node) {
				if in.Type == html.TextNode {
					text = append(text, strings.Fields(in.Data)...)
				}
			})
		}
	})
	return strings.Join(text, " ")
}

// withTOTP connects an app for Алия and returns its secret and the printed codes; she stays signed in.
func (s *site) withTOTP(t *testing.T, now func() time.Time) (*browser, string, []string) {
	t.Helper()
	b := s.browser(t).signIn(proverPhone, DemoPassword)
	b.get("/profile/security/totp").want(200, "Введите шесть цифр")
	secret := b.textOf("secret")
	b.fill("/profile/security/totp", "code", notThis(totpCode(t, secret, now()))).want(422, "Код не подошёл")
	if b.textOf("secret") != secret || !strings.Contains(b.Body, "<svg") {
		t.Fatal("a wrong code costs the secret")
	}
	b.fill("/profile/security/totp", "code", totpCode(t, secret, now())).want(200, "Включён код из приложения")
	b.fill("/profile/security/recovery").want(200, "Больше мы эти коды не покажем")
	codes := strings.Fields(b.textOf("codes"))
	if len(codes) != 10 {
		t.Fatalf("codes %q", codes)
	}
	return b, secret, codes
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	s, ahead := timed(t)
	_, secret, _ := s.withTOTP(t, s.cfg.Now)
	sealed := s.count(t, `SELECT count(*) FROM factor_totp WHERE encode(secret, 'escape') LIKE '%' || $1 || '%'`, strings.ReplaceAll(secret, " ", ""))
	if sealed != 0 {
		t.Error("the secret lies in the clear")
	}
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Код из приложения")
	b.second("totp", totpCode(t, secret, s.cfg.Now())).want(422, "уже использован") // by setting it up
	ahead(30 * time.Second)
	code := totpCode(t, secret, s.cfg.Now())
	b.second("totp", code).want(200, "Гарипова")
	other := s.browser(t).signIn(proverPhone, DemoPassword)
	other.second("totp", code).want(422, "уже использован")
	ahead(-30 * time.Second)
	other.second("totp", totpCode(t, secret, s.cfg.Now())).want(422) // an earlier step neither
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{pwd,otp}'`); n != 1 {
		t.Errorf("%d sessions by an app", n)
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner, _, codes := s.withTOTP(t, time.Now)
	if n := s.count(t, `SELECT count(*) FROM factor_recovery WHERE encode(code_hash, 'escape') LIKE $1`, "%"+codes[0]+"%"); n != 0 {
		t.Error("codes lie in the clear")
	}
	b := s.browser(t).signIn(proverPhone, DemoPassword)
	b.get(b.link("Код восстановления")).want(200).second("recovery", strings.ToLower(strings.ReplaceAll(codes[0], "-", " "))).want(200, "Гарипова")
	other := s.browser(t).signIn(proverPhone, DemoPassword)
	other.get("/login/second?way=recovery").second("recovery", codes[0]).want(422, "Осталось 2 попытки")
	owner.get("/profile/security").want(200, "Осталось 9 кодов")
	owner.get("/profile/security/recovery").want(200, "ещё 9 кодов").fill("/profile/security/recovery").want(200)
	other.second("recovery", codes[1]).want(422) // voided by the new ones
}

// A stranger who knows the password and guesses codes closes the account to strangers, not to its owner's browser.
func TestStrangersGuessesSpareTheOwner(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.withSMS(t)
	for range 4 {
		b := s.browser(t).signIn(proverPhone, DemoPassword)
		for range 3 {
			if b.Status == 200 && b.has("code") || b.Status == 422 {
				b.get("/login/second?way=sms").second("sms", "12345")
			}
		}
	}
	s.browser(t).signIn("+79172000002", DemoPassword).want(200, "Хабибуллин") // the address is not closed
	stranger := s.browser(t).signIn(proverPhone, DemoPassword)
	stranger.second("sms", "12345").want(429, "Слишком много попыток")
	owner.signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход")
	if owner.textOf("code") == "" && strings.Contains(owner.text(), "Отправим код") {
		owner.fill("/login/second/send").want(200)
	}
	owner.second("sms", s.lastCode(t, proverPhone)).want(200, "Гарипова")
}

// lastCode waits for messages to stop coming and returns the last code.
func (s *site) lastCode(t *testing.T, phone string) string {
	t.Helper()
	for queued := 1; queued > 0; time.Sleep(50 * time.Millisecond) {
		queued = s.count(t, `SELECT count(*) FROM notification WHERE state = 'queued'`)
	}
	s.outbox.mu.Lock()
	defer s.outbox.mu.Unlock()
	for i := len(s.outbox.sent) - 1; i >= 0; i-- {
		if code := sixDigits.FindString(s.outbox.sent[i].Body); s.outbox.sent[i].To == phone && code != "" {
			return code
		}
	}
	t.Fatal("no code came")
	return ""
}

// from makes a browser come from another address, by way of a proxy of ours.
type from struct {
	http.RoundTripper
	address string
}

func (f *from) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", f.address)
	return f.RoundTripper.RoundTrip(r)
}

// Hundreds of wrong passwords from everywhere: the account does not lock, it asks for a code by SMS, also when none was wanted.
func TestAttackedAccountAsksForMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.cfg.Proxies = append(s.cfg.Proxies, loopback)
	s.restart(t)
	b := s.browser(t)
	way := &from{b.client.Transport, ""}
	b.client.Transport = way
	for n := range 101 {
		way.address = fmt.Sprintf("203.0.113.%d", n%50+1)
		b.signIn(proverPhone, "Wrong12345").want(422)
	}
	way.address = "198.51.100.1"
	b.signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход", "подбирают пароль")
	b.second("sms", s.code(t, proverPhone, 1)).want(200, "Гарипова")
	s.browser(t).signIn("+79172000002", DemoPassword).want(200, "Хабибуллин")
}

var linkIn = regexp.MustCompile(`http\S+`)

func TestNewBrowserIsTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Гарипова")
	mail := s.outbox.wait(t, proverEmail, 1)
	if !strings.Contains(mail.Body, "127.0.0.*") || !strings.Contains(mail.Body, "Это не я") {
		t.Errorf("mail %q", mail.Body)
	}
	b.fill("/oauth2/logout/confirm")
	b.signIn(proverPhone, DemoPassword).want(200, "Гарипова") // known now
	if n := s.count(t, `SELECT count(*) FROM browser_notice`); n != 1 {
		t.Errorf("%d notices", n)
	}
	thief := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Гарипова")
	link := linkIn.FindString(s.outbox.wait(t, proverEmail, 2).Body)
	owner := s.browser(t)
	owner.get(link).want(200, "Это были не вы?")
	thief.get("/profile").want(200) // opening the link does nothing: scanners of mail do
	owner.fill("/not-me").want(200, "Сеанс завершён", "Сменить пароль")
	thief.get("/profile").want(401)
	b.get("/profile").want(200)
	owner.get(link).fill("/not-me").want(404, "уже использована")
	if n := s.count(t, `SELECT count(*) FROM known_browser`); n != 1 {
		t.Errorf("%d known browsers, want the owner's", n)
	}
}

// What protects the account is changed only by who has just proved to be the one.
func TestChangesAskForAFreshProof(t *testing.T) {
	t.Parallel()
	s, ahead := timed(t)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200)
	ahead(11 * time.Minute)
	b.get("/profile/security").fill("/profile/security/sms", "sms", "on").want(200, "Введите пароль ещё раз")
	if n := s.count(t, `SELECT count(*) FROM factor_sms JOIN account a ON a.id = account_id WHERE a.phone = $1`, proverPhone); n != 0 {
		t.Error("switched on without a proof")
	}
	b.fill("/login/again", "password", "Wrong12345").want(422, "Пароль не подошёл")
	b.fill("/login/again", "password", DemoPassword).want(200, "Безопасность входа")
	b.fill("/profile/security/sms", "sms", "on").want(200, "Включён код по SMS")
	ahead(11 * time.Minute)
	b.get(b.link("Отключить")).want(200, "Введите пароль ещё раз").fill("/login/again", "password", DemoPassword).want(200, "Подтвердите вход")
	b.second("sms", s.lastCode(t, proverPhone)).want(200, "Отключить код по SMS?", "последнее подтверждение")
	b.fill("/profile/security/remove").want(200, "Отключён код по SMS")
	if n := s.count(t, `SELECT count(*) FROM factor_sms JOIN account a ON a.id = account_id WHERE a.phone = $1`, proverPhone); n != 0 {
		t.Error("still on")
	}
}

// Where two proofs are the rule, who has none gets a code by SMS, and the last way stays.
func TestTwoStepsForEverybody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.cfg.TwoSteps = true
	s.restart(t)
	b := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход")
	b.second("sms", s.code(t, proverPhone, 1)).want(200, "Гарипова")
	b.get("/profile/security").fill("/profile/security/sms", "sms", "on").want(200)
	b.get("/profile/security/remove?what=sms").want(200).fill("/profile/security/remove").want(409, "последнее подтверждение нельзя")
	if n := s.count(t, `SELECT count(*) FROM factor_sms JOIN account a ON a.id = account_id WHERE a.phone = $1`, proverPhone); n != 1 {
		t.Error("the last way is off")
	}
}
