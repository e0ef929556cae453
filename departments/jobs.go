package departments

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Jobs deliver what is in the outbox.
type Jobs struct {
	DB       db.DB
	Box      *secret.Box
	Keys     *Keys   // ours
	Client   *Client // shared with Trust of the same process, or its own
	Source   string  // our name in events: the portal's public address
	Now      func() time.Time
	Log      *slog.Logger
	Policy   Policy
	OnUpdate OnUpdate

	OnTrouble OnTrouble // nil: nobody is told

	// Trust verifies the answers of departments that sign them. Without it a signature is not looked at.
	Trust *Trust

	// Carriers bring messages to departments whose address is neither http nor file: by scheme, "workplace".
	Carriers map[string]Carrier
}

// AddWorkers registers the workers.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &deliverWorker{jobs: j})
	river.AddWorker(w, &probeWorker{jobs: j})
	river.AddWorker(w, &fetchWorker{jobs: j})
	river.AddWorker(w, &watchWorker{jobs: j})
	river.AddWorker(w, &digestWorker{jobs: j})
}

// Awake has a round made at once. A worker that starts may be the one that takes over from a worker that was killed: the rounds by the
// clock come only when River has a leader again, some twenty seconds later.
func (j *Jobs) Awake(ctx context.Context, r *river.Client[pgx.Tx]) error {
	_, err := r.Insert(ctx, watchArgs{}, nil)
	return err
}

// PeriodicJobs are what the worker's client must run.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(watchEvery), func() (river.JobArgs, *river.InsertOpts) {
			return watchArgs{}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: watchEvery}}
		}, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(nightly{}, func() (river.JobArgs, *river.InsertOpts) {
			return digestArgs{}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: 12 * time.Hour}}
		}, nil),
	}
}

// nightly is three o'clock in Moscow.
type nightly struct{}

// Next tells when the following comparison is.
func (nightly) Next(now time.Time) time.Time {
	at := now.In(rus.Moscow)
	next := time.Date(at.Year(), at.Month(), at.Day(), 3, 0, 0, 0, rus.Moscow)
	if !next.After(at) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

// recordPatience bounds writing down what a department answered. It does not end with the job: a shutdown between the answer
// and its record would only make the department hear the message twice.
const recordPatience = 10 * time.Second

// heldPause keeps the few jobs that were fetched before their queue was paused from coming back at once.
const heldPause = 500 * time.Millisecond

type deliverWorker struct {
	river.WorkerDefaults[deliverArgs]
	jobs *Jobs
}

// Timeout is longer than a whole exchange and its record.
func (w *deliverWorker) Timeout(*river.Job[deliverArgs]) time.Duration {
	return w.jobs.lease()
}

// Work sends a delivery once. However that ends is in the delivery's row; the job only sleeps until the row says.
func (w *deliverWorker) Work(ctx context.Context, job *river.Job[deliverArgs]) error {
	j, id := w.jobs, job.Args.DeliveryID
	now := j.Now()
	d, err := claim(ctx, j.DB, id, job.ID, now, now.Add(w.Timeout(job)))
	if err != nil {
		return err
	}
	if d == nil {
		next, err := waitOf(ctx, j.DB, id, job.ID, now)
		if err != nil || !next.IsZero() {
			return j.sleep(next, err)
		}
		current, err := isJob(ctx, j.DB, id, job.ID)
		if err != nil || !current {
			return err
		}
		// Sending is stopped, and this job was fetched before the queue was: it waits there until the queue goes on.
		return river.JobSnooze(heldPause + rand.N(heldPause))
	}
	a := j.send(ctx, d)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordPatience)
	defer cancel()
	return j.sleep(j.record(ctx, d, a))
}

// sleep ends the job, or lets it come back at next. Coming back never counts as a failed attempt of River's, which has a limit.
func (j *Jobs) sleep(next time.Time, err error) error {
	if err != nil || next.IsZero() {
		return err
	}
	return river.JobSnooze(max(0, next.Sub(j.Now())))
}
