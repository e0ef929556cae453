package catalog

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"tamga/internal/calendar"
	"tamga/internal/rus"
)

// Conditions are written in expr-lang. They see the answers by id, repeated steps as lists of groups, the answers of every
// party as party.<id>.<question>, those of the other of two parties as other.<question>, the filling party's id as me, and
// today ("2026-11-22"). param("name") is the dated value of parameters.yaml in force on that day. What is not answered is "", 0 or an empty list, so a condition never meets a nil.

// conditionFunctions are what conditions may call besides the language's own.
var conditionFunctions = []expr.Option{
	expr.Function("age", func(args ...any) (any, error) {
		return ageOn(args[0].(string), args[1].(string)), nil
	}, new(func(string, string) int)),
	expr.Function("months_after", func(args ...any) (any, error) {
		return monthsAfter(args[0].(string), args[1].(int)), nil
	}, new(func(string, int) string)),
	expr.Function("days_after", func(args ...any) (any, error) {
		return daysAfter(args[0].(string), args[1].(int)), nil
	}, new(func(string, int) string)),
	expr.Function("working_days_after", func(args ...any) (any, error) {
		return workingDaysAfter(args[0].(string), args[1].(int)), nil
	}, new(func(string, int) string)),
	expr.Function("days_between", func(args ...any) (any, error) {
		return daysBetween(args[0].(string), args[1].(string)), nil
	}, new(func(string, string) int)),
	expr.Function("day_of", func(args ...any) (any, error) {
		return dayOf(args[0].(string)), nil
	}, new(func(string) string)),
	expr.Function("surnames", func(args ...any) (any, error) {
		return len(surnames(args[0].(string))), nil
	}, new(func(string) int)),
	expr.Function("surname", func(args ...any) (any, error) {
		return surnameAt(args[0].(string), args[1].(int)), nil
	}, new(func(string, int) string)),
	expr.Function("same_surname", func(args ...any) (any, error) {
		return sameSurname(args[0].(string), args[1].(string)), nil
	}, new(func(string, string) bool)),
}

// ageOn returns the full years on a day, or -1 when one of the dates is not known yet.
func ageOn(birth, on string) int {
	b, err := time.Parse(time.DateOnly, birth)
	d, err2 := time.Parse(time.DateOnly, on)
	if err != nil || err2 != nil {
		return -1
	}
	return rus.Age(b, d)
}

func monthsAfter(date string, months int) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return rus.AddMonths(d, months).Format(time.DateOnly)
}

func daysAfter(date string, days int) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return d.AddDate(0, 0, days).Format(time.DateOnly)
}

// maxWorkingDays is about a century: they are counted one by one, and the number may be a reader's answer.
const maxWorkingDays = 25_000

func workingDaysAfter(date string, days int) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil || days > maxWorkingDays || days < -maxWorkingDays {
		return ""
	}
	return calendar.Default().AddWorkingDays(d, days).Format(time.DateOnly)
}

// daysBetween counts the days from one date to another, or 0 when one of them is not known yet.
func daysBetween(from, to string) int {
	a, err := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err != nil || err2 != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

// dayOf returns the date of a slot in Moscow.
func dayOf(slot string) string {
	t, err := time.Parse(time.RFC3339, slot)
	if err != nil {
		return ""
	}
	return day(t)
}

// surnames splits a double surname.
func surnames(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == ' ' })
}

func surnameAt(name string, i int) string {
	if parts := surnames(name); i >= 0 && i < len(parts) {
		return parts[i]
	}
	return ""
}

// sameSurname tells whether two surnames are one, whatever their gender: Иванов and Иванова, Толстой and Толстая. It compares the
// folded stems and lets the last letters differ.
func sameSurname(a, b string) bool {
	a, b = rus.FoldName(a), rus.FoldName(b)
	ra, rb := []rune(a), []rune(b)
	if math.Abs(float64(len(ra)-len(rb))) > 2 || len(ra) == 0 {
		return false
	}
	common := 0
	for common < min(len(ra), len(rb)) && ra[common] == rb[common] {
		common++
	}
	return common >= max(2, min(len(ra), len(rb))-2)
}

// scope is the names that an expression may use, so that a misspelt one does not compile.
type scope struct {
	service *Service
	step    int  // index of the step the expression belongs to
	own     bool // the answers of this step are there too
	item    bool // and those of the group that is being filled

	rule  bool   // a rule about the whole application, of all steps,
	party string // as this party has it
}

// whole is the scope of the rules about an application as a whole: duty, route.
func (c *checker) whole(party string) scope {
	return scope{service: c.service, step: len(c.service.Steps) - 1, own: true, rule: true, party: party}
}

// sees tells whether the answers of a step go by their own names.
func (c scope) sees(s *Step) bool {
	if c.rule {
		return s.Party == "" || s.Party == PartyEach || s.Party == c.party
	}
	step := &c.service.Steps[c.step]
	return s.Party == "" || s.Party == step.Party || s.Party == PartyEach && step.Party != ""
}

func (c scope) types() types.Map {
	step := &c.service.Steps[c.step]
	names := types.Map{"today": types.String, "me": types.String, "acting": types.String}
	parties, other := types.Map{}, types.Map{}
	for _, p := range c.service.Parties {
		parties[p.ID] = types.Map{}
	}
	for i := range c.service.Steps {
		if i > c.step || i == c.step && !c.own {
			break
		}
		s := &c.service.Steps[i]
		if c.sees(s) {
			addTypes(names, s)
		}
		for _, p := range c.service.Parties {
			if s.Party == PartyEach || s.Party == p.ID {
				addTypes(parties[p.ID].(types.Map), s)
			}
		}
		if s.Party == PartyEach {
			addTypes(other, s)
		}
	}
	names["party"], names["other"] = parties, other
	if c.item {
		for i := range step.Questions {
			names[step.Questions[i].ID] = typeOf(&step.Questions[i])
		}
	}
	return names
}

// addTypes adds the questions of a step: under their ids, or as a list under the step's.
func addTypes(to types.Map, s *Step) {
	if s.Repeat == nil {
		for i := range s.Questions {
			to[s.Questions[i].ID] = typeOf(&s.Questions[i])
		}
		return
	}
	group := types.Map{}
	for i := range s.Questions {
		group[s.Questions[i].ID] = typeOf(&s.Questions[i])
	}
	to[s.ID] = types.Array(group)
}

func typeOf(q *Question) types.Type {
	if !q.compound() {
		return types.TypeOf(zeroOf(q))
	}
	parts := types.Map{}
	for i := range q.parts {
		parts[q.parts[i].ID] = typeOf(&q.parts[i])
	}
	return parts
}

// compile returns no program for an empty source. The result must be a truth, or anything when any is set.
func (c scope) compile(source string, any bool) (program, error) {
	compiled, _, err := c.compileOpen(source, any)
	return compiled, err
}

// compileOpen is compile, and tells whether the expression depends on answers.
func (c scope) compileOpen(source string, any bool) (compiled program, open bool, err error) {
	if source == "" {
		return program{}, false, nil
	}
	days := &dated{known: c.service.rates(), source: source}
	options := append([]expr.Option{expr.Env(c.types()), days.known.function(), expr.Patch(days)}, conditionFunctions...)
	if !any {
		options = append(options, expr.AsBool())
	}
	p, err := expr.Compile(source, options...)
	if days.unknown != nil {
		err = days.unknown
	}
	if err != nil {
		return program{}, false, err
	}
	c.service.reads(days.named)
	return program{p}, days.open, nil
}

// holds runs a condition; no condition holds. One that fails at run time does not hold: a form must not break over it.
func (p program) holds(env map[string]any) bool {
	if p.Program == nil {
		return true
	}
	out, err := expr.Run(p.Program, env)
	truth, _ := out.(bool)
	return err == nil && truth
}

// program is a compiled condition, or none.
type program struct{ *vm.Program }

// firstLine cuts the drawing of the source that expr adds to its messages.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if !utf8.ValidString(line) {
		return "bad expression"
	}
	return line
}
