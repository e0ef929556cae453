package catalog

import (
	"maps"
	"net/url"
	"slices"
)

// A correction asks again for some answers of a form that was submitted, and leaves the others as they are.

// only is a visible step with the asked questions alone; a repeated step, named by its own id, is asked whole. Nil when nothing of it
// is asked or visible.
func (s *Service) only(a Set, step *Step, party string, keys []string) (*view, *Step) {
	v := s.look(a)
	visible := v.find(step.Owner(party), step.ID)
	if visible == nil {
		return v, nil
	}
	if visible.Repeat != nil {
		if slices.Contains(keys, step.ID) {
			return v, visible
		}
		return v, nil
	}
	part := *visible
	part.Questions = slices.DeleteFunc(slices.Clone(part.Questions), func(q Question) bool { return !slices.Contains(keys, q.ID) })
	if len(part.Questions) == 0 {
		return v, nil
	}
	return v, &part
}

// FieldsOnly is Fields for the asked questions of a step alone.
func (s *Service) FieldsOnly(step *Step, keys []string, a Set, party string, typed url.Values, problems Problems, env Env, tr Tr) []Field {
	v, part := s.only(a, step, party, keys)
	if part == nil {
		return nil
	}
	owner := step.Owner(party)
	d := &drawing{service: s, values: typed, problems: problems, env: env, tr: tr, stored: v.set.Of(owner), vars: v.envs[owner], several: true}
	if typed == nil {
		d.values = url.Values{}
		d.recall(part)
	}
	if part.Repeat == nil {
		return d.questions(part, "")
	}
	return d.groups(part)
}

// ParseOnly is Parse for the asked questions of a step alone. The answers that it returns are those of the whole step: what is not
// asked stays as it was.
func (s *Service) ParseOnly(step *Step, keys []string, form url.Values, a Set, party string, env Env) (Answers, Problems) {
	v, part := s.only(a, step, party, keys)
	owner := step.Owner(party)
	answers := Answers{}
	if full := s.Step(step.ID); full != nil && full.Repeat == nil {
		for i := range full.Questions {
			if value, ok := a.Of(owner)[full.Questions[i].ID]; ok {
				answers[full.Questions[i].ID] = value
			}
		}
	} else if value, ok := a.Of(owner)[step.ID]; ok {
		answers[step.ID] = value
	}
	if part == nil {
		return answers, nil
	}
	r := &reading{service: s, form: form, env: env, stored: v.set.Of(owner), vars: v.envs[owner]}
	if part.Repeat != nil {
		answers[step.ID] = r.groups(part)
	} else {
		for i := range part.Questions {
			delete(answers, part.Questions[i].ID)
		}
		maps.Copy(answers, r.questions(part, ""))
	}
	if len(r.problems) > 0 {
		return answers, r.problems
	}
	return answers, s.breaches(v.find(owner, step.ID), a, party, answers)
}
