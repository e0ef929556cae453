package frontend

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one mistake in a form.
type Problem struct {
	Field  string
	Anchor string // id of the element to correct
	Text   string
}

// Errors collects the mistakes of a form in the order of its fields. Embed it in a page's data: the page then begins with a
// summary that links to the fields, and its title begins with "Ошибка:".
//
//	page.Errors.Add("phone", t("account.phone_wrong"))
//	page.Phone.ErrorMessage = page.Errors.Message("phone")
//	if page.Errors.Any() { c.Status(422) }
type Errors struct {
	list []Problem
}

// Add notes a mistake in the field, whose element has the id of the same name.
func (e *Errors) Add(field, text string) { e.AddAt(field, field, text) }

// AddAt notes a mistake in the field; the summary links to the element with the id anchor (a date's "birth-day").
func (e *Errors) AddAt(field, anchor, text string) {
	e.list = append(e.list, Problem{field, anchor, text})
}

// Name puts the field's name before its mistakes: two dates of a form say the same of themselves.
func (e *Errors) Name(field, name string) {
	for i, p := range e.list {
		if first, size := utf8.DecodeRuneInString(p.Text); p.Field == field && !strings.HasPrefix(p.Text, name+": ") {
			e.list[i].Text = name + ": " + string(unicode.ToLower(first)) + p.Text[size:]
		}
	}
}

// Any tells whether there is a mistake.
func (e Errors) Any() bool { return len(e.list) > 0 }

// Problems returns the mistakes in order.
func (e Errors) Problems() []Problem { return e.list }

// Text returns the first mistake of the field, or "".
func (e Errors) Text(field string) string {
	for _, p := range e.list {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// Message returns what stands beside the field: the zero value, which shows nothing, when there is no mistake.
func (e Errors) Message(field string) ErrorMessage {
	return ErrorMessage{Text: e.Text(field)}
}

// Summary returns the box above the page.
func (e Errors) Summary() ErrorSummary {
	var s ErrorSummary
	for _, p := range e.list {
		s.ErrorList = append(s.ErrorList, ErrorLink{Text: p.Text, Href: "#" + p.Anchor})
	}
	return s
}
