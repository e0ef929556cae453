package catalog

import "net/url"

// Parse reads a filled step of party. It returns the answers of this step alone, in stored form; store them by With when there
// are no problems.
func (s *Service) Parse(step *Step, form url.Values, a Set, party string, env Env) (Answers, Problems) {
	return nil, nil
}

// With returns a copy of a set with the answers of a step of party put in. Answers that hang on a changed one go: the time at an
// office, when another office is chosen.
func (s *Service) With(a Set, step *Step, party string, answers Answers) Set {
	return a
}
