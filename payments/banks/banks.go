package banks

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Acquirer is a bank that takes money for us. What it says is told in the words of Deal and Back, whatever its own are.
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
	// Refund sends money back. Asked again with the same ID it tells how the refund stands. ErrRefused is a definite no.
	Refund(ctx context.Context, r RefundOrder) (*Back, error)
	// Registry reads the file of a day, which begins with RegistryHead: what the bank did with our money. ErrNoRegistry means that it is
	// not ready.
	Registry(ctx context.Context, day time.Time) ([]byte, error)
}

// Holder is an acquirer that may hold the money before it takes it (two stages).
type Holder interface {
	Capture(ctx context.Context, id string, amount int64) (*Deal, error)
	Release(ctx context.Context, id string) (*Deal, error)
}

// currency is what every order is in.
const currency = "RUB"

// ErrNoRegistry means that the bank has not written the file of that day yet.
var ErrNoRegistry = errors.New("the bank has no registry of that day")

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
	Amount  int64 // kopecks, all of it
	Fee     int64 // what of it is the commission
	Method  Method
	Email   string // of the payer, for the bank's own cheque; may be empty
	Return  string // where the bank sends the payer back to
	Save    bool   // the payer lets the bank remember the card
	Card    string // token of a remembered card: it is charged at once, and nobody is sent to the bank
}

// Method is how the payer pays.
type Method string

// The methods.
const (
	ByCard Method = "card"
	BySBP  Method = "sbp" // the fast payment system: a QR code, or a link on a phone
)

// Verdict is how a payment stands at the bank.
type Verdict string

// The verdicts of a bank.
const (
	DealPending   Verdict = "pending"
	DealHeld      Verdict = "held" // the money is held for us: Capture takes it
	DealSucceeded Verdict = "succeeded"
	DealCanceled  Verdict = "canceled"
)

// ReasonExpired is the reason of a cancelled payment for which the payer came too late.
const ReasonExpired = "expired_on_confirmation"

// Deal is a payment as the bank sees it.
type Deal struct {
	ID       string // at the bank
	Order    uuid.UUID
	Status   Verdict
	Reason   string // of a cancelled one
	Amount   int64  // kopecks
	Currency string
	Confirm  string // where the payer goes to pay
	QR       string // of the fast payment system
	At       time.Time
	Card     *Card // the card that the bank has remembered for us
}

// BankCard is a card that a bank has remembered. We know its token, never its number.
// The token is worth money: it is kept sealed.
type Card struct{ Token, Title string }

// RefundOrder asks a bank to send money back.
type RefundOrder struct {
	ID      uuid.UUID // key of the refund, and the Idempotence-Key
	Deal    string    // id of the payment at the bank
	Amount  int64
	Purpose string
}

// Back is a refund as the bank sees it.
type Back struct {
	ID     string // at the bank
	Status Verdict
	Reason string
}

// Notice is a call-back that is really from the bank.
type Notice struct {
	ID     string // of the notice itself
	Deal   string // id of the payment at the bank
	Order  uuid.UUID
	Ignore bool // about something that is not learnt from notices
}

// RegistryHead begins the file of a day; its last line is TOTAL with the number of lines and their sum, so that a file cut
// short is not taken for a whole one.
const RegistryHead = "REGISTRY"
