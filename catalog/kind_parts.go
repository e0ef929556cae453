package catalog

import (
	"slices"
	"strings"

	"tamga/frontend"
	"tamga/internal/register"
	"tamga/internal/rus"
)

// A compound question asks several things as one: a person's name, an address, a child. Its parts are questions themselves, each
// with its own type, input, rules and message; the answer is a map by the ids of the parts, and conditions read
// applicant.last_name. Inputs are named <question>-<part>.

// part is one of the things that a compound question asks. Its label is the text catalog_fields.part_<id>.
type part struct {
	id       string
	typ      string
	optional bool
	unless   string // not asked when this box is ticked
	prefill  string // where it comes from when the question is about the reader
	past     bool
	max      int
}

var nameParts = []part{
	{id: "last_name", typ: "name", prefill: "last_name"},
	{id: "first_name", typ: "name", prefill: "first_name"},
	{id: "middle_name", typ: "name", prefill: "middle_name", unless: "no_middle_name"},
	{id: "no_middle_name", typ: "flag"},
}

var bornPart = part{id: "birth_date", typ: "date", prefill: "birth_date", past: true}

var snilsPart = part{id: "snils", typ: "snils", prefill: "snils"}

// compounds are the parts of each compound type, in the order of the page.
var compounds = map[string][]part{
	"names": nameParts,
	"passport": {
		{id: "series", typ: "passport_series", prefill: "passport_series"},
		{id: "number", typ: "passport_number", prefill: "passport_number"},
		{id: "issued_on", typ: "date", prefill: "passport_issued_on", past: true},
		{id: "issued_by", typ: "text", prefill: "passport_issued_by"},
		{id: "code", typ: "division_code", prefill: "passport_code"},
	},
	"bank_account": {
		{id: "bik", typ: "bik", prefill: "bank_bik"},
		{id: "account", typ: "account", prefill: "bank_account"},
		{id: "bank", typ: "text", optional: true, max: 160, prefill: "bank_name"},
	},
	"address": {
		{id: "locality", typ: "text"},
		{id: "street", typ: "text", optional: true},
		{id: "house", typ: "text", max: 40},
		{id: "flat", typ: "text", optional: true, max: 40},
		{id: "index", typ: "postal_index", optional: true},
		{id: "district", typ: "whole"},
		{id: "text", typ: "whole", prefill: "address"},
	},
	"child":  append(slices.Clone(nameParts), bornPart, snilsPart, part{id: "certificate", typ: "birth_certificate"}),
	"spouse": append(slices.Clone(nameParts), bornPart, snilsPart),
	"organisation": {
		{id: "inn", typ: "inn", prefill: "org_inn"},
		{id: "ogrn", typ: "ogrn_any", prefill: "org_ogrn"},
		{id: "kpp", typ: "kpp", optional: true, prefill: "org_kpp"},
		{id: "name", typ: "text", prefill: "org_name"},
	},
}

// hinted are the parts with an example, catalog_fields.hint_<id>.
var hinted = []string{"last_name", "snils", "certificate", "series", "number", "code", "bik", "account", "bank", "locality", "street", "house", "inn", "ogrn"}

// compose gives a compound question its parts, but for those that the definition leaves out.
func (q *Question) compose() {
	for _, p := range compounds[q.Type] {
		if slices.Contains(q.Without, p.id) {
			continue
		}
		sub := Question{ID: p.id, Type: p.typ, Optional: p.optional, Past: p.past, Max: p.max, labelKey: "catalog_fields.part_" + p.id,
			unless: p.unless}
		if slices.Contains(hinted, p.id) {
			sub.hintKey = "catalog_fields.hint_" + p.id
		}
		if q.Prefill != "" {
			sub.Prefill = p.prefill
			if q.Prefill == "org_address" && p.prefill == "address" {
				sub.Prefill = q.Prefill
			}
		}
		if p.typ == "account" {
			sub.Bank = "bik"
		}
		kind := kinds[p.typ]
		sub.kind = &kind
		q.parts = append(q.parts, sub)
	}
}

// compound tells whether a question has parts.
func (q *Question) compound() bool { return len(q.parts) > 0 }

// label is what a question is called in the reader's language.
func (q *Question) label(tr Tr) string {
	if q.labelKey != "" {
		return tr.T(q.labelKey)
	}
	return q.Label.In(tr.Lang)
}

// called is the label as an argument of a problem: it becomes a text in the reader's language.
func (q *Question) called() any {
	if q.labelKey != "" {
		return textKey(q.labelKey)
	}
	return q.Label
}

// textKey is a locale key among the arguments of a text.
type textKey string

func partName(name string, p *Question) string { return name + "-" + p.ID }

// readParts reads all parts, so that a page tells all that is wrong at once. A question that may be left out may be left out
// whole, not in part.
func readParts(r *reading, q *Question, name string) (any, *Problem) {
	if q.Optional && !r.touched(q, name) {
		return nil, nil
	}
	outer, wrong := r.now, len(r.problems)
	defer func() { r.now = outer }()
	r.now = Answers{}
	for i := range q.parts {
		p := q.parts[i]
		if p.unless != "" && r.typed(name+"-"+p.unless) == "yes" {
			continue
		}
		r.one(&p, partName(name, &p))
	}
	for i := wrong; i < len(r.problems); i++ {
		r.problems[i].within = q
	}
	if len(r.now) == 0 {
		return nil, nil
	}
	return map[string]any(r.now), nil
}

// touched tells whether anything was typed into a compound question.
func (r *reading) touched(q *Question, name string) bool {
	for i := range q.parts {
		at := partName(name, &q.parts[i])
		for _, input := range []string{at, at + "-day", at + "-month", at + "-year"} {
			if r.typed(input) != "" {
				return true
			}
		}
	}
	return false
}

func drawParts(d *drawing, q *Question, name string) Field {
	group := &Group{Name: name, Legend: d.label(q), Small: d.several, Hint: d.hint(q).Text, Message: d.whole(name)}
	inner := *d
	inner.inside = true
	for i := range q.parts {
		p := &q.parts[i]
		if p.kind.draw != nil {
			field := p.kind.draw(&inner, p, partName(name, p))
			helpTyping(&field, p.ID, name)
			group.Fields = append(group.Fields, field)
		}
	}
	return Field{Group: group}
}

// helpTyping adds what a part's input can offer while somebody types (frontend/assets/field.js).
func helpTyping(f *Field, part, question string) {
	in := f.Input
	if in == nil {
		return
	}
	switch part {
	case "locality":
		in.Attributes = frontend.Attributes{"data-known": "/suggest/locality"}
	case "street":
		in.Attributes = frontend.Attributes{"data-known": "/suggest/street", "data-known-in": question + "-locality"}
	case "bik":
		in.Attributes = frontend.Attributes{"data-known": "/suggest/bank", "data-known-into": question + "-bank"}
	case "house", "flat":
		in.Classes = "govuk-input--width-5"
	}
}

// cleanParts returns the stored parts in the types that they have. An answer of another shape is none.
func cleanParts(q *Question, raw any) (map[string]any, bool) {
	stored, _ := raw.(map[string]any)
	if text, ok := raw.(string); ok && q.Type == "address" { // as it was kept before it had parts
		stored = map[string]any{"text": text}
	}
	values := map[string]any{}
	for i := range q.parts {
		if value, ok := clean(&q.parts[i], stored[q.parts[i].ID]); ok {
			values[q.parts[i].ID] = value
		}
	}
	return values, len(values) > 0
}

// zeroParts is what conditions see of a compound question before it is answered.
func zeroParts(q *Question) map[string]any {
	zeros := map[string]any{}
	for i := range q.parts {
		zeros[q.parts[i].ID] = zeroOf(&q.parts[i])
	}
	return zeros
}

func envParts(q *Question, value any) any {
	env := zeroParts(q)
	values, _ := value.(map[string]any)
	for i := range q.parts {
		p := &q.parts[i]
		if v, has := values[p.ID]; has {
			env[p.ID] = envValue(p, v)
		}
	}
	return env
}

// recallParts fills the inputs of a compound question.
func (d *drawing) recallParts(q *Question, name string, value any, fresh bool) {
	stored, _ := value.(map[string]any)
	for i := range q.parts {
		p := q.parts[i]
		id := p.ID
		if p.Type == "whole" { // no part of the page
			if id == "text" {
				d.recallLine(&p, name, stored, fresh)
			}
			continue
		}
		p.ID = name + "-" + id
		d.recallOne(&p, "", map[string]any{p.ID: stored[id]}, fresh)
	}
}

// recallLine fills the line that stands for all parts of an address, unless it is made of them. What is known of the reader is
// taken apart where the register is sure of it.
func (d *drawing) recallLine(p *Question, name string, stored map[string]any, fresh bool) {
	line, _ := stored[p.ID].(string)
	if len(stored) == 0 && fresh && p.Prefill != "" {
		line = d.env.Prefill[p.Prefill]
		if a, ok := register.ParseAddress(line); ok {
			for part, value := range map[string]string{"locality": a.Locality, "street": a.Street, "house": a.House, "flat": a.Flat, "index": a.Index} {
				d.values.Set(name+"-"+part, value)
			}
			return
		}
	}
	if len(stored) <= 1 && line != "" {
		d.values.Set(name, line)
	}
}

// showParts writes a compound answer in lines: "СНИЛС: 112-233-445 95". A name is one line without its parts' labels.
func (s *Service) showParts(q *Question, value any, tr Tr) string {
	values, _ := value.(map[string]any)
	if text, _ := values["text"].(string); text != "" && q.Type == "address" {
		return text
	}
	var lines []string
	if full := fullName(values); full != "" {
		lines = append(lines, full)
	}
	for i := range q.parts {
		p := &q.parts[i]
		if _, has := values[p.ID]; !has || slices.ContainsFunc(nameParts, func(n part) bool { return n.id == p.ID }) {
			continue
		}
		lines = append(lines, p.label(tr)+": "+s.show(p, values[p.ID], tr))
	}
	return strings.Join(lines, "\n")
}

func fullName(values map[string]any) string {
	last, _ := values["last_name"].(string)
	first, _ := values["first_name"].(string)
	middle, _ := values["middle_name"].(string)
	return rus.FullName(last, first, middle)
}
