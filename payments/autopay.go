package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/payments/banks"
)

// A rule pays charges of its kinds by a remembered card, within two limits. Each payment is announced a day before with the page
// where one says no; it is one order for a charge, ever, whatever comes of it.
//
//	announced ──a day later──▶ paying ──▶ paid, failed (told)
//	   ├─ skipped by the person    ├─ stopped with its rule    └─ gone: paid otherwise
//	over: beyond a limit, told and left to the person
//
// Locks are taken in this order: rule, order, charge. The outcome of a payment comes under the charge's lock to an order that is
// paying, which nobody holds any more.

// autopayRule is what somebody lets us pay without asking.
type autopayRule struct {
	ID         uuid.UUID
	Owner      uuid.UUID
	Kinds      []string
	CardID     uuid.UUID
	Card       string // for its owner's eyes; "" when it was removed
	Acquirer   string
	PerPayment int64
	PerMonth   int64
	CreatedAt  time.Time
	StoppedAt  *time.Time
	Keys       [][]byte // hashes of the numbers whose charges it pays
}

// autopayOrder is one payment by a rule.
type autopayOrder struct {
	ID       uuid.UUID
	RuleID   uuid.UUID
	Owner    uuid.UUID
	ChargeID uuid.UUID
	Total    int64
	State    string
	ToldAt   time.Time
	DueAt    time.Time
	Reason   string
	Purpose  string
}

const autopayNotice = 24 * time.Hour // between the notice and the payment

// AutopayArgs is the hourly job that finds what rules have to pay and announces it; a new rule has one of its own at once.
type AutopayArgs struct {
	Rule uuid.UUID `json:"rule,omitzero"` // uuid.Nil is all of them
}

// Kind names the job.
func (AutopayArgs) Kind() string { return "payments.autopay" }

// AutopayOrderArgs is the job that pays one order on its day.
type AutopayOrderArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job.
func (AutopayOrderArgs) Kind() string { return "payments.autopay_order" }

type autopayWorker struct {
	river.WorkerDefaults[AutopayArgs]
	jobs *Jobs
}

func (*autopayWorker) Timeout(*river.Job[AutopayArgs]) time.Duration { return 10 * time.Minute }

// Work announces for each rule by itself: what is wrong with one does not hold up the others.
func (w *autopayWorker) Work(ctx context.Context, job *river.Job[AutopayArgs]) error {
	d := w.jobs.desk(ctx)
	if job.Args.Rule != uuid.Nil {
		return d.announce(ctx, job.Args.Rule)
	}
	rules, err := liveRules(ctx, d.db)
	if err != nil {
		return err
	}
	for _, id := range rules {
		if e := d.announce(ctx, id); e != nil {
			err = errors.Join(err, fmt.Errorf("rule %s: %w", id, e))
		}
	}
	return err
}

type autopayOrderWorker struct {
	river.WorkerDefaults[AutopayOrderArgs]
	jobs *Jobs
}

func (*autopayOrderWorker) Timeout(*river.Job[AutopayOrderArgs]) time.Duration { return time.Minute }

// Work pays. A bank that does not answer is the check job's business, as with a payer's own click.
func (w *autopayOrderWorker) Work(ctx context.Context, job *river.Job[AutopayOrderArgs]) error {
	err := w.jobs.desk(ctx).payOrder(ctx, job.Args.ID)
	if errors.Is(err, errAtBank) {
		return river.JobSnooze(15 * time.Minute)
	}
	return err
}

// errAtBank says that somebody has begun to pay the charge of an order. Whether anything comes of it is known in an hour or so.
var errAtBank = fmt.Errorf("somebody is at the bank: %w", fault.Conflict)

// announce makes an order of each charge that a rule is to pay, and tells its owner.
func (d *desk) announce(ctx context.Context, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		rule, err := lockRule(ctx, tx, id)
		if err != nil || rule.StoppedAt != nil || rule.Card == "" {
			return err
		}
		due, err := dueOf(ctx, tx, rule)
		if err != nil {
			return err
		}
		spent, err := spentOf(ctx, tx, rule.ID, monthStart(d.now()))
		if err != nil {
			return err
		}
		for _, c := range due {
			pay, _ := c.Offer(d.now())
			fee, err := feeOf(ctx, tx, rule.Acquirer, banks.ByCard, c.OriginKind, pay, d.now())
			if err != nil {
				return err
			}
			if pay <= 0 {
				continue
			}
			o := &autopayOrder{ID: uuid.Must(uuid.NewV7()), RuleID: rule.ID, Owner: rule.Owner, ChargeID: c.ID, Total: pay + fee, State: "announced",
				ToldAt: d.now(), DueAt: d.now().Add(autopayNotice), Purpose: c.Purpose}
			if o.Total > rule.PerPayment || spent+o.Total > rule.PerMonth {
				o.State = "over"
			} else {
				spent += o.Total
			}
			if err := d.order(ctx, tx, rule, o); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *desk) order(ctx context.Context, tx pgx.Tx, rule *autopayRule, o *autopayOrder) error {
	fresh, err := insertOrder(ctx, tx, o)
	if err != nil || !fresh {
		return err
	}
	if o.State == "announced" {
		if _, err := d.river.InsertTx(ctx, tx, AutopayOrderArgs{o.ID}, &river.InsertOpts{ScheduledAt: o.DueAt}); err != nil {
			return err
		}
	}
	return d.tellRule(ctx, tx, rule, o, rule.Card)
}

func monthStart(now time.Time) time.Time {
	day := now.In(rus.Moscow)
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, rus.Moscow)
}

// tellRule tells the owner of a rule how an order stands: the notice before, a limit, a failure, a payment. The detail is a card, a
// receipt, or the key of a reason. It goes where the person is reached on that day, and in the language read then: a rule lives for years.
func (d *desk) tellRule(ctx context.Context, tx pgx.Tx, rule *autopayRule, o *autopayOrder, detail string) error {
	way, err := d.wayTo(ctx, tx, rule)
	if err != nil || way.To == "" {
		return err
	}
	lang := i18n.Parse(way.Lang)
	text := func(key string, args ...any) string { return d.pages.T(lang, key, args...) }
	if o.State == "failed" {
		if !d.pages.Bundle.Has(i18n.RU, detail) {
			detail = "payments.reason_other"
		}
		detail = text(detail)
	}
	link := d.url + "/payments/autopay/orders/" + o.ID.String()
	m := notify.Message{Channel: way.Channel, To: way.To, Account: rule.Owner, Kind: "payments.autopay", Subject: text("payments_auto.subject_" + o.State),
		Body: text("payments_auto.tell_"+o.State, rus.FormatRubles(o.Total), o.Purpose, detail, rus.FormatDateTime(o.DueAt, lang), link)}
	if way.Channel == notify.SMS {
		m.Subject, m.Body = "", text("payments_auto.sms_"+o.State, rus.FormatRubles(o.Total), link)
	}
	return d.notify.Send(ctx, tx, m)
}

// wayTo is where the owner of a rule has messages now; nowhere, where nobody knows accounts.
func (d *desk) wayTo(ctx context.Context, tx pgx.Tx, rule *autopayRule) (notify.Way, error) {
	if d.notify == nil || d.notify.WayTo == nil {
		return notify.Way{}, nil
	}
	return d.notify.WayTo(ctx, tx, rule.Owner, "payments")
}

// payOrder makes the payment of an order, once: it is kept with the order in one transaction, and everything after that is the same
// as with a click.
func (d *desk) payOrder(ctx context.Context, id uuid.UUID) error {
	var c *Charge
	var p *Payment
	err := pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		rule, o, err := lockOrder(ctx, tx, id)
		if err != nil || o.State != "announced" || d.now().Before(o.DueAt) {
			return err
		}
		if c, err = lockCharge(ctx, tx, o.ChargeID); err != nil {
			return err
		}
		live, err := livePayments(ctx, tx, c.ID)
		switch {
		case err != nil:
			return err
		case rule.StoppedAt != nil:
			return setOrder(ctx, tx, o.ID, "stopped", "")
		case c.Status != Open:
			return setOrder(ctx, tx, o.ID, "gone", "")
		case len(live) > 0:
			return errAtBank
		}
		p, err = d.openOrder(ctx, tx, c, rule, o)
		if errors.Is(err, errAutopay) || errors.Is(err, errCard) || errors.Is(err, fault.Conflict) || errors.Is(err, fault.Invalid) {
			p, o.State = nil, "failed"
			if err := setOrder(ctx, tx, o.ID, "failed", "changed"); err != nil {
				return err
			}
			return d.tellRule(ctx, tx, rule, o, "payments_auto.changed")
		}
		return err
	})
	if err != nil || p == nil {
		return err
	}
	_, err = d.register(ctx, c, p)
	return err
}

// errAutopay says that more would be taken than was announced.
var errAutopay = errors.New("the sum has grown since it was announced")

// openOrder makes the attempt. Never more is taken than was announced.
func (d *desk) openOrder(ctx context.Context, tx pgx.Tx, c *Charge, rule *autopayRule, o *autopayOrder) (p *Payment, err error) {
	pay, _ := c.Offer(d.now())
	fee, err := feeOf(ctx, tx, rule.Acquirer, banks.ByCard, c.OriginKind, pay, d.now())
	if err != nil {
		return nil, err
	}
	if pay+fee > o.Total {
		return nil, errAutopay
	}
	way, err := d.wayTo(ctx, tx, rule)
	if err != nil {
		return nil, err
	}
	receipts := "" // by SMS, then
	if way.Channel == notify.Email {
		receipts = way.To
	}
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { // a savepoint: what fails here must not undo the word about it
		p, err = d.open(ctx, tx, c, intent{Reader: Reader{Account: rule.Owner}, Charge: c.ID, Email: receipts, Method: banks.ByCard, Bank: rule.Acquirer, Fee: fee, Card: rule.CardID})
		if err != nil {
			return err
		}
		return setOrderPayment(ctx, tx, o.ID, p.ID)
	})
	return p, err
}

// followOrder brings the end of a payment to the order it was made for, if any, and tells its owner.
func (d *desk) followOrder(ctx context.Context, tx pgx.Tx, p *Payment) error {
	state := ""
	switch p.State {
	case Succeeded, Surplus: // of money on top payments tell besides
		state = "paid"
	case Failed, Expired:
		state = "failed"
	default:
		return nil
	}
	rule, o, err := endOrder(ctx, tx, p.ID, state, p.Reason)
	if err != nil || o == nil {
		return err
	}
	detail := p.Receipt
	if state == "failed" {
		detail = reasonKey(p.Reason)
	}
	return d.tellRule(ctx, tx, rule, o, detail)
}
