package payments

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
)

// State is where a payment stands. Which step leads where is data: table payment_transition.
type State string

// The states of a payment.
const (
	Created   State = "created"   // ours; the bank has not answered yet
	Pending   State = "pending"   // the bank waits for the payer
	Succeeded State = "succeeded" // the charge is paid by it
	Failed    State = "failed"    // the bank or the payer said no
	Expired   State = "expired"   // nobody paid in time, or another attempt was faster
	Mismatch  State = "mismatch"  // another amount has come: a person looks at it
	Surplus   State = "surplus"   // money came that the charge did not need: to be returned
)

// Settled tells whether the payment has come to an end, as far as is known today.
func (s State) Settled() bool { return s != Created && s != Pending }

// Payment is an attempt to pay a charge.
type Payment struct {
	ID              uuid.UUID
	ChargeID        uuid.UUID
	Receipt         string
	Acquirer        string
	BankID          *string
	ConfirmationURL *string
	State           State
	Amount          int64
	Received        *int64
	Reason          string
	CreatedAt       time.Time
	PaidAt          *time.Time
}

func newPayment(c *Charge, acquirer, receipt string, now time.Time) *Payment {
	return &Payment{ID: uuid.Must(uuid.NewV7()), ChargeID: c.ID, Receipt: receipt, Acquirer: acquirer, State: "none",
		Amount: c.Amount, CreatedAt: now}
}

// foldedName is what an index holds of a payer's name.
type foldedName struct{ last, first, middle string }

func foldName(c *Charge) foldedName {
	return foldedName{rus.FoldName(c.LastName), rus.FoldName(c.FirstName), rus.FoldName(c.MiddleName)}
}

// eventOf says what the bank's word means for a payment of a charge.
func eventOf(c *Charge, p *Payment, deal *Deal) string {
	switch deal.Status {
	case DealSucceeded:
		switch {
		case c.Status != Open:
			return "paid_extra"
		case deal.Amount != p.Amount || deal.Currency != Currency:
			return "amount_differs"
		}
		return "paid"
	case DealCanceled:
		if strings.HasPrefix(deal.Reason, "expired") {
			return "expired"
		}
		return "declined"
	}
	return "registered"
}
