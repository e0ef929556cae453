package web

import (
	"net/netip"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Flood bounds what one address may have this process write down. It asks nobody else, so a hot route can afford it; what several
// processes allow adds up. It counts whole networks of IPv6, of which a caller has as many addresses as it likes.
type Flood struct {
	Rate Rate
	Now  func() time.Time // time.Now when nil

	mu    sync.Mutex
	due   map[netip.Prefix]time.Time // when the network's bucket is empty again
	swept time.Time
}

// floodMax is how many networks are remembered: some 10 MB.
const floodMax = 100_000

// Allow counts an attempt of the caller, or several at once when one costs that much, and returns a TooMany fault when there were too many.
func (f *Flood) Allow(c *fiber.Ctx, cost int) error {
	network, known := networkOf(c.IP())
	if !known {
		return nil
	}
	return tooMany(f.count(network, cost).Microseconds())
}

// networkOf is the network that an address stands for.
func networkOf(ip string) (netip.Prefix, bool) {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Prefix{}, false
	}
	address = address.Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, err := address.Prefix(bits)
	return network, err == nil
}

// count returns how long the network has to wait, or 0 when it was counted.
func (f *Flood) count(network netip.Prefix, cost int) time.Duration {
	now := time.Now()
	if f.Now != nil {
		now = f.Now()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sweep(now)
	due := f.due[network]
	if due.Before(now) {
		due = now
	}
	due = due.Add(time.Duration(cost) * f.Rate.Every)
	if wait := due.Sub(now) - time.Duration(f.Rate.Burst)*f.Rate.Every; wait > 0 {
		return wait
	}
	f.due[network] = due
	return 0
}

// sweep forgets networks whose bucket is empty, once a minute, and all of them rather than growing without end.
func (f *Flood) sweep(now time.Time) {
	full := len(f.due) >= floodMax
	if f.due != nil && !full && now.Sub(f.swept) < time.Minute {
		return
	}
	f.swept = now
	for network, due := range f.due {
		if due.Before(now) {
			delete(f.due, network)
		}
	}
	if f.due == nil || len(f.due) >= floodMax {
		f.due = map[netip.Prefix]time.Time{}
	}
}
