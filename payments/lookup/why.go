package lookup

import (
	"context"
	"strings"
	"time"

	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/payments"
)

// reason is why a payment is not there: a key of the texts payments_lookup.why_<key>, with its arguments.
type reason struct {
	Key  string
	Args []any
}

// why tells why nothing was found, the surest reason first.
func (l *query) why(ctx context.Context, d db.DB) (why []reason, err error) {
	if l.Narrow != (Narrow{}) {
		if why, err = l.narrowedAway(ctx, d); err != nil || len(why) > 0 {
			return why, err
		}
	}
	if l.Narrow.Amount > 0 {
		stray, err := strayMoney(ctx, d, l.Narrow.Amount)
		if err != nil {
			return nil, err
		}
		if stray > 0 {
			why = append(why, reason{Key: "stray"})
		}
	}
	switch l.Kind {
	case byReceipt:
		last, err := lastReceipt(ctx, d)
		if err != nil {
			return nil, err
		}
		key := "no_receipt"
		if given := rus.NewReceipt(last); len(l.Number) > len(given) || len(l.Number) == len(given) && l.Number > given {
			key = "not_given"
		}
		return append(why, reason{Key: key}), nil
	case byPhone:
		return append(why, reason{Key: "no_phone"}), nil
	case byName:
		return append(why, reason{Key: "other_name"}, reason{Key: "other_payer"}, reason{Key: "other_way"}), nil
	}
	c, err := chargeByNumber(ctx, d, l.Number, l.Application)
	if err != nil {
		return nil, err
	}
	return append(why, l.whyUnpaid(c)), nil
}

// whyUnpaid tells of a charge for which nobody has begun to pay.
func (l *query) whyUnpaid(c *unpaid) reason {
	switch {
	case c == nil && l.Kind == byChargeUIN:
		return reason{Key: "no_charge"}
	case c == nil:
		return reason{Key: "no_duty"}
	case c.Status == payments.Cancelled:
		return reason{Key: "cancelled"}
	case c.Due != nil && c.Due.Before(time.Now()):
		return reason{"late", []any{rus.FormatDate(*c.Due, "ru"), rus.FormatRubles(c.Rest)}}
	}
	return reason{"unpaid", []any{rus.FormatRubles(c.Rest)}}
}

// narrowedAway tells which of the narrowing fields keeps the payment away: without that one alone it would be there.
func (l *query) narrowedAway(ctx context.Context, d db.DB) (why []reason, err error) {
	n := l.Narrow
	for _, field := range []struct {
		key     string
		set     bool
		without Narrow
	}{
		{"date", !n.From.IsZero() || !n.Until.IsZero(), Narrow{Service: n.Service, Payee: n.Payee, Amount: n.Amount}},
		{"amount", n.Amount > 0, Narrow{From: n.From, Until: n.Until, Service: n.Service, Payee: n.Payee}},
		{"payee", n.Payee != "", Narrow{From: n.From, Until: n.Until, Service: n.Service, Amount: n.Amount}},
		{"service", n.Service != "", Narrow{From: n.From, Until: n.Until, Payee: n.Payee, Amount: n.Amount}},
	} {
		if !field.set {
			continue
		}
		found, err := l.without(ctx, d, field.without)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			why = append(why, reason{Key: "other_" + field.key})
		}
	}
	if len(why) > 0 {
		return why, nil
	}
	found, err := l.without(ctx, d, Narrow{})
	if err == nil && len(found) > 0 {
		why = append(why, reason{Key: "narrowed"})
	}
	return why, err
}

func (l *query) without(ctx context.Context, d db.DB, n Narrow) ([]Found, error) {
	other := *l
	other.Narrow, other.After = n, top
	found, _, err := other.rows(ctx, d, 1)
	return found, err
}

// slip is a receipt number that was given, and differs from the typed one by one digit or by two that changed places.
type slip struct {
	Receipt string
	Place   int // of the digit, from 1
	Digit   string
	Swapped bool // it changed places with the next one
}

// slipsOf returns the numbers that may have been meant by one whose check digit is wrong. Nothing of their payments is told: the clerk
// asks the citizen to read the digit again.
func slipsOf(ctx context.Context, d db.DB, typed string, n Narrow) ([]slip, error) {
	digits := onlyDigits(typed)
	var all []slip
	var numbers []string
	add := func(changed []byte, s slip) {
		if receipt, err := rus.Receipt(string(changed)); err == nil {
			s.Receipt = receipt
			all, numbers = append(all, s), append(numbers, receipt)
		}
	}
	for i := range len(digits) {
		for digit := byte('0'); digit <= '9'; digit++ {
			if changed := []byte(digits); digit != changed[i] {
				changed[i] = digit
				add(changed, slip{Place: i + 1, Digit: string(digit)})
			}
		}
		if changed := []byte(digits); i+1 < len(digits) && changed[i] != changed[i+1] {
			changed[i], changed[i+1] = changed[i+1], changed[i]
			add(changed, slip{Place: i + 1, Digit: string(changed[i]), Swapped: true})
		}
	}
	given, err := receiptsGiven(ctx, d, numbers, n)
	if err != nil {
		return nil, err
	}
	var known []slip
	for _, s := range all {
		if given[s.Receipt] {
			given[s.Receipt] = false
			known = append(known, s)
		}
	}
	return known, nil
}

func onlyDigits(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, typed)
}
