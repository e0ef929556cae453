package local

import (
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// redisTick is how exact the expiry of keys is. Miniredis has no clock of its own; its ClockTTL looks at every key on every
// command, which many sessions would make slow.
const redisTick = 100 * time.Millisecond

// Redis is a Redis inside this process. Its data end with it, which the design allows: a lost Redis costs a new sign-in.
type Redis struct {
	server *miniredis.Miniredis
	quit   chan struct{}
	stop   sync.Once
}

// StartRedis starts a Redis on a free port of 127.0.0.1.
func StartRedis() (*Redis, error) {
	server, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("start redis: %w", err)
	}
	r := &Redis{server: server, quit: make(chan struct{})}
	go r.expire()
	return r, nil
}

func (r *Redis) expire() {
	tick := time.NewTicker(redisTick)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-r.quit:
			return
		case now := <-tick.C:
			r.server.FastForward(now.Sub(last))
			last = now
		}
	}
}

// URL returns the address for redis.ParseURL.
func (r *Redis) URL() string { return "redis://" + r.server.Addr() + "/0" }

// Stop ends the server. A second call does nothing.
func (r *Redis) Stop() {
	r.stop.Do(func() {
		close(r.quit)
		r.server.Close()
	})
}
