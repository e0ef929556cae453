package departments

import (
	"context"
	"sync"
	"time"

	"tamga/frontend"
	"tamga/internal/db"
)

// Notices tell citizens of planned works. One serves a process: open pages must not cost a query each.
type Notices struct {
	DB           db.DB
	Pages        *frontend.Pages
	Now          func() time.Time
	DepartmentOf func(service string) string // "" for an unknown service

	mu   sync.Mutex
	read time.Time
	all  map[string][]Works
}

// noticesFresh is how soon after the announcement pages tell of works.
const noticesFresh = 30 * time.Second

// Of returns the works of the department that last or are announced, the nearest first.
func (n *Notices) Of(ctx context.Context, department string) ([]Works, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.Now()
	if n.all == nil || now.Sub(n.read).Abs() >= noticesFresh {
		all, err := worksAhead(ctx, n.DB, now)
		if err != nil {
			return nil, err
		}
		n.all, n.read = all, now
	}
	var ahead []Works
	for _, w := range n.all[department] {
		if w.EndsAt.After(now) {
			ahead = append(ahead, w)
		}
	}
	return ahead, nil
}
