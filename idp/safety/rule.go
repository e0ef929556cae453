package safety

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"tamga/internal/rus"
)

//go:embed rules.yaml
var rulesFile []byte

// Rule is the terms that hold at a time.
type Rule struct {
	From  time.Time
	Grace time.Duration // from the request for deletion to the erasure
	Hold  time.Duration // a replaced contact can be put back
	Past  time.Duration // ended sessions are shown
}

var rules = mustReadRules(rulesFile)

// RuleAt returns the terms that hold at a time: the latest that has begun, or the first.
func RuleAt(at time.Time) Rule {
	found := rules[0]
	for _, r := range rules {
		if !r.From.After(at) {
			found = r
		}
	}
	return found
}

func mustReadRules(raw []byte) []Rule {
	var entries []struct {
		From              string `yaml:"from"`
		DeletionDays      int    `yaml:"deletion_days"`
		ContactHoldDays   int    `yaml:"contact_hold_days"`
		EndedSessionsDays int    `yaml:"ended_sessions_days"`
	}
	if err := yaml.Unmarshal(raw, &entries); err != nil || len(entries) == 0 {
		panic(fmt.Sprintf("rules.yaml is built in and broken: %v", err))
	}
	const day = 24 * time.Hour
	var list []Rule
	for _, e := range entries {
		from, err := time.ParseInLocation(time.DateOnly, e.From, rus.Moscow)
		if err != nil || e.DeletionDays < 1 || e.ContactHoldDays < 1 || e.EndedSessionsDays < 1 {
			panic(fmt.Sprintf("rules.yaml is built in and broken at %q", e.From))
		}
		list = append(list, Rule{from, time.Duration(e.DeletionDays) * day, time.Duration(e.ContactHoldDays) * day,
			time.Duration(e.EndedSessionsDays) * day})
	}
	return list
}
