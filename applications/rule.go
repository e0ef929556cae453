package applications

import (
	"strconv"
	"time"

	"tamga/catalog"
)

// may tells whether the service's definition lets its parties act upon an application in its present state. State says what is
// possible at all, the definition what is allowed.
func (d *dossier) may(action catalog.Action) bool {
	return d.Definition.Allows(string(d.State), action)
}

// editable tells whether answers may be changed now.
func (d *dossier) editable() bool { return d.State.Open() && d.may(catalog.ActionEdit) }

// cancellable tells whether a party may withdraw the application now: before it was sent, and afterwards where the service allows it.
func (d *dossier) cancellable() bool { return d.State.may(Cancelled) && d.may(catalog.ActionCancel) }

// wasSent tells whether the department has, or had, the application.
func (d *dossier) wasSent() bool { return d.SubmittedAt != nil }

// duty returns what is to be paid on a day, and why.
func (d *dossier) duty(at time.Time) (catalog.Bill, error) { return d.Definition.Bill(d.Set, at) }

// answerBy is the last day of the department's term, counted from the submission, or from now for what is not sent yet. A chosen
// time takes its place.
func (d *dossier) answerBy(now time.Time) *time.Time {
	if d.chosen() != nil {
		return nil
	}
	if d.AnswerBy != nil { // the day that staff see, whatever calendar or definition came since
		return d.AnswerBy
	}
	if d.SubmittedAt != nil {
		now = *d.SubmittedAt
	}
	by := d.Definition.Term.Until(now)
	return &by
}

// billView is the duty with its reason in the reader's language.
type billView struct {
	Full, Amount int64  // kopecks
	Exempt       string // the ground, "" when there is none
	Discount     string
	Percent      string // "30"
	Paid         bool
}

// billOf explains the duty before it is asked for; nil when the service is free for everybody.
func (k *Core) billOf(d *dossier, tr catalog.Tr) (*billView, error) {
	if d.Definition.Duty == nil {
		return nil, nil
	}
	b, err := d.duty(k.Now())
	if err != nil {
		return nil, err
	}
	v := &billView{Full: b.Full, Amount: b.Amount, Percent: strconv.FormatFloat(b.Percent, 'f', -1, 64), Paid: d.PaidCharge != nil}
	if b.Exempt != nil {
		v.Exempt = b.Exempt.Text.In(tr.Lang)
	}
	if b.Discount != nil {
		v.Discount = b.Discount.Text.In(tr.Lang)
	}
	return v, nil
}
