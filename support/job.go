package support

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"tamga/internal/job"
	"tamga/internal/web"
)

// oneWaiting lets one job wait at a time: the next takes all that has come. A failed one is not tried again, for the same reason.
var oneWaiting = river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}}}

// EscalateArgs is the job that moves unanswered incidents along the chain of duty.
type EscalateArgs struct{}

// Kind names the job in River's tables.
func (EscalateArgs) Kind() string { return "support.escalate" }

// InsertOpts lets one wait at a time: the next takes all that has come due.
func (EscalateArgs) InsertOpts() river.InsertOpts {
	return oneWaiting
}

// ProbeArgs is the job that measures what the status page shows.
type ProbeArgs struct{}

// Kind names the job in River's tables.
func (ProbeArgs) Kind() string { return "support.probe" }

// InsertOpts lets one wait at a time.
func (ProbeArgs) InsertOpts() river.InsertOpts {
	return oneWaiting
}

// Jobs are support's share of the work.
type Jobs struct {
	Desk
	Checks map[string]web.Check                        // our own parts: database, redis
	Reach  func(ctx context.Context, url string) error // asks a department's system
	Log    *slog.Logger
}

// AddWorkers registers the workers.
func (j *Jobs) AddWorkers(w *river.Workers) {
	job.Add[EscalateArgs](w, j.escalate)
	job.Add[ProbeArgs](w, j.probe)
}

// PeriodicJobs run by the clock; the status page is filled at once.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	probe := river.NewPeriodicJob(river.PeriodicInterval(time.Minute), func() (river.JobArgs, *river.InsertOpts) { return ProbeArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
	return append(job.Every(20*time.Second, EscalateArgs{}), probe)
}
