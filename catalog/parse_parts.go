package catalog

import (
	"strings"

	"tamga/internal/i18n"
)

// readFlag reads a box that may stay empty.
func readFlag(r *reading, _ *Question, name string) (any, *Problem) {
	if r.typed(name) != "yes" {
		return nil, nil
	}
	return "yes", nil
}

// readAddress takes an address in parts, or as it is written on an envelope: that is always accepted.
func readAddress(r *reading, q *Question, name string) (any, *Problem) {
	if free := strings.Join(strings.Fields(r.typed(name)), " "); free != "" {
		if len([]rune(free)) > maxText {
			p := q.problem(name, "catalog.too_long", i18n.Text{}, maxText)
			return nil, &p
		}
		return map[string]any{"text": free}, nil
	}
	if !r.touched(q, name) {
		return q.missing(q.firstInput(name), "catalog.missing")
	}
	value, problem := readParts(r, q, name)
	if values, ok := value.(map[string]any); ok {
		values["text"] = addressLine(values)
	}
	return value, problem
}

// addressLine writes an address as on an envelope.
func addressLine(values map[string]any) string {
	var parts []string
	for _, p := range []struct{ id, prefix string }{{"index", ""}, {"locality", ""}, {"street", ""}, {"house", "д. "}, {"flat", "кв. "}} {
		if text, _ := values[p.id].(string); text != "" {
			parts = append(parts, p.prefix+text)
		}
	}
	return strings.Join(parts, ", ")
}

// readBankAccount checks the key of the account with the bank's code.
func readBankAccount(r *reading, q *Question, name string) (any, *Problem) {
	return readParts(r, q, name)
}

// firstInput is the id of the input that a message about the whole question leads to: the box around several cannot have focus.
func (q *Question) firstInput(name string) string {
	switch {
	case q.Type == "date":
		return name + "-day"
	case q.compound():
		first := &q.parts[0]
		return first.firstInput(partName(name, first))
	}
	return name
}
