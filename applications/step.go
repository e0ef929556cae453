package applications

import "tamga/catalog"

// tag names the stored answers of a step, as a form carries it. A form with another tag was opened before somebody, in another
// tab for one, saved the step. Tags are per step, so that two tabs on two pages do not disturb each other.
func (d *dossier) tag(step *catalog.Step) (string, error) {
	return catalog.Tag(step.ID, d.of(step, d.Set))
}

// of returns what a set holds of a step.
func (d *dossier) of(step *catalog.Step, set catalog.Set) catalog.Answers {
	stored, own := set.Of(step.Owner(d.Me.ID)), catalog.Answers{}
	if step.Repeat != nil {
		if v, ok := stored[step.ID]; ok {
			own[step.ID] = v
		}
		return own
	}
	all := d.Definition.Step(step.ID) // with the questions that are hidden at the moment
	for i := range all.Questions {
		if v, ok := stored[all.Questions[i].ID]; ok {
			own[all.Questions[i].ID] = v
		}
	}
	return own
}

// same tells whether saving answers would change nothing.
func (d *dossier) same(step *catalog.Step, answers catalog.Answers) bool {
	is, err := marshal(d.of(step, d.Set))
	if err != nil {
		return false
	}
	would, err := marshal(d.of(step, d.Definition.With(d.Set, step, d.Me.ID, answers)))
	return err == nil && string(is) == string(would)
}

// visible returns a step that the reader sees, with the ids of its neighbours; nil when there is none of that name.
func (d *dossier) visible(id string) (step *catalog.Step, before, after string) {
	steps := d.steps(d.Me)
	for i := range steps {
		if steps[i].ID != id {
			continue
		}
		if i > 0 {
			before = steps[i-1].ID
		}
		if i+1 < len(steps) {
			after = steps[i+1].ID
		}
		return &steps[i], before, after
	}
	return nil, "", ""
}

// saved returns the stored answers of a step in words.
func (d *dossier) saved(step *catalog.Step, tr catalog.Tr) []catalog.Section {
	var sections []catalog.Section
	for _, s := range d.Definition.Summary(d.Set, step.Owner(d.Me.ID), tr) {
		if s.Step == step.ID {
			sections = append(sections, s)
		}
	}
	return sections
}
