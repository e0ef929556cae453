package checks

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"tamga/internal/i18n"
)

//go:embed kinds.yaml
var kindsYAML []byte

// Kind is a sort of question, with the rules of asking it.
type Kind struct {
	ID       string    `yaml:"id"`
	Register string    `yaml:"register"` // code of who answers
	Name     i18n.Text `yaml:"name"`
	About    i18n.Text `yaml:"about"`
	Fresh    span      `yaml:"fresh"` // an answer may be used again so long
	Rule     i18n.Text `yaml:"rule"`  // why so long
	Keep     span      `yaml:"keep"`
	Patience span      `yaml:"patience"`
	Until    span      `yaml:"until"`
	Who      []string  `yaml:"who"` // departments that may ask

	typ typed
}

// span is a length of time in the file: 8s, 90m, 24h, 30d.
type span struct{ time.Duration }

// UnmarshalText reads a span.
func (s *span) UnmarshalText(text []byte) (err error) {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, err := strconv.Atoi(days)
		s.Duration = time.Duration(n) * 24 * time.Hour
		return err
	}
	s.Duration, err = time.ParseDuration(string(text))
	return err
}

var allKinds = sync.OnceValues(func() (list []*Kind, err error) {
	if err := yaml.UnmarshalWithOptions(kindsYAML, &list, yaml.Strict()); err != nil {
		return nil, err
	}
	for _, k := range list {
		k.typ = types[k.ID]
		if k.typ.question == nil || k.Register == "" || k.Fresh.Duration <= 0 || k.Keep.Duration < k.Fresh.Duration || k.Patience.Duration <= 0 ||
			k.Until.Duration < k.Patience.Duration || len(k.Who) == 0 {
			return nil, fmt.Errorf("checks: kinds.yaml: the rules of %q are not whole", k.ID)
		}
	}
	return list, nil
})

// kindOf returns a kind, nil for an unknown one.
func kindOf(id string) (*Kind, error) {
	list, err := allKinds()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(list, func(k *Kind) bool { return k.ID == id }); i >= 0 {
		return list[i], nil
	}
	return nil, nil
}

// may tells whether a department may ask this.
func (k *Kind) may(department string) bool { return slices.Contains(k.Who, department) }

// Registers are the codes of all registers.
func Registers() (codes []string) {
	list, _ := allKinds()
	for _, k := range list {
		if !slices.Contains(codes, k.Register) {
			codes = append(codes, k.Register)
		}
	}
	return codes
}
