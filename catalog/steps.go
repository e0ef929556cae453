package catalog

// StepsOf returns the steps that party sees, in order, each with the questions that are visible. The filer, who is the first
// party, sees the shared steps too; party "" sees the shared steps alone.
func (s *Service) StepsOf(party string, a Set) []Step {
	var steps []Step
	for _, seen := range s.look(a).steps {
		if s.asks(party, seen.owner) {
			steps = append(steps, seen.step)
		}
	}
	return steps
}

// asks tells whether party fills what belongs to owner.
func (s *Service) asks(party, owner string) bool {
	return owner == party || owner == "" && len(s.Parties) > 0 && party == s.Parties[0].ID
}

// Stopped returns the page to show instead of going on after step, or nil.
func (s *Service) Stopped(step *Step, a Set, party string) *Stop {
	return stoppedIn(s.Step(step.ID), s.look(a).envs[step.Owner(party)])
}

func stoppedIn(step *Step, env map[string]any) *Stop {
	if step == nil {
		return nil
	}
	for i := range step.Stops {
		if stop := &step.Stops[i]; stop.when.holds(env) {
			return stop
		}
	}
	return nil
}

// Complete tells whether party has answered all it must, stopped by nothing; else the id of the first step that lacks or
// breaks something. For the filer it covers the shared steps. Answers of the other party can break it too: a surname that no
// longer fits, for one.
func (s *Service) Complete(a Set, party string) (firstMissingStep string, ok bool) {
	v := s.look(a)
	for i := range v.steps {
		if seen := &v.steps[i]; s.asks(party, seen.owner) && !v.whole(seen) {
			return seen.step.ID, false
		}
	}
	return "", true
}

// whole tells whether a visible step is answered, valid and does not stop its reader.
func (v *view) whole(seen *seen) bool {
	env, answers, step := v.envs[seen.owner], v.set.Of(seen.owner), &seen.step
	if stoppedIn(step, env) != nil {
		return false
	}
	if step.Repeat == nil {
		return answered(step, answers, env)
	}
	groups := asGroups(answers[step.ID])
	if len(groups) < step.Repeat.Min || len(groups) > step.Repeat.Max {
		return false
	}
	for _, group := range groups {
		if !answered(step, group, groupEnv(env, step, group)) {
			return false
		}
	}
	return true
}

func answered(step *Step, answers Answers, env map[string]any) bool {
	for i := range step.Questions {
		q := &step.Questions[i]
		_, has := answers[q.ID]
		switch {
		case q.kind.read == nil: // nobody fills it in
		case !has && !q.Optional, has && !q.validate.holds(env):
			return false
		}
	}
	return true
}
