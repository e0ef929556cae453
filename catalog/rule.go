package catalog

import (
	"slices"
	"time"

	"tamga/internal/calendar"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// Term is how long a service takes.
type Term struct {
	Count int       `yaml:"count"`
	Unit  string    `yaml:"unit"` // "working_days", "days" or "months"
	Text  i18n.Text `yaml:"text"` // from when it runs, and what happens then
}

// termUnits are what a term may count.
var termUnits = []string{"working_days", "days", "months"}

// Until returns the last day of a term that begins with from. A term that ends on a day off ends on the next working day (Civil
// Code, art. 193).
func (t Term) Until(from time.Time) time.Time {
	cal := calendar.Default()
	switch t.Unit {
	case "working_days":
		return cal.AddWorkingDays(midnight(from), t.Count)
	case "months":
		return cal.AddWorkingDays(rus.AddMonths(midnight(from), t.Count), 0)
	}
	return cal.AddWorkingDays(midnight(from).AddDate(0, 0, t.Count), 0)
}

// Channel is another way to apply.
type Channel struct {
	Kind      string `yaml:"kind"` // one of channelKinds, "" when not said
	i18n.Text `yaml:",inline"`
}

// channelKinds are the ways to apply that are not this portal.
var channelKinds = []string{"office", "mfc", "post", "phone", "kiosk", "federal"}

// Result is one thing that the applicant gets.
type Result struct {
	Name i18n.Text `yaml:"name"`
	Kind string    `yaml:"kind"` // one of resultKinds
	Note i18n.Text `yaml:"note"` // where and how it comes
}

// resultKinds are a paper or file, an entry in a register, money, and a time to come at.
var resultKinds = []string{"document", "record", "money", "appointment"}

// Route sends an application to another authority than the service's department.
type Route struct {
	Department string `yaml:"department"`
	When       string `yaml:"when"` // over all answers; empty for always

	when program
}

// Goes returns the code of the department that answers an application.
func (s *Service) Goes(a Set) string {
	if len(s.Route) == 0 {
		return s.Department
	}
	env := s.wholeEnv(a)
	for i := range s.Route {
		if s.Route[i].when.holds(env) {
			return s.Route[i].Department
		}
	}
	return s.Department
}

// wholeEnv is what rules about a whole application see: the answers as its first party has them.
func (s *Service) wholeEnv(a Set) map[string]any {
	v := s.look(a)
	if len(s.Parties) == 0 {
		return v.envs[""]
	}
	return v.envs[s.Parties[0].ID]
}

// Action is something that a citizen does with an application.
type Action string

// The actions that a status may allow.
const (
	ActionCancel  Action = "cancel"
	ActionEdit    Action = "edit"
	ActionMessage Action = "message"
	ActionPay     Action = "pay"
)

// Statuses say what each state of an application allows, by the names of applications.State.
type Statuses map[string]Status

// Status is the rule of one state.
type Status struct {
	Allow []Action  `yaml:"allow"`
	Text  i18n.Text `yaml:"text"` // what the state means for this service, when the usual words do not fit
}

// usual is what states allow where a definition says nothing. States that are not here allow nothing.
var usual = map[string][]Action{
	"draft":   {ActionEdit, ActionCancel},
	"filling": {ActionEdit, ActionCancel},
	"signing": {ActionEdit, ActionCancel},
	"paying":  {ActionEdit, ActionCancel, ActionPay},

	"submitted":   {ActionCancel, ActionMessage},
	"sent":        {ActionCancel, ActionMessage},
	"accepted":    {ActionCancel, ActionMessage},
	"in_progress": {ActionCancel, ActionMessage},
	"completed":   {ActionMessage},
	"rejected":    {ActionMessage},
	"refused":     {ActionMessage},
}

// possible is what a definition may allow at most.
var possible = map[string][]Action{
	"draft":       {ActionEdit, ActionCancel},
	"filling":     {ActionEdit, ActionCancel},
	"signing":     {ActionEdit, ActionCancel},
	"paying":      {ActionEdit, ActionCancel, ActionPay},
	"submitted":   {ActionCancel, ActionMessage},
	"sent":        {ActionCancel, ActionMessage},
	"accepted":    {ActionCancel, ActionMessage},
	"in_progress": {ActionCancel, ActionMessage},
	"completed":   {ActionMessage},
	"rejected":    {ActionMessage},
	"refused":     {ActionMessage},
}

// Allows tells whether an application of this service in a state may be acted upon.
func (s *Service) Allows(state string, action Action) bool {
	if rule, ok := s.Statuses[state]; ok {
		return slices.Contains(rule.Allow, action)
	}
	return slices.Contains(usual[state], action)
}
