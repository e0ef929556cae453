package payments

import (
	"time"

	"github.com/google/uuid"
)

// Discrepancy is a place where our books and the bank's word differ.
type Discrepancy struct {
	ID        uuid.UUID
	Kind      string // see the table's comment: amount, currency, surplus, unknown, missing, unpaid, reversal, refund, books, registry
	Acquirer  string
	BankID    string
	PaymentID *uuid.UUID
	Ours      int64
	Theirs    int64
	Currency  string
	Detail    string
	FoundAt   time.Time
	Receipt   string // of the payment, "" when it is none of ours
}

func discrepancyOf(kind string, p *Payment, at time.Time) Discrepancy {
	d := Discrepancy{Kind: kind, Acquirer: p.Acquirer, PaymentID: &p.ID, Ours: p.Total(), Currency: p.Currency, FoundAt: at}
	if p.BankID != nil {
		d.BankID = *p.BankID
	}
	if p.Received != nil {
		d.Theirs = *p.Received
	}
	return d
}

// resolution says how a discrepancy ended.
type resolution struct {
	How  string // accepted, returned, reversed, found, mended, dismissed
	By   string // the employee, or what found it mended
	Note string
	At   time.Time
}

// resolutionOf says how a step of its payment ends a mismatch.
func resolutionOf(s step) resolution {
	r := resolution{How: "mended", By: s.Source, Note: s.Detail, At: s.At}
	if s.Actor != "" {
		r.By = s.Actor
	}
	switch s.Event {
	case "accepted":
		r.How = "accepted"
	case "to_return", "superseded", "paid_extra":
		r.How = "returned"
	case "reversed":
		r.How = "reversed"
	}
	return r
}

// choices are the buttons of a kind of discrepancy. What has none ends by itself, when the bank or a refund brings the end.
var choices = map[string][]string{
	"amount":   {"accept", "return", "reread"},
	"currency": {"return", "reread"},
	"surplus":  {"return", "dismiss"},
	"unknown":  {"dismiss"},
	"missing":  {"reread", "dismiss"},
	"unpaid":   {"reread", "dismiss"},
	"reversal": {"reverse", "dismiss"},
	"refund":   {"dismiss"},
	"books":    {"dismiss"},
	"registry": {"dismiss"},
}
