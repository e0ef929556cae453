package oauth

import (
	"context"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ory/fosite/token/jwt"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/dbtest"
)

// stand is the back channel alone, on a real database.
type stand struct {
	app *fiber.App
	h   *Handler
	who *visit
}

func newStand(t testing.TB) *stand {
	t.Helper()
	pool := dbtest.DB(t, dbtest.IDP)
	g := seedGrant(t, pool)
	box := testBox(t)
	h := &Handler{
		DB: pool, Box: box, Issuer: "http://provider", HMACKey: []byte(strings.Repeat("k", 32)),
		Keys: &Keys{DB: pool, Box: box, Now: time.Now}, Sessions: &account.Sessions{DB: pool, Cookie: "c", Now: time.Now},
	}
	app := fiber.New(fiber.Config{Immutable: true})
	h.Mount(app)
	if err := PutClient(t.Context(), pool, Client{ID: "c", Name: "C", Secret: "s", RedirectURIs: []string{"https://c.example/"},
		Scopes: []string{"openid", "offline_access", "api"}, GrantTypes: []string{GrantCode, GrantRefresh, GrantClient}}); err != nil {
		t.Fatal(err)
	}
	return &stand{app, h, &visit{&account.Account{ID: g.Session.Account}, &account.SignIn{ID: g.Session.SID}}}
}

// code stores a code as the front channel would, and returns it.
func (s *stand) code(t testing.TB) string {
	t.Helper()
	code, signature, err := s.h.fosite.strategy.GenerateAuthorizeCode(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	g := &grant{Signature: hashOf(signature), Family: uuid.New(), ClientID: "c", Subject: "1", RequestedAt: now, ExpiresAt: now.Add(time.Minute),
		record: record{GrantedScopes: []string{"openid", "offline_access"}, Form: url.Values{"redirect_uri": {"https://c.example/"}},
			Session: newSession(s.who, &jwt.IDTokenClaims{Subject: "1", AuthTime: now})}}
	g.Session.SetExpiresAt("authorize_code", g.ExpiresAt)
	if _, err := insertCode(t.Context(), s.h.DB, g, &answering{at: now}); err != nil {
		t.Fatal(err)
	}
	return code
}

func (s *stand) post(t testing.TB, path string, fields ...string) string {
	t.Helper()
	form := url.Values{"client_id": {"c"}, "client_secret": {"s"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := s.app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(got.Body)
	if got.StatusCode != 200 {
		t.Fatalf("%s answered %d %s", path, got.StatusCode, raw)
	}
	return string(raw)
}

// part is a value of a JSON answer.
func part(answer, name string) string {
	_, rest, _ := strings.Cut(answer, `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func BenchmarkClientCredentials(b *testing.B) {
	s := newStand(b)
	for b.Loop() {
		s.post(b, "/oauth2/token", "grant_type", "client_credentials", "scope", "api")
	}
}

func BenchmarkCode(b *testing.B) {
	s := newStand(b)
	for b.Loop() {
		b.StopTimer()
		code := s.code(b)
		b.StartTimer()
		s.post(b, "/oauth2/token", "grant_type", "authorization_code", "code", code, "redirect_uri", "https://c.example/")
	}
}

func BenchmarkRefresh(b *testing.B) {
	s := newStand(b)
	token := part(s.post(b, "/oauth2/token", "grant_type", "authorization_code", "code", s.code(b), "redirect_uri", "https://c.example/"), "refresh_token")
	for b.Loop() {
		token = part(s.post(b, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", token), "refresh_token")
	}
}

func BenchmarkIntrospection(b *testing.B) {
	s := newStand(b)
	token := part(s.post(b, "/oauth2/token", "grant_type", "client_credentials"), "access_token")
	for b.Loop() {
		s.post(b, "/oauth2/introspect", "token", token)
	}
}

// TestRoundTrips: a token request asks the database twice, once to read and once to write, whatever fosite's steps are; a check
// of a token asks once.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.post(t, "/oauth2/token", "grant_type", "client_credentials") // makes the signing key
	code := s.code(t)
	counter := &counted{DB: s.h.DB}
	s.h.DB, s.h.store.DB, s.h.store.Writes = counter, counter, counter
	trips := func(what string, want int, path string, fields ...string) string {
		t.Helper()
		counter.trips = 0
		answer := s.post(t, path, fields...)
		if counter.trips != want {
			t.Errorf("%s: %d round trips, want %d", what, counter.trips, want)
		}
		return answer
	}
	answer := trips("code", 2, "/oauth2/token", "grant_type", "authorization_code", "code", code, "redirect_uri", "https://c.example/")
	answer = trips("refresh", 2, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", part(answer, "refresh_token"))
	trips("client_credentials", 1, "/oauth2/token", "grant_type", "client_credentials")
	trips("introspection", 1, "/oauth2/introspect", "token", part(answer, "access_token"))
	if part(answer, "id_token") == "" {
		t.Errorf("no ID token: %s", answer)
	}
}

// counted counts what goes to the database.
type counted struct {
	db.DB
	trips int
}

// Begin counts a transaction as three trips: it cannot be done in fewer.
func (c *counted) Begin(ctx context.Context) (pgx.Tx, error) {
	c.trips += 3
	return c.DB.Begin(ctx)
}

// Exec counts one.
func (c *counted) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	c.trips++
	return c.DB.Exec(ctx, sql, args...)
}

// Query counts one.
func (c *counted) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c.trips++
	return c.DB.Query(ctx, sql, args...)
}

// QueryRow counts one, and none for a client, which stands in memory for half a second: a busy machine takes longer between two
// requests, or another test changes its client.
func (c *counted) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if !strings.HasSuffix(sql, "WHERE c.id = $1 AND c.protocol = 'oidc'") {
		c.trips++
	}
	return c.DB.QueryRow(ctx, sql, args...)
}
