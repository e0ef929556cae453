package applications

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/fault"
	"tamga/payments"
)

// moneyPause is the longest wait between two attempts of a job that brings news of money.
const moneyPause = 10 * time.Minute

// moneyWorker works a job that brings news of money, and never gives it up: after River's last attempt it goes on trying, and
// the log tells each time. Somebody has paid and reads that the application is being sent.
type moneyWorker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	log  *slog.Logger
	work func(context.Context, *river.Job[T]) error
}

// Work makes one attempt.
func (w *moneyWorker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	err := w.work(ctx, job)
	var cancelled *river.JobCancelError
	if err == nil || errors.As(err, &cancelled) || job.Attempt < job.MaxAttempts {
		return err
	}
	log := w.log
	if log == nil {
		log = slog.Default()
	}
	log.Error("money has come and its application cannot take it", "job", job.ID, "kind", job.Kind, "err", err)
	return river.JobSnooze(moneyPause)
}

// NextRetry comes soon: River's own pauses grow to days, and a repaired cause would wait for them.
func (w *moneyWorker[T]) NextRetry(job *river.Job[T]) time.Time {
	pause := min(time.Second<<min(job.Attempt, 10), moneyPause)
	return time.Now().Add(pause)
}

var errOrigin = errors.New("charge of an unknown kind")

func (j *Jobs) workPaid(ctx context.Context, job *river.Job[payments.PaidArgs]) error {
	if job.Args.Origin.Kind != "application" {
		return river.JobCancel(errOrigin)
	}
	return j.locked(ctx, job.Args.Origin.ID, func(tx pgx.Tx, d *dossier) error {
		c, err := payments.ChargeOf(ctx, tx, job.Args.Origin)
		if err != nil {
			return err
		}
		if c.Status == payments.Refunded || c.Status == payments.Cancelled {
			return nil // it came and went back, or was taken back and is owed no more, while nobody worked
		}
		if c.Status != payments.Paid {
			return fault.New(fault.Conflict, "applications.not_paid") // told of a payment that the table does not show: try again
		}
		return j.paid(ctx, tx, d, c)
	})
}

// workSurplus tells of money that nothing asked for: on the page of its application, and where there is none, because it was erased or the
// charge is somebody else's, by payments themselves.
func (j *Jobs) workSurplus(ctx context.Context, job *river.Job[payments.SurplusArgs]) error {
	told := false
	if job.Args.Origin.Kind == payments.FromApplication {
		err := j.locked(ctx, job.Args.Origin.ID, func(tx pgx.Tx, d *dossier) error {
			told = true
			return j.surplus(ctx, tx, d, job.Args.Receipt)
		})
		if err != nil || told {
			return err
		}
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		return payments.TellSurplus(ctx, tx, j.Notify, j.Texts, j.PublicURL, job.Args.Receipt)
	})
}

// surplus notes, once, money that nothing asked for when it came, and tells who paid it that it is safe.
func (k *Core) surplus(ctx context.Context, tx pgx.Tx, d *dossier, receipt string) error {
	history, err := eventsOf(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	e := Event{Kind: "surplus", Party: d.payer().ID, Note: receipt}
	if slices.ContainsFunc(history, func(was Event) bool { return was.Kind == e.Kind && was.Note == receipt }) {
		return nil
	}
	if err := k.note(ctx, tx, d, e); err != nil {
		return err
	}
	return k.tellOne(ctx, tx, d, e.Kind, d.payer())
}

// oweRefund notes that the paid duty is to be returned: for the parties here, for staff at the payment.
func (k *Core) oweRefund(ctx context.Context, tx pgx.Tx, d *dossier) error {
	d.RefundDue = true
	return payments.OweRefund(ctx, tx, origin(d.ID), k.Now())
}
