package payments

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/rus"
	"tamga/payments/banks"
)

// RegistryArgs is the job that takes the files of days that are over and compares them with our books.
type RegistryArgs struct {
	Acquirer string `json:"acquirer"`
	Day      string `json:"day"` // 2026-11-22; empty is yesterday, and those days before of which the file was not taken
}

// Kind names the job.
func (RegistryArgs) Kind() string { return "payments.registry" }

const (
	registryDays = 10 // for so long a file that did not come is asked for
	linesFor     = 40 // days for which a line that was not matched is tried again
)

type registryWorker struct {
	river.WorkerDefaults[RegistryArgs]
	jobs *Jobs
}

// Timeout leaves room for the file of a busy day.
func (*registryWorker) Timeout(*river.Job[RegistryArgs]) time.Duration { return 15 * time.Minute }

// Work takes the registries that have not been taken. A bank that has not written one is asked again later; it holds up neither another
// bank nor another day.
func (w *registryWorker) Work(ctx context.Context, job *river.Job[RegistryArgs]) error {
	d := w.jobs.desk(ctx)
	yesterday := d.now().In(rus.Moscow).AddDate(0, 0, -1)
	var failed error
	late := false
	for _, bank := range d.banks {
		if job.Args.Acquirer != "" && job.Args.Acquirer != bank.Name() {
			continue
		}
		days, err := d.daysToTake(ctx, bank, job.Args.Day, yesterday)
		if err != nil {
			return err
		}
		for _, day := range days {
			err := d.takeRegistry(ctx, bank, day)
			fresh := job.Args.Day != "" || day.Format(time.DateOnly) == yesterday.Format(time.DateOnly)
			switch {
			case !errors.Is(err, banks.ErrNoRegistry):
				failed = errors.Join(failed, err)
			case fresh:
				late = true
			}
			if err != nil && (!fresh || errors.Is(err, errRegistry)) { // tomorrow's job asks for it again
				failed = errors.Join(failed, d.tellRegistry(ctx, bank, day, err))
			}
		}
	}
	if failed == nil && late {
		return river.JobSnooze(30 * time.Minute)
	}
	return failed
}

// daysToTake are the day that somebody has asked for, or those up to yesterday whose file is to be had.
func (d *desk) daysToTake(ctx context.Context, bank banks.Acquirer, asked string, yesterday time.Time) ([]time.Time, error) {
	if asked == "" {
		return untakenDays(ctx, d.db, bank.Name(), yesterday, registryDays)
	}
	day, err := time.ParseInLocation(time.DateOnly, asked, rus.Moscow)
	if err != nil {
		return nil, river.JobCancel(err)
	}
	return []time.Time{day}, nil
}

// dayOf is what the staff are told of a file that did not come, or does not read; it ends when the file is taken.
func (d *desk) dayOf(bank banks.Acquirer, day time.Time) Discrepancy {
	return Discrepancy{Kind: "registry", Acquirer: bank.Name(), BankID: day.Format(time.DateOnly), FoundAt: d.now()}
}

func (d *desk) tellRegistry(ctx context.Context, bank banks.Acquirer, day time.Time, why error) error {
	x := d.dayOf(bank, day)
	if errors.Is(why, errRegistry) {
		x.Detail = short(why.Error(), 300) // for the bank
	}
	return findOnce(ctx, d.db, x)
}

// takeRegistry keeps the file of a day, once, and matches its lines and those of other days that are still to be matched; then it looks
// for money of ours that the bank does not know. A line that cannot be matched is a discrepancy and never stops the others.
func (d *desk) takeRegistry(ctx context.Context, bank banks.Acquirer, day time.Time) error {
	if err := d.keepRegistry(ctx, bank, day); err != nil {
		return err
	}
	lines, err := unmatchedLines(ctx, d.db, bank.Name(), d.now().In(rus.Moscow).AddDate(0, 0, -linesFor), day)
	if err != nil {
		return err
	}
	var failed error
	for _, l := range lines {
		if err := d.match(ctx, bank, l); err != nil {
			failed = errors.Join(failed, fmt.Errorf("registry of %s, line %d: %w", l.Day.Format(time.DateOnly), l.Line, err))
		}
	}
	return errors.Join(failed, d.findMissing(ctx, bank.Name(), day))
}

// keepRegistry reads the file of a day, unless it was read.
func (d *desk) keepRegistry(ctx context.Context, bank banks.Acquirer, day time.Time) error {
	if taken, err := registryTaken(ctx, d.db, bank.Name(), day); err != nil || taken {
		return err
	}
	raw, err := bank.Registry(ctx, day)
	if err != nil {
		return err
	}
	lines, err := parseRegistry(day, raw)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	return pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		again, err := insertRegistry(ctx, tx, bank.Name(), day, sum[:], lines, d.now())
		if err != nil {
			return err
		}
		for _, l := range again {
			x := Discrepancy{Kind: "registry", Acquirer: bank.Name(), BankID: l.BankID, Theirs: l.Amount, Currency: l.Currency, Detail: l.Kind + " " + l.Order, FoundAt: d.now()}
			if err := find(ctx, tx, x); err != nil {
				return err
			}
		}
		return settleFound(ctx, tx, d.dayOf(bank, day))
	})
}

// findMissing notes the money of ours of that day that the bank's registry does not have, come or gone back. What came in the last hours
// of a day may stand in the next one's: a day's grace.
func (d *desk) findMissing(ctx context.Context, acquirer string, day time.Time) error {
	end := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow)
	missing, err := notInRegistry(ctx, d.db, acquirer, end)
	if err != nil {
		return err
	}
	for _, p := range missing {
		if err := findOnce(ctx, d.db, discrepancyOf("missing", p, d.now())); err != nil {
			return err
		}
	}
	refunds, err := refundsNotInRegistry(ctx, d.db, acquirer, end.AddDate(0, 0, -linesFor), end)
	if err != nil {
		return err
	}
	for _, r := range refunds {
		if err := findOnce(ctx, d.db, d.unnamed(acquirer, r)); err != nil {
			return err
		}
	}
	return nil
}

// unnamed is what the staff are told of a refund that no registry has named.
func (d *desk) unnamed(acquirer string, r *Refund) Discrepancy {
	return Discrepancy{Kind: "refund", Acquirer: acquirer, BankID: r.ID.String(), PaymentID: &r.PaymentID, Ours: r.Amount, FoundAt: d.now()}
}
