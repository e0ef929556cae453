package payments

import (
	"time"

	"github.com/google/uuid"
)

// slot is an account of the ledger in a currency.
type slot struct{ account, currency string }

// position is what stands on accounts: debits positive, credits negative. All of it sums up to nothing in each currency.
type position map[slot]int64

// entry is what a booking is about.
type entry struct {
	Kind    string
	At      time.Time
	Charge  uuid.UUID
	Payment uuid.UUID // uuid.Nil when it is about the charge alone
	Detail  string
}

// positionOf is what a payment has put into the books as it stands: every step of it books the difference. Money that nobody
// knows whose it is stands in suspense; money for the charge has paid what was receivable; what is over is owed to the payer.
// The commission that a payer pays stands where banks take theirs from. What goes back is taken first from what was over, then from
// what the payee was to get, and the commission last.
func positionOf(p *Payment) position {
	if p.Received == nil {
		return position{}
	}
	received, cur := *p.Received, p.Currency
	switch p.State {
	case Mismatch:
		return position{{"clearing", cur}: received, {"suspense", cur}: -received}
	case Succeeded, Surplus, RefundedPayment:
		over, fromCharge := p.over(), p.backOfCharge()
		fromOver := min(p.Refunded, over)
		return position{
			{"clearing", cur}:   received - p.Refunded,
			{"receivable", cur}: -p.Credited,
			{"surplus", cur}:    -(over - fromOver),
			{"accrued", cur}:    fromCharge,
			{"commission", cur}: p.Refunded - fromOver - fromCharge - p.FeeTaken,
		}
	}
	return position{}
}

// minus is what must be booked to come from one position to another.
func (p position) minus(q position) position {
	d := position{}
	for s, n := range p {
		d[s] += n
	}
	for s, n := range q {
		d[s] -= n
	}
	return d
}
