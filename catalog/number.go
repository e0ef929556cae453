package catalog

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/goccy/go-yaml"
)

// Number is an amount of a definition: a whole number as it stands, or an expression over the answers and the parameters.
type Number struct {
	Literal int64
	Source  string // of the expression, "" for a literal

	program program
	open    bool // it depends on answers, so nothing can be said of it before they are given
}

// UnmarshalYAML takes 35000 as a literal, and any other text as an expression.
func (n *Number) UnmarshalYAML(raw []byte) error {
	var text string
	if err := yaml.Unmarshal(raw, &text); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if literal, err := strconv.ParseInt(text, 10, 64); err == nil {
		*n = Number{Literal: literal}
		return nil
	}
	*n = Number{Source: text}
	return nil
}

// value runs the expression. A literal is its own value.
func (n *Number) value(env map[string]any) (float64, error) {
	if n.Source == "" {
		return float64(n.Literal), nil
	}
	if n.program.Program == nil {
		return 0, fmt.Errorf("%q was not compiled", n.Source)
	}
	out, err := expr.Run(n.program.Program, env)
	if err != nil {
		return 0, err
	}
	var f float64
	switch v := out.(type) {
	case int:
		f = float64(v)
	case float64:
		f = v
	default:
		return 0, fmt.Errorf("%q gives %T and not a number", n.Source, out)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
		return 0, fmt.Errorf("%q gives %v", n.Source, f)
	}
	return f, nil
}

// kopecks is the amount: a literal is in kopecks, an expression in rubles, as all expressions about money are.
func (n *Number) kopecks(env map[string]any) (int64, error) {
	if n.Source == "" {
		return n.Literal, nil
	}
	rubles, err := n.value(env)
	if err == nil && rubles > 1e12 {
		err = errors.New("more than there is money")
	}
	if err != nil {
		return 0, fmt.Errorf("amount %q: %w", n.Source, err)
	}
	return int64(math.Round(rubles * 100)), nil
}
