package idp

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/internal/db"
	"tamga/internal/local"
	"tamga/migrations"
)

// Without Redis the limits are open and nothing else is amiss: sessions, half sign-ins and codes are in PostgreSQL, and a code
// still has its three tries.
func TestRedisLostInMidFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withSMS(t)
	guesser := s.browser(t)
	for range 11 {
		guesser.signIn("+79172000002", "Wrong12345")
	}
	guesser.want(429)
	p, b := s.party(t), s.browser(t)
	b.get(p.address()).want(200).fill("/login", "login", proverPhone, "password", DemoPassword).want(200, "Код")
	code := s.code(t, proverPhone, 1)
	s.redis.Close()
	b.fill("/login/second", "way", "sms", "code", notThis(code)).want(422)
	b.fill("/login/second", "way", "sms", "code", code).want(200).fill("/oauth2/consent")
	p.exchange(p.answer(b).Get("code"))
	b.get("/profile").want(200, "Гарипова")

	guesser.signIn("+79172000002", "Wrong12345").want(422)
	guesser.signIn("+79172000002", DemoPassword).want(200)

	other := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Код")
	code = s.code(t, proverPhone, 2)
	for range 3 {
		other.fill("/login/second", "way", "sms", "code", notThis(code))
	}
	other.fill("/login/second", "way", "sms", "code", code).want(429)
}

// cluster is a PostgreSQL of the test's own, behind a gate whose address does not change when the server comes back elsewhere.
type cluster struct {
	t    *testing.T
	dir  string
	pg   *local.Postgres
	gate net.Listener

	mu     sync.Mutex
	behind string // where the server is, "" while it is away
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	gate, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: t.TempDir(), gate: gate}
	t.Cleanup(func() { _ = gate.Close(); c.stop() })
	c.start()
	go c.serve()
	return c
}

func (c *cluster) start() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	pg, err := local.StartPostgres(ctx, local.Options{Dir: c.dir, Databases: []string{"idp"}})
	if err != nil {
		c.t.Fatal(err)
	}
	u, err := url.Parse(pg.URL("idp"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pg, c.behind = pg, u.Host
}

// stop ends the server as an administrator does: whoever is connected is told so and cut off.
func (c *cluster) stop() {
	c.mu.Lock()
	c.behind = ""
	pg := c.pg
	c.mu.Unlock()
	pg.Stop()
}

// url is the address of the gate.
func (c *cluster) url() string {
	u, err := url.Parse(c.pg.URL("idp"))
	if err != nil {
		c.t.Fatal(err)
	}
	u.Host = c.gate.Addr().String()
	return u.String()
}

func (c *cluster) serve() {
	for {
		in, err := c.gate.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		behind := c.behind
		c.mu.Unlock()
		out, err := net.Dial("tcp", behind)
		if behind == "" || err != nil {
			_ = in.Close()
			continue
		}
		go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
		go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
	}
}

// again presses «try again» until the server is back.
func (b *browser) again(action string, fields ...string) *browser {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); b.Status == 503 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		b.fill(action, fields...)
	}
	return b
}

// While PostgreSQL is away a person reads a plain page in the own language. When it is back, «try again» goes on where they were,
// with all that was typed but the password.
func TestDatabaseRestartedInMidFlow(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := db.Migrate(ctx, c.url(), migrations.IDP()); err != nil {
		t.Fatal(err)
	}
	pool, err := db.Open(ctx, c.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := newSiteOn(t, pool)
	p, b, tatar, newcomer := s.party(t), s.browser(t), s.browser(t), s.browser(t)
	b.get(p.address()).want(200)
	newcomer.get("/registration").want(200)
	signedIn := s.browser(t).signIn(proverPhone, DemoPassword).want(200)

	c.stop()
	b.fill("/login", "login", proverPhone, "password", DemoPassword).want(503, "Сервис сейчас не отвечает", "Попробовать ещё раз")
	if b.value("login") != proverPhone || strings.Contains(b.Body, DemoPassword) {
		t.Errorf("the page repeats %q, and the password: %t", b.value("login"), strings.Contains(b.Body, DemoPassword))
	}
	tatar.get("/login?lang=tt").want(200)
	tatar.get(p.address()).want(503, "Сервис хәзер җавап бирми", "Тагын бер тапкыр карарга")
	newcomer.fill("/registration", "last_name", "Галиев", "first_name", "Искәндәр", "phone", newPhone, "email", newEmail, "consent", "yes").want(503)
	signedIn.get("/profile/sessions").want(503)
	if got := signedIn.link("Попробовать ещё раз"); got != "/profile/sessions" {
		t.Errorf("«try again» leads to %s", got)
	}
	c.start()

	b.again("/login").want(422, "пароль") // the one thing that was not kept
	if b.value("login") != proverPhone {
		t.Errorf("the login is now %q", b.value("login"))
	}
	b.fill("/login", "password", DemoPassword, "login", b.value("login")).want(200)
	newcomer.again("/registration").want(200, "Код из SMS")
	newcomer.fill("/registration/code", "code", sixDigits.FindString(s.outbox.wait(t, newPhone, 1).Body)).want(200, "Придумайте пароль")
	if n := s.count(t, `SELECT count(*) FROM registration WHERE last_name = 'Галиев' AND first_name = 'Искәндәр' AND email = $1`, newEmail); n != 1 {
		t.Error("the registration lost what was typed")
	}
	signedIn.get("/profile/sessions").want(200)

	c.stop()
	b.fill("/oauth2/consent").want(503)
	c.start()
	b.again("/oauth2/consent")
	code := p.answer(b).Get("code")

	c.stop()
	if status, answer := s.redeem(t, codeForm(p, code)); status != 503 || answer["error"] != "temporarily_unavailable" {
		t.Errorf("the token endpoint answered %d %v", status, answer)
	}
	c.start()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var n int
		if err := pool.QueryRow(ctx, `SELECT 1`).Scan(&n); err == nil || time.Now().After(deadline) {
			break
		}
	}
	p.exchange(code)
}

// A restart of the provider between any two steps loses nothing: registration, the second proof, a request of ESIA's protocol.
func TestProviderRestartedInMidFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withSMS(t)
	y := s.newSystem(t, "", nil)
	b, newcomer := s.browser(t), s.browser(t)
	b.get("/aas/oauth2/ac?" + y.v1().Encode()).want(200)
	newcomer.begin("Галиев", newPhone, newEmail).want(200)
	s.restart(t)
	b.fill("/login", "login", proverPhone, "password", DemoPassword).want(200, "Код")
	newcomer.fill("/registration/code", "code", s.code(t, newPhone, 1)).want(200)
	code := s.code(t, proverPhone, 1)
	s.restart(t)
	newcomer.fill("/registration/password", "password", goodPassword, "repeat", goodPassword).want(200, "Учётная запись создана")
	b.fill("/login/second", "way", "sms", "code", code).want(200)
	s.restart(t)
	b.fill("/aas/consent")
	if y.callback(b).Get("code") == "" {
		t.Errorf("no code: %s", b.Location)
	}
	b.get("/profile").want(200, "Гарипова")
	newcomer.get("/profile").want(200, "Галиев")
}
