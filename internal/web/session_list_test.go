package web

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// TestSessionList: a person finds their own sessions, and can end one of them and none of another's.
func TestSessionList(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := &Sessions{Redis: redis.NewClient(&redis.Options{Addr: server.Addr()}), Role: "test", Cookie: "c", TTL: time.Hour}
	app, me, other := fiber.New(), uuid.New(), uuid.New()
	app.Get("/:who", func(c *fiber.Ctx) error {
		return s.Start(c, Session{Person: uuid.MustParse(c.Params("who"))}, 0)
	})
	for _, who := range []uuid.UUID{me, me, other} {
		r := httptest.NewRequest("GET", "/"+who.String(), nil)
		r.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
		if resp, err := app.Test(r, -1); err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
	}
	mine, err := s.Of(t.Context(), me)
	if err != nil || len(mine) != 2 || DeviceName(mine[0].Agent) != "Chrome, Windows" || mine[0].Address == "" || time.Since(mine[0].Seen).Abs() > time.Minute {
		t.Fatalf("found %+v, %v", mine, err)
	}
	if ended, err := s.EndOne(t.Context(), other, mine[0].ID); ended || err != nil {
		t.Errorf("another person ended it: %v %v", ended, err)
	}
	if ended, err := s.EndOne(t.Context(), me, mine[0].ID); !ended || err != nil {
		t.Errorf("its owner could not end it: %v %v", ended, err)
	}
	if left, err := s.Of(t.Context(), me); err != nil || len(left) != 1 || left[0].ID != mine[1].ID {
		t.Errorf("left are %+v, %v", left, err)
	}
	server.FastForward(2 * time.Hour)
	if left, err := s.Of(t.Context(), other); err != nil || len(left) != 0 {
		t.Errorf("a session that is over is listed: %+v %v", left, err)
	}
}
