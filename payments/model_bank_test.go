package payments

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/payments/banks"
)

// bookBank is a bank in memory: its books are the truth of the model. It answers, does not answer, or does what it was asked
// and loses the answer.
type bookBank struct {
	r       *rand.Rand
	now     func() time.Time
	deals   map[string]*bankDeal
	byOrder map[uuid.UUID]*bankDeal
	refunds map[uuid.UUID]*bankBack
	moves   []registryLine
}

type bankDeal struct {
	banks.Deal
	refunded int64
	reversed bool
	save     bool
}

type bankBack struct {
	banks.Back
	deal   *bankDeal
	amount int64
}

var errSilent = errors.New("the bank does not answer")

func (*bookBank) Name() string { return "book" }

// loses tells whether an answer is lost, before the bank has done what it was asked or after.
func (b *bookBank) loses() bool { return b.r.IntN(8) == 0 }

func (b *bookBank) Create(_ context.Context, o banks.Order) (*banks.Deal, error) {
	switch {
	case b.loses():
		return nil, errSilent
	case b.byOrder[o.ID] == nil && b.r.IntN(20) == 0:
		return nil, fmt.Errorf("%w: by chance", banks.ErrRefused)
	}
	d := b.byOrder[o.ID]
	if d == nil {
		d = &bankDeal{Deal: banks.Deal{ID: fmt.Sprint("b", len(b.deals)), Order: o.ID, Status: banks.DealPending, Amount: o.Amount, Currency: Currency,
			Confirm: "http://bank.test/"}, save: o.Save}
		b.deals[d.ID], b.byOrder[o.ID] = d, d
		switch { // a remembered card is charged at once
		case o.Card != "" && b.r.IntN(5) == 0:
			d.Status, d.Reason = banks.DealCanceled, "card_blocked"
		case o.Card != "":
			b.settle(d, banks.DealSucceeded, d.Amount, Currency)
		}
	}
	if b.loses() {
		return nil, errSilent
	}
	copied := d.Deal
	return &copied, nil
}

func (b *bookBank) Get(_ context.Context, id string) (*banks.Deal, error) {
	d := b.deals[id]
	if d == nil || b.loses() {
		return nil, errSilent
	}
	copied := d.Deal
	return &copied, nil
}

func (b *bookBank) Notice(func(string) string, []byte, time.Time) (*banks.Notice, error) {
	return nil, errSilent
}

func (b *bookBank) Capture(_ context.Context, id string, amount int64) (*banks.Deal, error) {
	d := b.deals[id]
	if b.loses() {
		return nil, errSilent
	}
	if d.Status == banks.DealHeld {
		b.settle(d, banks.DealSucceeded, amount, Currency)
	}
	if b.loses() {
		return nil, errSilent
	}
	copied := d.Deal
	return &copied, nil
}

func (b *bookBank) Release(_ context.Context, id string) (*banks.Deal, error) {
	d := b.deals[id]
	if d.Status == banks.DealHeld {
		d.Status, d.Reason = banks.DealCanceled, "released"
	}
	copied := d.Deal
	return &copied, nil
}

func (b *bookBank) settle(d *bankDeal, status banks.Verdict, amount int64, currency string) {
	d.Status, d.Amount, d.Currency, d.At = status, amount, currency, b.now()
	if status == banks.DealSucceeded && d.save {
		d.Card = &banks.Card{Token: "token " + d.ID, Title: "МИР •••• 2201"}
	}
	if status == banks.DealSucceeded {
		b.moves = append(b.moves, registryLine{Kind: "payment", BankID: d.ID, Order: d.Order.String(), Amount: amount, Currency: currency,
			Commission: amount / 100, At: b.now()})
	}
}

func (b *bookBank) Refund(_ context.Context, o banks.RefundOrder) (*banks.Back, error) {
	if b.loses() {
		return nil, errSilent
	}
	back, d := b.refunds[o.ID], b.deals[o.Deal]
	if back == nil {
		back = &bankBack{Back: banks.Back{ID: fmt.Sprint("r", len(b.refunds)), Status: banks.DealPending}, deal: d, amount: o.Amount}
		b.refunds[o.ID] = back
		if b.r.IntN(10) == 0 || d.reversed || d.refunded+o.Amount > d.Amount {
			back.Status, back.Reason = banks.DealCanceled, "by chance"
		}
	}
	if back.Status == banks.DealPending && b.r.IntN(2) == 0 {
		back.Status = banks.DealSucceeded
		d.refunded += o.Amount
		b.moves = append(b.moves, registryLine{Kind: "refund", BankID: back.ID, PaymentOf: d.ID, Order: o.ID.String(), Amount: o.Amount,
			Currency: Currency, At: b.now()})
	}
	if b.loses() {
		return nil, errSilent
	}
	copied := back.Back
	return &copied, nil
}

func (b *bookBank) Registry(_ context.Context, day time.Time) ([]byte, error) {
	if b.loses() {
		return nil, banks.ErrNoRegistry
	}
	return registryFile(day, b.moves), nil
}

// registryFile writes the file of a day.
func registryFile(day time.Time, all []registryLine) []byte {
	var out strings.Builder
	date := day.In(rus.Moscow).Format(time.DateOnly)
	fmt.Fprintf(&out, "%s;%s\n", banks.RegistryHead, date)
	n, sum := 0, int64(0)
	for _, l := range all {
		if l.At.In(rus.Moscow).Format(time.DateOnly) == date {
			n, sum = n+1, sum+l.Amount
			fmt.Fprintf(&out, "%s;%s;%s;%s;%d;%d;%s;%s\n", l.Kind, l.BankID, l.PaymentOf, l.Order, l.Amount, l.Commission, l.Currency, l.At.Format(time.RFC3339))
		}
	}
	fmt.Fprintf(&out, "TOTAL;%d;%d\n", n, sum)
	return []byte(out.String())
}
