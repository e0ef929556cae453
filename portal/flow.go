package portal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"tamga/catalog"
)

const (
	// flowLife is how long a sign-in at ESIA may take: somebody may register there and wait for the checks.
	flowLife = 2 * time.Hour
	// waitLife is how long data from ESIA wait for a cabinet to be chosen.
	waitLife = 30 * time.Minute
)

// flow is a sign-in under way at ESIA. It is found by the state that comes back, and belongs to one browser.
type flow struct {
	Browser  string
	Nonce    string
	Verifier string // PKCE
	Next     string
	Level    catalog.Level
	Lang     string
	As       bool      // ESIA asks in whose name the person comes
	Account  uuid.UUID // who was signed in when it began
}

// waiting is somebody whom ESIA knows and no cabinet does.
type waiting struct {
	Identity identity
	IDToken  string
	Next     string
}

func flowKey(h *Handler, state string) string     { return "esia:flow:" + h.blind("state:"+state) }
func waitingKey(h *Handler, bearer string) string { return "esia:bind:" + h.blind("bind:"+bearer) }

// keep stores a record sealed: it may hold a passport.
func (h *Handler) keep(ctx context.Context, key string, v any, life time.Duration) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return h.Redis.Set(ctx, key, h.Box.Seal(raw, []byte(key)), life).Err()
}

// errLost says that there is no such record: it is too old, was used, or Redis was lost.
var errLost = errors.New("no such record in Redis")

// take returns a record and removes it, so that it is good once.
func (h *Handler) take(ctx context.Context, key string, v any) error {
	return h.unseal(key, h.Redis.GetDel(ctx, key), v)
}

// look returns a record and leaves it.
func (h *Handler) look(ctx context.Context, key string, v any) error {
	return h.unseal(key, h.Redis.Get(ctx, key), v)
}

func (h *Handler) unseal(key string, found *redis.StringCmd, v any) error {
	sealed, err := found.Bytes()
	if errors.Is(err, redis.Nil) {
		return errLost
	}
	if err != nil {
		return err
	}
	raw, err := h.Box.Open(sealed, []byte(key))
	if err != nil {
		return errLost
	}
	return json.Unmarshal(raw, v)
}
