package frontend

import (
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Attributes are further HTML attributes of a component.
type Attributes map[string]string

var attributeName = regexp.MustCompile(`^[A-Za-z_:][A-Za-z0-9_.:-]*$`)

// HTML returns the attributes as they stand in a tag, each with a space before it. A name that is none is left out.
func (a Attributes) HTML() template.HTMLAttr {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if attributeName.MatchString(name) && !strings.HasPrefix(strings.ToLower(name), "on") {
			b.WriteString(" " + name + `="` + template.HTMLEscapeString(a[name]) + `"`)
		}
	}
	return template.HTMLAttr(b.String())
}

// Content is a text, or trusted HTML that takes its place.
type Content struct {
	Text    string
	HTML    template.HTML
	Classes string
}

// Empty tells whether there is nothing to show.
func (c Content) Empty() bool { return c.Text == "" && c.HTML == "" }

// FormGroup is the box around a form control.
type FormGroup struct {
	Classes    string
	Attributes Attributes
}

// Label names a form control.
type Label struct {
	Text          string
	HTML          template.HTML
	Classes       string
	IsPageHeading bool
	For           string
	Attributes    Attributes
}

// HeadingLabel is a label that is the heading of a page with one question.
func HeadingLabel(text string) Label {
	return Label{Text: text, Classes: "govuk-label--l", IsPageHeading: true}
}

// Legend names a group of form controls.
type Legend struct {
	Text          string
	HTML          template.HTML
	Classes       string
	IsPageHeading bool
}

// Fieldset groups form controls. Partials "fieldset" and "fieldset-end" stand around the controls.
type Fieldset struct {
	Legend      Legend
	Classes     string
	Role        string
	DescribedBy string
	Attributes  Attributes
}

// Question is a fieldset whose legend is asked in bold.
func Question(text string) *Fieldset {
	return &Fieldset{Legend: Legend{Text: text, Classes: "govuk-fieldset__legend--m"}}
}

// HeadingQuestion is a fieldset whose legend is the heading of a page with one question.
func HeadingQuestion(text string) *Fieldset {
	return &Fieldset{Legend: Legend{Text: text, Classes: "govuk-fieldset__legend--l", IsPageHeading: true}}
}

// Hint helps to answer.
type Hint struct {
	ID         string
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// Empty tells whether there is nothing to show.
func (h Hint) Empty() bool { return h.Text == "" && h.HTML == "" }

// ErrorMessage says beside a control what to correct.
type ErrorMessage struct {
	ID                 string
	Text               string
	HTML               template.HTML
	Classes            string
	Attributes         Attributes
	VisuallyHiddenText string // "Ошибка" when ""
}

// Empty tells whether there is nothing to show.
func (e ErrorMessage) Empty() bool { return e.Text == "" && e.HTML == "" }

// head is what stands above a form control.
type head struct {
	ID          string
	Label       Label
	Hint        Hint
	Error       ErrorMessage
	DescribedBy string
	Classes     string // of the group
	Attributes  template.HTMLAttr
}

func newHead(id string, l Label, h Hint, e ErrorMessage, describedBy string, g FormGroup) head {
	l.For = id
	v := head{ID: id, Label: l, Hint: h, Error: e, Attributes: g.Attributes.HTML()}
	by := []string{}
	if describedBy != "" {
		by = append(by, describedBy)
	}
	if !h.Empty() {
		v.Hint.ID = id + "-hint"
		by = append(by, v.Hint.ID)
	}
	v.Classes = "govuk-form-group"
	if !e.Empty() {
		v.Error.ID = id + "-error"
		by = append(by, v.Error.ID)
		v.Classes += " govuk-form-group--error"
	}
	if g.Classes != "" {
		v.Classes += " " + g.Classes
	}
	v.DescribedBy = strings.Join(by, " ")
	return v
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
