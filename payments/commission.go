package payments

import (
	"errors"
	"strconv"
	"strings"

	"tamga/internal/rus"
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
	Method Method
	Fee    int64
}

// methods are offered by every bank.
var methods = []Method{ByCard, BySBP}

// value is what stands in a button: the commission is in it, so that a rule that changes meanwhile is noticed.
func (m means) value() string {
	return m.Bank + "." + string(m.Method) + "." + strconv.FormatInt(m.Fee, 10)
}

// readMeans reads a button. Anything else is the first bank's card without commission.
func readMeans(value string) means {
	m := means{Method: ByCard}
	bank, rest, ok := strings.Cut(value, ".")
	method, fee, ok2 := strings.Cut(rest, ".")
	n, err := strconv.ParseInt(fee, 10, 64)
	if !ok || !ok2 || err != nil || Method(method) != ByCard && Method(method) != BySBP {
		return m
	}
	return means{bank, Method(method), n}
}

// feeText is a commission on a page; "" has no row.
func feeText(fee int64) string {
	if fee == 0 {
		return ""
	}
	return rus.FormatRubles(fee)
}
