package catalog

import (
	"errors"
	"slices"
	"strings"
	"time"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// Find lets a reader choose among records of a department's system: the bills of an account, the doctors of a clinic, free times.
// What a chosen record says is kept in questions of the types fact, fact_money, fact_number and fact_date of the same step, which nobody fills
// in; conditions, calculations and the duty read them like any answer.
type Find struct {
	Source     string            `yaml:"source"`     // which records: "fines"
	Department string            `yaml:"department"` // whose system is asked; the service's own when empty
	By         []string          `yaml:"by"`         // questions of earlier steps whose answers are sent, as far as there are any
	Fill       map[string]string `yaml:"fill"`       // question → field of the record: id, title, text, amount, or one of its own
	Empty      i18n.Text         `yaml:"empty"`      // what to say when there are no records
}

// Query is what a department's system is asked.
type Query struct {
	Department string
	Source     string
	Keys       map[string]string
}

// Record is one thing that a department's system knows.
type Record struct {
	ID     string            `json:"id"` // of a free time: its start, RFC 3339
	Title  string            `json:"title"`
	Text   string            `json:"text,omitempty"`
	Amount int64             `json:"amount,omitempty"` // kopecks
	Fields map[string]string `json:"fields,omitempty"`
}

func (r *Record) field(name string) string {
	switch name {
	case "id":
		return r.ID
	case "title":
		return r.Title
	case "text":
		return r.Text
	case "amount":
		return rubles(r.Amount)
	}
	return r.Fields[name]
}

// errNoFind is the answer where no system can be asked.
var errNoFind = errors.New("catalog: nobody to ask for records")

// find asks for the records of a question. Answers are those that the reader sees.
func (s *Service) find(q *Question, answers Answers, env Env) ([]Record, error) {
	if env.Find == nil {
		return nil, errNoFind
	}
	return env.Find(s.query(q, answers))
}

func (s *Service) query(q *Question, answers Answers) Query {
	asked := Query{Department: firstNonEmpty(q.Find.Department, s.Department), Source: q.Find.Source, Keys: map[string]string{}}
	for _, id := range q.Find.By {
		if value, _ := answers[id].(string); value != "" {
			asked.Keys[id] = value
		}
	}
	return asked
}

// Queries returns what has to be asked of departments before a step can be read, so that nobody waits for an outside system
// while holding a lock.
func (s *Service) Queries(step *Step, a Set, party string) []Query {
	v := s.look(a)
	var all []Query
	for i := range step.Questions {
		if q := &step.Questions[i]; q.Find != nil {
			all = append(all, s.query(q, v.set.Of(step.Owner(party))))
		}
	}
	return all
}

func readFound(r *reading, q *Question, name string) (any, *Problem) {
	value := r.typed(name)
	switch {
	case value == "":
		return q.missing(name, "catalog.missing_choice")
	case q.option(value) != nil:
		return value, nil
	}
	records, err := r.service.find(q, r.stored, r.env)
	if err != nil {
		return nil, &Problem{Field: name, Key: "catalog_citizen.find_down"}
	}
	i := slices.IndexFunc(records, func(found Record) bool { return found.ID == value })
	if i < 0 {
		return nil, &Problem{Field: name, Key: "catalog_citizen.find_gone"}
	}
	for fact, field := range q.Find.Fill {
		if text := records[i].field(field); text != "" {
			r.now[fact] = text
		}
	}
	return value, nil
}

// drawFound shows the records as radios, and below them the options of the definition: that none of them fits, for one.
func drawFound(d *drawing, q *Question, name string) Field {
	radios := &frontend.Radios{Name: name, Value: d.values.Get(name), Fieldset: d.legend(q), Hint: d.hint(q), ErrorMessage: d.message(name)}
	records, err := d.service.find(q, d.stored, d.env)
	switch {
	case err != nil:
		radios.Hint.Text = d.tr.T("catalog_citizen.find_down")
	case len(records) == 0:
		radios.Hint.Text = firstNonEmpty(q.Find.Empty.In(d.tr.Lang), d.tr.T("catalog_citizen.find_none"))
	}
	for _, found := range records {
		title := found.Title
		if found.Amount > 0 {
			title += " — " + rus.FormatRubles(found.Amount)
		}
		radios.Items = append(radios.Items, frontend.Choice{Value: found.ID, Text: title, Hint: frontend.Hint{Text: found.Text}})
	}
	own := d.choices(q)
	if err == nil && len(records) == 0 && len(own) == 1 && radios.Value == "" {
		radios.Value = own[0].Value // nothing else can be chosen
	}
	if len(records) > 0 && len(own) > 0 {
		radios.Items = append(radios.Items, frontend.Choice{Divider: d.tr.T("catalog_citizen.or")})
	}
	radios.Items = append(radios.Items, own...)
	return Field{Field: frontend.Field{Radios: radios}}
}

// foundDays are the free times that a department's system gives, by day.
func (s *Service) foundDays(q *Question, answers Answers, env Env) ([]Day, error) {
	records, err := s.find(q, answers, env)
	if err != nil {
		return nil, err
	}
	var days []Day
	for _, found := range records {
		at, err := time.Parse(time.RFC3339, found.ID)
		if err != nil {
			continue
		}
		date := midnight(at)
		if len(days) == 0 || !days[len(days)-1].Date.Equal(date) {
			days = append(days, Day{Date: date})
		}
		last := &days[len(days)-1]
		last.Slots = append(last.Slots, Slot{Value: at.In(rus.Moscow).Format(time.RFC3339), Label: at.In(rus.Moscow).Format("15:04")})
	}
	return days, nil
}

// Fact returns what the record chosen at a question said of a field, if the definition keeps it.
func (s *Service) Fact(a Set, party, question, field string) string {
	q := s.index[question]
	if q == nil || q.Find == nil {
		return ""
	}
	for _, owner := range []string{"", party} {
		for fact, of := range q.Find.Fill {
			if value, _ := a.Of(owner)[fact].(string); of == field && value != "" {
				return value
			}
		}
	}
	return ""
}

// isFact tells whether a question is filled by a chosen record.
func (q *Question) isFact() bool {
	return strings.HasPrefix(q.Type, "fact")
}

// named tells whether the facts of a question say in words what was chosen, so that its key need not be shown.
func (q *Question) named() bool {
	if q.Find == nil {
		return false
	}
	for _, field := range q.Find.Fill {
		if field == "title" {
			return true
		}
	}
	return false
}

// found checks a question that asks a department's system.
func (c *checker) found(where string, t *Step, q *Question) {
	if q.Find == nil {
		if q.Type == "found" {
			c.add(where+".find", "want find: source, by and fill")
		}
		return
	}
	if q.Type != "found" && q.Type != "slot" {
		c.add(where+".find", "only questions of the types found and slot ask a department's system")
	}
	if q.Find.Source == "" || t.Repeat != nil || q.Type == "found" && len(q.Options) == 0 {
		c.add(where+".find", "want a source, a step that is not repeated, and at least one option for whom no record fits")
	}
	if q.Find.Department != "" && c.service.catalog.Department(q.Find.Department) == nil {
		c.add(where+".find.department", "organisations.yaml has no department %q", q.Find.Department)
	}
	for _, id := range q.Find.By {
		if !slices.ContainsFunc(c.service.Steps, func(s Step) bool { return s.Repeat == nil && &s.Questions[0] != &t.Questions[0] && has(&s, id) }) {
			c.add(where+".find.by", "want questions of earlier steps, got %q", id)
		}
	}
	for fact := range q.Find.Fill {
		if other := c.service.index[fact]; other == nil || !other.isFact() || !has(t, fact) {
			c.add(where+".find.fill", "want questions of this step of the types fact, fact_money, fact_date or fact_number, got %q", fact)
		}
	}
}

func has(t *Step, id string) bool {
	return slices.ContainsFunc(t.Questions, func(q Question) bool { return q.ID == id })
}
