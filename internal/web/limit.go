package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/redis/go-redis/v9"

	"tamga/internal/fault"
)

// Limiter counts attempts by GCRA in Redis. It fails open: without Redis nobody is shut out, and a metric says so.
type Limiter struct {
	Redis redis.UniversalClient
	Log   *slog.Logger
}

// Rate allows Burst attempts at once and then one each Every.
type Rate struct {
	Burst int
	Every time.Duration
}

// gcra keeps one number per key: the theoretical arrival time, in microseconds of Redis's own clock.
var gcra = redis.NewScript(`
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local tat = tonumber(redis.call('GET', KEYS[1]) or now)
if tat < now then tat = now end
local next = tat + every
if next - now > every * burst then return next - now - every * burst end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1)
return 0`)

// Allow counts an attempt under name and subject, and returns a TooMany fault when there were too many of them.
func (l *Limiter) Allow(ctx context.Context, name, subject string, r Rate) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	wait, err := gcra.Run(ctx, l.Redis, []string{"limit:" + name + ":" + subject}, r.Every.Microseconds(), r.Burst).Int64()
	if err != nil {
		limiterOpen.Inc()
		if l.Log != nil {
			l.Log.Warn("rate limit is open", "limit", name, "err", err)
		}
		return nil
	}
	if wait > 0 {
		minutes := int(time.Duration(wait)*time.Microsecond/time.Minute) + 1
		if minutes > 90 {
			return fault.New(fault.TooMany, "web.too_many_hours", (minutes+59)/60)
		}
		return fault.New(fault.TooMany, "web.too_many", minutes)
	}
	return nil
}

// PerAddress limits a route by the caller's address.
func (l *Limiter) PerAddress(name string, r Rate) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := l.Allow(c.UserContext(), name, c.IP(), r); err != nil {
			return err
		}
		return c.Next()
	}
}
