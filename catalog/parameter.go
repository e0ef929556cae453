package catalog

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"tamga/internal/i18n"
)

// Parameter is a rate, a limit or an amount that a law sets and changes: param("name") in expressions. Definitions hold no such
// number themselves.
type Parameter struct {
	Name   string       `yaml:"name" json:"name"`
	About  i18n.Text    `yaml:"about" json:"about"`
	Unit   string       `yaml:"unit" json:"unit"`     // "rubles", "percent", "days", "months" or "number": for people
	Values []DatedValue `yaml:"values" json:"values"` // in order of date
}

// DatedValue is what a parameter is from a day on.
type DatedValue struct {
	From   string  `yaml:"from" json:"from"` // 2006-01-02
	Value  float64 `yaml:"value" json:"value"`
	Source string  `yaml:"source" json:"source"` // the law, or where it was read
}

// parameterUnits are what a parameter may count.
var parameterUnits = []string{"rubles", "percent", "days", "months", "number"}

// parameters are all of them, by name.
type parameters map[string]*Parameter

// Parameters returns all dated parameters.
func (c *Catalog) Parameters() []Parameter { return c.parameterList }

// Parameter returns the value in force on a day.
func (c *Catalog) Parameter(name string, on time.Time) (float64, error) {
	return c.parameters.on(name, day(on))
}

// on returns the value in force on a day, written 2006-01-02.
func (p parameters) on(name, day string) (float64, error) {
	one, ok := p[name]
	if !ok {
		return 0, fmt.Errorf("parameters.yaml has no %q", name)
	}
	for i := len(one.Values) - 1; i >= 0; i-- {
		if one.Values[i].From <= day {
			return one.Values[i].Value, nil
		}
	}
	return 0, fmt.Errorf("the parameter %q has no value on %s", name, day)
}

// readParameters reads parameters.yaml, which a folder of definitions may lack.
func (c *Catalog) readParameters(fsys fs.FS) ([]error, error) {
	c.parameters = parameters{}
	if _, err := fs.Stat(fsys, parametersFile); err != nil {
		return nil, nil
	}
	var read struct {
		Parameters []Parameter `yaml:"parameters"`
	}
	doc, err := readYAML(fsys, parametersFile, &read)
	if doc == nil {
		return nil, err
	}
	c.parameterList = read.Parameters
	mistakes := append(Mistakes(err), missingTexts(doc, reflect.ValueOf(read.Parameters), "$.parameters")...)
	for i := range read.Parameters {
		p := &read.Parameters[i]
		where := fmt.Sprintf("$.parameters[%d]", i)
		if !idShape.MatchString(p.Name) || c.parameters[p.Name] != nil {
			mistakes = append(mistakes, doc.at(where+".name", "want a name of its own of small Latin letters, digits and _, got %q", p.Name))
		}
		c.parameters[p.Name] = p
		mistakes = append(mistakes, p.check(doc, where)...)
	}
	return mistakes, nil
}

const parametersFile = "parameters.yaml"

func (p *Parameter) check(doc *document, where string) (mistakes []error) {
	if p.About.RU == "" {
		mistakes = append(mistakes, doc.at(where+".about", "say what the parameter is"))
	}
	if !slices.Contains(parameterUnits, p.Unit) {
		mistakes = append(mistakes, doc.at(where+".unit", "want one of %v, got %q%s", parameterUnits, p.Unit, meant(p.Unit, parameterUnits)))
	}
	if len(p.Values) == 0 {
		mistakes = append(mistakes, doc.at(where+".values", "a parameter needs at least one value: {from: 2026-01-01, value: 350, source: the law}"))
	}
	for i, v := range p.Values {
		at := fmt.Sprintf("%s.values[%d]", where, i)
		if _, err := time.Parse(time.DateOnly, v.From); err != nil {
			mistakes = append(mistakes, doc.at(at+".from", "want a day as 2026-01-31, got %q", v.From))
		}
		if i > 0 && v.From <= p.Values[i-1].From {
			mistakes = append(mistakes, doc.at(at+".from", "values stand in the order of their days: %s comes after %s", v.From, p.Values[i-1].From))
		}
		if v.Source == "" {
			mistakes = append(mistakes, doc.at(at, "name the source: the law, its article and its date"))
		}
	}
	return mistakes
}

// dated gives param the day that the expression takes for today, and looks whether the name is known.
type dated struct {
	known   parameters
	source  string
	named   []string // the parameters that the expression reads
	unknown error    // what is wrong with the first bad call
	open    bool     // the expression names something besides parameters and today
}

// Visit is called for every node of an expression.
func (v *dated) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value != "today" && n.Value != "param" {
			v.open = true
		}
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok || callee.Value != "param" {
			return
		}
		name, ok := firstString(n.Arguments)
		switch {
		case !ok:
			v.fail(n, `param takes one name in quotation marks: param("duty_marriage")`)
		case v.known[name] == nil:
			v.fail(n, "%s has no %q%s", parametersFile, name, meant(name, v.known.names()))
		default:
			v.named = append(v.named, name)
			ast.Patch(node, &ast.CallNode{Callee: callee, Arguments: []ast.Node{n.Arguments[0], &ast.IdentifierNode{Value: "today"}}})
		}
	}
}

func (v *dated) fail(at ast.Node, format string, args ...any) {
	if v.unknown == nil {
		v.unknown = (&file.Error{Location: at.Location(), Message: fmt.Sprintf(format, args...)}).Bind(file.NewSource(v.source))
	}
}

func firstString(args []ast.Node) (string, bool) {
	if len(args) != 1 {
		return "", false
	}
	text, ok := args[0].(*ast.StringNode)
	if !ok {
		return "", false
	}
	return text.Value, true
}

func (p parameters) names() []string {
	names := make([]string, 0, len(p))
	for name := range p {
		names = append(names, name)
	}
	return names
}

// function is param as expressions call it once dated has added the day.
func (p parameters) function() expr.Option {
	return expr.Function("param", func(args ...any) (any, error) {
		return p.on(args[0].(string), args[1].(string))
	}, new(func(string, string) float64))
}
