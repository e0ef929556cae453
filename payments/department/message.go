package department

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/payments"
	"tamga/payments/signed"
)

// The messages of a department about charges. They are CloudEvents signed like all of the exchange.
const (
	created   = "tamga.charge.created"   // Data
	clarified = "tamga.charge.clarified" // Data: amount, purpose and due of one that nobody has begun to pay
	cancelled = "tamga.charge.cancelled" // reference and reason
	asked     = "tamga.charge.list"      // a page: what became of them
)

// Data is a charge as a department says it.
type Data struct {
	Reference string              `json:"reference"` // its own number
	UIN       string              `json:"uin,omitempty"`
	Payer     Whom                `json:"payer"`
	Amount    int64               `json:"amount"` // kopecks
	Purpose   string              `json:"purpose"`
	Payee     string              `json:"payee"`
	Due       string              `json:"due,omitempty"`      // 2026-12-31: until the end of that day in Moscow
	Part      bool                `json:"part,omitempty"`     // may be paid in parts
	Discount  string              `json:"discount,omitempty"` // code of a rule, counted from Decided
	Decided   string              `json:"decided,omitempty"`
	Reason    string              `json:"reason,omitempty"` // of a cancellation or a clarification
	Lines     []payments.LineData `json:"lines,omitempty"`  // of a bill
}

// Whom is who owes it: a name and at least one number by which the person finds it.
type Whom struct {
	Last   string `json:"last_name"`
	First  string `json:"first_name"`
	Middle string `json:"middle_name"`
	payments.Identity
}

// Answer is how a charge stands.
type Answer struct {
	Reference string          `json:"reference"`
	UIN       string          `json:"uin"`
	Status    payments.Status `json:"status"`
	Amount    int64           `json:"amount"`
	Paid      int64           `json:"paid"`
	Left      int64           `json:"left"`
	PaidAt    *time.Time      `json:"paid_at,omitempty"`
}

func answerOf(c *payments.Charge) Answer {
	return Answer{c.Reference, c.UIN, c.Status, c.Amount, c.Credited, c.Rest(), c.PaidAt}
}

// message is a message about a charge.
type message struct {
	*signed.Message
	Data Data
}

func readMessage(m *signed.Message) (*message, error) {
	s := &message{Message: m}
	if err := m.Read(&s.Data); err != nil {
		return nil, err
	}
	s.Data.Reference = strings.TrimSpace(s.Data.Reference)
	if s.Type != asked && (s.Data.Reference == "" || len(s.Data.Reference) > 120) {
		return nil, signed.Wrong("reference: 1 to 120 characters")
	}
	return s, nil
}

// charge is the charge that a message describes; it has passed the payee of the department already.
func (s *message) charge(kind string, p *payments.Payee) (payments.NewCharge, error) {
	in := s.Data
	n := payments.NewCharge{Origin: payments.Outside(kind, s.Department, in.Reference), Source: s.Department, Reference: in.Reference, UIN: in.UIN,
		Last: in.Payer.Last, First: in.Payer.First, Middle: in.Payer.Middle, Amount: in.Amount, Purpose: in.Purpose, Payee: in.Payee, Part: in.Part,
		Discount: in.Discount, At: s.At}
	switch {
	case in.Amount <= 0 || in.Amount > mostCharge:
		return n, errors.New("amount: want kopecks, at most ten milliards of rubles")
	case in.Purpose == "" || len([]rune(in.Purpose)) > 210:
		return n, errors.New("purpose: 1 to 210 characters")
	case in.Payer.Last == "":
		return n, errors.New("payer: want a name")
	case in.Payer.Identity == payments.Identity{}:
		return n, errors.New("payer: want a number by which the person finds the charge")
	case in.UIN != "" && !strings.HasPrefix(in.UIN, p.UINPrefix):
		return n, errors.New("uin: does not begin as those of this payee")
	}
	var err error
	if n.Lines, err = payments.ReadLines(in.Lines, in.Amount); err != nil {
		return n, err
	}
	if n.Due, err = lastMoment(in.Due); err == nil && in.Decided != "" {
		n.Decided, err = time.ParseInLocation(time.DateOnly, in.Decided, rus.Moscow)
	}
	if err == nil && in.Discount != "" && n.Decided.IsZero() {
		err = errors.New("decided: a discount is counted from it")
	}
	return n, err
}

// mostCharge keeps sums of many charges, and percents of one, far from the end of 64 bits.
const mostCharge = 1_000_000_000_000

// lastMoment is the end of a day in Moscow; "" is none.
func lastMoment(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, day, rus.Moscow)
	return t.AddDate(0, 0, 1).Add(-time.Second), err
}

// asAPI brings an error of the domain into an answer for a machine.
func asAPI(err error) error {
	var f *fault.Error
	var format *rus.FormatError
	switch {
	case errors.As(err, &format):
		return signed.Refuse(http.StatusUnprocessableEntity, "number", "a number does not fit: "+format.Key)
	case errors.Is(err, fault.NotFound):
		return signed.Refuse(http.StatusNotFound, "charge", "no such charge of yours")
	case errors.Is(err, fault.Conflict) && errors.As(err, &f):
		return signed.Refuse(http.StatusConflict, "state", "the charge is paid, being paid, cancelled, or of another amount")
	}
	return err
}
