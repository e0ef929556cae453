package web

import (
	"context"
	"errors"
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

// gcra keeps one number per key: the theoretical arrival time, in microseconds of Redis's own clock. Of several keys those count that
// come before the first that refuses; it returns which that was, from 1, and how long to wait, or 0.
var gcra = redis.NewScript(`
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
for i, key in ipairs(KEYS) do
	local every, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
	local tat = tonumber(redis.call('GET', key) or now)
	if tat < now then tat = now end
	local next = tat + every
	if next - now > every * burst then return {i, next - now - every * burst} end
	redis.call('SET', key, string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1)
end
return {0, 0}`)

// attempt is what is counted, and how often it may come.
type attempt struct {
	name, subject string
	rate          Rate
}

// Allow counts an attempt under name and subject, and returns a TooMany fault when there were too many of them.
func (l *Limiter) Allow(ctx context.Context, name, subject string, r Rate) error {
	_, err := l.allow(ctx, attempt{name, subject, r})
	return err
}

// allow counts an attempt in several ways, one after the other, in one question to Redis. It returns a fault and which of them refused;
// those after it do not count.
func (l *Limiter) allow(ctx context.Context, ways ...attempt) (refused int, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	keys, rates := make([]string, len(ways)), make([]any, 0, 2*len(ways))
	for i, w := range ways {
		keys[i], rates = "limit:"+w.name+":"+w.subject, append(rates, w.rate.Every.Microseconds(), w.rate.Burst)
	}
	said, err := gcra.Run(ctx, l.Redis, keys, rates...).Int64Slice()
	if err == nil && len(said) != 2 {
		err = errors.New("the script answered otherwise than it does")
	}
	if err != nil {
		limiterOpen.Inc()
		if l.Log != nil {
			l.Log.Warn("rate limit is open", "limit", ways[0].name, "err", err)
		}
		return -1, nil
	}
	return int(said[0]) - 1, tooMany(said[1])
}

// tooMany is the fault of somebody who has to wait, in microseconds, or nil.
func tooMany(wait int64) error {
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
