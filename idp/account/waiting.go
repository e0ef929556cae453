package account

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// recallLife is how long it is remembered which client a request is of. A request never changes, and whether it still waits is
// asked again where it is answered.
const recallLife = 10 * time.Minute

// recalled remembers of which clients' requests pages were shown a moment ago: the form that comes back need not ask again.
type recalled struct {
	mu   sync.Mutex
	seen map[uuid.UUID]*Waiting
	from time.Time
}

func (r *recalled) get(id uuid.UUID) *Waiting {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.from) > recallLife {
		return nil
	}
	return r.seen[id]
}

// put remembers a request. All are forgotten from time to time, and when they are too many.
func (r *recalled) put(id uuid.UUID, w *Waiting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || len(r.seen) > 10_000 || time.Since(r.from) > recallLife {
		r.seen, r.from = map[uuid.UUID]*Waiting{}, time.Now()
	}
	r.seen[id] = w
}
