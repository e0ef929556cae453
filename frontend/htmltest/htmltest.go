// Package htmltest reads pages in tests the way a person does: by headings, links and forms.
//
// Selectors are tag, #id, .class, [attribute], [attribute=value] and combinations (input.wide[name=phone]), with a space for
// "inside": "#answers dd". That is all that tests need.
package htmltest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is a parsed page.
type Page struct {
	t    testing.TB
	root *html.Node
	html string
}

// Form is what a browser would send if nothing were changed.
type Form struct {
	Action  string
	Method  string // "GET", "POST"
	Enctype string
	Values  url.Values
}

// Parse reads a page. Methods that look for something fail the test when it is not there.
func Parse(t testing.TB, page string) *Page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("parse page: %v", err)
	}
	return &Page{t, root, page}
}

// String returns the page's source.
func (p *Page) String() string { return p.html }

// Has tells whether something matches.
func (p *Page) Has(selector string) bool { return len(p.find(selector)) > 0 }

// Count returns how many elements match.
func (p *Page) Count(selector string) int { return len(p.find(selector)) }

// Text returns the text of the first match, spaces collapsed.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return text(p.first(selector))
}

// Texts returns the texts of all matches.
func (p *Page) Texts(selector string) []string {
	var list []string
	for _, n := range p.find(selector) {
		list = append(list, text(n))
	}
	return list
}

// Attr returns an attribute of the first match, "" when it has none.
func (p *Page) Attr(selector, name string) string {
	p.t.Helper()
	value, _ := attr(p.first(selector), name)
	return value
}

// Form returns the first form that matches, with the values a browser would send.
func (p *Page) Form(selector string) Form {
	p.t.Helper()
	n := p.first(selector)
	if n.Data != "form" {
		p.t.Fatalf("%q is a <%s>, not a form", selector, n.Data)
	}
	return formOf(n)
}

func formOf(n *html.Node) Form {
	f := Form{Method: "GET", Values: url.Values{}}
	f.Action, _ = attr(n, "action")
	f.Enctype, _ = attr(n, "enctype")
	if method, ok := attr(n, "method"); ok {
		f.Method = strings.ToUpper(method)
	}
	walk(n, func(c *html.Node) { f.add(c) })
	return f
}

func (f *Form) add(n *html.Node) {
	name, _ := attr(n, "name")
	if _, off := attr(n, "disabled"); off || name == "" {
		return
	}
	value, hasValue := attr(n, "value")
	switch n.Data {
	case "textarea":
		f.Values.Add(name, strings.TrimPrefix(rawText(n), "\n"))
	case "select":
		f.Values.Add(name, selected(n))
	case "input":
		kind, _ := attr(n, "type")
		_, checked := attr(n, "checked")
		switch kind {
		case "submit", "button", "file", "image", "reset":
		case "radio", "checkbox":
			if !hasValue {
				value = "on"
			}
			if checked {
				f.Values.Add(name, value)
			}
		default:
			f.Values.Add(name, value)
		}
	}
}

func selected(n *html.Node) string {
	chosen, first, found := "", "", false
	walk(n, func(o *html.Node) {
		if o.Data != "option" {
			return
		}
		value, ok := attr(o, "value")
		if !ok {
			value = text(o)
		}
		if !found {
			first, found = value, true
		}
		if _, yes := attr(o, "selected"); yes {
			chosen, first = value, value
		}
	})
	if chosen != "" {
		return chosen
	}
	return first
}

func (p *Page) first(selector string) *html.Node {
	p.t.Helper()
	found := p.find(selector)
	if len(found) == 0 {
		p.t.Fatalf("nothing matches %q in the page:\n%s", selector, p.html)
	}
	return found[0]
}

func (p *Page) find(selector string) []*html.Node {
	p.t.Helper()
	var steps []step
	for _, part := range fields(selector) {
		s, err := parseStep(part)
		if err != nil {
			p.t.Fatalf("selector %q: %v", selector, err)
		}
		steps = append(steps, s)
	}
	if len(steps) == 0 {
		p.t.Fatalf("empty selector")
	}
	var found []*html.Node
	walk(p.root, func(n *html.Node) {
		if matches(n, steps) {
			found = append(found, n)
		}
	})
	return found
}

// matches tells whether n matches the last step and its ancestors the ones before.
func matches(n *html.Node, steps []step) bool {
	last := len(steps) - 1
	if !steps[last].matches(n) {
		return false
	}
	for up := n.Parent; up != nil && last > 0; up = up.Parent {
		if up.Type == html.ElementNode && steps[last-1].matches(up) {
			last--
		}
	}
	return last == 0
}

// step is a selector without spaces.
type step struct {
	tag     string
	classes []string
	attrs   []condition
}

type condition struct {
	name, value string
	any         bool // the attribute is there, whatever its value
}

func (s step) matches(n *html.Node) bool {
	if s.tag != "" && n.Data != s.tag {
		return false
	}
	class, _ := attr(n, "class")
	for _, want := range s.classes {
		if !strings.Contains(" "+strings.Join(strings.Fields(class), " ")+" ", " "+want+" ") {
			return false
		}
	}
	for _, c := range s.attrs {
		if value, ok := attr(n, c.name); !ok || !c.any && value != c.value {
			return false
		}
	}
	return true
}

// fields splits at spaces outside brackets.
func fields(selector string) []string {
	depth := 0
	return strings.FieldsFunc(selector, func(r rune) bool {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		return depth == 0 && (r == ' ' || r == '\n' || r == '\t')
	})
}

func parseStep(s string) (step, error) {
	var out step
	end := strings.IndexAny(s, ".#[")
	if end < 0 {
		end = len(s)
	}
	out.tag, s = s[:end], s[end:]
	for s != "" {
		if s[0] == '[' {
			inside, rest, ok := strings.Cut(s[1:], "]")
			if !ok {
				return out, fmt.Errorf("no ] in %q", s)
			}
			name, value, equal := strings.Cut(inside, "=")
			out.attrs = append(out.attrs, condition{name, strings.Trim(value, `"'`), !equal})
			s = rest
			continue
		}
		end := strings.IndexAny(s[1:], ".#[") + 1
		if end == 0 {
			end = len(s)
		}
		if name := s[1:end]; name == "" {
			return out, fmt.Errorf("a name is missing in %q", s)
		} else if s[0] == '.' {
			out.classes = append(out.classes, name)
		} else {
			out.attrs = append(out.attrs, condition{name: "id", value: name})
		}
		s = s[end:]
	}
	return out, nil
}

func walk(n *html.Node, visit func(*html.Node)) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			visit(d)
		}
	}
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string { return strings.Join(strings.Fields(rawText(n)), " ") }

func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
