package catalog

import (
	"maps"
	"net/url"
	"strconv"

	"tamga/internal/i18n"
)

// Parse reads a filled step of party. It returns the answers of this step alone, in stored form; store them by With when there
// are no problems. A question that is not visible is not read, whatever the form holds.
func (s *Service) Parse(step *Step, form url.Values, a Set, party string, env Env) (Answers, Problems) {
	v := s.look(a)
	owner := step.Owner(party)
	visible := v.find(owner, step.ID)
	if visible == nil {
		return Answers{}, nil
	}
	r := &reading{service: s, form: form, env: env, stored: v.set.Of(owner), vars: v.envs[owner]}
	answers := Answers{}
	if visible.Repeat == nil {
		answers = r.questions(visible, "")
	} else {
		answers[step.ID] = r.groups(visible)
	}
	if len(r.problems) > 0 {
		return answers, r.problems
	}
	return answers, s.breaches(visible, a, party, answers)
}

// breaches runs the rules of a step over its new answers. They need all fields to be right by themselves.
func (s *Service) breaches(step *Step, a Set, party string, answers Answers) Problems {
	owner := step.Owner(party)
	v := s.look(s.With(a, step, party, answers))
	env := v.envs[owner]
	var problems Problems
	check := func(env map[string]any, values map[string]any, prefix string) {
		for i := range step.Questions {
			q := &step.Questions[i]
			if _, has := values[q.ID]; has && !q.validate.holds(env) {
				p := q.problem(prefix+q.ID, "catalog.invalid", q.Invalid)
				p.Field = q.firstInput(p.Field)
				problems = append(problems, p)
			}
		}
	}
	if step.Repeat == nil {
		check(env, answers, "")
		return problems
	}
	groups := asGroups(answers[step.ID])
	for i, group := range groups {
		before := len(problems)
		check(groupEnv(env, step, group), group, groupPrefix(step, i))
		problems[before:].belong(step, i, len(groups))
	}
	return problems
}

// With returns a copy of a set with the answers of a step of party put in, in place of all former answers of the step. Answers
// that hang on a changed one go: the time at an office, when another office is chosen.
func (s *Service) With(a Set, step *Step, party string, answers Answers) Set {
	owner := step.Owner(party)
	changed := maps.Clone(a.Of(owner))
	if changed == nil {
		changed = Answers{}
	}
	if step.Repeat != nil {
		delete(changed, step.ID)
	} else if full := s.Step(step.ID); full != nil {
		for i := range full.Questions {
			delete(changed, full.Questions[i].ID)
		}
	}
	maps.Copy(changed, answers)
	for _, q := range s.index {
		if q.Office != "" && changed[q.Office] != a.Of(owner)[q.Office] {
			delete(changed, q.ID)
		}
	}
	b := Set{Shared: a.Shared, Parties: maps.Clone(a.Parties), Today: a.Today, Acting: a.Acting}
	if owner == "" {
		b.Shared = changed
		return b
	}
	if b.Parties == nil {
		b.Parties = map[string]Answers{}
	}
	b.Parties[owner] = changed
	return b
}

// reading is one form being read.
type reading struct {
	service  *Service
	form     url.Values
	env      Env
	stored   Answers        // of the same owner, before this form
	vars     map[string]any // what conditions see, before this form
	now      Answers        // read so far in this step or group
	problems Problems
}

func (r *reading) questions(step *Step, prefix string) Answers {
	r.now = Answers{}
	for i := range step.Questions {
		r.one(&step.Questions[i], prefix+step.Questions[i].ID)
	}
	return r.now
}

// one reads a question, or a part of one, from the input of that name.
func (r *reading) one(q *Question, name string) {
	if q.kind.read == nil {
		return
	}
	value, problem := q.kind.read(r, q, name)
	switch {
	case problem != nil:
		problem.question = name
		if problem.Field == "" {
			problem.Field = name
		}
		r.problems = append(r.problems, *problem)
	case value != nil:
		r.now[q.ID] = value
	}
}

func (r *reading) groups(step *Step) []map[string]any {
	groups := make([]map[string]any, 0, step.Repeat.Max)
	n := groupCount(step, r.form)
	for i := range n {
		before := len(r.problems)
		groups = append(groups, r.questions(step, groupPrefix(step, i)))
		r.problems[before:].belong(step, i, n)
	}
	return groups
}

// belong says of which of n groups they speak, when there are several.
func (ps Problems) belong(step *Step, i, n int) {
	for k := range ps {
		if n > 1 {
			ps[k].item, ps[k].nth = step.Repeat.Item, i+1
		}
	}
}

// groupPrefix begins the names of the inputs of a group: "children.0.".
func groupPrefix(step *Step, i int) string { return step.ID + "." + strconv.Itoa(i) + "." }

// groupCount returns how many groups a form has: never fewer or more than the step allows.
func groupCount(step *Step, form url.Values) int {
	n, err := strconv.Atoi(form.Get(step.ID + "-count"))
	if err != nil {
		n = 1
	}
	return min(max(n, step.Repeat.Min, 1), step.Repeat.Max)
}

// problem makes the problem of a question: the definition's own words, or a general text with the label in it.
func (q *Question) problem(name, key string, own i18n.Text, args ...any) Problem {
	return Problem{Field: name, question: name, Key: key, Args: append([]any{q.called()}, args...), Message: own}
}
