package oauth

import (
	"sync"
	"time"
)

// recent remembers for a while what this process has just written to the database: most often it is asked for a moment later, by the
// same browser or for the same code. What is not here is read from the database, and whatever is used up there is used up by the
// statement that says so, never by memory. It keeps two generations; the older one is forgotten when the younger is full or old.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
	from       time.Time
}

const (
	recentLife = 5 * time.Minute
	recentMax  = 4000
)

func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= recentMax || time.Since(r.from) > recentLife {
		r.old, r.young, r.from = r.young, map[K]V{}, time.Now()
	}
	r.young[k] = v
}

func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.young[k]
	if !ok {
		v, ok = r.old[k]
	}
	return v, ok
}

// take returns what is remembered, once.
func (r *recent[K, V]) take(k K) (V, bool) {
	v, ok := r.get(k)
	r.drop(k)
	return v, ok
}

func (r *recent[K, V]) drop(k K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.young, k)
	delete(r.old, k)
}
