package payments

import (
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Origin says what a charge is for.
type Origin struct {
	Kind string    `json:"kind"` // "application", or one of the others below
	ID   uuid.UUID `json:"id"`
}

// The kinds of origins. A charge that was not made by the portal has a source and a reference, see Outside.
const (
	FromApplication = "application"
	FromRegister    = "register"   // a fine, a tax
	FromUtility     = "utility"    // the bill of a utility account
	FromDepartment  = "department" // made by a department through the API
)

// outsideSpace makes keys of outside charges from what the outside calls them.
var outsideSpace = uuid.MustParse("6f0b4c5e-64b1-5e0a-9f0e-7b1d3c2a9a10")

// Outside is the origin of a charge that another system made: the same system and number always give the same key.
func Outside(kind, source, reference string) Origin {
	return Origin{Kind: kind, ID: uuid.NewSHA1(outsideSpace, []byte(source+"\x00"+reference))}
}

// Currency is the only one that charges are in.
const Currency = "RUB"

// NewCharge is what the origin says of a charge.
type NewCharge struct {
	Origin              Origin
	UIN                 string // when the origin has given one; else the charge gets its own
	Source, Reference   string // of an outside charge: who made it, and its number there
	Payer               uuid.UUID
	Last, First, Middle string
	Amount              int64  // kopecks
	Purpose             string // at most 210 characters
	Service             string // id of the service in the catalog
	Payee               string // code of the payee: "zags", "municipality"
	Part                bool   // may be paid in parts
	Discount            string // code of a discount rule, counted from Decided: "fine"
	Decided             time.Time
	Due                 time.Time
	Email, Phone        string    // where the receipt goes, may be empty
	At                  time.Time // when the charge is made, now when zero: chooses the requisites in force
	Lines               []Line    // of a bill: they add up to the amount

	sealed []byte // see Identify
	keys   []key
}

// Status is the state of a charge.
type Status string

// The states of a charge.
const (
	Open      Status = "open"
	Paid      Status = "paid"
	Cancelled Status = "cancelled"
	Refunded  Status = "refunded" // was paid, and the money went back
)

// Discount is what is taken off when the whole rest is paid before a moment.
type Discount struct {
	Percent int       `json:"percent"`
	Until   time.Time `json:"until"`
	Ground  string    `json:"ground"`
}

// Charge is what somebody owes.
type Charge struct {
	ID          uuid.UUID
	UIN         string
	OriginKind  string
	OriginID    uuid.UUID
	Source      string
	Reference   string
	Payer       uuid.UUID // uuid.Nil when the payer is known by numbers alone
	LastName    string
	FirstName   string
	MiddleName  string
	Amount      int64 // kopecks
	Exempt      int64 // taken off for good
	Discounted  int64 // taken off when it was paid
	Credited    int64 // money that has come for it
	PartAllowed bool
	Purpose     string
	Service     string
	Payee       string
	PayeeFrom   time.Time
	Due         *time.Time
	Email       string
	Phone       string
	Status      Status
	CreatedAt   time.Time
	PaidAt      *time.Time
	Discounts   []Discount
	Receipt     string // number of the newest receipt, "" until paid
	Mine        bool   `db:"-"` // who asked for it may read the payer's name
}

// Origin says what the charge is for.
func (c *Charge) Origin() Origin { return Origin{c.OriginKind, c.OriginID} }

// Rest is what is still owed, discounts apart. A closed charge owes nothing.
func (c *Charge) Rest() int64 {
	if c.Status != Open {
		return 0
	}
	return c.Amount - c.Exempt - c.Credited
}

// DiscountAt is the discount in force at a moment, nil when there is none.
func (c *Charge) DiscountAt(at time.Time) *Discount {
	var best *Discount
	for i, d := range c.Discounts {
		if at.Before(d.Until) && (best == nil || d.Percent > best.Percent) {
			best = &c.Discounts[i]
		}
	}
	return best
}

// Offer says what has to be paid at a moment to close the charge, and how much of the rest the discount takes off. A kopeck
// that cannot be halved is the payer's. Parts that were paid count towards the lower sum.
func (c *Charge) Offer(at time.Time) (pay, discount int64) {
	rest := c.Rest()
	if d := c.DiscountAt(at); d != nil && rest > 0 {
		lower := (c.Amount - c.Exempt) * int64(100-d.Percent) / 100
		pay = max(lower-c.Credited, 0)
		return pay, rest - pay
	}
	return rest, 0
}

// PaidArgs is the job that tells the origin of a charge that it is paid. It is inserted in the transaction that records the
// payment, so exactly one is made for a charge; its worker belongs to the origin.
type PaidArgs struct {
	ChargeID uuid.UUID `json:"charge_id"`
	Origin   Origin    `json:"origin"`
}

// Kind names the job.
func (PaidArgs) Kind() string { return "payments.paid" }

// SurplusArgs is the job that tells the origin of a charge of money that the charge did not need: it was cancelled while the
// payer stood at the bank, or paid already. Like PaidArgs it is inserted in the transaction that records the money.
type SurplusArgs struct {
	Origin  Origin `json:"origin"`
	Receipt string `json:"receipt"`
}

// Kind names the job.
func (SurplusArgs) Kind() string { return "payments.surplus" }

var (
	_ river.JobArgs = PaidArgs{}
	_ river.JobArgs = SurplusArgs{}
)
