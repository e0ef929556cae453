package payments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Acquirer is a bank that takes money for us.
type Acquirer interface {
	// Name stands in payment.acquirer and in the address of the call-back: "sandbox".
	Name() string
	// Create registers an order. The order's ID is the Idempotence-Key: the same order twice is one payment at the bank.
	// ErrRefused means that the bank will not take it; any other error means that nobody knows whether it did.
	Create(ctx context.Context, o Order) (*Deal, error)
	// Get reads what the bank knows of its payment now.
	Get(ctx context.Context, id string) (*Deal, error)
	// Notice checks a call-back and tells which payment it is about. What else it claims is not believed.
	Notice(header func(name string) string, body []byte, now time.Time) (*Notice, error)
}

// ErrRefused is the bank's definite no to an order.
var ErrRefused = errors.New("the bank refused the order")

// ErrForged marks a call-back that was not signed by the bank, or not lately.
var ErrForged = errors.New("the call-back is not signed by the bank")

// Order is what the bank is asked to take money for.
type Order struct {
	ID      uuid.UUID // key of the payment, and the Idempotence-Key
	Receipt string    // shown to the payer on the bank's page
	Payee   string
	Purpose string
	Amount  int64  // kopecks
	Return  string // where the bank sends the payer back to
}

// Verdict is how a payment stands at the bank.
type Verdict string

// The verdicts of a bank.
const (
	DealPending   Verdict = "pending"
	DealSucceeded Verdict = "succeeded"
	DealCanceled  Verdict = "canceled"
)

// ReasonExpired is the reason of a cancelled payment for which the payer came too late.
const ReasonExpired = "expired_on_confirmation"

// Currency is the only one that charges are in.
const Currency = "RUB"

// Deal is a payment as the bank sees it.
type Deal struct {
	ID       string // at the bank
	Order    uuid.UUID
	Status   Verdict
	Reason   string // of a cancelled one
	Amount   int64  // kopecks
	Currency string
	Confirm  string // where the payer goes to pay
	At       time.Time
}

// Notice is a call-back that is really from the bank.
type Notice struct {
	ID    string // of the notice itself
	Deal  string // id of the payment at the bank
	Order uuid.UUID
}
