package payments

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/payments/banks"
)

// CheckArgs is the job that follows one payment until its end is known. It is made together with the payment.
type CheckArgs struct {
	PaymentID uuid.UUID `json:"payment_id"`
	Once      bool      `json:"once,omitempty"` // an employee's question: whoever follows the payment goes on doing so
}

// Kind names the job.
func (CheckArgs) Kind() string { return "payments.check" }

const (
	firstCheck = 10 * time.Second
	giveUp     = 3 * 24 * time.Hour // how long a payment is watched, also one that failed: late money still wins
	offerAgain = time.Hour          // how long an order that the bank never answered is offered to it again
)

// Jobs work what payments leave to do.
type Jobs struct {
	DB        db.DB
	Bank      banks.Acquirer
	More      []banks.Acquirer
	Pages     *frontend.Pages
	Notify    *notify.Outbox // nil sends no receipts
	Now       func() time.Time
	PublicURL string           // of the portal
	Owners    map[string]Owner // of charges that others have made, by source; one that is not named is told later
	Log       *slog.Logger
	Box       *secret.Box // opens the tokens of remembered cards

	River *river.Client[pgx.Tx] // inserts jobs where none is being worked: on the staff site
}

// AddWorkers registers the workers. payments.paid is not among them: it belongs to the origin of the charge.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &checkWorker{jobs: j})
	river.AddWorker(w, &refundWorker{jobs: j})
	river.AddWorker(w, &booksWorker{jobs: j})
	river.AddWorker(w, &registryWorker{jobs: j})
	river.AddWorker(w, &quittanceWorker{jobs: j})
	river.AddWorker(w, &claimsWorker{jobs: j})
	river.AddWorker(w, &autopayWorker{jobs: j})
	river.AddWorker(w, &autopayOrderWorker{jobs: j})
}

// PeriodicJobs are the nightly check of the books, and the registry of the day before, which comes in the morning.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: 12 * time.Hour}}
	return []*river.PeriodicJob{
		river.NewPeriodicJob(daily{3 * time.Hour}, func() (river.JobArgs, *river.InsertOpts) { return BooksArgs{}, once }, nil),
		river.NewPeriodicJob(daily{9 * time.Hour}, func() (river.JobArgs, *river.InsertOpts) { return RegistryArgs{}, once }, nil),
		river.NewPeriodicJob(river.PeriodicInterval(autopayEvery), func() (river.JobArgs, *river.InsertOpts) {
			return AutopayArgs{}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: autopayEvery}}
		}, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(daily{4 * time.Hour}, func() (river.JobArgs, *river.InsertOpts) { return ClaimsArgs{}, once }, nil),
	}
}

// autopayEvery is how often rules look for what they have to pay.
const autopayEvery = time.Hour

// daily is a time of day in Moscow.
type daily struct{ after time.Duration }

// Next is the next such moment.
func (d daily) Next(now time.Time) time.Time {
	day := now.In(rus.Moscow)
	next := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow).Add(d.after)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

type checkWorker struct {
	river.WorkerDefaults[CheckArgs]
	jobs *Jobs
}

// Timeout leaves room for one question to the bank and the transactions around it.
func (*checkWorker) Timeout(*river.Job[CheckArgs]) time.Duration { return 30 * time.Second }

// Work asks the bank once and snoozes until the next time. A bank that does not answer is no failure of the job.
func (w *checkWorker) Work(ctx context.Context, job *river.Job[CheckArgs]) error {
	d := w.jobs.desk(ctx)
	p, err := paymentByID(ctx, d.db, job.Args.PaymentID)
	if err != nil {
		return err
	}
	p, err = d.check(ctx, p)
	if err != nil {
		return err
	}
	next, more := nextCheck(p, d.now())
	if !more || job.Args.Once {
		return nil
	}
	return river.JobSnooze(next)
}

func (j *Jobs) desk(ctx context.Context) *desk {
	client := j.River
	if client == nil {
		client = river.ClientFromContext[pgx.Tx](ctx)
	}
	return &desk{db: j.DB, river: client, banks: allBanks(j.Bank, j.More), notify: j.Notify, pages: j.Pages, now: j.Now,
		url: j.PublicURL, box: j.Box, log: j.Log}
}

// check brings a payment up to date with the bank, and lets one expire of which nothing can be learned any more.
func (d *desk) check(ctx context.Context, p *Payment) (*Payment, error) {
	age := d.now().Sub(p.CreatedAt)
	if p.State == Created && p.BankID == nil && age < offerAgain {
		c, err := chargeOfPayment(ctx, d.db, p.ID)
		if err != nil {
			return nil, err
		}
		if c.Status == Open {
			return d.register(ctx, c, p)
		}
	}
	if p.BankID != nil {
		fresh, err := d.learn(ctx, p, step{Source: "poll"})
		if err == nil {
			p = fresh
		} else {
			d.log.Warn("the bank did not answer", "payment", p.ID, "err", err)
		}
	}
	if !p.State.Settled() && (age >= giveUp || p.BankID == nil) {
		return d.change(ctx, p.ID, &banks.Deal{Reason: "no_answer"}, step{Event: "expired", Source: "poll", At: d.now()})
	}
	return p, nil
}

// nextCheck says when to ask again: soon while the payer is likely to wait, ever more rarely after that.
func nextCheck(p *Payment, now time.Time) (time.Duration, bool) {
	age := now.Sub(p.CreatedAt)
	switch {
	case p.State.HasMoney() && p.State != Mismatch || p.State == Reversed || age >= giveUp:
		return 0, false
	case p.State.Settled():
		return max(10*time.Minute, age/4), true
	case age < 2*time.Minute:
		return 5 * time.Second, true
	case age < 15*time.Minute:
		return 30 * time.Second, true
	case age < 2*time.Hour:
		return 2 * time.Minute, true
	}
	return 30 * time.Minute, true
}
