package applications

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/i18n"
)

// BeginFilled makes a draft for a person and saves what is known: of the person, and by the answers given once for several
// applications, under "=" and the question's id. A page that lacks something stays to be answered, with what is known in it; consents,
// files and times at an office are never given for anybody.
func (k *Core) BeginFilled(ctx context.Context, tx pgx.Tx, s *catalog.Service, p *Person, lang i18n.Lang, known map[string]string) (uuid.UUID, error) {
	if _, may := p.capacityFor(s); !may {
		return uuid.Nil, errOtherCapacity
	}
	id, err := k.start(ctx, tx, s, p, contact{Phone: p.Profile["phone"], Email: p.Profile["email"], Lang: lang})
	if err != nil {
		return uuid.Nil, err
	}
	d, err := k.lockFor(ctx, tx, p.ID, id)
	if err != nil {
		return uuid.Nil, err
	}
	done := map[string]bool{}
	for {
		step := nextUnseen(d, done)
		if step == nil {
			return id, nil
		}
		done[step.ID] = true
		if !fillable(step) {
			continue
		}
		env := catalog.Env{Now: k.Now(), Prefill: known}
		answers, problems := s.Parse(step, s.Recalled(step, d.Set, d.Me.ID, env), d.Set, d.Me.ID, env)
		if !keepRight(step, answers, problems) {
			continue
		}
		err := k.save(ctx, tx, d, step, answers)
		switch {
		case errors.Is(err, errSlotTaken):
		case err != nil:
			return uuid.Nil, err
		}
	}
}

// nextUnseen returns the first page that was not looked at yet. An answer may bring pages up.
func nextUnseen(d *dossier, done map[string]bool) *catalog.Step {
	steps := d.steps(d.Me)
	for i := range steps {
		if !done[steps[i].ID] {
			return &steps[i]
		}
	}
	return nil
}

// fillable tells whether a page may be saved for a person who has not seen it.
func fillable(step *catalog.Step) bool {
	for i := range step.Questions {
		switch step.Questions[i].Type {
		case "consent", "file", "slot", "office", "found":
			return false
		}
	}
	return true
}

// keepRight leaves the answers that nothing is wrong with, and tells whether there are any.
func keepRight(step *catalog.Step, answers catalog.Answers, problems catalog.Problems) bool {
	if groups, ok := answers[step.ID].([]map[string]any); ok && step.Repeat != nil {
		return len(groups) > 0 && len(groups[0]) > 0
	}
	for i := range step.Questions {
		for _, p := range problems {
			if p.Of(step.Questions[i].ID) {
				delete(answers, step.Questions[i].ID)
			}
		}
	}
	return len(answers) > 0
}
