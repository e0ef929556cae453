package catalog

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
)

// rules checks what belongs to the service as a whole: duty, region, results, channels, route and statuses.
func (c *checker) rules() {
	s := c.service
	if s.Duty != nil {
		c.duty(s.Duty)
	}
	if s.Region != nil {
		c.districts("$.region.only", s.Region.Only)
	}
	for i, r := range s.Results {
		c.oneOf(fmt.Sprintf("$.results[%d].kind", i), r.Kind, resultKinds)
		if r.Name.RU == "" {
			c.add(fmt.Sprintf("$.results[%d]", i), "say in name what the applicant gets")
		}
	}
	for i, ch := range s.Channels {
		if ch.Kind != "" {
			c.oneOf(fmt.Sprintf("$.channels[%d].kind", i), ch.Kind, channelKinds)
		}
	}
	for i := range s.Route {
		r := &s.Route[i]
		where := fmt.Sprintf("$.route[%d]", i)
		c.department(where+".department", r.Department)
		c.compile(where+".when", c.whole(s.firstParty()), r.When, &r.when)
	}
	c.registerChecks()
	c.statuses()
}

// oneOf says which words are known, and which of them was perhaps meant.
func (c *checker) oneOf(where, got string, known []string) {
	if !slices.Contains(known, got) {
		c.add(where, "want one of %s; got %q%s", strings.Join(known, ", "), got, meant(got, known))
	}
}

func (c *checker) department(where, code string) {
	all := c.service.catalog.departments
	codes := make([]string, len(all))
	for i, d := range all {
		codes[i] = d.Code
	}
	if !slices.Contains(codes, code) {
		c.add(where, "organisations.yaml has no department %q%s", code, meant(code, codes))
	}
}

func (c *checker) districts(where string, codes []string) {
	known := make([]string, 0, len(c.service.catalog.territory.Districts))
	for _, d := range c.service.catalog.territory.Districts {
		known = append(known, d.Code)
	}
	if len(codes) == 0 {
		c.add(where, "name at least one district, or leave region out: then the service is given everywhere")
	}
	for i, code := range codes {
		if !slices.Contains(known, code) {
			c.add(fmt.Sprintf("%s[%d]", where, i), "%s has no district %q%s", districtsFile, code, meant(code, known))
		}
	}
}

func (c *checker) duty(d *Duty) {
	s := c.service
	if d.Amount.Literal < 0 || d.Amount.Source == "" && d.Amount.Literal == 0 {
		c.add("$.duty.amount", `want an expression in rubles, param("duty_…"), or a whole number of kopecks`)
	}
	if d.Purpose.RU == "" {
		c.add("$.duty", "say in purpose what is paid for: it stands on the receipt")
	}
	if s.Party(d.PaidBy) == nil {
		c.add("$.duty.paid_by", "want the id of a party, got %q%s", d.PaidBy, meant(d.PaidBy, s.partyIDs()))
	}
	c.department("$.duty.payee", d.Payee)
	if q := s.index[d.UIN]; d.UIN != "" && (q == nil || q.Type != "fact" && q.Type != "uin") {
		c.add("$.duty.uin", "want the id of a question of type fact or uin, got %q", d.UIN)
	}
	in := c.whole(d.PaidBy)
	c.number("$.duty.amount", in, &d.Amount)
	for i := range d.Exempt {
		e := &d.Exempt[i]
		where := fmt.Sprintf("$.duty.exempt[%d]", i)
		if e.When == "" || e.Text.RU == "" {
			c.add(where, "an exemption needs when, the condition, and text, the ground")
		}
		c.compile(where+".when", in, e.When, &e.when)
	}
	for i := range d.Discount {
		o := &d.Discount[i]
		where := fmt.Sprintf("$.duty.discount[%d]", i)
		if o.Percent.Source == "" && (o.Percent.Literal < 1 || o.Percent.Literal > 100) || o.Text.RU == "" {
			c.add(where, "a discount needs percent, 1 to 100 or an expression, and text, the ground")
		}
		c.number(where+".percent", in, &o.Percent)
		c.compile(where+".when", in, o.When, &o.when)
		for key, value := range map[string]string{"from": o.From, "until": o.Until} {
			if _, err := time.Parse(time.DateOnly, value); value != "" && err != nil {
				c.add(where+"."+key, "want a day as 2026-12-31, got %q", value)
			}
		}
	}
}

func (s *Service) partyIDs() []string {
	ids := make([]string, len(s.Parties))
	for i, p := range s.Parties {
		ids[i] = p.ID
	}
	return ids
}

func (s *Service) firstParty() string {
	if len(s.Parties) == 0 {
		return ""
	}
	return s.Parties[0].ID
}

// number compiles an amount that is an expression.
func (c *checker) number(where string, in scope, n *Number) {
	if n.Source == "" {
		return
	}
	compiled, open, err := in.compileOpen(n.Source, true)
	if err != nil {
		c.bad(where, in, n.Source, err)
		return
	}
	n.program, n.open = compiled, open
}

// stateNames are those of applications.State that a definition may speak of.
var stateNames = slices.Sorted(maps.Keys(possible))

func (c *checker) statuses() {
	for _, state := range slices.Sorted(maps.Keys(c.service.Statuses)) {
		rule, where := c.service.Statuses[state], "$.statuses."+state
		may, known := possible[state]
		if !known {
			c.add(where, "no such state; want one of %s%s", strings.Join(stateNames, ", "), meant(state, stateNames))
			continue
		}
		for i, action := range rule.Allow {
			if !slices.Contains(may, action) {
				c.add(fmt.Sprintf("%s.allow[%d]", where, i), "in the state %s one may only %v; got %q%s", state, may, action, meant(string(action), actionWords(may)))
			}
		}
		if state == "draft" && !slices.Contains(rule.Allow, ActionEdit) {
			c.add(where, "a draft that cannot be edited cannot be filled: allow edit")
		}
		if state == "paying" && !slices.Contains(rule.Allow, ActionPay) {
			c.add(where, "a duty that cannot be paid holds the application for ever: allow pay")
		}
	}
}

func actionWords(actions []Action) []string {
	list := make([]string, len(actions))
	for i, a := range actions {
		list[i] = string(a)
	}
	return list
}

// unknownName is how expr says that there is no such name.
var unknownName = regexp.MustCompile(`^unknown name (\S+)`)

// bad notes an expression that does not compile, at its own line and column.
func (c *checker) bad(where string, in scope, source string, err error) {
	text := firstLine(err)
	line, column := 1, 1
	var placed *file.Error
	if errors.As(err, &placed) {
		line, column, text = placed.Line, placed.Column+1, placed.Message
	}
	if strings.Contains(text, `Operator("=")`) {
		text += `: write == to compare, = is not known here`
	}
	if m := unknownName.FindStringSubmatch(text); m != nil {
		text += meant(m[1], in.names())
	}
	if !utf8.ValidString(text) {
		text = "bad expression"
	}
	mistake := c.doc.inside(where, line, column, "%s, in: %s", text, excerpt(source))
	c.mistakes = append(c.mistakes, mistake)
	c.broken = append(c.broken, mistake)
}

// names are what an expression may call things here.
func (c scope) names() []string {
	names := []string{"param"}
	for name := range c.types() {
		names = append(names, name)
	}
	return names
}

// excerpt is the beginning of an expression in one line.
func excerpt(source string) string {
	line := []rune(strings.Join(strings.Fields(source), " "))
	if len(line) > 100 {
		return string(line[:100]) + "…"
	}
	return string(line)
}
