package stand

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/db"
)

// Bank is the sandbox bank: an acquirer to try payments with. It behaves like a real one, with books of its own, pages where
// one pays, signed call-backs that are repeated until they arrive, and a payer sent back to the merchant. It takes no money
// and no card number. Tables: bank_payment, bank_refund, bank_callback. Routes, all below /bank:
//
//	POST /bank/api/payments          signed; Idempotence-Key; the payment and where to pay it
//	GET  /bank/api/payments/:id      signed; how the payment stands now
//	POST /bank/api/refunds           signed; Idempotence-Key; money back, or how it stands
//	GET  /bank/api/registry/:day     signed; the file of a day that is over
//	GET  /bank/pay/:id               the page of a payment
//	POST /bank/pay/:id               choice: pay, secure with a code (3-D Secure), trick, decline with a reason, later, cancel
//	GET  /bank                       the books
//
// Run delivers the call-backs and settles what was put off. It keeps its state in the tables, so a restart goes on with it.
type Bank struct {
	DB       db.DB
	Pages    *frontend.Pages
	Secret   []byte // shared with the merchant
	URL      string // of this bank, as a browser sees it: "http://localhost:8083/bank"
	Callback string // where the merchant takes call-backs
	Now      func() time.Time
	Client   *http.Client
	Log      *slog.Logger
}

// Mount registers the routes. The API is to be exempt from CSRF: BankAPI is the prefix.
func (b *Bank) Mount(r fiber.Router) {
	r.Post(BankAPI+"/payments", b.createPayment)
	r.Get(BankAPI+"/payments/:id<guid>", b.readPayment)
	r.Post(BankAPI+"/refunds", b.createRefund)
	r.Get(BankAPI+"/registry/:day", b.readRegistry)
	r.Get("/bank", b.listBank)
	r.Get("/bank/pay/:id<guid>", b.showBankPayment)
	r.Post("/bank/pay/:id<guid>", b.decideBankPayment)
}

// BankAPI is the path of the machines' part of the bank.
const BankAPI = "/bank/api"

const (
	bankPayWithin = time.Hour       // for the payer to decide
	bankWindow    = 5 * time.Minute // how far the merchant's clock may be off
)

// bankPayment is a payment in the bank's books.
type bankPayment struct {
	ID          uuid.UUID  `json:"id"`
	OrderID     string     `json:"order_id"`
	Receipt     string     `json:"receipt"`
	Payee       string     `json:"payee"`
	Description string     `json:"description"`
	Amount      int64      `json:"amount"`
	Currency    string     `json:"currency"`
	Status      string     `json:"status"` // pending, succeeded, canceled
	Reason      string     `json:"reason,omitempty"`
	ReturnURL   string     `json:"-"`
	SettleAt    *time.Time `json:"-"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   time.Time  `json:"expires_at"`
	SettledAt   *time.Time `json:"settled_at,omitempty"`
	Method      string     `json:"method"` // card, sbp
	Trick       string     `json:"-"`
	Save        bool       `json:"-"`
	Card        *uuid.UUID `json:"card_id,omitempty"` // remembered by this payment, or paid with
	CardTitle   string     `json:"card_title,omitempty"`
	Confirm     string     `json:"confirmation_url" db:"-"`
	QR          string     `json:"qr,omitempty" db:"-"`
}

// bankReasons are why a card may be declined: the ends of locale keys bank.reason_<name>.
var bankReasons = []string{"insufficient_funds", "card_expired", "3d_secure_failed", "fraud_suspected", "issuer_unavailable"}

// bankCancelled is the reason when the payer went back without paying, bankExpired when nobody came.
// bankTricks are the lies that the bank tells on demand: the ends of locale keys bank.trick_<name>.
var bankTricks = []string{"twice", "mute", "less", "more", "dollars", "deny"}

// bankCode is the code that the sandbox's 3-D Secure page takes; any other is a wrong one.
const bankCode = "1234"

const (
	bankCancelled = "canceled_by_payer"
	bankExpired   = "expired_on_confirmation"
)

// sign joins the parts by line ends; the first says what is signed.
func (b *Bank) sign(parts ...string) string {
	mac := hmac.New(sha256.New, b.Secret)
	mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}
