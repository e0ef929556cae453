package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/frontend"
	"tamga/internal/logs"
	"tamga/internal/secret"
)

// common is what every role is told.
type common struct {
	Env      string `env:"TAMGA_ENV" enum:"production,development" default:"development" help:"production refuses whatever is meant for a demo"`
	LogLevel string `env:"TAMGA_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"least level that is logged"`
	LogText  bool   `env:"TAMGA_LOG_TEXT" help:"plain lines instead of JSON"`

	Proxies []netip.Prefix `env:"TAMGA_PROXIES" help:"networks of our own proxies, which tell the address of the reader: 10.0.5.0/24"`

	shared *frontend.Pages // set by the demo: its roles show pages of one set of templates,
	log    *slog.Logger    // and log into its file, not over its words on the terminal
}

func (c common) production() bool { return c.Env == "production" }

// safe refuses in production what only a demo may do.
func (c common) safe(insecureCookies bool) error {
	if c.production() && insecureCookies {
		return errors.New("TAMGA_INSECURE_COOKIES is not for TAMGA_ENV=production: sessions would travel without TLS")
	}
	return nil
}

func (c common) logger() *slog.Logger {
	if c.log != nil {
		return c.log
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel))
	options := &slog.HandlerOptions{Level: level}
	if c.LogText {
		return slog.New(stderr.Handler(slog.NewTextHandler(stderr, options)))
	}
	return slog.New(stderr.Handler(slog.NewJSONHandler(stderr, options)))
}

// stderr is where the roles of a process log together; main flushes it.
var stderr = logs.NewWriter(os.Stderr)

func (c common) pages(log *slog.Logger) (*frontend.Pages, error) {
	if c.shared != nil {
		return c.shared, nil
	}
	return frontend.New(frontend.Options{Log: log, Version: version, Dir: os.Getenv("TAMGA_FRONTEND_DIR")})
}

// keys is a setting with the secret keys of a role, newest first, in base64 and with commas between them. All further keys are derived
// from it by purpose, so that a role has one secret to keep and one to rotate.
type keys string

func (k keys) list() ([][]byte, error) {
	var list [][]byte
	for part := range strings.SplitSeq(string(k), ",") {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(part))
		if err != nil || len(raw) < 32 {
			return nil, fmt.Errorf("a key must be 32 random bytes in base64 (openssl rand -base64 32)")
		}
		list = append(list, raw)
	}
	return list, nil
}

// derive returns a 32-byte key for the purpose from each key.
func (k keys) derive(purpose string) ([][]byte, error) {
	list, err := k.list()
	if err != nil {
		return nil, err
	}
	for i, raw := range list {
		if list[i], err = hkdf.Key(sha256.New, raw, nil, "tamga "+purpose, 32); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (k keys) box() (*secret.Box, error) {
	list, err := k.derive("box")
	if err != nil {
		return nil, err
	}
	return secret.NewBox(list...)
}

// one returns the newest key of a purpose.
func (k keys) one(purpose string) ([]byte, error) {
	list, err := k.derive(purpose)
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

func openRedis(ctx context.Context, url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("address of Redis: %w", err)
	}
	return redis.NewClient(options), nil
}

// insertOnly returns a River client for handlers, which only put jobs into the queue.
func insertOnly(pool *pgxpool.Pool, log *slog.Logger) (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: quiet(log)})
}

// quiet keeps River's routine lines out of the log.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelFloor{log.Handler(), slog.LevelWarn})
}

type levelFloor struct {
	slog.Handler
	floor slog.Level
}

func (l levelFloor) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= l.floor && l.Handler.Enabled(ctx, level)
}

func (l levelFloor) WithAttrs(a []slog.Attr) slog.Handler {
	return levelFloor{l.Handler.WithAttrs(a), l.floor}
}

func (l levelFloor) WithGroup(name string) slog.Handler {
	return levelFloor{l.Handler.WithGroup(name), l.floor}
}
