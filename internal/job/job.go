// Package job is what background jobs have in common: how they run by the clock, and how they wait for a system that is away.
package job

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Every queues a job without a question of its own by the clock, the first time one period from now.
func Every(period time.Duration, args river.JobArgs) []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(period),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, nil)}
}

// Add registers work that its arguments only name: deleting what has expired.
func Add[T river.JobArgs](w *river.Workers, work func(context.Context) error) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[T]) error { return work(ctx) }))
}

// TwoDays lets another system be away for two days of a Patient worker's attempts.
func TwoDays() river.InsertOpts { return river.InsertOpts{MaxAttempts: 600} }

// Patient is embedded by workers that ask another system while a person looks at the page.
type Patient[T river.JobArgs] struct{ river.WorkerDefaults[T] }

// NextRetry waits 2, 4, 8… seconds, at most five minutes.
func (Patient[T]) NextRetry(job *river.Job[T]) time.Time {
	return time.Now().Add(min(time.Second<<min(job.Attempt, 10), 5*time.Minute))
}

// Last tells whether no attempt is left after this one.
func Last[T river.JobArgs](job *river.Job[T]) bool { return job.Attempt >= job.MaxAttempts }
