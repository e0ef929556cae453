package payments

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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
	Day        time.Time `db:"day"`  // of its file
	Line       int       `db:"line"` // its number there
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
			if _, err := r.Read(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%w: it goes on after its total", errRegistry)
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

// match finds what a line is about. The only kinds that end by themselves are those where the bank's own word, asked for
// again, explains the line: money of which we had not heard yet.
func (d *desk) match(ctx context.Context, bank banks.Acquirer, l registryLine) error {
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
		return findOnce(ctx, d.db, x)
	case l.Kind == "payment" && p.BankID != nil && *p.BankID != l.BankID: // taken once more under our order
		x.Detail = p.Receipt
		return findOnce(ctx, d.db, x)
	case l.Kind == "payment":
		return d.matchPayment(ctx, bank, p, l)
	case l.Kind == "refund":
		return d.matchRefund(ctx, p, l)
	}
	return d.matchReversal(ctx, p, l)
}

// matchPayment settles money that we have. Of money that we have not, and of which the bank says nothing better when it is asked, somebody
// is told; its line waits to be matched again.
func (d *desk) matchPayment(ctx context.Context, bank banks.Acquirer, p *Payment, l registryLine) error {
	day := l.Day.Format(time.DateOnly)
	if !p.State.HasMoney() && p.State != Reversed {
		deal, err := bank.Get(ctx, l.BankID)
		if err == nil && deal.Order == p.ID {
			p, err = d.apply(ctx, p.ID, deal, step{Source: "registry", Provider: day})
		}
		if err != nil {
			d.log.Warn("the bank did not answer about its own registry", "payment", l.Order, "err", err)
		}
	}
	_, err := d.locked(ctx, p.ID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if !p.State.HasMoney() && p.State != Reversed {
			x := discrepancyOf("unpaid", p, d.now())
			x.Theirs, x.BankID = l.Amount, l.BankID
			return findOnce(ctx, tx, x)
		}
		if p.Received != nil && (*p.Received != l.Amount || p.Currency != l.Currency) {
			x := discrepancyOf("missing", p, d.now())
			x.Theirs, x.Detail = l.Amount, "registry "+day
			if err := find(ctx, tx, x); err != nil {
				return err
			}
		} else if err := settle(ctx, tx, p.ID, []string{"missing", "unpaid"}, resolution{How: "found", By: "registry", Note: day, At: d.now()}); err != nil {
			return err
		}
		err := book(ctx, tx, entry{Kind: "settlement", At: d.now(), Charge: c.ID, Payment: p.ID, Detail: l.BankID}, position{
			{"clearing", l.Currency}: -l.Amount, {"settled", l.Currency}: l.Amount - l.Commission, {"commission", l.Currency}: l.Commission})
		if err != nil {
			return err
		}
		if err := setRegistryDay(ctx, tx, p.ID, l.Day); err != nil {
			return err
		}
		return markLine(ctx, tx, l, p)
	})
	return err
}

// matchRefund compares a refund of the bank with ours: one that we did not ask for, of another amount, or that was not to be made, is
// looked at by a person.
func (d *desk) matchRefund(ctx context.Context, p *Payment, l registryLine) error {
	_, err := d.locked(ctx, p.ID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		all, err := refundsOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		var known *Refund
		for _, r := range all {
			if r.ID.String() == l.Order && r.Amount == l.Amount && l.Currency == Currency && r.State != RefundRefused && r.State != RefundRejected {
				known = r
			}
		}
		if known == nil {
			x := discrepancyOf("refund", p, d.now())
			x.Theirs, x.BankID, x.Detail = l.Amount, l.BankID, l.Order
			err = find(ctx, tx, x)
		} else {
			err = settleFound(ctx, tx, d.unnamed(p.Acquirer, known))
		}
		if err != nil {
			return err
		}
		return d.takenBack(ctx, tx, c, p, l)
	})
	return err
}

// matchReversal books what the bank took back of what it had passed on. That the payment is undone with us, a person decides.
func (d *desk) matchReversal(ctx context.Context, p *Payment, l registryLine) error {
	_, err := d.locked(ctx, p.ID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if p.State != Reversed {
			x := discrepancyOf("reversal", p, d.now())
			x.Theirs, x.BankID, x.Currency, x.Detail = l.Amount, l.BankID, l.Currency, l.Order
			if err := find(ctx, tx, x); err != nil {
				return err
			}
		}
		return d.takenBack(ctx, tx, c, p, l)
	})
	return err
}

// takenBack books what the bank took of what it had passed on, rightly or not: what we know nothing of stays in clearing, as its debt.
func (d *desk) takenBack(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, l registryLine) error {
	err := book(ctx, tx, entry{Kind: "settlement", At: d.now(), Charge: c.ID, Payment: p.ID, Detail: l.BankID}, position{
		{"clearing", l.Currency}: l.Amount, {"settled", l.Currency}: -l.Amount})
	if err != nil {
		return err
	}
	return markLine(ctx, tx, l, p)
}
