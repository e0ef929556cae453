package esia

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
)

// PurgeArgs deletes expired requests, grants and old rows of the journal of signatures.
type PurgeArgs struct{}

// Kind is River's name of the job.
func (PurgeArgs) Kind() string { return "esia.purge" }

type purger struct {
	river.WorkerDefaults[PurgeArgs]
	db *pgxpool.Pool
}

// Work does the job.
func (p *purger) Work(ctx context.Context, _ *river.Job[PurgeArgs]) error {
	return purge(ctx, p.db, time.Now())
}

// AddWorkers registers the job.
func AddWorkers(w *river.Workers, d *pgxpool.Pool) { river.AddWorker(w, &purger{db: d}) }

// PeriodicJobs returns what runs by the clock.
func PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return PurgeArgs{}, nil }, nil)}
}
