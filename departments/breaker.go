package departments

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Each department has a queue of its own in River, so that those who wait for a slow one never take another's workers. When a
// department fails several times in a row its queue is paused, which costs nothing however long the queue is, and a probe from
// the common queue sends one message from time to time until one is answered.

// breakAfter is how many attempts in a row must fail before the breaker opens.
const breakAfter = 5

// queueOf names the queue of a department.
func queueOf(department string) string { return "to-" + department }

var queueName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Queues are the queues of the departments: the worker's client must work them beside the common one.
func (j *Jobs) Queues(ctx context.Context) (map[string]river.QueueConfig, error) {
	codes, err := endpointCodes(ctx, j.DB)
	queues := map[string]river.QueueConfig{}
	for _, code := range codes {
		queues[queueOf(code)] = river.QueueConfig{MaxWorkers: j.Policy.filled().Parallel, FetchCooldown: 20 * time.Millisecond}
	}
	return queues, err
}

// systemic tells whether a failed attempt speaks of the department and not of this one message.
func (a *attempt) systemic() bool {
	if a.Outcome != "failed" || a.ours {
		return false
	}
	switch a.Status {
	case 0, 401, 403, 404, 429:
		return true
	}
	return a.Status >= 500
}

// weigh counts the attempt for the breaker, and opens or closes it.
func (j *Jobs) weigh(ctx context.Context, tx pgx.Tx, department string, a *attempt) error {
	if !a.systemic() {
		if a.Status == 0 { // it never left us
			return nil
		}
		closed, err := closeBreaker(ctx, tx, department)
		if err != nil || !closed {
			return err
		}
		return j.settle(ctx, tx, department)
	}
	n, err := countFailure(ctx, tx, department)
	if err != nil || n < breakAfter {
		return err
	}
	return j.open(ctx, tx, department, n, a.RetryAfter)
}

// open stops sending until a probe is answered. The pauses between probes grow as those of a message do.
func (j *Jobs) open(ctx context.Context, tx pgx.Tx, department string, failures int, retryAfter string) error {
	until := j.Now().Add(j.Policy.filled().pause(failures-breakAfter+3, retryAfter))
	if err := openBreaker(ctx, tx, department, until); err != nil {
		return err
	}
	if err := j.probeAt(ctx, tx, department, until); err != nil {
		return err
	}
	return j.settle(ctx, tx, department)
}

// settle makes River's queue agree with what stands in the database: breaker, pause and works.
func (j *Jobs) settle(ctx context.Context, tx pgx.Tx, department string) error {
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	return settleQueue(ctx, tx, r, department, j.Now())
}

func settleQueue(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], department string, now time.Time) error {
	held, err := isHeld(ctx, tx, department, now)
	if err != nil {
		return err
	}
	change := r.QueueResumeTx
	if held {
		change = r.QueuePauseTx
	}
	err = change(ctx, tx, queueOf(department), nil)
	if errors.Is(err, river.ErrNotFound) {
		return nil // no worker has ever worked it; claim looks at the database
	}
	return err
}

// probeArgs sends one message to a department whose breaker is open.
type probeArgs struct {
	Department string `json:"department"`
}

// Kind names the job in River's tables.
func (probeArgs) Kind() string { return "departments.probe" }

// probeAt counts the pause from River's clock, which is not ours in tests.
func (j *Jobs) probeAt(ctx context.Context, tx pgx.Tx, department string, at time.Time) error {
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	opts := &river.InsertOpts{MaxAttempts: 1}
	if wait := at.Sub(j.Now()); wait > 0 { // what is due goes at once: what is scheduled waits for River's leader, who may just have been killed
		opts.ScheduledAt = time.Now().Add(wait)
	}
	if _, err := r.InsertTx(ctx, tx, probeArgs{Department: department}, opts); err != nil {
		return fmt.Errorf("probe %s: %w", department, err)
	}
	return nil
}

type probeWorker struct {
	river.WorkerDefaults[probeArgs]
	jobs *Jobs
}

// Timeout is that of a delivery.
func (w *probeWorker) Timeout(*river.Job[probeArgs]) time.Duration { return w.jobs.lease() }

// Work tries with the message that has not been tried for longest, so that one bad message cannot keep the breaker open.
func (w *probeWorker) Work(ctx context.Context, job *river.Job[probeArgs]) error {
	j, code, now := w.jobs, job.Args.Department, w.jobs.Now()
	// The clocks of two databases' writes may be a breath apart: a probe that wakes too early would end the probing.
	taken, err := takeProbe(ctx, j.DB, code, now.Add(time.Second), now.Add(j.lease()))
	if err != nil || !taken {
		return err
	}
	held, err := isPaused(ctx, j.DB, code, now)
	if err != nil || held {
		return err // the watch probes again when pause and works are over
	}
	d, err := claimAny(ctx, j.DB, code, now, now.Add(j.lease()))
	if err != nil {
		return err
	}
	if d == nil {
		return j.closeEmpty(ctx, code)
	}
	a := j.send(ctx, d)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordPatience)
	defer cancel()
	_, err = j.record(ctx, d, a)
	return err
}

// closeEmpty closes the breaker of a department for which nothing waits: the next message finds out how it is.
func (j *Jobs) closeEmpty(ctx context.Context, department string) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		if _, err := closeBreaker(ctx, tx, department); err != nil {
			return err
		}
		return j.settle(ctx, tx, department)
	})
}

// lease is how long a worker may keep a delivery: a whole exchange and its record.
func (j *Jobs) lease() time.Duration { return j.Client.allow.Timeout + 2*recordPatience }

// settleAll heals queues and probes: works begin and end by the clock, and a worker may have died between two writes.
func (j *Jobs) settleAll(ctx context.Context) error {
	codes, err := endpointCodes(ctx, j.DB)
	for _, code := range codes {
		err = errors.Join(err, pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return j.settleOne(ctx, tx, code) }))
	}
	return err
}

func (j *Jobs) settleOne(ctx context.Context, tx pgx.Tx, code string) error {
	overdue, err := probeOverdue(ctx, tx, code, j.Now().Add(-lostAfter))
	if err != nil {
		return err
	}
	if overdue {
		if err := j.probeAt(ctx, tx, code, j.Now()); err != nil {
			return err
		}
	}
	return j.settle(ctx, tx, code)
}
