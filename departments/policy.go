package departments

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Policy is how long to try. Zero fields take the default in brackets.
type Policy struct {
	First     time.Duration // pause after the first failure [1 s]; doubles with each further one
	Most      time.Duration // longest pause [5 min]
	LateAfter time.Duration // age at which the citizen is told that the application is safe and waits [15 min]
	Expiry    time.Duration // age at which staff must look: stuck [7 days]
	Parallel  int           // messages on their way to one department at once, of one worker [8]
}

func (p Policy) filled() Policy {
	or := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	or(&p.First, time.Second)
	or(&p.Most, 5*time.Minute)
	or(&p.LateAfter, 15*time.Minute)
	or(&p.Expiry, 7*24*time.Hour)
	if p.Parallel <= 0 {
		p.Parallel = 8
	}
	return p
}

// pause is the time until the attempt after the n-th. Half of it is random: when a department comes back, all that waits for
// it must not arrive in one second. A department may ask for a longer pause by Retry-After, up to Most.
func (p Policy) pause(n int, retryAfter string) time.Duration {
	d := p.Most
	if n < 30 {
		d = min(p.Most, p.First<<max(n-1, 0))
	}
	d = d/2 + rand.N(d/2+1)
	if seconds, err := strconv.Atoi(retryAfter); err == nil && seconds > 0 && seconds < 1<<20 {
		d = max(d, min(p.Most, time.Duration(seconds)*time.Second))
	}
	return d
}
