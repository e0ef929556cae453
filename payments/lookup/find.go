package lookup

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/payments"
)

// Found is a payment as staff see it.
type Found struct {
	Rank      int16 // how near the name is to the typed one
	ID        uuid.UUID
	Receipt   string
	State     payments.State
	Amount    int64
	Received  *int64
	Reason    string
	CreatedAt time.Time
	PaidAt    *time.Time
	Refund    *time.Time // since when the money is to be returned, though it was owed when it came
	Purpose   string
	UIN       string
	Service   string
	Payee     string
	Payer     uuid.UUID
	Name      string // as the payer wrote it
	PaidBy    string // name of who paid for another, "" when nobody did
	PaidByID  uuid.UUID
}

// pageRows is how many rows a page has. Each is read from the disk at two places when it is old, and shows one more person to the clerk.
const pageRows = 20

// Numbers finds the application of a typed number; ok is false when the number has a wrong digit.
type Numbers func(ctx context.Context, d db.DB, typed string) (id uuid.UUID, ok bool, err error)

// kind is what was typed into the box.
type kind string

const (
	byReceipt     kind = "receipt"
	byChargeUIN   kind = "uin"
	byApplication kind = "application"
	byPhone       kind = "phone"
	byName        kind = "name"
)

// query is one question of a clerk.
type query struct {
	Kind        kind
	Number      string // canonical
	Application uuid.UUID
	Name        string
	Narrow      Narrow
	Similar     bool // also when the name was found as typed
	After       place
}

// outcome is the answer to it.
type outcome struct {
	Found []Found
	More  bool // further pages
	Close bool // of names like the typed one
	Why   []reason
}

// mostQuery is how many letters a question may have: what a word is compared with grows by their square.
const mostQuery = 200

// readQuery tells what was typed. A number with a wrong digit is a *rus.FormatError, and so is a question that is too long.
func readQuery(ctx context.Context, d db.DB, numbers Numbers, typed string) (query, error) {
	if utf8.RuneCountInString(typed) > mostQuery {
		return query{}, &rus.FormatError{Key: "payments_lookup.query_long", Args: []any{mostQuery}}
	}
	digits := onlyDigits(typed)
	switch {
	case digits == "":
		return query{Kind: byName, Name: typed}, nil
	case len(digits) >= 17:
		uin, err := rus.UIN(typed)
		return query{Kind: byChargeUIN, Number: uin}, err
	}
	receipt, wrong := rus.Receipt(typed)
	if wrong == nil {
		return query{Kind: byReceipt, Number: receipt}, nil
	}
	if numbers != nil && strings.HasPrefix(digits, "16") {
		id, ok, err := numbers(ctx, d, typed)
		if ok || err != nil {
			return query{Kind: byApplication, Number: digits, Application: id}, err
		}
	}
	phoneLike := len(digits) == 10 || len(digits) == 11 && (digits[0] == '7' || digits[0] == '8')
	if phone, err := rus.Phone(typed); phoneLike && err == nil {
		return query{Kind: byPhone, Number: phone}, nil
	}
	return query{}, wrong
}

// empty tells that nothing was asked.
func (l *query) empty() bool { return l.Kind == byName && len(readings(nameUnits(l.Name))) == 0 }

// answer looks a payment up, and tells why it is not there.
func (l *query) answer(ctx context.Context, d db.DB) (o outcome, err error) {
	if o.Found, o.Close, err = l.rows(ctx, d, pageRows+1); err != nil {
		return o, err
	}
	if len(o.Found) > pageRows {
		o.Found, o.More = o.Found[:pageRows], true
	}
	if len(o.Found) == 0 {
		o.Why, err = l.why(ctx, d)
	}
	return o, err
}

// rows are the payments that were asked for; near tells that their names are only like the typed one.
func (l *query) rows(ctx context.Context, d db.DB, limit int) (found []Found, near bool, err error) {
	switch l.Kind {
	case byReceipt:
		found, err = findByReceipt(ctx, d, l.Number, l.Narrow, limit)
	case byChargeUIN:
		found, err = findByUIN(ctx, d, l.Number, l.Narrow, limit)
	case byApplication:
		found, err = findByApplication(ctx, d, l.Application, l.Narrow, limit)
	case byPhone:
		found, err = findByPhone(ctx, d, l.Number, l.Narrow, limit)
	default:
		return l.byName(ctx, d, limit)
	}
	return found, false, err
}

// byName looks for the name as it was typed, and for names like it only when there is none, or when asked: a clerk sees no
// more people than needed.
func (l *query) byName(ctx context.Context, d db.DB, limit int) (found []Found, near bool, err error) {
	all := readings(nameUnits(l.Name))
	if !l.Similar {
		found, err = findProbes(ctx, d, sameProbes(all), l.Narrow, l.After, limit)
		if err != nil || len(found) > 0 || l.After != top {
			return found, false, err
		}
	}
	probes, err := similarProbes(ctx, d, all)
	if err != nil {
		return nil, false, err
	}
	found, err = findProbes(ctx, d, probes, l.Narrow, l.After, limit)
	return found, true, err
}

func similarProbes(ctx context.Context, d db.DB, all []reading) ([]probe, error) {
	words, seen := []string{}, map[string]bool{"": true}
	for _, r := range all {
		for _, w := range []string{r.last, r.first, r.middle} {
			if !seen[w] && !initial(w) {
				seen[w] = true
				words = append(words, w)
			}
		}
	}
	v, err := closeWords(ctx, d, words)
	if err != nil {
		return nil, err
	}
	return closeProbes(all, v), nil
}

// badNumber tells whether an error is about how a number was typed.
func badNumber(err error) (*rus.FormatError, bool) {
	var wrong *rus.FormatError
	ok := errors.As(err, &wrong)
	return wrong, ok
}

// Question is what payments/bench asks.
type Question struct {
	Typed   string
	Numbers Numbers
	Narrow  Narrow
	Similar bool
	After   string // Next of the page before
}

// Answer is a page of what was found.
type Answer struct {
	Found []Found
	Close bool // of names like the typed one
	More  bool
	Next  string
}

// Find looks payments up as the box of the staff site does, without its journal: for payments/bench.
func Find(ctx context.Context, d db.DB, q Question) (Answer, error) {
	l, err := readQuery(ctx, d, q.Numbers, q.Typed)
	if err != nil {
		return Answer{}, err
	}
	l.Narrow, l.Similar, l.After = q.Narrow, q.Similar, parsePlace(q.After)
	o, err := l.answer(ctx, d)
	a := Answer{Found: o.Found, Close: o.Close, More: o.More}
	if o.More {
		last := o.Found[len(o.Found)-1]
		a.Next = formatPlace(place{last.Rank, last.CreatedAt, last.ID})
	}
	return a, err
}
