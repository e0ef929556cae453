package journal

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"tamga/internal/db"
)

// SealArgs is the job that seals the journal.
type SealArgs struct{}

// Kind names the job in River's tables.
func (SealArgs) Kind() string { return "journal.seal" }

// InsertOpts lets one job wait at a time: the next seals all that has come. A failed one is not tried again, for the same
// reason.
func (SealArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// Sealer is the worker of SealArgs.
type Sealer struct {
	river.WorkerDefaults[SealArgs]
	DB db.DB
}

// Work seals what has come since the last job.
func (s *Sealer) Work(ctx context.Context, _ *river.Job[SealArgs]) error {
	_, err := Seal(ctx, s.DB)
	return err
}

// Periodic makes River seal the journal at that interval, by the leader only, however many workers run. The interval is how
// long a row stands without a seal; ten seconds are a fair choice.
func Periodic(every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return SealArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}
