package catalog

import (
	"fmt"
	"maps"
	"math"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// Duty is what an applicant pays before the application is sent.
type Duty struct {
	Amount   Number      `yaml:"amount"`   // kopecks, or an expression in rubles: param("duty_marriage")
	Changes  []Rate      `yaml:"changes"`  // later amounts of a literal, in order of date
	Exempt   []Exemption `yaml:"exempt"`   // the first that holds makes it free
	Discount []Discount  `yaml:"discount"` // the greatest that holds; they are not added up
	Purpose  i18n.Text   `yaml:"purpose"`
	Payee    string      `yaml:"payee"`   // code of the department
	PaidBy   string      `yaml:"paid_by"` // id of a party
	UIN      string      `yaml:"uin"`     // id of the fact that holds the authority's УИН; the charge gets its own when empty
	Text     i18n.Text   `yaml:"text"`    // for the page: what happens when it is paid twice
}

// Rate is an amount from a date on.
type Rate struct {
	From   string `yaml:"from"` // 2006-01-02
	Amount int64  `yaml:"amount"`
}

// Exemption frees from the duty whoever it holds for.
type Exemption struct {
	When string    `yaml:"when"` // over all answers
	Text i18n.Text `yaml:"text"` // the ground, as the payer reads it

	when program
}

// Discount takes a part of the duty off.
type Discount struct {
	Percent Number    `yaml:"percent"` // 1 to 100, or an expression
	When    string    `yaml:"when"`    // over all answers; empty for everybody
	From    string    `yaml:"from"`    // first day, 2006-01-02; empty when it was always so
	Until   string    `yaml:"until"`   // last day
	Text    i18n.Text `yaml:"text"`    // the ground, as the payer reads it

	when program
}

// Bill is the duty of one application on one day, and why it is what it is.
type Bill struct {
	Full     int64 // kopecks, before exemption and discount
	Amount   int64 // kopecks to pay
	Exempt   *Exemption
	Discount *Discount
	Percent  float64 // of the discount
	UIN      string  // given by the authority whose charge is paid; empty when there is none, or a wrong one
}

// On returns the full amount in kopecks on the day of t, for a duty that does not depend on answers.
func (d *Duty) On(t time.Time) int64 {
	amount, err := d.full(map[string]any{"today": day(t)})
	if err != nil {
		return 0
	}
	return amount
}

// Open tells whether the amount depends on answers, so that nothing can be said of it before they are given.
func (d *Duty) Open() bool { return d.Amount.open }

func (d *Duty) full(env map[string]any) (int64, error) {
	amount, err := d.Amount.kopecks(env)
	if err != nil || d.Amount.Source != "" {
		return amount, err
	}
	today, _ := env["today"].(string)
	for _, change := range d.Changes {
		if change.From <= today {
			amount = change.Amount
		}
	}
	return amount, nil
}

// Bill returns what is to be paid for these answers on the day of at. An amount that cannot be computed is an error and never
// a gift.
func (s *Service) Bill(a Set, at time.Time) (Bill, error) {
	d := s.Duty
	if d == nil {
		return Bill{}, nil
	}
	env := maps.Clone(s.look(a).envs[d.PaidBy])
	if env == nil {
		return Bill{}, fmt.Errorf("duty of %s: no party %q pays", s.ID, d.PaidBy)
	}
	env["today"] = day(at)
	full, err := d.full(env)
	if err != nil {
		return Bill{}, fmt.Errorf("duty of %s: %w", s.ID, err)
	}
	b := Bill{Full: full, Amount: full, UIN: d.uin(env)}
	for i := range d.Exempt {
		if e := &d.Exempt[i]; e.when.holds(env) {
			b.Amount, b.Exempt = 0, e
			return b, nil
		}
	}
	for i := range d.Discount {
		o := &d.Discount[i]
		if !o.on(day(at)) || !o.when.holds(env) {
			continue
		}
		percent, err := o.Percent.value(env)
		if err != nil {
			return Bill{}, fmt.Errorf("discount of %s: %w", s.ID, err)
		}
		if percent = min(percent, 100); percent > b.Percent {
			b.Discount, b.Percent = o, percent
			b.Amount = full - int64(math.Round(float64(full)*percent/100))
		}
	}
	return b, nil
}

// uin is the number by which the authority knows what is paid. A wrong one would stop the payment for ever, so it is none.
func (d *Duty) uin(env map[string]any) string {
	told, _ := env[d.UIN].(string)
	number, err := rus.UIN(told)
	if err != nil {
		return ""
	}
	return number
}

// on tells whether a discount is given on a day.
func (o *Discount) on(day string) bool {
	return (o.From == "" || o.From <= day) && (o.Until == "" || day <= o.Until)
}
