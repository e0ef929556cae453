package catalog

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"tamga/internal/i18n"
)

var (
	idShape      = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	serviceShape = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// prefills are what a form may know of the person before anything is typed.
var prefills = []string{"last_name", "first_name", "middle_name", "birth_date", "sex", "birth_place", "snils", "citizenship",
	"passport_series", "passport_number", "passport_issued_on", "passport_issued_by", "passport_code", "phone", "email", "address"}

// reserved are names that conditions or forms use for something else.
var reserved = []string{"today", "me", "party", "other", "month", "_csrf", "service", "version", "change"}

// prepare makes the index and finds the kinds; check compiles the conditions, which need both.
func (s *Service) prepare() {
	s.index = map[string]*Question{}
	for i := range s.Steps {
		for k := range s.Steps[i].Questions {
			q := &s.Steps[i].Questions[k]
			if kind, ok := kinds[q.Type]; ok {
				q.kind = &kind
			}
			if s.index[q.ID] == nil {
				s.index[q.ID] = q
			}
		}
	}
}

// checker collects the mistakes of one definition.
type checker struct {
	doc      *document
	service  *Service
	mistakes []error
	broken   []error // those of them that the engine cannot live with
}

func (c *checker) add(where, format string, args ...any) {
	c.mistakes = append(c.mistakes, c.doc.at(where, format, args...))
}

// check compiles the conditions and notes all mistakes of a definition.
func (s *Service) check(doc *document) *checker {
	c := &checker{doc: doc, service: s}
	if !serviceShape.MatchString(s.ID) {
		c.add("$.id", "want small Latin letters, digits and hyphens, got %q", s.ID)
	}
	c.texts(reflect.ValueOf(s).Elem(), "$")
	c.required()
	c.belonging()
	c.parties()
	seen := map[string]string{}
	for _, id := range reserved {
		seen[id] = "the engine"
	}
	for i := range s.Steps {
		c.step(i, seen)
	}
	return c
}

// required are the texts that a page cannot do without.
func (c *checker) required() {
	s := c.service
	for where, text := range map[string]i18n.Text{"name": s.Name, "summary": s.About, "result": s.Result, "term.text": s.Term.Text} {
		if text.RU == "" {
			c.add("$."+where, "a service needs this text")
		}
	}
	for where, n := range map[string]int{"audience": len(s.Audience), "topics": len(s.Topics), "who": len(s.Who), "steps": len(s.Steps)} {
		if n == 0 {
			c.add("$."+where, "a service needs at least one")
		}
	}
	if !slices.Contains([]string{"working_days", "days", "months"}, s.Term.Unit) || s.Term.Count < 1 {
		c.add("$.term", "want count and unit: working_days, days or months")
	}
}

// belonging checks what a service refers to: level, department, audience, topics, situations.
func (c *checker) belonging() {
	s := c.service
	if !slices.Contains(levels, s.Level) {
		c.add("$.level", "want one of %v, got %q", levels, s.Level)
	}
	if s.catalog.Department(s.Department) == nil {
		c.add("$.department", "organisations.yaml has no department %q", s.Department)
	}
	known := func(where string, ids []string, all []Subject) {
		for i, id := range ids {
			if !slices.ContainsFunc(all, func(x Subject) bool { return x.ID == id }) {
				c.add(fmt.Sprintf("$.%s[%d]", where, i), "subjects.yaml has no %q", id)
			}
		}
	}
	known("audience", s.Audience, s.catalog.subjects.Audiences)
	known("topics", s.Topics, s.catalog.subjects.Topics)
	known("situations", s.Situations, s.catalog.subjects.Situations)
}

func (c *checker) parties() {
	s := c.service
	if len(s.Parties) == 0 {
		c.add("$.parties", "a service needs at least one party: the one who files")
	}
	for i, p := range s.Parties {
		where := fmt.Sprintf("$.parties[%d]", i)
		switch {
		case !idShape.MatchString(p.ID) || p.ID == PartyEach:
			c.add(where+".id", "want small Latin letters, digits and _, and not %q", PartyEach)
		case s.Party(p.ID) != &s.Parties[i]:
			c.add(where+".id", "the party %q is there twice", p.ID)
		case i == 0 && p.Invited:
			c.add(where+".invited", "the first party files, so nobody invites it")
		}
	}
	if d := s.Duty; d != nil {
		if d.Amount < 0 || s.Party(d.PaidBy) == nil || s.catalog.Department(d.Payee) == nil {
			c.add("$.duty", "want an amount in kopecks, a department as payee, and a party as paid_by")
		}
	}
}

func (c *checker) step(i int, seen map[string]string) {
	s := c.service
	t := &s.Steps[i]
	where := fmt.Sprintf("$.steps[%d]", i)
	c.id(where+".id", t.ID, seen)
	if t.Party != "" && t.Party != PartyEach && s.Party(t.Party) == nil {
		c.add(where+".party", "no party %q: leave it empty, or write %q or the id of a party", t.Party, PartyEach)
	}
	if t.Title.RU == "" {
		c.add(where+".title", "a step needs a title")
	}
	if len(t.Questions) == 0 {
		c.add(where+".questions", "a step needs at least one question")
	}
	if r := t.Repeat; r != nil && (r.Max < 1 || r.Min > r.Max || !strings.Contains(r.Item.RU, "%d")) {
		c.add(where+".repeat", "want max, min not above it, and an item text with %%d")
	}
	earlier := scope{service: s, step: i}
	all := scope{service: s, step: i, own: true}
	c.compile(where+".when", earlier, t.When, &t.when)
	for k := range t.Questions {
		c.question(fmt.Sprintf("%s.questions[%d]", where, k), t, &t.Questions[k], seen, earlier)
	}
	for k := range t.Stops {
		stop := &t.Stops[k]
		at := fmt.Sprintf("%s.stops[%d]", where, k)
		if stop.When == "" || stop.Title.RU == "" || stop.Text.RU == "" {
			c.add(at, "a stop needs when, title and text")
		}
		c.compile(at+".when", all, stop.When, &stop.when)
	}
}

func (c *checker) id(where, id string, seen map[string]string) {
	switch {
	case !idShape.MatchString(id):
		c.add(where, "want small Latin letters, digits and _, got %q", id)
	case seen[id] != "":
		c.add(where, "%q is taken by %s", id, seen[id])
	}
	seen[id] = where[2:]
}

func (c *checker) question(where string, t *Step, q *Question, seen map[string]string, earlier scope) {
	c.id(where+".id", q.ID, seen)
	if q.kind == nil {
		c.add(where+".type", "no type %q of questions", q.Type)
		c.broken = append(c.broken, c.mistakes[len(c.mistakes)-1])
		return
	}
	if q.Label.RU == "" {
		c.add(where+".label", "a question needs a label")
	}
	if q.Prefill != "" && (!slices.Contains(prefills, q.Prefill) || t.Repeat != nil) {
		c.add(where+".prefill", "no source %q here; want one of %v", q.Prefill, prefills)
	}
	if q.Validate != "" && q.Invalid.RU == "" {
		c.add(where+".validate", "say in invalid what to tell the reader")
	}
	c.options(where, q)
	c.references(where, q)
	own := earlier
	own.own, own.item = true, t.Repeat != nil
	c.compile(where+".when", earlier, q.When, &q.when)
	c.compile(where+".validate", own, q.Validate, &q.validate)
	var err error
	if q.value, err = own.compile(q.Value, true); err != nil || (q.Value == "") == (q.Type == "calculation") {
		c.add(where+".value", "a calculation, and nothing else, needs a value that compiles: %v", err)
	}
}

func (c *checker) options(where string, q *Question) {
	choice := q.Type == "radios" || q.Type == "select" || q.Type == "checkboxes"
	if choice != (len(q.Options) > 0) && q.Type != "calculation" {
		c.add(where, "radios, select and checkboxes need options, and other types have none")
	}
	for i := range q.Options {
		o := &q.Options[i]
		if o.Value == "" || o.Label.RU == "" || q.option(o.Value) != o {
			c.add(fmt.Sprintf("%s.options[%d]", where, i), "want a value of its own and a label")
		}
	}
}

// references checks the questions that a question leans on.
func (c *checker) references(where string, q *Question) {
	refers := func(key, id, kind string) {
		if other := c.service.index[id]; other == nil || other.Type != kind {
			c.add(where+"."+key, "want the id of a question of type %s, got %q", kind, id)
		}
	}
	switch q.Type {
	case "slot":
		refers("office", q.Office, "office")
		if q.Window == nil || q.Window.MaxMonths <= q.Window.Months {
			c.add(where+".window", "want months, days and a greater max_months")
		}
	case "account":
		refers("bank", q.Bank, "bik")
	}
}

func (c *checker) compile(where string, in scope, source string, into *program) {
	compiled, err := in.compile(source, false)
	if err != nil {
		c.add(where, "%s in %q", firstLine(err), source)
		c.broken = append(c.broken, c.mistakes[len(c.mistakes)-1])
		return
	}
	*into = compiled
}

// texts finds every text that lacks a language, wherever it stands.
func (c *checker) texts(v reflect.Value, where string) {
	c.mistakes = append(c.mistakes, missingTexts(c.doc, v, where)...)
}

func missingTexts(doc *document, v reflect.Value, where string) []error {
	if text, ok := v.Interface().(i18n.Text); ok {
		if text != (i18n.Text{}) && (text.RU == "" || text.TT == "" || text.EN == "") {
			return []error{doc.at(where, "a text needs ru, tt and en")}
		}
		return nil
	}
	var mistakes []error
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if v.Type().Field(i).IsExported() && name != "" && name != "-" {
				mistakes = append(mistakes, missingTexts(doc, v.Field(i), where+"."+name)...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			mistakes = append(mistakes, missingTexts(doc, v.Index(i), fmt.Sprintf("%s[%d]", where, i))...)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			mistakes = missingTexts(doc, v.Elem(), where)
		}
	}
	return mistakes
}
