package catalog

import (
	"fmt"
	"maps"
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
	"passport_series", "passport_number", "passport_issued_on", "passport_issued_by", "passport_code", "phone", "email", "address", "me",
	"inn", "driving_licence", "oms_policy", "bank_name", "bank_bik", "bank_account",
	"child_last_name", "child_first_name", "child_middle_name", "child_birth_date", "child_snils", "child_certificate",
	"vehicle_plate", "vehicle_sts", "org_name", "org_short_name", "org_ogrn", "org_inn", "org_kpp", "org_address", "org_phone", "org_email", "org_position"}

// inGroups tells whether there may be several of what a source says: a person has children and cars. In a repeated step the first
// goes into the first group, and so on; elsewhere it is filled in only where there is no more than one.
func inGroups(prefill string) bool {
	return strings.HasPrefix(prefill, "child_") || strings.HasPrefix(prefill, "vehicle_")
}

// reserved are names that conditions or forms use for something else.
var reserved = []string{"today", "me", "acting", "party", "other", "month", "_csrf", "service", "version", "change"}

// prepare makes the index and finds the kinds; check compiles the conditions, which need both.
func (s *Service) prepare() {
	s.addDistrict()
	s.index = map[string]*Question{}
	for i := range s.Steps {
		for k := range s.Steps[i].Questions {
			q := &s.Steps[i].Questions[k]
			if kind, ok := kinds[q.Type]; ok {
				q.kind = &kind
			}
			q.compose()
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

// broke notes a mistake that the engine cannot live with.
func (c *checker) broke(where, format string, args ...any) {
	c.add(where, format, args...)
	c.broken = append(c.broken, c.mistakes[len(c.mistakes)-1])
}

// check compiles the conditions and notes all mistakes of a definition.
func (s *Service) check(doc *document) *checker {
	c := &checker{doc: doc, service: s}
	if !serviceShape.MatchString(s.ID) {
		c.add("$.id", "want small Latin letters, digits and hyphens, got %q", s.ID)
	}
	own := *s // as the file has it, so that the places of mistakes are those of the file
	own.Steps = s.Steps[s.added:]
	c.texts(reflect.ValueOf(own), "$")
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
	if len(s.Steps) > 0 {
		c.rules()
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
	c.oneOf("$.term.unit", s.Term.Unit, termUnits)
	if s.Term.Count < 1 {
		c.add("$.term", "want count, how many of the unit: 1 or more")
	}
}

// belonging checks what a service refers to: level, department, audience, topics, situations.
func (c *checker) belonging() {
	s := c.service
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = string(l)
	}
	c.oneOf("$.level", string(s.Level), names)
	c.department("$.department", s.Department)
	known := func(where string, ids []string, all []Subject) {
		names := make([]string, len(all))
		for i := range all {
			names[i] = all[i].ID
		}
		for i, id := range ids {
			if !slices.Contains(names, id) {
				c.add(fmt.Sprintf("$.%s[%d]", where, i), "subjects.yaml has no %q%s", id, meant(id, names))
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
}

func (c *checker) step(i int, seen map[string]string) {
	s := c.service
	t := &s.Steps[i]
	where := fmt.Sprintf("$.steps[%d]", i-s.added)
	if i < s.added {
		where = "$.region"
	}
	c.id(where+".id", t.ID, seen)
	if t.Party != "" && t.Party != PartyEach && s.Party(t.Party) == nil {
		c.add(where+".party", "no party %q: leave it empty, or write %q or the id of a party%s", t.Party, PartyEach, meant(t.Party, s.partyIDs()))
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
		c.broke(where+".type", "no type %q of questions%s", q.Type, meant(q.Type, slices.Collect(maps.Keys(kinds))))
		return
	}
	if q.Label.RU == "" {
		c.add(where+".label", "a question needs a label")
	}
	if q.Prefill != "" && (!slices.Contains(prefills, q.Prefill) || t.Repeat != nil && !inGroups(q.Prefill)) {
		c.add(where+".prefill", "no source %q here; want one of %v%s", q.Prefill, prefills, meant(q.Prefill, prefills))
	}
	if q.Validate != "" && q.Invalid.RU == "" {
		c.add(where+".validate", "say in invalid what to tell the reader")
	}
	c.options(where, q)
	c.references(where, q)
	c.found(where, t, q)
	own := earlier
	own.own, own.item = true, t.Repeat != nil
	c.compile(where+".when", earlier, q.When, &q.when)
	c.compile(where+".validate", own, q.Validate, &q.validate)
	compiled, err := own.compile(q.Value, true)
	switch {
	case err != nil:
		c.bad(where+".value", own, q.Value, err)
	case (q.Value == "") == (q.Type == "calculation"):
		c.add(where+".value", "a calculation, and nothing else, needs a value: an expression")
	}
	q.value = compiled
}

func (c *checker) options(where string, q *Question) {
	choice := q.Type == "radios" || q.Type == "select" || q.Type == "checkboxes"
	if choice != (len(q.Options) > 0) && q.Type != "calculation" && q.Find == nil && q.Type != "fact" {
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
		if q.Find == nil {
			refers("office", q.Office, "office")
		}
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
		c.bad(where, in, source, err)
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
			name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			switch {
			case option == "inline":
				mistakes = append(mistakes, missingTexts(doc, v.Field(i), where)...)
			case v.Type().Field(i).IsExported() && name != "" && name != "-":
				mistakes = append(mistakes, missingTexts(doc, v.Field(i), where+"."+name)...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			mistakes = append(mistakes, missingTexts(doc, v.Index(i), fmt.Sprintf("%s[%d]", where, i))...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			mistakes = append(mistakes, missingTexts(doc, v.MapIndex(key), where+"."+key.String())...)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			mistakes = missingTexts(doc, v.Elem(), where)
		}
	}
	return mistakes
}
