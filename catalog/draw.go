package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"

	"tamga/frontend"
)

// label is the text of a question; those that may be left out say so.
func (d *drawing) label(q *Question) string {
	text := q.label(d.tr)
	if q.Optional && q.Type != "consent" && q.Type != "flag" {
		return d.tr.T("catalog.optional", text)
	}
	return text
}

// legend is as large as a label where a page asks several things: no question is more than the next.
func (d *drawing) legend(q *Question) *frontend.Fieldset {
	fieldset := frontend.Question(d.label(q))
	switch {
	case d.inside:
		fieldset.Legend.Classes = ""
	case d.several:
		fieldset.Legend.Classes = "govuk-fieldset__legend--s"
	}
	return fieldset
}

func (d *drawing) hint(q *Question) frontend.Hint {
	if q.hintKey != "" {
		return frontend.Hint{Text: d.tr.T(q.hintKey)}
	}
	return frontend.Hint{Text: q.Hint.In(d.tr.Lang)}
}

func (d *drawing) problem(name string) *Problem {
	i := slices.IndexFunc(d.problems, func(p Problem) bool { return p.question == name || p.Field == name })
	if i < 0 {
		return nil
	}
	return &d.problems[i]
}

func (d *drawing) message(name string) frontend.ErrorMessage {
	if p := d.problem(name); p != nil {
		return frontend.ErrorMessage{Text: p.Text(d.tr)}
	}
	return frontend.ErrorMessage{}
}

// whole is what is wrong with a question of several inputs where no single one of them says it.
func (d *drawing) whole(name string) frontend.ErrorMessage {
	if p := d.problem(name); p != nil && p.Field != name {
		return frontend.ErrorMessage{}
	}
	return d.message(name)
}

// autocompletes tell browsers which of the reader's own data a question wants.
var autocompletes = map[string]string{
	"last_name": "family-name", "first_name": "given-name", "middle_name": "additional-name", "phone": "tel", "email": "email",
}

func drawInput(d *drawing, q *Question, name string) Field {
	kind := q.kind
	in := &frontend.Input{Name: name, Value: d.values.Get(name), Label: frontend.Label{Text: d.label(q)}, Hint: d.hint(q),
		ErrorMessage: d.message(name), Inputmode: kind.inputmode, Spellcheck: "false"}
	if q.Prefill != "" { // only the reader's own data: a child's name must not be filled with the parent's
		in.Autocomplete = firstNonEmpty(autocompletes[q.Prefill], kind.complete)
	}
	if kind.width != "" {
		in.Classes = "govuk-input--width-" + kind.width
	}
	if q.Type == "money" {
		in.Suffix = frontend.Affix{Text: "₽"}
	} else if unit := q.Suffix.In(d.tr.Lang); unit != "" {
		in.Suffix = frontend.Affix{Text: unit}
	}
	return Field{Field: frontend.Field{Input: in}}
}

func drawTextarea(d *drawing, q *Question, name string) Field {
	area := &frontend.Textarea{Name: name, Value: d.values.Get(name), Label: frontend.Label{Text: d.label(q)}, Hint: d.hint(q),
		ErrorMessage: d.message(name), Rows: "3"}
	if q.Type == "textarea" {
		area.Rows = "5"
	}
	if q.Prefill != "" {
		area.Autocomplete = q.kind.complete
	}
	return Field{Field: frontend.Field{Textarea: area}}
}

func drawDate(d *drawing, q *Question, name string) Field {
	date := &frontend.DateInput{NamePrefix: name, ID: name, Fieldset: d.legend(q), Hint: d.hint(q), ErrorMessage: d.message(name),
		Birthday: q.Prefill == "birth_date"}
	if date.Hint.Empty() {
		date.Hint.Text = d.tr.T("catalog.date_hint")
		if !q.Past && !d.env.Now.IsZero() { // a day to come
			date.Hint.Text = d.tr.T("catalog_fields.date_hint_ahead", strconv.Itoa(d.env.Now.Year()+1))
		}
	}
	date.Month.Classes = "tm-month" // for a name of a month
	parts := map[string]*frontend.DatePart{"day": &date.Day, "month": &date.Month, "year": &date.Year}
	for part, field := range parts {
		field.Value = d.values.Get(name + "-" + part)
		if p := d.problem(name); p != nil {
			field.Error = slices.Contains(p.Parts, part)
		}
	}
	return Field{Field: frontend.Field{DateInput: date}}
}

func drawRadios(d *drawing, q *Question, name string) Field {
	radios := &frontend.Radios{Name: name, Value: d.values.Get(name), Fieldset: d.legend(q), Hint: d.hint(q), ErrorMessage: d.message(name),
		Items: d.choices(q)}
	return Field{Field: frontend.Field{Radios: radios}}
}

func drawCheckboxes(d *drawing, q *Question, name string) Field {
	boxes := &frontend.Checkboxes{Name: name, Values: d.values[name], Fieldset: d.legend(q), Hint: d.hint(q), ErrorMessage: d.message(name),
		Items: d.choices(q)}
	return Field{Field: frontend.Field{Checkboxes: boxes}}
}

func (d *drawing) choices(q *Question) []frontend.Choice {
	choices := make([]frontend.Choice, len(q.Options))
	for i, o := range q.Options {
		choices[i] = frontend.Choice{Value: o.Value, Text: o.Label.In(d.tr.Lang), Hint: frontend.Hint{Text: o.Hint.In(d.tr.Lang)}}
	}
	return choices
}

func drawSelect(d *drawing, q *Question, name string) Field {
	list := &frontend.Select{Name: name, Value: d.values.Get(name), Label: frontend.Label{Text: d.label(q)}, Hint: d.hint(q),
		ErrorMessage: d.message(name), Items: []frontend.Option{{Text: d.tr.T("catalog.choose")}}}
	for _, o := range q.Options {
		list.Items = append(list.Items, frontend.Option{Value: o.Value, Text: o.Label.In(d.tr.Lang)})
	}
	return Field{Field: frontend.Field{Select: list}}
}

// drawConsent is one box. Its label is what is agreed to, so it has no legend.
func drawConsent(d *drawing, q *Question, name string) Field {
	boxes := &frontend.Checkboxes{Name: name, Values: d.values[name], ErrorMessage: d.message(name),
		Items: []frontend.Choice{{Value: "yes", Text: d.label(q), Hint: d.hint(q)}}}
	return Field{Field: frontend.Field{Checkboxes: boxes}}
}

// drawCalculation shows what an expression comes to. It is nothing to fill in.
func drawCalculation(d *drawing, q *Question, _ string) Field {
	text := d.service.calculate(q, d.vars, d.tr)
	if text == "" {
		return Field{}
	}
	inset := &frontend.InsetText{Text: strings.TrimSpace(q.Label.In(d.tr.Lang)) + ": " + text + ". " + q.Hint.In(d.tr.Lang)}
	return Field{Field: frontend.Field{InsetText: inset}}
}

// calculate returns the result of a calculation in the reader's words, or "" when it cannot be had.
func (s *Service) calculate(q *Question, env map[string]any, tr Tr) string {
	if q.value.Program == nil {
		return ""
	}
	out, err := expr.Run(q.value.Program, env)
	if err != nil {
		return ""
	}
	switch n := out.(type) {
	case int:
		return showUnit(float64(n), q.Unit, tr.Lang)
	case float64:
		return showUnit(n, q.Unit, tr.Lang)
	case string:
		if o := q.option(n); o != nil {
			return o.Label.In(tr.Lang)
		}
	}
	return ""
}
