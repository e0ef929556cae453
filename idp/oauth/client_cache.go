package oauth

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// clientFresh is how long a client in memory is believed: a change made by another process is seen this soon, one made by this
// process at once. What a request writes refers to the client's row, so nothing can be stored for a client that is gone.
const clientFresh = 500 * time.Millisecond

// clientsChanged counts the changes that this process made.
var clientsChanged atomic.Int64

// clientCache spares most requests a query: the same few clients ask again and again.
type clientCache struct {
	mu   sync.Mutex
	seen map[string]seenClient
}

// seenClient is a client as it stood at a time.
type seenClient struct {
	*client
	at      time.Time
	changes int64
}

func (k *clientCache) get(id string) *client {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.seen[id]
	if !ok || c.changes != clientsChanged.Load() || time.Since(c.at) > clientFresh {
		return nil
	}
	return c.client
}

// put remembers a client. Those that are no longer fresh make room, so the map stays as small as the traffic is.
func (k *clientCache) put(c seenClient) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen == nil || len(k.seen) > 1000 {
		k.seen = map[string]seenClient{}
	}
	k.seen[c.ID] = c
}

// client returns a client of OpenID Connect, at most clientFresh old, or pgx.ErrNoRows. Nobody may write into it.
func (s *store) client(ctx context.Context, id string) (*client, error) {
	if c := s.clients.get(id); c != nil {
		return c, nil
	}
	now := seenClient{at: time.Now(), changes: clientsChanged.Load()}
	var err error
	if now.client, err = clientByID(ctx, s.conn(ctx), id); err != nil {
		return nil, err
	}
	s.clients.put(now)
	return now.client, nil
}
