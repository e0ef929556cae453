package checks

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/job"
)

// Trouble is a register that has not answered for a while, or that answers again.
type Trouble struct {
	Key, Register, Cause string
	At                   time.Time
	Over                 bool
}

// Jobs ask registers, and do what the rules of services ask for.
type Jobs struct {
	Desk
	Client  *departments.Client
	Keys    *departments.Keys  // ours: questions are signed as messages to departments are
	Trust   *departments.Trust // checks the signatures of answers
	Log     *slog.Logger       // may be nil
	Service func(id string, version int) (*catalog.Service, error)

	OnTrouble func(ctx context.Context, tx pgx.Tx, t Trouble) error // nil: nobody is told
	Parallel  int                                                   // questions on their way to one register at once, of one worker; 4 when 0
	First     time.Duration                                         // pause after the first failure; 2 s when 0
	Patience  time.Duration                                         // no answer is waited for longer; 0: as the kind says
}

const (
	mostPause     = 5 * time.Minute
	troubledAfter = 5 * time.Minute  // a register that fails so long is support's business
	lostAfter     = 5 * time.Minute  // a check without a job is found so late
	recordTime    = 10 * time.Second // to write down what a register said
)

// AddWorkers registers the workers.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &askWorker{jobs: j})
	river.AddWorker(w, &planWorker{jobs: j})
	job.Add[sweepArgs](w, j.sweep)
}

// PeriodicJobs are what the worker's client must run.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob { return job.Every(5*time.Minute, sweepArgs{}) }

// Queues are the queues of the registers, which the worker's client must work.
func (j *Jobs) Queues() map[string]river.QueueConfig {
	queues := map[string]river.QueueConfig{}
	for _, code := range Registers() {
		n := j.Parallel
		if n == 0 {
			n = 4
		}
		queues[queueOf(code)] = river.QueueConfig{MaxWorkers: n, FetchCooldown: 50 * time.Millisecond}
	}
	return queues
}

type askWorker struct {
	river.WorkerDefaults[askArgs]
	jobs *Jobs
}

// Timeout is longer than any register's patience and the record.
func (w *askWorker) Timeout(*river.Job[askArgs]) time.Duration { return 50 * time.Second }

// Work asks once. How that ends is in the row; the job only sleeps until the next attempt.
func (w *askWorker) Work(ctx context.Context, job *river.Job[askArgs]) error {
	j := w.jobs
	c, err := startAttempt(ctx, j.DB, job.Args.ID)
	if err != nil || c == nil {
		return err
	}
	k, err := kindOf(c.Kind)
	if err != nil {
		return err
	}
	a := j.send(ctx, c, k)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	next, err := j.record(ctx, c, k, a)
	if err != nil || next == 0 {
		return err
	}
	return river.JobSnooze(next)
}

// pause grows with each failure; half of it is random. A register may ask for a longer one by Retry-After.
func (j *Jobs) pause(n int, retryAfter string) time.Duration {
	first := j.First
	if first == 0 {
		first = 2 * time.Second
	}
	d := mostPause
	if n < 20 {
		d = min(mostPause, first<<max(n-1, 0))
	}
	d = d/2 + rand.N(d/2+1)
	if seconds, err := strconv.Atoi(retryAfter); err == nil && seconds > 0 && seconds < 1<<20 {
		d = max(d, min(mostPause, time.Duration(seconds)*time.Second))
	}
	return d
}

// record writes down what came of an attempt, and returns the pause until the next one; 0 when the check has ended.
func (j *Jobs) record(ctx context.Context, c *Check, k *Kind, a *attempt) (pause time.Duration, err error) {
	err = pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		if err := insertAttempt(ctx, tx, c, a); err != nil {
			return err
		}
		if err := j.health(ctx, tx, c, a); err != nil {
			return err
		}
		now := j.Now()
		switch a.Outcome {
		case answered:
			if err := j.keep(c, k, a, now); err != nil {
				return err
			}
		case refused:
			c.State, c.Problem = Failed, a.Problem
		default:
			pause = j.pause(c.Attempts, a.RetryAfter)
			if now.Add(pause).Before(c.AskedAt.Add(k.Until.Duration)) {
				return setProblem(ctx, tx, c.ID, a.Problem)
			}
			pause, c.State, c.Problem = 0, Failed, a.Problem
			if a.Outcome == silent || a.Outcome == later {
				c.State = TimedOut
			}
		}
		c.EndedAt = &now
		if c.State != Answered {
			until := now.Add(k.Keep.Duration)
			c.KeepUntil = &until
		}
		countChecks.WithLabelValues(c.Register, c.Kind, c.State).Inc()
		_, err := endCheck(ctx, tx, c)
		return err
	})
	return pause, err
}

// keep puts an answer into the check.
func (j *Jobs) keep(c *Check, k *Kind, a *attempt, now time.Time) (err error) {
	c.State, c.Problem, c.AnsweredAt, c.Outcome = Answered, "", &now, "not_found"
	fresh, until := now.Add(k.Fresh.Duration), now.Add(k.Keep.Duration)
	c.FreshUntil, c.KeepUntil = &fresh, &until
	if a.Answer == nil {
		// What is not there may be entered tomorrow: such an answer is used again for an hour only.
		hour := now.Add(min(k.Fresh.Duration, time.Hour))
		c.FreshUntil = &hour
		return nil
	}
	differs, told := a.Answer.against(a.Question)
	switch {
	case len(differs) > 0:
		c.Outcome, c.Differs = "differs", differs
	case told:
		c.Outcome = "confirmed"
	default:
		c.Outcome = "told"
	}
	c.Answer, err = seal(j.Box, "answer", c.ID, a.Answer)
	return err
}

// health tells support of a register that has been failing for a while, and when it is over.
func (j *Jobs) health(ctx context.Context, tx pgx.Tx, c *Check, a *attempt) error {
	now := j.Now()
	if a.Outcome == answered || a.Outcome == later || a.Outcome == refused {
		troubled, err := noteAnswer(ctx, tx, c.Register, now)
		if err != nil || troubled == nil || j.OnTrouble == nil {
			return err
		}
		return j.OnTrouble(ctx, tx, Trouble{Key: troubleKey(c.Register, *troubled), Register: c.Register, At: now, Over: true})
	}
	since, told, err := noteFailure(ctx, tx, c.Register, now)
	if err != nil || told || now.Sub(since) < troubledAfter {
		return err
	}
	if j.Log != nil {
		j.Log.Warn("checks: a register does not answer", "register", c.Register, "since", since, "problem", a.Problem)
	}
	if err := setTroubled(ctx, tx, c.Register, now); err != nil || j.OnTrouble == nil {
		return err
	}
	return j.OnTrouble(ctx, tx, Trouble{Key: troubleKey(c.Register, now), Register: c.Register, Cause: c.Register + ": " + a.Problem, At: now})
}

func troubleKey(register string, at time.Time) string {
	return "checks/" + register + "/" + strconv.FormatInt(at.UnixMicro(), 10)
}

type sweepArgs struct{}

// Kind names the job in River's tables.
func (sweepArgs) Kind() string { return "checks.sweep" }

// sweep erases what is kept no longer, and wakes what lost its job.
func (j *Jobs) sweep(ctx context.Context) error {
	if _, err := forget(ctx, j.DB, j.Now()); err != nil {
		return err
	}
	ids, err := abandoned(ctx, j.DB, askArgs{}.Kind(), j.Now().Add(-lostAfter))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := j.wakeAgain(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (j *Jobs) wakeAgain(ctx context.Context, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		register, err := registerOf(ctx, tx, id)
		if err != nil || register == "" {
			return err
		}
		return wake(ctx, tx, j.River, &Check{ID: id, Register: register})
	})
}
