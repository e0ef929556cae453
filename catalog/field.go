package catalog

import "net/url"

// Field is one question, ready to be drawn by {{template "field" .}}.
type Field struct {
	Name string // of the input, and of the problem that concerns it
}

// Fields returns the fields of a step: the stored answers, or what was typed with its problems, or what is known of the
// person. Typed values win when typed is not nil.
func (s *Service) Fields(step *Step, a Set, party string, typed url.Values, problems Problems, env Env, tr Tr) []Field {
	return nil
}

// Rearrange answers the buttons "add" and "remove" of a repeated step: it returns the typed values with a group more or less,
// to be drawn again by Fields without problems. It returns false when another button was pressed.
func (t *Step) Rearrange(form url.Values) (url.Values, bool) {
	return form, false
}
