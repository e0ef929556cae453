package factor

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"tamga/internal/db"
)

// PurgeArgs deletes what has expired.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.purge_factors" }

type purgeWorker struct {
	river.WorkerDefaults[PurgeArgs]
	db db.DB
}

// Work deletes half sign-ins, challenges and links that have expired.
func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[PurgeArgs]) error {
	return purgeOld(ctx, w.db, time.Now())
}

// AddWorkers registers the jobs.
func AddWorkers(w *river.Workers, d db.DB) { river.AddWorker(w, &purgeWorker{db: d}) }

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(10*time.Minute),
		func() (river.JobArgs, *river.InsertOpts) { return PurgeArgs{}, nil }, nil)}
}
