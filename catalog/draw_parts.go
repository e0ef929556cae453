package catalog

import (
	"strings"

	"tamga/frontend"
)

// drawAddress asks for the parts, and keeps a line for those whose address has other ones.
func drawAddress(d *drawing, q *Question, name string) Field {
	field := drawParts(d, q, name)
	field.Group.Name, field.Group.Message = name+"-parts", frontend.ErrorMessage{}
	line := &frontend.Textarea{Name: name, Value: d.values.Get(name), Rows: "2", ErrorMessage: d.whole(name),
		Label: frontend.Label{Text: d.tr.T("catalog_fields.address_line")}, Hint: frontend.Hint{Text: d.tr.T("catalog_fields.address_line_hint")}}
	if q.Prefill != "" {
		line.Autocomplete = "street-address"
	}
	field.Group.More = &More{Title: d.tr.T("catalog_fields.address_other"), Open: line.Value != "" || !line.ErrorMessage.Empty(),
		Field: Field{Field: frontend.Field{Textarea: line}}}
	return field
}

// sentences joins what was written apart, with a full stop where the first has none.
func sentences(first, second string) string {
	switch first = strings.TrimSpace(first); {
	case first == "":
		return second
	case strings.HasSuffix(first, ".") || strings.HasSuffix(first, "?") || strings.HasSuffix(first, "!"):
		return first + " " + second
	}
	return first + ". " + second
}
