package catalog

import (
	"errors"
	"net/url"
)

// ReadForm reads steps of questions that belong to no service: a person's documents, the shared questions of a life situation. The
// result draws, reads and shows them as those of a service; all answers are shared ones.
func ReadForm(name string, raw []byte) (*Service, error) {
	var file struct {
		Steps []Step `yaml:"steps"`
	}
	doc, err := decodeYAML(name, raw, &file)
	if err != nil {
		return nil, err
	}
	s := &Service{ID: name, Steps: file.Steps, Parties: []Party{{ID: "me"}}, catalog: &Catalog{}}
	s.prepare()
	c, seen := &checker{doc: doc, service: s}, map[string]string{}
	for i := range s.Steps {
		c.step(i, seen)
	}
	return s, errors.Join(c.mistakes...)
}

// Recalled returns the form of a step as it is first shown to party: the stored answers, or what is known beforehand.
func (s *Service) Recalled(step *Step, a Set, party string, env Env) url.Values {
	v := s.look(a)
	owner := step.Owner(party)
	visible := v.find(owner, step.ID)
	if visible == nil {
		return url.Values{}
	}
	d := &drawing{service: s, values: url.Values{}, env: env, stored: v.set.Of(owner), vars: v.envs[owner]}
	d.recall(visible)
	return d.values
}

// Prefills returns the questions of a step that are filled from what is known of the reader: the source of each, by the question's
// id. Those of a compound question are under "question.part".
func (t *Step) Prefills() map[string]string {
	from := map[string]string{}
	for i := range t.Questions {
		q := &t.Questions[i]
		for k := range q.parts {
			if q.parts[k].Prefill != "" {
				from[q.ID+"."+q.parts[k].ID] = q.parts[k].Prefill
			}
		}
		if q.Prefill != "" && !q.compound() {
			from[q.ID] = q.Prefill
		}
	}
	return from
}

// Of tells whether a problem is about a question.
func (p Problem) Of(question string) bool {
	return p.question == question || p.within != nil && p.within.ID == question
}
