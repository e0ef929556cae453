package htmltest

import (
	"strings"

	"golang.org/x/net/html"
)

// Words returns what a reader of the page sees, spaces collapsed: its text without styles and scripts.
func (p *Page) Words() string {
	var b strings.Builder
	var read func(*html.Node)
	read = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
			b.WriteByte(' ')
		case n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script" || n.Data == "head"):
			return
		}
		for c := range n.ChildNodes() {
			read(c)
		}
	}
	read(p.root)
	return Plain(b.String())
}

// Plain collapses the spaces of a text as the methods of Page do, no-break spaces too.
func Plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// Attrs returns an attribute of all matches that have it.
func (p *Page) Attrs(selector, name string) []string {
	p.t.Helper()
	var list []string
	for _, n := range p.find(selector) {
		if value, ok := attr(n, name); ok {
			list = append(list, value)
		}
	}
	return list
}

// Links returns the addresses of all links.
func (p *Page) Links() []string { return p.Attrs("a[href]", "href") }

// Link returns the address of the first link that says text, or that has it among other words.
func (p *Page) Link(text string) string {
	p.t.Helper()
	n := p.saying("a[href]", text)
	if n == nil {
		p.t.Fatalf("no link says %q in the page:\n%s", text, p.Words())
	}
	href, _ := attr(n, "href")
	return href
}

// Button returns the form that the button sends, the button's own value included.
func (p *Page) Button(text string) Form {
	p.t.Helper()
	n := p.saying("button", text)
	if n == nil {
		p.t.Fatalf("no button says %q in the page:\n%s", text, p.Words())
		return Form{}
	}
	form := n.Parent
	for form != nil && form.Data != "form" {
		form = form.Parent
	}
	if form == nil {
		p.t.Fatalf("the button %q is in no form", text)
	}
	f := formOf(form)
	if name, ok := attr(n, "name"); ok {
		value, _ := attr(n, "value")
		f.Values.Add(name, value)
	}
	return f
}

// saying returns the first match whose whole text is that, else the first that has it, else nil.
func (p *Page) saying(selector, what string) *html.Node {
	p.t.Helper()
	what = Plain(what)
	var among *html.Node
	for _, n := range p.find(selector) {
		says := text(n)
		if says == what {
			return n
		}
		if among == nil && strings.Contains(says, what) {
			among = n
		}
	}
	return among
}
