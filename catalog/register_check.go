package catalog

import (
	"fmt"
	"regexp"
	"strings"
)

// RegisterCheck is a question that is asked of a state register when an application is submitted (departments/checks).
type RegisterCheck struct {
	Kind  string            `yaml:"kind"`  // person, snils, passport, inn, marriage, birth, residence, income, organisation
	Party string            `yaml:"party"` // about whom: the id of a party, or "each"; the first when empty
	Each  string            `yaml:"each"`  // a repeated step: asked for each of its groups
	When  string            `yaml:"when"`  // over all answers; empty for always
	With  map[string]string `yaml:"with"`  // field of the question → question of the form, or its part: org.inn

	when program
}

// Asked is a question to a register, with the answers that it is made of.
type Asked struct {
	Kind   string
	Rule   int    // place in the definition
	Party  string // "" for a service without parties
	Item   int    // of a repeated step; -1 without one
	Values map[string]string
}

// Asked returns what the definition wants to be asked about an application.
func (s *Service) Asked(a Set) (list []Asked) {
	if len(s.Checks) == 0 {
		return nil
	}
	visible, env := s.Visible(a), s.wholeEnv(a)
	for i := range s.Checks {
		r := &s.Checks[i]
		if !r.when.holds(env) {
			continue
		}
		for _, party := range s.checked(r) {
			look := func(path string) any { return valueAt(path, visible.Of(party), visible.Shared) }
			if r.Each == "" {
				list = append(list, Asked{Kind: r.Kind, Rule: i, Party: party, Item: -1, Values: r.values(look)})
				continue
			}
			for n, group := range asGroups(look(r.Each)) {
				list = append(list, Asked{Kind: r.Kind, Rule: i, Party: party, Item: n, Values: r.values(func(path string) any {
					return valueAt(path, Answers(group), visible.Of(party), visible.Shared)
				})})
			}
		}
	}
	return list
}

// checked are the parties about whom a rule asks.
func (s *Service) checked(r *RegisterCheck) []string {
	switch r.Party {
	case PartyEach:
		return s.partyIDs()
	case "":
		return []string{s.firstParty()}
	}
	return []string{r.Party}
}

func (r *RegisterCheck) values(look func(string) any) map[string]string {
	values := map[string]string{}
	for field, path := range r.With {
		if text, _ := look(path).(string); text != "" {
			values[field] = text
		}
	}
	return values
}

func valueAt(path string, places ...Answers) any {
	id, part, compound := strings.Cut(path, ".")
	for _, place := range places {
		value, there := place[id]
		if !there {
			continue
		}
		if !compound {
			return value
		}
		parts, _ := value.(map[string]any)
		return parts[part]
	}
	return nil
}

var registerChecks = []string{"person", "snils", "passport", "inn", "marriage", "birth", "residence", "income", "organisation"}

var pathShape = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)

// registerChecks notes the mistakes of the rules.
func (c *checker) registerChecks() {
	s := c.service
	for i := range s.Checks {
		r := &s.Checks[i]
		where := fmt.Sprintf("$.checks[%d]", i)
		c.oneOf(where+".kind", r.Kind, registerChecks)
		c.compile(where+".when", c.whole(s.firstParty()), r.When, &r.when)
		if r.Party != "" && r.Party != PartyEach && s.Party(r.Party) == nil {
			c.add(where+".party", "want the id of a party, or each; got %q%s", r.Party, meant(r.Party, s.partyIDs()))
		}
		if step := s.Step(r.Each); r.Each != "" && (step == nil || step.Repeat == nil) {
			c.add(where+".each", "want the id of a repeated step, got %q", r.Each)
		}
		for field, path := range r.With {
			id, _, _ := strings.Cut(path, ".")
			if !pathShape.MatchString(path) || s.index[id] == nil {
				c.add(where+".with."+field, "no question %q is asked", path)
			}
		}
	}
}
