package oauth

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"tamga/internal/db"
)

// Jobs are the provider's background jobs.
type Jobs struct {
	DB    db.DB
	Keys  *Keys
	Inner bool // clients on private networks may be called: for the demo and tests
}

// PurgeArgs deletes expired tokens and requests, and retires old keys.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.purge_grants" }

type purgeWorker struct {
	river.WorkerDefaults[PurgeArgs]
	jobs *Jobs
}

// Work deletes what has expired.
func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[PurgeArgs]) error {
	if err := w.jobs.Keys.Retire(ctx); err != nil {
		return err
	}
	return purgeExpired(ctx, w.jobs.DB, time.Now())
}

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &purgeWorker{jobs: j})
	river.AddWorker(w, &logoutWorker{db: j.DB, keys: j.Keys, client: guarded(j.Inner)})
}

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(10*time.Minute),
		func() (river.JobArgs, *river.InsertOpts) { return PurgeArgs{}, nil }, nil)}
}
