package catalog

import (
	"net/url"

	"tamga/frontend"
)

// Field is one thing of a step's page, drawn by {{template "question" .}} (frontend/templates/ui/question.html): a control of
// the frontend, or one of those that only a step has.
type Field struct {
	frontend.Field
	Calendar *Calendar        // free times of an office
	Button   *frontend.Button // "add" and "remove" of a repeated step
}

// Calendar is the choice of a time: links to the months, and radios in groups by day.
type Calendar struct {
	Field  frontend.Field // legend, hint and message, without radios
	Name   string
	Month  string // the hidden input that keeps the month of a page with problems
	Months []MonthLink
	Days   []frontend.Radios
	Empty  string // what to say when the month has no free time
}

// MonthLink leads to another month of a calendar.
type MonthLink struct {
	Text    string
	Href    string
	Current bool
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
