package payments

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/payments/banks"
)

// commissionRule is what a payer pays on top at a bank.
type commissionRule struct {
	PerMyriad int64
	Least     int64
	Most      *int64
}

// of is the commission for a sum, half a kopeck rounded up.
func (r commissionRule) of(sum int64) int64 {
	fee := max((sum*r.PerMyriad+5000)/10000, r.Least)
	if r.Most != nil {
		fee = min(fee, *r.Most)
	}
	return fee
}

// errFee says that the commission is not the one that the payer has seen: it is shown again, and nothing is paid.
var errFee = errors.New("the payer has agreed to another commission")

// means is how somebody pays: at which bank, by what, and with what commission on top.
type means struct {
	Bank   string
	Method banks.Method
	Fee    int64
	Card   uuid.UUID // a remembered one; uuid.Nil is none
	Sure   bool      // the payer was asked about that card
	Shown  shown     // what the payer was asked about then
}

// shown is what a payer has agreed to: the total, and how much had come for the charge by then. A remembered card is charged at once, so
// the yes holds for nothing else: for no other sum, and for a part not twice.
type shown struct{ Total, Had int64 }

// errShown says that what would be paid is not what the payer has agreed to: the question is asked again.
var errShown = errors.New("the payer has agreed to another payment")

func (s shown) holds(p *Payment, c *Charge) bool {
	return s == (shown{}) || s == shown{p.Total(), c.Credited}
}

// methods are offered by every bank.
var methods = []banks.Method{banks.ByCard, banks.BySBP}

// value is what stands in a button: the commission is in it, so that a rule that changes meanwhile is noticed.
func (m means) value() string {
	value := m.Bank + "." + string(m.Method) + "." + strconv.FormatInt(m.Fee, 10)
	if m.Card == uuid.Nil {
		return value
	}
	if m.Sure {
		return fmt.Sprintf("%s.%s.sure-%d-%d", value, m.Card, m.Shown.Total, m.Shown.Had)
	}
	return value + "." + m.Card.String()
}

// readMeans reads a button. Anything else is the first bank's card without commission.
func readMeans(value string) means {
	parts := strings.Split(value, ".")
	plain := means{Method: banks.ByCard}
	if len(parts) < 3 || len(parts) > 5 || banks.Method(parts[1]) != banks.ByCard && banks.Method(parts[1]) != banks.BySBP {
		return plain
	}
	fee, err := strconv.ParseInt(parts[2], 10, 64)
	m := means{Bank: parts[0], Method: banks.Method(parts[1]), Fee: fee}
	if err == nil && len(parts) > 3 {
		m.Card, err = uuid.Parse(parts[3])
		m.Sure = len(parts) == 5
	}
	if m.Sure && err == nil {
		_, err = fmt.Sscanf(parts[4], "sure-%d-%d", &m.Shown.Total, &m.Shown.Had)
	}
	if err != nil {
		return plain
	}
	return m
}

// rublesOrNone is a sum on a page that has no row for nothing.
func rublesOrNone(sum int64) string {
	if sum == 0 {
		return ""
	}
	return rus.FormatRubles(sum)
}
