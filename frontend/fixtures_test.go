package frontend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tamga/internal/i18n"
)

// fixture is a case of govuk-frontend: parameters of its macro and the HTML that comes out.
type fixture struct {
	Name    string
	Options map[string]any
	HTML    string
}

// component says how a partial of ours is called with the parameters of govuk-frontend's macro of the same name.
type component struct {
	render func(base *template.Template, options []byte) (string, error)
	kind   reflect.Type
}

func partial[T any](name string) component {
	return component{kind: reflect.TypeFor[T](), render: func(base *template.Template, options []byte) (string, error) {
		var data T
		decoder := json.NewDecoder(bytes.NewReader(options))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&data); err != nil {
			return "", err
		}
		var out bytes.Buffer
		err := base.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}}
}

var components = map[string]component{
	"back-link": partial[BackLink]("back-link"), "breadcrumbs": partial[Breadcrumbs]("breadcrumbs"), "button": partial[Button]("button"),
	"character-count": partial[CharacterCount]("character-count"), "checkboxes": partial[Checkboxes]("checkboxes"),
	"date-input": partial[DateInput]("date-input"), "details": partial[Details]("details"),
	"error-message": partial[ErrorMessage]("error-message"), "error-summary": partial[ErrorSummary]("error-summary"),
	"fieldset": partial[*Fieldset]("fieldset"), "file-upload": partial[FileUpload]("file-upload"), "hint": partial[Hint]("hint"),
	"input": partial[Input]("input"), "inset-text": partial[InsetText]("inset-text"), "label": partial[Label]("label"),
	"notification-banner": partial[NotificationBanner]("notification-banner"), "pagination": partial[*Pagination]("pagination"),
	"panel": partial[Panel]("panel"), "password-input": partial[PasswordInput]("password-input"),
	"phase-banner": partial[PhaseBanner]("phase-banner"), "radios": partial[Radios]("radios"), "select": partial[Select]("select"),
	"skip-link": partial[SkipLink]("skip-link"), "summary-list": partial[SummaryList]("summary-list"), "table": partial[Table]("table"),
	"tag": partial[Tag]("tag"), "task-list": partial[TaskList]("task-list"), "textarea": partial[Textarea]("textarea"),
	"warning-text": partial[WarningText]("warning-text"),
}

// TestGovukFixtures renders our partials with the parameters of govuk-frontend's own fixtures and compares the HTML.
func TestGovukFixtures(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	base := template.Must(p.base.Clone())
	base.Funcs(p.funcs(i18n.EN))
	files, err := filepath.Glob("testdata/fixtures/*.json")
	if err != nil || len(files) != len(components) {
		t.Fatalf("%d files of fixtures for %d components, %v", len(files), len(components), err)
	}
	passed, left, used := 0, 0, map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Component string
			Fixtures  []fixture
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		for _, f := range doc.Fixtures {
			id := doc.Component + ": " + f.Name
			if unsupported[id] != "" {
				used[id] = true
				left++
				continue
			}
			if diff := compareFixture(base, components[doc.Component], f); diff != "" {
				t.Errorf("%s\n%s", id, diff)
				continue
			}
			passed++
		}
	}
	for id := range unsupported {
		if !used[id] {
			t.Errorf("unsupported fixture %q is no more", id)
		}
	}
	t.Logf("govuk-frontend fixtures: %d the same, %d left out by name", passed, left)
}

func compareFixture(base *template.Template, c component, f fixture) string {
	options, err := json.Marshal(fit(f.Options, c.kind))
	if err != nil {
		return err.Error()
	}
	got, err := c.render(base, options)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff(normal(f.HTML), normal(got))
}

// fit turns JSON numbers and booleans into texts where our struct has a text, and drops the holes in lists, which the
// macros skip.
func fit(v any, want reflect.Type) any {
	for want != nil && want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = fit(value, memberType(want, key))
		}
	case []any:
		var elem reflect.Type
		if want != nil && want.Kind() == reflect.Slice {
			elem = want.Elem()
		}
		v = slices.DeleteFunc(v, func(one any) bool { return one == nil || one == false || one == "" })
		for i := range v {
			v[i] = fit(v[i], elem)
		}
		return v
	case float64, bool:
		if want == reflect.TypeFor[DatePart]() {
			return map[string]any{"omit": v == false}
		}
		if want != nil && want.Kind() == reflect.String {
			return fmt.Sprint(v)
		}
	}
	return v
}

func memberType(t reflect.Type, key string) reflect.Type {
	switch {
	case t == nil:
		return nil
	case t.Kind() == reflect.Map:
		return t.Elem()
	case t.Kind() == reflect.Struct:
		if f, ok := t.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, key) }); ok {
			return f.Type
		}
	}
	return nil
}

// normal writes HTML with one element or text a line, attributes and classes sorted, white space collapsed.
func normal(source string) string {
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, n := range nodes {
		write(&b, n, 0)
	}
	return b.String()
}

func write(b *strings.Builder, n *html.Node, depth int) {
	indent := strings.Repeat("  ", depth)
	switch n.Type {
	case html.TextNode:
		if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
			b.WriteString(indent + text + "\n")
		}
	case html.ElementNode:
		attributes := make([]string, 0, len(n.Attr))
		for _, a := range n.Attr {
			if a.Key == "class" {
				classes := strings.Fields(a.Val)
				slices.Sort(classes)
				a.Val = strings.Join(classes, " ")
			}
			attributes = append(attributes, fmt.Sprintf("%s=%q", a.Key, a.Val))
		}
		slices.Sort(attributes)
		b.WriteString(indent + n.Data + " " + strings.Join(attributes, " ") + "\n")
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			write(b, c, depth+1)
		}
	}
}
