package db

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Group is a database to which statements that come while another is on its way go together, in one trip and one commit. Each of them
// must be whole by itself, as a statement outside of a transaction is. Either all of a group are done or, when one of them fails, each
// is sent anew alone, so nobody gets the error of another. What is not Exec goes its own way.
type Group struct {
	DB
	together sender // nil for a database that takes one statement at a time

	mu      sync.Mutex
	waiting []*grouped
	busy    bool
}

type sender interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}

type grouped struct {
	statement
	tag  pgconn.CommandTag
	err  error
	done chan struct{}
}

const (
	groupMax  = 32
	groupTime = 10 * time.Second
	// groupPatience is how long a group waits for a row that somebody else has locked: the others of it are not to wait as well.
	groupPatience = `SELECT set_config('lock_timeout', '100ms', true)`
)

// NewGroup returns a group on a pool.
func NewGroup(d DB) *Group {
	together, _ := d.(sender)
	return &Group{DB: d, together: together}
}

// Exec sends a statement. When ctx ends first, it may be done all the same, as with any database.
func (g *Group) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if g.together == nil {
		return g.DB.Exec(ctx, sql, args...)
	}
	s := &grouped{statement: statement{sql, args}, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, s)
	lead := !g.busy
	g.busy = true
	g.mu.Unlock()
	if lead {
		go g.work(context.WithoutCancel(ctx))
	}
	select {
	case <-s.done:
		return s.tag, s.err
	case <-ctx.Done():
		return pgconn.CommandTag{}, ctx.Err()
	}
}

// work sends what waits until nothing does.
func (g *Group) work(ctx context.Context) {
	for {
		g.mu.Lock()
		all := g.waiting
		if len(all) > groupMax {
			all = all[:groupMax:groupMax]
		}
		g.waiting = g.waiting[len(all):]
		if len(all) == 0 {
			g.waiting, g.busy = nil, false
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.send(ctx, all)
	}
}

func (g *Group) send(ctx context.Context, all []*grouped) {
	within, cancel := context.WithTimeout(ctx, groupTime)
	err := g.sendTogether(within, all)
	cancel()
	var refused *pgconn.PgError
	if errors.As(err, &refused) { // nothing of the group was done: the server undid it
		for _, s := range all {
			go g.sendAlone(ctx, s)
		}
		return
	}
	for _, s := range all {
		s.err = err
		close(s.done)
	}
}

func (g *Group) sendAlone(ctx context.Context, s *grouped) {
	ctx, cancel := context.WithTimeout(ctx, groupTime)
	defer cancel()
	s.tag, s.err = g.DB.Exec(ctx, s.sql, s.args...)
	close(s.done)
}

// sendTogether sends statements in one implicit transaction.
func (g *Group) sendTogether(ctx context.Context, all []*grouped) error {
	batch := &pgx.Batch{}
	batch.Queue(groupPatience)
	for _, s := range all {
		batch.Queue(s.sql, s.args...)
	}
	results := g.together.SendBatch(ctx, batch)
	_, err := results.Exec()
	for _, s := range all {
		if err != nil {
			break
		}
		s.tag, err = results.Exec()
	}
	return errors.Join(err, results.Close())
}
