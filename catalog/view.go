package catalog

import (
	"cmp"
	"maps"
	"time"
)

// view is a set of answers as the conditions see it: only what is visible, and what that makes visible in turn.
type view struct {
	set   Set
	envs  map[string]map[string]any // by owner
	steps []seen
}

// seen is a visible step with its visible questions.
type seen struct {
	owner string
	step  Step
}

// look walks the steps in order. An answer counts only while its own question is visible, so a condition never rests on
// something that the reader no longer sees.
func (s *Service) look(a Set) *view {
	today := a.Today
	if today.IsZero() {
		today = time.Now()
	}
	v := &view{
		set:  Set{Shared: Answers{}, Parties: map[string]Answers{}, Today: a.Today, Acting: a.Acting},
		envs: map[string]map[string]any{"": s.emptyEnv("", today, a.Acting)},
	}
	for _, p := range s.Parties {
		v.set.Parties[p.ID] = Answers{}
		v.envs[p.ID] = s.emptyEnv(p.ID, today, a.Acting)
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		for _, owner := range s.owners(step) {
			s.visit(v, step, owner, a.Of(owner))
		}
	}
	return v
}

// owners returns whose answers a step holds.
func (s *Service) owners(step *Step) []string {
	if step.Party != PartyEach {
		return []string{step.Party}
	}
	all := make([]string, len(s.Parties))
	for i, p := range s.Parties {
		all[i] = p.ID
	}
	return all
}

// emptyEnv is what conditions see before anything is answered.
func (s *Service) emptyEnv(owner string, today time.Time, acting string) map[string]any {
	env := map[string]any{"today": day(today), "me": owner, "acting": cmp.Or(acting, Citizen)}
	parties, other := map[string]any{}, map[string]any{}
	for _, p := range s.Parties {
		parties[p.ID] = map[string]any{}
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		zeros := map[string]any{}
		if step.Repeat != nil {
			zeros[step.ID] = []any{}
		} else {
			for k := range step.Questions {
				zeros[step.Questions[k].ID] = zeroOf(&step.Questions[k])
			}
		}
		maps.Copy(env, zeros)
		for _, p := range s.Parties {
			if step.Party == PartyEach || step.Party == p.ID {
				maps.Copy(parties[p.ID].(map[string]any), zeros)
			}
		}
		if step.Party == PartyEach {
			maps.Copy(other, zeros)
		}
	}
	env["party"], env["other"] = parties, other
	return env
}

func (s *Service) visit(v *view, step *Step, owner string, answers Answers) {
	env := v.envs[owner]
	if !step.when.holds(env) {
		return
	}
	visible := *step
	visible.Questions = nil
	for _, q := range step.Questions {
		if q.when.holds(env) {
			visible.Questions = append(visible.Questions, q)
		}
	}
	if len(visible.Questions) == 0 {
		return
	}
	v.steps = append(v.steps, seen{owner, visible})
	if step.Repeat != nil {
		s.visitGroups(v, &visible, owner, answers)
		return
	}
	for i := range visible.Questions {
		q := &visible.Questions[i]
		if value, ok := clean(q, answers[q.ID]); ok {
			v.set.Of(owner)[q.ID] = value
			s.tell(v, owner, step, q.ID, envValue(q, value))
		}
	}
}

func (s *Service) visitGroups(v *view, step *Step, owner string, answers Answers) {
	groups := asGroups(answers[step.ID])
	if len(groups) == 0 {
		return
	}
	kept, told := make([]map[string]any, len(groups)), make([]any, len(groups))
	for i, group := range groups {
		kept[i] = map[string]any{}
		env := map[string]any{}
		for k := range step.Questions {
			q := &step.Questions[k]
			env[q.ID] = zeroOf(q)
			if value, ok := clean(q, group[q.ID]); ok {
				kept[i][q.ID] = value
				env[q.ID] = envValue(q, value)
			}
		}
		told[i] = env
	}
	v.set.Of(owner)[step.ID] = kept
	s.tell(v, owner, step, step.ID, told)
}

// tell puts a value where conditions of everybody find it.
func (s *Service) tell(v *view, owner string, step *Step, id string, value any) {
	if owner == "" {
		for _, env := range v.envs {
			env[id] = value
		}
		return
	}
	v.envs[owner][id] = value
	for who, env := range v.envs {
		env["party"].(map[string]any)[owner].(map[string]any)[id] = value
		if step.Party == PartyEach && who != "" && who != owner && len(s.Parties) == 2 {
			env["other"].(map[string]any)[id] = value
		}
	}
}

// groupEnv is what the conditions of one group see: everything, and the group's own answers by their ids.
func groupEnv(env map[string]any, step *Step, group map[string]any) map[string]any {
	own := maps.Clone(env)
	for i := range step.Questions {
		q := &step.Questions[i]
		own[q.ID] = zeroOf(q)
		if value, ok := clean(q, group[q.ID]); ok {
			own[q.ID] = envValue(q, value)
		}
	}
	return own
}

// find returns the visible step of an owner.
func (v *view) find(owner, id string) *Step {
	for i := range v.steps {
		if v.steps[i].owner == owner && v.steps[i].step.ID == id {
			return &v.steps[i].step
		}
	}
	return nil
}
