package payments

import (
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Origin says what a charge is for.
type Origin struct {
	Kind string    `json:"kind"` // "application"
	ID   uuid.UUID `json:"id"`
}

// NewCharge is what the origin says of a charge.
type NewCharge struct {
	Origin              Origin
	Payer               uuid.UUID
	Last, First, Middle string
	Amount              int64  // kopecks
	Purpose             string // at most 210 characters
	Service             string // id of the service in the catalog
	Payee               string // code of the payee: "zags", "municipality"
	Due                 time.Time
	Email, Phone        string    // where the receipt goes, may be empty
	At                  time.Time // when the charge is made, now when zero: chooses the requisites in force
}

// Status is the state of a charge.
type Status string

// The states of a charge.
const (
	Open      Status = "open"
	Paid      Status = "paid"
	Cancelled Status = "cancelled"
)

// Charge is what somebody owes.
type Charge struct {
	ID         uuid.UUID
	UIN        string
	OriginKind string
	OriginID   uuid.UUID
	Payer      uuid.UUID
	LastName   string
	FirstName  string
	MiddleName string
	Amount     int64 // kopecks
	Purpose    string
	Service    string
	Payee      string
	PayeeFrom  time.Time
	Due        *time.Time
	Email      string
	Phone      string
	Status     Status
	CreatedAt  time.Time
	PaidAt     *time.Time
	Receipt    string // number of the receipt, "" until paid
}

// Origin says what the charge is for.
func (c *Charge) Origin() Origin { return Origin{c.OriginKind, c.OriginID} }

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
