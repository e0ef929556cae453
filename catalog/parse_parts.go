package catalog

import (
	"strings"

	"tamga/internal/i18n"
	"tamga/internal/register"
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
	free := strings.Join(strings.Fields(r.typed(name)), " ")
	was, _ := r.stored[q.ID].(map[string]any)
	if free != "" && (free == was["text"] || free == q.offeredLine(r.env)) && r.touched(q, name) { // left standing while the parts are filled in
		free = ""
	}
	if free != "" {
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
		settle(values)
		values["text"] = addressLine(values)
	}
	return value, problem
}

// offeredLine is the address that the page has filled in from what is known of the reader.
func (q *Question) offeredLine(env Env) string {
	for i := range q.parts {
		if p := &q.parts[i]; p.ID == "text" && p.Prefill != "" {
			return strings.Join(strings.Fields(env.Prefill[p.Prefill]), " ")
		}
	}
	return ""
}

// settle writes the parts of an address as the register does, where it knows them, and adds the district.
func settle(values map[string]any) {
	typed, _ := values["locality"].(string)
	place, ok := register.FindLocality(typed)
	if !ok {
		return
	}
	values["locality"], values["district"] = place.Name, place.District
	typed, _ = values["street"].(string)
	if street, ok := place.Street(typed); ok {
		values["street"] = street
	}
}

// addressLine writes an address as on an envelope.
func addressLine(values map[string]any) string {
	var parts []string
	for _, p := range []struct{ id, prefix string }{{"index", ""}, {"locality", ""}, {"street", ""}, {"house", "д. "}, {"flat", "кв. "}} {
		text, _ := values[p.id].(string)
		if text == "" {
			continue
		}
		if p.prefix != "" && (text[0] < '0' || text[0] > '9') { // "корпус 3", "участок 12" say themselves what they are
			p.prefix = ""
		}
		if place, ok := register.FindLocality(text); ok && p.id == "locality" {
			p.prefix = place.Kind + " "
			if !strings.HasPrefix(place.District, "городской") && place.Kind != "г." {
				p.prefix = place.District + ", " + p.prefix
			}
		}
		parts = append(parts, p.prefix+text)
	}
	return strings.Join(parts, ", ")
}

// readBankAccount reads an account, whose key is checked with the bank's code, and fills in the name of the bank.
func readBankAccount(r *reading, q *Question, name string) (any, *Problem) {
	before := len(r.problems)
	value, problem := readParts(r, q, name)
	values, ok := value.(map[string]any)
	if !ok {
		return value, problem
	}
	bik, _ := values["bik"].(string)
	if bank, known := register.BankOf(bik); known {
		values["bank"] = bank.Name
	} else if values["bank"] == nil && bik != "" && len(r.problems) == before {
		return nil, &Problem{Field: name + "-bank", Key: "catalog_fields.bank_unknown"}
	}
	return values, problem
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
