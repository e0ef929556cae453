package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Mistake is one thing wrong in a file of definitions, and what to write instead.
type Mistake struct {
	File         string
	Line, Column int
	Path         string // "steps[2].questions[0].type", "" when it is the file's
	Text         string
}

func (m *Mistake) Error() string {
	place := fmt.Sprintf("%s:%d:%d: ", m.File, max(m.Line, 1), max(m.Column, 1))
	if m.Path != "" {
		place += m.Path + ": "
	}
	return place + m.Text
}

// Mistakes lists what an error of Load says, one by one.
func Mistakes(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the list itself, not something in it
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, Mistakes(one)...)
		}
		return all
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// document is a parsed YAML file, kept while its definition is checked, to tell places.
type document struct {
	name   string
	places map[string]place // by YAML path
	whole  bool             // it could be decoded, so that its contents can be checked as well
}

// place is where something is written.
type place struct {
	at    *token.Position
	block bool // a text of several lines that begins on the next one
	quote int  // signs before the text begins, or spaces before each line of a block
}

func readYAML(fsys fs.FS, name string, into any) (*document, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	doc, err := decodeYAML(name, raw, into)
	return doc, err
}

// decodeYAML reads a file into a value. Its shape is looked at first: a key that the type does not know is a misspelt one. When
// there are such mistakes and the file can be read for all that, the document comes with the error.
func decodeYAML(name string, raw []byte, into any) (*document, error) {
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, located(name, err)
	}
	if unfolded(tree) > maxUnfolded {
		return nil, &Mistake{File: name, Line: 1, Column: 1, Text: "anchors unfold to too much: write an alias (*name) for texts, not for lists of aliases"}
	}
	w := &shape{doc: &document{name: name, places: map[string]place{}}}
	for _, d := range tree.Docs {
		if d.Body != nil {
			w.walk(d.Body, reflect.TypeOf(into), "$")
		}
	}
	err = yaml.UnmarshalWithOptions(raw, into)
	w.doc.whole = err == nil
	if err != nil && len(w.mistakes) == 0 {
		return nil, located(name, err)
	}
	return w.doc, errors.Join(w.mistakes...)
}

// maxUnfolded is how many values a file may have once each alias stands for what it names. The longest definition has a few thousand.
const maxUnfolded = 100_000

// unfolded counts them without unfolding: aliases of aliases grow ninefold with each line.
func unfolded(tree *ast.File) int {
	anchors := map[string]int{}
	var count func(ast.Node) int
	count = func(node ast.Node) int {
		n := 1
		switch v := node.(type) {
		case *ast.AnchorNode:
			n = count(v.Value)
			anchors[v.Name.GetToken().Value] = n
		case *ast.AliasNode:
			n = max(1, anchors[v.Value.GetToken().Value])
		case *ast.TagNode:
			n = count(v.Value)
		case *ast.MappingNode:
			for _, one := range v.Values {
				n += count(one)
			}
		case *ast.MappingValueNode:
			n += count(v.Value)
		case *ast.SequenceNode:
			for _, one := range v.Values {
				n += count(one)
			}
		}
		return min(n, maxUnfolded+1)
	}
	n := 0
	for _, d := range tree.Docs {
		n = min(n+count(d.Body), maxUnfolded+1)
	}
	return n
}

// reviveYAML reads what was good when it was published. Keys that are no longer known do no harm.
func reviveYAML(name string, raw []byte, into any) (*document, error) {
	if err := yaml.Unmarshal(raw, into); err != nil {
		return nil, located(name, err)
	}
	return &document{name: name}, nil
}

// located puts the place before an error of the YAML library.
func located(name string, err error) error {
	var bad yaml.Error
	if errors.As(err, &bad) && bad.GetToken() != nil {
		at := bad.GetToken().Position
		return &Mistake{File: name, Line: at.Line, Column: at.Column, Text: bad.GetMessage()}
	}
	return &Mistake{File: name, Text: err.Error()}
}

// at returns a mistake at a YAML path, or at the nearest thing above it that is written down.
func (d *document) at(where, format string, args ...any) error {
	m := &Mistake{File: d.name, Path: strings.TrimPrefix(strings.TrimPrefix(where, "$"), "."), Text: fmt.Sprintf(format, args...)}
	for at := where; at != ""; at = parentPath(at) {
		if p, ok := d.places[at]; ok {
			m.Line, m.Column = p.at.Line, p.at.Column
			break
		}
	}
	return m
}

// inside returns a mistake within a text at a YAML path: line and column count from 1.
func (d *document) inside(where string, line, column int, format string, args ...any) error {
	m := d.at(where, format, args...).(*Mistake) //nolint:errorlint,forcetypeassert // at makes nothing else
	p, ok := d.places[where]
	switch {
	case !ok:
	case p.block:
		m.Line += line
		m.Column = p.quote + column
	case line == 1:
		m.Column += p.quote + column - 1
	}
	return m
}

// parentPath cuts the last key or index off a YAML path.
func parentPath(p string) string {
	for i := len(p) - 1; i > 0; i-- {
		if p[i] == '.' || p[i] == '[' {
			return p[:i]
		}
	}
	return ""
}

// placeOf is where a value begins: of a mapping, its first key.
func placeOf(n ast.Node) place {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return placeOf(v.Values[0])
		}
		return place{at: v.Start.Position}
	case *ast.MappingValueNode:
		return place{at: v.Key.GetToken().Position}
	case *ast.LiteralNode:
		origin := v.Value.GetToken().Origin
		return place{at: v.Start.Position, block: true, quote: len(origin) - len(strings.TrimLeft(origin, " "))}
	case *ast.StringNode:
		quoted := v.Token.Type == token.DoubleQuoteType || v.Token.Type == token.SingleQuoteType
		if quoted {
			return place{at: v.Token.Position, quote: 1}
		}
	}
	return place{at: n.GetToken().Position}
}
