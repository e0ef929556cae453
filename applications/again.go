package applications

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
)

// again begins a new application with the answers of an older one, by the present version of the service. Only the reader's own answers
// and, for who filed, those given for all are taken over, where the present form asks the same thing in the same way. Files, consents,
// signatures, chosen times and what a department's system said are given anew: each of them is of its day.
func (k *Core) again(ctx context.Context, tx pgx.Tx, old *dossier, s *catalog.Service, p *Person, c contact) (uuid.UUID, error) {
	id, err := k.start(ctx, tx, s, p, c)
	if err != nil {
		return uuid.Nil, err
	}
	d, err := k.lockFor(ctx, tx, p.ID, id)
	if err != nil {
		return uuid.Nil, err
	}
	owners := map[string]string{d.Me.ID: old.Me.ID}
	if old.Me.Position == 0 {
		owners[""] = ""
	}
	for owner, was := range owners {
		taken := taken(old.Definition, s, old.Set.Of(was), owner)
		if len(taken) == 0 {
			continue
		}
		sealed, err := k.seal(taken, id, "answers", owner)
		if err != nil {
			return uuid.Nil, err
		}
		if err := saveAnswers(ctx, tx, id, owner, sealed, k.Now()); err != nil {
			return uuid.Nil, err
		}
	}
	return id, k.note(ctx, tx, d, Event{Kind: "copied", Party: d.Me.ID})
}

// notTaken are the kinds of questions whose answers are of their day. Dates are taken over when they lie in the past for good.
var notTaken = []string{"file", "consent", "slot", "found", "fact", "calculation", "code"}

// taken are the answers that a form of today asks for in the same way.
func taken(was, is *catalog.Service, answers catalog.Answers, owner string) catalog.Answers {
	kept := catalog.Answers{}
	for i := range is.Steps {
		step := &is.Steps[i]
		if step.Repeat != nil {
			if before := was.Step(step.ID); before != nil && before.Repeat != nil && sameQuestions(before, step) && ownerFits(step, owner) {
				if v, ok := answers[step.ID]; ok {
					kept[step.ID] = v
				}
			}
			continue
		}
		for j := range step.Questions {
			q := &step.Questions[j]
			before := was.Question(q.ID)
			value, has := answers[q.ID]
			if has && before != nil && ownerFits(step, owner) && sameQuestion(before, q) && offered(q, value) {
				kept[q.ID] = value
			}
		}
	}
	return kept
}

// ownerFits tells whether a step's answers lie where the older ones come from.
func ownerFits(step *catalog.Step, owner string) bool {
	if owner == "" {
		return step.Party == ""
	}
	return step.Party == catalog.PartyEach || step.Party == owner
}

func sameQuestion(a, b *catalog.Question) bool {
	return a.Type == b.Type && !slices.Contains(notTaken, b.Type) && (b.Type != "date" || b.Past) && b.Find == nil &&
		slices.Equal(a.Without, b.Without)
}

func sameQuestions(a, b *catalog.Step) bool {
	return slices.EqualFunc(a.Questions, b.Questions, func(x, y catalog.Question) bool { return x.ID == y.ID && sameQuestion(&x, &y) })
}

// offered tells whether a chosen answer can still be chosen.
func offered(q *catalog.Question, value any) bool {
	if len(q.Options) == 0 {
		return true
	}
	is := func(v string) bool {
		return slices.ContainsFunc(q.Options, func(o catalog.Option) bool { return o.Value == v })
	}
	switch v := value.(type) {
	case string:
		return is(v)
	case []any:
		return !slices.ContainsFunc(v, func(one any) bool { s, ok := one.(string); return !ok || !is(s) })
	}
	return false
}
