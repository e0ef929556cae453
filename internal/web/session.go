package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// Session is somebody signed in at one browser. Sessions keeps it in Redis only: a lost Redis costs a new sign-in.
type Session struct {
	ID      string            `json:"id"`     // public id, for lists of sessions and as CSRF binding; not the cookie's token
	Person  uuid.UUID         `json:"person"` // account in the role's own database
	Name    string            `json:"name"`   // shown in the header
	Data    map[string]string `json:"data,omitempty"`
	Started time.Time         `json:"started"`           // UTC
	TTL     time.Duration     `json:"ttl"`               // idle time after which it ends
	Agent   string            `json:"agent,omitempty"`   // of the browser that began it
	Address string            `json:"address,omitempty"` // in the network, where it began

	Seen time.Time `json:"-"` // the last request; only in lists
}

// Sessions keeps sessions of one role.
type Sessions struct {
	Redis  redis.UniversalClient
	Role   string        // key prefix
	Cookie string        // name of the cookie; one per role, as cookies do not heed ports
	TTL    time.Duration // idle time of an ordinary session
	Secure bool
}

// Load puts the browser's session, if any, where Current finds it. A Redis that does not answer means nobody is signed in.
func (s *Sessions) Load(c *fiber.Ctx) error {
	token := c.Cookies(s.Cookie)
	if token == "" {
		return c.Next()
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	raw, err := s.Redis.Get(ctx, s.key(token)).Bytes()
	if err == nil {
		var found Session
		if json.Unmarshal(raw, &found) == nil {
			c.Locals(keySession, &found)
			s.Redis.Expire(ctx, s.key(token), found.TTL)
		}
	}
	c.Locals(keySessionOver, Current(c) == nil)
	return c.Next()
}

// Current returns the session of the request, or nil.
func Current(c *fiber.Ctx) *Session {
	s, _ := c.Locals(keySession).(*Session)
	return s
}

// Carry puts a session that a role keeps elsewhere where Current finds it. Nil says that the browser's cookie names a session
// that is no more.
func Carry(c *fiber.Ctx, s *Session) {
	c.Locals(keySession, s)
	c.Locals(keySessionOver, s == nil)
}

// Start signs somebody in: always under a new token, so that a token planted beforehand is worth nothing. With remember the
// cookie outlives the browser's window for that long.
func (s *Sessions) Start(c *fiber.Ctx, fresh Session, remember time.Duration) error {
	if err := s.drop(c); err != nil {
		return err
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	fresh.ID, fresh.Started, fresh.TTL = uuid.NewString(), time.Now().UTC(), s.TTL
	fresh.Agent, fresh.Address = limited(c.Get(fiber.HeaderUserAgent), 200), c.IP()
	cookie := &fiber.Cookie{Name: s.Cookie, Value: token, Path: "/", HTTPOnly: true, Secure: s.Secure, SameSite: "Lax"}
	if remember > 0 {
		fresh.TTL = remember
		cookie.MaxAge = int(remember.Seconds())
	}
	if err := s.put(c.UserContext(), token, &fresh); err != nil {
		return err
	}
	if err := s.list(c.UserContext(), token, &fresh); err != nil {
		return err
	}
	c.Cookie(cookie)
	c.Locals(keySession, &fresh)
	return nil
}

// Save keeps changes that a handler made to the current session.
func (s *Sessions) Save(c *fiber.Ctx) error {
	found, token := Current(c), c.Cookies(s.Cookie)
	if found == nil || token == "" {
		return errors.New("save session: none is loaded")
	}
	return s.put(c.UserContext(), token, found)
}

// End signs out.
func (s *Sessions) End(c *fiber.Ctx) error {
	err := s.drop(c)
	c.Cookie(&fiber.Cookie{Name: s.Cookie, Path: "/", MaxAge: -1, Expires: time.Unix(0, 0), HTTPOnly: true, Secure: s.Secure, SameSite: "Lax"})
	c.Locals(keySession, nil)
	return err
}

func (s *Sessions) drop(c *fiber.Ctx) error {
	if old := c.Cookies(s.Cookie); old != "" {
		return s.Redis.Del(c.UserContext(), s.key(old)).Err()
	}
	return nil
}

func (s *Sessions) put(ctx context.Context, token string, v *Session) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.Redis.Set(ctx, s.key(token), raw, v.TTL).Err()
}

// key hashes the token: a reader of Redis cannot take a session over.
func (s *Sessions) key(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "session:" + s.Role + ":" + hex.EncodeToString(sum[:])
}
