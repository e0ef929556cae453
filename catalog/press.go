package catalog

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
)

// Press publishes definitions out of a folder, now or at a planned time. The folder is the source of truth: it is read again whenever
// somebody looks, and what is published is what the editor has seen.
type Press struct {
	DB    db.DB
	River *river.Client[pgx.Tx]
	Files fs.FS
	Now   func() time.Time

	mu   sync.Mutex
	sum  [sha256.Size]byte
	last *Drafts
}

// Drafts are the definitions of the folder as they are at this moment, with what is wrong with them.
type Drafts struct {
	*Catalog
	Mistakes map[string][]error // by service; "" for files that all services share
}

var (
	errChangedSince = fault.New(fault.Conflict, "catalog_editor.changed_since")
	errBroken       = fault.New(fault.Conflict, "catalog_editor.broken")
	errNotPlanned   = fault.New(fault.Conflict, "catalog_editor.not_planned")
)

// Drafts reads the folder, when it has changed since the last time.
func (p *Press) Drafts() (*Drafts, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum, err := sumOf(p.Files)
	if err != nil {
		return nil, err
	}
	if p.last != nil && sum == p.sum {
		return p.last, nil
	}
	c, err := Load(p.Files)
	d := &Drafts{Catalog: c, Mistakes: map[string][]error{}}
	for _, one := range Mistakes(err) {
		d.Mistakes[serviceOfMistake(one)] = append(d.Mistakes[serviceOfMistake(one)], one)
	}
	if c == nil {
		d.Catalog = &Catalog{sources: map[string][]byte{}, versions: map[versionKey]*Service{}}
	}
	d.readOlder(p.DB)
	p.sum, p.last = sum, d
	return d, nil
}

// sumOf tells one state of the folder from another.
func sumOf(fsys fs.FS) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, pattern := range []string{"*.yaml", "services/*.yaml"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return sum, err
		}
		for _, name := range names {
			raw, err := fs.ReadFile(fsys, name)
			if err != nil {
				return sum, err
			}
			fmt.Fprintf(h, "%s %d\n%s", name, len(raw), raw)
		}
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// Version is a published version, as applications name it.
func (p *Press) Version(service string, version int) (*Service, error) {
	drafts, err := p.Drafts()
	if err != nil {
		return nil, err
	}
	return drafts.Service(service, version)
}

// draft returns the draft of a service as it would be published, and its content's sum; "" when the folder has none that is right.
func (d *Drafts) draft(service string) (e edition, sum string) {
	s := d.current(service)
	if s == nil {
		return edition{}, ""
	}
	e = d.edition(s)
	sum, err := e.sum()
	if err != nil {
		return edition{}, ""
	}
	return e, sum
}

// Sum names the draft of a service as it stands, for Plan; "" when the folder has none that is right.
func (d *Drafts) Sum(service string) string {
	_, sum := d.draft(service)
	return sum
}

// publishArgs makes a planned publication at its time. The row decides: it may have been called off.
type publishArgs struct {
	Publication uuid.UUID `json:"publication"`
}

// Kind names the job in River's tables.
func (publishArgs) Kind() string { return "catalog.publish" }

// sweepArgs makes what the other jobs have missed.
type sweepArgs struct{}

// Kind names the job in River's tables.
func (sweepArgs) Kind() string { return "catalog.sweep" }

// Plan gives the draft with this sum to be published at a time, or at once when that has come. The sum is that of what the editor saw:
// a file that was changed since is not published unseen.
func (p *Press) Plan(ctx context.Context, service, sum, actor string, at time.Time) error {
	drafts, err := p.Drafts()
	if err != nil {
		return err
	}
	e, is := drafts.draft(service)
	switch {
	case len(drafts.Mistakes[service]) > 0 || len(drafts.Mistakes[""]) > 0:
		return errBroken
	case is == "" || is != sum:
		return errChangedSince
	}
	now := p.Now()
	one := &Publication{ID: uuid.Must(uuid.NewV7()), Service: service, Definition: e.Definition, Parameters: e.Parameters, SHA256: sum,
		Actor: actor, PlannedAt: at, CreatedAt: now}
	return pgx.BeginFunc(ctx, p.DB, func(tx pgx.Tx) error {
		if err := mayPublish(ctx, tx, actor); err != nil {
			return err
		}
		if err := insertPlanned(ctx, tx, one); err != nil {
			return err
		}
		if !at.After(now) {
			return p.publish(ctx, tx, one)
		}
		if err := p.note(ctx, tx, one, "catalog.planned", actor); err != nil {
			return err
		}
		_, err := p.River.InsertTx(ctx, tx, publishArgs{one.ID}, &river.InsertOpts{ScheduledAt: at})
		return err
	})
}

// Cancel calls a planned publication off.
func (p *Press) Cancel(ctx context.Context, service string, id uuid.UUID, actor string) error {
	return pgx.BeginFunc(ctx, p.DB, func(tx pgx.Tx) error {
		if err := mayPublish(ctx, tx, actor); err != nil {
			return err
		}
		one, err := lockPlanned(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case one == nil || one.Service != service:
			return errNotPlanned
		}
		if err := markUnpublished(ctx, tx, id, "cancelled", ""); err != nil {
			return err
		}
		return p.note(ctx, tx, one, "catalog.cancelled", actor)
	})
}

// publish makes the next version of a planned definition, or takes up the one that has the same content.
func (p *Press) publish(ctx context.Context, tx pgx.Tx, one *Publication) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(publishLock)); err != nil {
		return err
	}
	drafts, err := p.Drafts()
	if err != nil {
		return err
	}
	s, err := drafts.revive(one.Service, edition{one.Definition, one.Parameters})
	if err != nil { // the files that it leans on have changed since it was planned
		return markUnpublished(ctx, tx, one.ID, "failed", err.Error())
	}
	if s.Version, _, err = publishVersion(ctx, tx, one.Service, edition{one.Definition, s.parameters()}); err != nil {
		return err
	}
	if err := saveWords(ctx, tx, s, drafts.words(s)); err != nil {
		return err
	}
	if err := markPublished(ctx, tx, one.ID, s.Version); err != nil {
		return err
	}
	return p.note(ctx, tx, one, "catalog.published", one.Actor)
}

func (p *Press) note(ctx context.Context, tx pgx.Tx, one *Publication, action, actor string) error {
	return journal.Write(ctx, tx, journal.Entry{Actor: actor, ActorRole: "employee", Action: action,
		Details: map[string]any{"service": one.Service, "publication": one.ID, "at": one.PlannedAt}})
}

// AddWorkers registers the workers.
func (p *Press) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(p.workPublish))
	river.AddWorker(w, river.WorkFunc(p.workSweep))
}

// PeriodicJobs returns the sweep, every minute.
func (p *Press) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Minute),
		func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

func (p *Press) workPublish(ctx context.Context, job *river.Job[publishArgs]) error {
	return p.due(ctx, job.Args.Publication)
}

// due publishes what is planned and whose time has come. Of several workers the first takes the row, and the others find it done.
func (p *Press) due(ctx context.Context, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, p.DB, func(tx pgx.Tx) error {
		one, err := lockPlanned(ctx, tx, id)
		if err != nil || one == nil || one.PlannedAt.After(p.Now()) {
			return err
		}
		return p.publish(ctx, tx, one)
	})
}

func (p *Press) workSweep(ctx context.Context, _ *river.Job[sweepArgs]) error {
	ids, err := duePublications(ctx, p.DB, p.Now())
	for _, id := range ids {
		err = errors.Join(err, p.due(ctx, id))
	}
	return err
}

// serviceOfMistake returns which service a mistake is of, "" when it is in a file that all share.
func serviceOfMistake(err error) string {
	var m *Mistake
	if !errors.As(err, &m) {
		return ""
	}
	name, ours := strings.CutPrefix(m.File, "services/")
	if !ours {
		return ""
	}
	return strings.TrimSuffix(name, ".yaml")
}
