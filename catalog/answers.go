package catalog

import (
	"fmt"
	"time"

	"tamga/internal/i18n"
)

// Answers are JSON values by the id of the question: a string, or []string for checkboxes, or []map[string]any by the id of a
// repeated step, or map[string]any for a question of several parts. Dates are "2006-01-02", amounts of money "1234.50", slots RFC 3339, a given consent "yes".
type Answers map[string]any

// Set is all answers of an application.
type Set struct {
	Shared  Answers            `json:"shared"`
	Parties map[string]Answers `json:"parties"`

	// Today is the day that conditions take for today: the day the application was begun, so that a form does not change
	// between filling and signing. The current day when zero.
	Today time.Time `json:"-"`

	// Acting is in what capacity the application was begun: Citizen, also when "", Entrepreneur or Organisation. Conditions see
	// it as acting.
	Acting string `json:"-"`
}

// Of returns the answers of an owner: "" for the shared ones, else a party.
func (a Set) Of(owner string) Answers {
	if owner == "" {
		return a.Shared
	}
	return a.Parties[owner]
}

// Problems are all that is wrong with a typed step, in the order of the page.
type Problems []Problem

// Problem is one thing wrong with one field.
type Problem struct {
	Field   string    // id of the input: "last_name", "birth_date-month", "children.0.snils"
	Key     string    // of a text
	Args    []any     // an i18n.Text among them is put into the reader's language
	Parts   []string  // date: which parts are wrong ("day", "month", "year")
	Message i18n.Text // instead of Key, when the definition brings its own words

	question string    // input name without the part of a date
	within   *Question // the compound question whose part is wrong
	item     i18n.Text // of several groups, what each is called: "Ребёнок %d"
	nth      int       // which of them, from 1
}

// Text returns what to tell the reader.
func (p Problem) Text(tr Tr) string {
	if p.Message.RU != "" {
		return p.Message.In(tr.Lang)
	}
	args := make([]any, len(p.Args))
	for i, arg := range p.Args {
		switch a := arg.(type) {
		case i18n.Text:
			arg = a.In(tr.Lang)
		case textKey:
			arg = tr.T(string(a))
		}
		args[i] = arg
	}
	return tr.T(p.Key, args...)
}

// Summary is Text for the list above a page: there it must say of whom it speaks.
func (p Problem) Summary(tr Tr) string {
	text := p.Text(tr)
	if p.within != nil {
		text = tr.T("catalog_fields.whose", p.within.label(tr), text)
	}
	if p.nth > 0 {
		text = tr.T("catalog_fields.whose", fmt.Sprintf(p.item.In(tr.Lang), p.nth), text)
	}
	return text
}

// Error lets a problem be printed in a test.
func (p Problem) Error() string { return fmt.Sprint(p.Field, ": ", p.Key, p.Message.RU, p.Args) }

// Tr is a reader's language with the texts of the pages.
type Tr struct {
	Lang  i18n.Lang
	Texts *i18n.Bundle
}

// T returns the text of a locale key.
func (t Tr) T(key string, args ...any) string { return t.Texts.T(t.Lang, key, args...) }
