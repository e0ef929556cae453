package payments

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/rus"
	"tamga/payments/banks"
)

// registryLine is what a bank says it did with our money.
type registryLine struct {
	Kind       string // payment, refund, reversal
	BankID     string
	PaymentOf  string // of a refund or a reversal: the payment at the bank
	Order      string // our key: of the payment, or of the refund
	Amount     int64
	Commission int64
	Currency   string
	At         time.Time
}

var errRegistry = errors.New("not a registry")

// parseRegistry reads the file of a day: semicolons, one header, one line for each movement, one total.
func parseRegistry(day time.Time, raw []byte) ([]registryLine, error) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = ';', -1, true
	head, err := r.Read()
	if err != nil || len(head) != 2 || head[0] != banks.RegistryHead || head[1] != day.Format(time.DateOnly) {
		return nil, fmt.Errorf("%w: header %q, %w", errRegistry, head, errors.Join(err))
	}
	var lines []registryLine
	var sum int64
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: it has no end", errRegistry)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errRegistry, err)
		}
		if len(fields) == 3 && fields[0] == "TOTAL" {
			if fields[1] != strconv.Itoa(len(lines)) || fields[2] != strconv.FormatInt(sum, 10) {
				return nil, fmt.Errorf("%w: total %q for %d lines of %d", errRegistry, fields, len(lines), sum)
			}
			return lines, nil
		}
		l, err := parseLine(fields)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", errRegistry, len(lines)+1, err)
		}
		lines, sum = append(lines, l), sum+l.Amount
	}
}

func parseLine(f []string) (l registryLine, err error) {
	if len(f) != 8 {
		return l, fmt.Errorf("%d fields", len(f))
	}
	l = registryLine{Kind: f[0], BankID: f[1], PaymentOf: f[2], Order: f[3], Currency: f[6]}
	if l.Kind != "payment" && l.Kind != "refund" && l.Kind != "reversal" || l.BankID == "" || len(l.Currency) != 3 {
		return l, fmt.Errorf("kind %q of %q in %q", l.Kind, l.BankID, l.Currency)
	}
	if l.Amount, err = strconv.ParseInt(f[4], 10, 64); err != nil || l.Amount <= 0 {
		return l, fmt.Errorf("amount %q", f[4])
	}
	if l.Commission, err = strconv.ParseInt(f[5], 10, 64); err != nil || l.Commission < 0 || l.Commission > l.Amount {
		return l, fmt.Errorf("commission %q", f[5])
	}
	l.At, err = time.Parse(time.RFC3339, f[7])
	return l, err
}

// RegistryArgs is the job that takes the file of a day and compares it with our books.
type RegistryArgs struct {
	Acquirer string `json:"acquirer"`
	Day      string `json:"day"` // 2026-11-22; empty is yesterday
}

// Kind names the job.
func (RegistryArgs) Kind() string { return "payments.registry" }

type registryWorker struct {
	river.WorkerDefaults[RegistryArgs]
	jobs *Jobs
}

// Timeout leaves room for the file of a busy day.
func (*registryWorker) Timeout(*river.Job[RegistryArgs]) time.Duration { return 15 * time.Minute }

// Work takes the registries that have not been taken. A bank that has not written one is asked again later.
func (w *registryWorker) Work(ctx context.Context, job *river.Job[RegistryArgs]) error {
	d := w.jobs.desk(ctx)
	day := d.now().In(rus.Moscow).AddDate(0, 0, -1)
	if job.Args.Day != "" {
		var err error
		if day, err = time.ParseInLocation(time.DateOnly, job.Args.Day, rus.Moscow); err != nil {
			return river.JobCancel(err)
		}
	}
	for _, bank := range d.banks {
		if job.Args.Acquirer != "" && job.Args.Acquirer != bank.Name() {
			continue
		}
		if err := d.takeRegistry(ctx, bank, day); errors.Is(err, banks.ErrNoRegistry) {
			return river.JobSnooze(30 * time.Minute)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// takeRegistry reads the file of a day, once, and matches each line of it; then it looks for money of ours that the bank does
// not know. A line that cannot be matched is a discrepancy and never stops the others.
func (d *desk) takeRegistry(ctx context.Context, bank banks.Acquirer, day time.Time) error {
	raw, err := bank.Registry(ctx, day)
	if err != nil {
		return err
	}
	lines, err := parseRegistry(day, raw)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		return insertRegistry(ctx, tx, bank.Name(), day, sum[:], lines, d.now())
	})
	if err != nil {
		return err
	}
	unmatched, err := unmatchedLines(ctx, d.db, bank.Name(), day)
	if err != nil {
		return err
	}
	for n, l := range unmatched {
		if err := d.match(ctx, bank, day, n, l); err != nil {
			return fmt.Errorf("registry of %s, line %d: %w", day.Format(time.DateOnly), n, err)
		}
	}
	return d.findMissing(ctx, bank.Name(), day)
}

// match finds what a line is about. The only kinds that end by themselves are those where the bank's own word, asked for
// again, explains the line: money of which we had not heard yet.
func (d *desk) match(ctx context.Context, bank banks.Acquirer, day time.Time, n int, l registryLine) error {
	key := l.BankID
	if l.Kind != "payment" {
		key = l.PaymentOf
	}
	p, err := paymentAtBank(ctx, d.db, bank.Name(), key)
	if err != nil {
		return err
	}
	if p == nil && l.Kind == "payment" { // the answer with the bank's number was lost
		if id, bad := uuid.Parse(l.Order); bad == nil {
			if p, err = paymentOrNil(ctx, d.db, id); err != nil {
				return err
			}
		}
	}
	x := Discrepancy{Kind: "unknown", Acquirer: bank.Name(), BankID: l.BankID, Theirs: l.Amount, Currency: l.Currency, Detail: l.Order, FoundAt: d.now()}
	switch {
	case p == nil || p.Acquirer != bank.Name():
		return find(ctx, d.db, x)
	case l.Kind == "payment" && p.BankID != nil && *p.BankID != l.BankID: // taken once more under our order
		x.Detail = p.Receipt
		return find(ctx, d.db, x)
	case l.Kind == "payment":
		return d.matchPayment(ctx, bank, p, day, n, l)
	case l.Kind == "refund":
		return d.matchRefund(ctx, p, day, n, l)
	}
	return d.matchReversal(ctx, p, day, n, l)
}

func (d *desk) matchPayment(ctx context.Context, bank banks.Acquirer, p *Payment, day time.Time, n int, l registryLine) error {
	if !p.State.HasMoney() && p.State != Reversed { // we have not heard of it: the bank is asked, and its word counts
		deal, err := bank.Get(ctx, l.BankID)
		if err == nil && deal.Order == p.ID {
			p, err = d.apply(ctx, p.ID, deal, step{Source: "registry", Provider: day.Format(time.DateOnly)})
		}
		if err != nil {
			d.log.Warn("the bank did not answer about its own registry", "payment", p.ID, "err", err)
		}
	}
	_, err := d.locked(ctx, p.ID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if !p.State.HasMoney() && p.State != Reversed {
			x := discrepancyOf("unpaid", p, d.now())
			x.Theirs, x.BankID = l.Amount, l.BankID
			if err := find(ctx, tx, x); err != nil {
				return err
			}
		} else {
			if p.Received != nil && (*p.Received != l.Amount || p.Currency != l.Currency) {
				x := discrepancyOf("missing", p, d.now())
				x.Theirs, x.Detail = l.Amount, "registry "+day.Format(time.DateOnly)
				if err := find(ctx, tx, x); err != nil {
					return err
				}
			} else if err := settle(ctx, tx, p.ID, []string{"missing", "unpaid"}, resolution{How: "found", By: "registry",
				Note: day.Format(time.DateOnly), At: d.now()}); err != nil {
				return err
			}
			err := book(ctx, tx, entry{Kind: "settlement", At: d.now(), Charge: c.ID, Payment: p.ID, Detail: l.BankID}, position{
				{"clearing", l.Currency}: -l.Amount, {"settled", l.Currency}: l.Amount - l.Commission, {"commission", l.Currency}: l.Commission})
			if err != nil {
				return err
			}
			if err := setRegistryDay(ctx, tx, p.ID, day); err != nil {
				return err
			}
		}
		return markLine(ctx, tx, bank.Name(), day, n, p.ID)
	})
	return err
}

// matchRefund compares a refund of the bank with ours: one that we did not ask for, of another amount, or that was not to be made, is
// looked at by a person.
func (d *desk) matchRefund(ctx context.Context, p *Payment, day time.Time, n int, l registryLine) error {
	_, err := d.locked(ctx, p.ID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		all, err := refundsOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		known := false
		for _, r := range all {
			known = known || r.ID.String() == l.Order && r.Amount == l.Amount && l.Currency == Currency && r.State != RefundRefused && r.State != RefundRejected
		}
		if !known {
			x := discrepancyOf("refund", p, d.now())
			x.Theirs, x.BankID, x.Detail = l.Amount, l.BankID, l.Order
			if err := find(ctx, tx, x); err != nil {
				return err
			}
		} else if err := book(ctx, tx, entry{Kind: "settlement", At: d.now(), Charge: c.ID, Payment: p.ID, Detail: l.BankID}, position{
			{"clearing", Currency}: l.Amount, {"settled", Currency}: -l.Amount}); err != nil {
			return err
		}
		return markLine(ctx, tx, p.Acquirer, day, n, p.ID)
	})
	return err
}

// matchReversal books what the bank took back of what it had passed on. That the payment is undone with us, a person decides.
func (d *desk) matchReversal(ctx context.Context, p *Payment, day time.Time, n int, l registryLine) error {
	_, err := d.locked(ctx, p.ID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if p.State != Reversed {
			x := discrepancyOf("reversal", p, d.now())
			x.Theirs, x.BankID, x.Currency, x.Detail = l.Amount, l.BankID, l.Currency, l.Order
			if err := find(ctx, tx, x); err != nil {
				return err
			}
		}
		err := book(ctx, tx, entry{Kind: "settlement", At: d.now(), Charge: c.ID, Payment: p.ID, Detail: l.BankID}, position{
			{"clearing", l.Currency}: l.Amount, {"settled", l.Currency}: -l.Amount})
		if err != nil {
			return err
		}
		return markLine(ctx, tx, p.Acquirer, day, n, p.ID)
	})
	return err
}

// findMissing notes the money of ours of that day that the bank's registry does not have. What came in the last hours of a day
// may stand in the next one's: a day's grace.
func (d *desk) findMissing(ctx context.Context, acquirer string, day time.Time) error {
	end := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow)
	missing, err := notInRegistry(ctx, d.db, acquirer, end)
	if err != nil {
		return err
	}
	for _, p := range missing {
		if err := find(ctx, d.db, discrepancyOf("missing", p, d.now())); err != nil {
			return err
		}
	}
	return nil
}
