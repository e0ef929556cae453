package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/valyala/fasthttp"

	"tamga/idp/oauth"
	"tamga/internal/db"
	"tamga/internal/local"
	"tamga/internal/secret"
	"tamga/migrations"
)

// ground is what our provider stands on: a PostgreSQL that keeps what it is told through a power cut, and a Redis.
type ground struct {
	dir      string
	postgres *local.Postgres
	redis    string
	redisPID int
	key      string // of the provider: both its runs open what one has sealed
	only     string // the work that is measured, "" for all
	stop     []func()
}

const (
	people   = 60_000
	password = "Tamga2026"
)

func startGround(ctx context.Context) (_ *ground, err error) {
	g := &ground{key: base64.StdEncoding.EncodeToString(random(32))}
	if g.dir, err = os.MkdirTemp("", "tamga-bench-"); err != nil {
		return nil, err
	}
	if err := os.Chmod(g.dir, 0o755); err != nil { // PostgreSQL runs as another user when we are root
		return nil, err
	}
	g.stop = append(g.stop, func() { _ = os.RemoveAll(g.dir) })
	g.postgres, err = local.StartPostgres(ctx, local.Options{Dir: filepath.Join(g.dir, "postgres"), Databases: []string{"idp", "bare"}, Fsync: true})
	if err != nil {
		return nil, err
	}
	g.stop = append(g.stop, g.postgres.Stop)
	if path, err := exec.LookPath("redis-server"); err == nil {
		return g, g.startRedis(path)
	}
	embedded, err := local.StartRedis()
	if err != nil {
		return nil, err
	}
	g.redis = embedded.URL()
	g.stop = append(g.stop, embedded.Stop)
	return g, nil
}

func (g *ground) startRedis(path string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	g.redis = fmt.Sprintf("redis://127.0.0.1:%d/0", port)
	c := exec.Command(path, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--dir", g.dir)
	if err := g.start(c); err != nil {
		return err
	}
	g.redisPID = c.Process.Pid
	return nil
}

// start runs a server until the ground is left.
func (g *ground) start(c *exec.Cmd) error {
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	g.stop = append(g.stop, func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	})
	return nil
}

func (g *ground) leave() {
	for i := len(g.stop) - 1; i >= 0; i-- {
		g.stop[i]()
	}
	g.stop = nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// build makes the binary. With the tag nohash a password costs next to nothing: that is the only difference.
func build(ctx context.Context, dir string, tags ...string) (string, error) {
	out := filepath.Join(dir, "tamga"+strings.Join(tags, ""))
	c := exec.CommandContext(ctx, "go", "build", "-tags", strings.Join(tags, ","), "-o", out, "./cmd/tamga")
	c.Stderr = os.Stderr
	return out, c.Run()
}

// startOurs starts the role as it runs in production, but for TLS, and fills it with people.
func (g *ground) startOurs(ctx context.Context, name, binary, hash string) (*target, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	url := g.postgres.URL("idp")
	if err := db.Migrate(ctx, url, migrations.IDP()); err != nil {
		return nil, err
	}
	p := &target{
		name: name, issuer: fmt.Sprintf("http://127.0.0.1:%d", port), secret: base64.RawURLEncoding.EncodeToString(random(32)),
		login: `name="login"`, consent: `id="grantAuthorization"`, password: password,
		account: func(n int) string { return fmt.Sprintf("+7900%07d", n%people) },
		known:   func(n int) (string, string) { return "tamga_id_browser", browserToken(n % people) },
		client:  newClient(),
	}
	if err := seed(ctx, url, p.secret, hash); err != nil {
		return nil, err
	}
	c := exec.Command(binary, "idp")
	c.Env = append(os.Environ(),
		"TAMGA_IDP_DATABASE_URL="+url, "TAMGA_REDIS_URL="+g.redis, "TAMGA_IDP_KEY="+g.key,
		fmt.Sprintf("TAMGA_IDP_LISTEN=127.0.0.1:%d", port), "TAMGA_ISSUER="+p.issuer, "TAMGA_PORTAL_URL=http://127.0.0.1:1",
		"TAMGA_REGISTERS_URL=http://127.0.0.1:1", "TAMGA_SMTP=127.0.0.1:1", "TAMGA_SMS_URL=http://127.0.0.1:1",
		"TAMGA_INSECURE_COOKIES=true", "TAMGA_PROXIES=127.0.0.0/8", "TAMGA_LOG_LEVEL=error")
	if err := g.start(c); err != nil {
		return nil, err
	}
	p.meter = meter{server: c.Process.Pid, redis: g.redisPID}
	if p.meter.postgres, err = serverOf(ctx, url); err != nil {
		return nil, err
	}
	return p, p.ready()
}

// serverOf returns the process that all of PostgreSQL's others are children of.
func serverOf(ctx context.Context, url string) (pid int, err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close(ctx) }()
	return parentOf(int(c.PgConn().PID())), nil
}

func newClient() *fasthttp.Client {
	return &fasthttp.Client{NoDefaultUserAgentHeader: true, ReadBufferSize: 16 << 10}
}

func random(n int) []byte {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return raw
}

// seed makes the clients and the people, who all have one password: its hash would take half an hour otherwise.
func seed(ctx context.Context, url, machineSecret, hash string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, c := range []oauth.Client{
		{ID: "bench", Name: "Bench", AuthMethod: oauth.AuthNone, RedirectURIs: []string{redirectURI}, Scopes: []string{"openid", "offline_access"}},
		{ID: "machine", Name: "Machine", Secret: machineSecret, AuthMethod: oauth.AuthSecretBasic, RedirectURIs: []string{redirectURI},
			GrantTypes: []string{oauth.GrantClient}, Scopes: []string{"openid"}},
	} {
		if err := oauth.PutClient(ctx, pool, c); err != nil {
			return err
		}
	}
	ids := make([]uuid.UUID, people)
	for n := range ids {
		ids[n] = uuid.Must(uuid.NewV7())
	}
	_, err = pool.CopyFrom(ctx, pgx.Identifier{"account"},
		[]string{"id", "last_name", "first_name", "phone", "email", "password", "level_at", "created_at"},
		pgx.CopyFromSlice(people, func(n int) ([]any, error) {
			return []any{ids[n], "Гарипова", "Алия", fmt.Sprintf("+7900%07d", n), fmt.Sprintf("p%d@bench.example", n), hash,
				time.Now(), time.Now()}, nil
		}))
	if err != nil && !db.IsUnique(err, "account_phone") {
		return err
	}
	if db.IsUnique(err, "account_phone") {
		_, err = pool.Exec(ctx, `UPDATE account SET password = $1`, hash)
		return err
	}
	if err == nil {
		err = seedBrowsers(ctx, pool, ids)
	}
	if err == nil {
		_, err = pool.Exec(ctx, `VACUUM ANALYZE account`)
	}
	return err
}

// passwordHash makes the hash that a binary would make.
func passwordHash(ctx context.Context, noHash bool) (string, error) {
	if !noHash {
		return secret.NewHasher(0).Hash(ctx, password)
	}
	return weakHash(password), nil
}

// seedBrowsers notes for each person a browser that is known: most sign-ins are from one. A new one is told of by a message, which
// the peer has no counterpart of.
func seedBrowsers(ctx context.Context, pool *pgxpool.Pool, ids []uuid.UUID) error {
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"known_browser"}, []string{"account_id", "token_hash", "device", "first_at", "last_at"},
		pgx.CopyFromSlice(len(ids), func(n int) ([]any, error) {
			return []any{ids[n], secret.HashToken(browserToken(n)), "", time.Now(), time.Now()}, nil
		}))
	return err
}

func browserToken(n int) string { return fmt.Sprintf("browser-of-person-%d", n) }
