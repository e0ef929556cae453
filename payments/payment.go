package payments

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/payments/banks"
)

// State is where a payment stands. Which step leads where is data: table payment_transition.
type State string

// The states of a payment.
const (
	Created         State = "created"    // ours; the bank has not answered yet
	Pending         State = "pending"    // the bank waits for the payer
	Authorised      State = "authorised" // the bank holds the money until we take it
	Succeeded       State = "succeeded"  // the charge is paid by it
	Failed          State = "failed"     // the bank or the payer said no
	Expired         State = "expired"    // nobody paid in time, or another attempt was faster
	Mismatch        State = "mismatch"   // another amount or currency has come: a person looks at it
	Surplus         State = "surplus"    // money came that the charge did not need: to be returned
	RefundedPayment State = "refunded"   // all of it went back
	Reversed        State = "reversed"   // the bank took it back
)

// Settled tells whether the payment has come to an end, as far as is known today.
func (s State) Settled() bool { return s != Created && s != Pending && s != Authorised }

// HasMoney tells whether we hold money of the payment, or held it until we gave it back.
func (s State) HasMoney() bool {
	return s == Succeeded || s == Mismatch || s == Surplus || s == RefundedPayment
}

// Payment is an attempt to pay a charge.
type Payment struct {
	ID              uuid.UUID
	ChargeID        uuid.UUID
	Receipt         string
	Acquirer        string
	BankID          *string
	ConfirmationURL *string
	QR              string // what the QR code of the fast payment system says
	Method          banks.Method
	State           State
	Amount          int64  // for the charge
	Fee             int64  // commission on top, as the payer was shown it
	Discount        int64  // what the discount takes off, if this payment succeeds
	Part            bool   // does not pay the whole rest
	Email           string // for receipt and cheque, as typed at the click: the order must not change when it is sent again
	Received        *int64
	Currency        string // of what was received
	Credited        int64  // what the charge has taken of it
	FeeTaken        int64  // what of it is the commission
	Reserved        int64  // what refunds, done and under way, take of it
	Refunded        int64
	SaveCard        bool       // the payer lets the bank remember the card
	CardID          *uuid.UUID // paid by a remembered card
	Reason          string
	CreatedAt       time.Time
	PaidAt          *time.Time
	PaidBy          uuid.UUID // who pays: an account, or the key of a guest's browser; uuid.Nil when nobody knows
	PayerLast       string    // name of who pays for another; "" when the payer of the charge pays, or nobody has said
	PayerFirst      string
	PayerMiddle     string
	Shared          bool // somebody else than its maker was led to its page at the bank: nobody knows who of them has paid
}

// forAnother tells whether the payment has a payer of its own, who is known.
func (p *Payment) forAnother() bool { return p.PayerLast != "" && !p.Shared }

// payerName is who has paid for another, "" for nobody.
func (p *Payment) payerName() string { return rus.FullName(p.PayerLast, p.PayerFirst, p.PayerMiddle) }

// newPayment is an attempt to pay sum kopecks of the charge; 0 is all that has to be paid now, with the discount of the moment.
func newPayment(c *Charge, acquirer, receipt string, method banks.Method, sum int64, now time.Time) *Payment {
	p := &Payment{ID: uuid.Must(uuid.NewV7()), ChargeID: c.ID, Receipt: receipt, Acquirer: acquirer, State: "none", Method: method,
		Currency: Currency, CreatedAt: now}
	pay, discount := c.Offer(now)
	p.Amount, p.Discount = pay, discount
	if sum != 0 && sum < pay {
		p.Amount, p.Discount, p.Part = sum, 0, true
	}
	return p
}

// credit says how much of the money of a payment its charge takes, and how much discount goes with it. The discount that was in
// force at the click holds, however late the bank's word comes.
func credit(c *Charge, p *Payment) (sum, discount int64, closes bool) {
	if p.Received == nil || p.Currency != Currency {
		return 0, 0, false
	}
	rest := c.Rest()
	need, _ := c.Offer(p.CreatedAt)
	has := *p.Received
	if has == p.Total() { // as asked; of another sum, which an employee has accepted, the charge comes first
		has -= p.Fee
	}
	if has >= need {
		return need, rest - need, rest > 0
	}
	return has, 0, false
}

// Total is what the bank is asked for.
func (p *Payment) Total() int64 { return p.Amount + p.Fee }

// over is what came of a payment and belongs to nobody but the payer.
func (p *Payment) over() int64 {
	if p.Received == nil {
		return 0
	}
	return *p.Received - p.Credited - p.FeeTaken
}

// backOfCharge is what of the charge's money has gone back: what was over goes first.
func (p *Payment) backOfCharge() int64 { return min(p.Refunded-min(p.Refunded, p.over()), p.Credited) }

// foldedName is what an index holds of a payer's name.
type foldedName struct{ last, first, middle string }

func foldName(c *Charge) foldedName {
	return foldedName{rus.FoldName(c.LastName), rus.FoldName(c.FirstName), rus.FoldName(c.MiddleName)}
}

// eventOf says what the bank's word means for a payment of a charge.
func eventOf(c *Charge, p *Payment, deal *banks.Deal) string {
	switch deal.Status {
	case banks.DealSucceeded:
		switch {
		case c.Status != Open:
			return "paid_extra"
		case deal.Amount != p.Total() || deal.Currency != Currency:
			return "amount_differs"
		}
		return "paid"
	case banks.DealHeld:
		if c.Status != Open && p.State == Authorised {
			return "superseded" // its capture has not got through, and nobody owes it any more: the hold is let go
		}
		if c.Status != Open || deal.Amount != p.Total() || deal.Currency != Currency {
			return "hold_unwanted" // leads nowhere: the hold is let go
		}
		return "authorised"
	case banks.DealCanceled:
		if strings.HasPrefix(deal.Reason, "expired") {
			return "expired"
		}
		return "declined"
	}
	return "registered"
}
