package idp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/secret"
)

// work counts what costs time: the statements sent to PostgreSQL, jobs and messages apart, which are worked later.
type work struct {
	mu   sync.Mutex
	done []string
}

// TraceQueryStart is pgx.QueryTracer.
func (w *work) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "river") || strings.Contains(q.SQL, "pg_notify") || strings.Contains(q.SQL, "notification") {
		return ctx
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, strings.Join(strings.Fields(q.SQL), " "))
	return ctx
}

// TraceQueryEnd is pgx.QueryTracer.
func (*work) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// of is what a step does: its statements, and how many passwords it hashes. A hash takes 19 MiB, and nothing else here comes near.
func (w *work) of(step func()) (statements []string, hashes uint64) {
	var before, after runtime.MemStats
	w.mu.Lock()
	w.done = nil
	w.mu.Unlock()
	runtime.ReadMemStats(&before)
	step()
	runtime.ReadMemStats(&after)
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.done), (after.TotalAlloc - before.TotalAlloc) / (17 << 20)
}

// TestNobodyLearnsWhoHasAnAccount asks the same of an account that exists and of one that does not. Status, text, cookies and the
// work done must be the same: that is compared and not the clock, which says little on a busy machine. The test runs alone, since
// it counts memory. Other doors have tests of their own: TestChangeToTakenPhoneLooksTheSame, TestChecksAreNoOracle. At /login/second
// and /qr no account can be named, and an e-signature is made by its owner only.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	done := &work{}
	s := newSite(t)
	cfg := s.db.Config()
	cfg.ConnConfig.Tracer = done
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s.cfg.DB = pool // the pages' own; jobs keep the other
	s.cfg.Passwords = secret.NewHasher(1)
	hash, err := s.cfg.Passwords.Hash(t.Context(), "Tamga2026")
	if err != nil {
		t.Fatal(err)
	}
	s.exec(t, `UPDATE account SET password = $1`, hash)
	s.restart(t)
	login := func(b *browser, who string) { b.fill("/login", "login", who, "password", "Wrong12345") }
	recover := func(b *browser, who string) { b.fill("/login/recovery", "login", who) }
	register := func(b *browser, phone, email string) {
		b.fill("/registration", "last_name", "Галиев", "first_name", "Искәндәр", "phone", phone, "email", email, "consent", "yes")
	}
	for name, door := range map[string]struct {
		page           string
		known, unknown string
		ask            func(b *browser, who string)
		status, hashes int
	}{
		"sign-in by phone":     {"/login", "+79172000001", "+79172000098", login, 422, 1},
		"sign-in by e-mail":    {"/login", "aliya@demo.tamga.example", "nobody@demo.tamga.example", login, 422, 1},
		"sign-in by СНИЛС":     {"/login", "112-112-445 75", "112-233-445 95", login, 422, 1},
		"recovery by phone":    {"/login/recovery", "+79172000002", "+79172000097", recover, 200, 0},
		"recovery by e-mail":   {"/login/recovery", "timur@demo.tamga.example", "tagir@demo.tamga.example", recover, 200, 0},
		"registration, phone":  {"/registration", "+79172000001", "+79172000096", func(b *browser, who string) { register(b, who, "x@demo.tamga.example") }, 200, 0},
		"registration, e-mail": {"/registration", "aliya@demo.tamga.example", "none@demo.tamga.example", func(b *browser, who string) { register(b, "+79172000095", who) }, 200, 0},
		"a code of registering": {"/registration", "+79172000002", "+79172000094", func(b *browser, who string) {
			register(b, who, "y@demo.tamga.example")
			b.fill("/registration/code", "code", "000000")
		}, 422, 0},
		"a code of recovery": {"/login/recovery", "+79172000001", "+79172000093", func(b *browser, who string) { recover(b, who); b.fill("/login/recovery/code", "code", "000000") }, 422, 0},
		"passkey":            {"/login", proverID, uuid.NewString(), signByPasskey, 422, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var pages [2]string
			var did [2][]string
			for i, who := range []string{door.known, door.unknown} {
				b := s.browser(t).get(door.page).want(200)
				var hashes uint64
				did[i], hashes = done.of(func() { door.ask(b, who) })
				pages[i] = strings.NewReplacer(who, "…", who[len(who)-2:], "…").Replace(b.text()) + "\n" + strings.Join(cookieNames(b), " ")
				if b.Status != door.status || hashes != uint64(door.hashes) {
					t.Errorf("%s: status %d, %d hashes; want %d, %d", who, b.Status, hashes, door.status, door.hashes)
				}
			}
			if pages[0] != pages[1] {
				t.Errorf("the pages differ:\n%s\n\n%s", pages[0], pages[1])
			}
			// Where no password is hashed, a passkey's one statement more is all that differs, for whoever knows an account's number.
			if name != "passkey" && !slices.Equal(did[0], did[1]) {
				t.Errorf("the work differs:\n%s\n\n%s", strings.Join(did[0], "\n"), strings.Join(did[1], "\n"))
			}
		})
	}
}

func cookieNames(b *browser) []string {
	var names []string
	for _, c := range b.client.Jar.Cookies(b.URL) {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// signByPasskey answers the sign-in page's challenge as a passkey of that account would, but without its key.
func signByPasskey(b *browser, account string) {
	id := uuid.MustParse(account)
	encode := base64.RawURLEncoding.EncodeToString
	credential, err := json.Marshal(map[string]any{
		"id": encode([]byte("credential")), "rawId": encode([]byte("credential")), "type": "public-key",
		"response": map[string]string{
			"clientDataJSON":    encode([]byte(`{"type":"webauthn.get","challenge":"eA","origin":"` + b.site.issuer + `"}`)),
			"authenticatorData": encode(append(make([]byte, 32), 5, 0, 0, 0, 1)), "signature": encode([]byte("signature")), "userHandle": encode(id[:]),
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.fill("/login/passkey", "credential", string(credential))
}
