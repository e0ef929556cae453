package papers

import (
	"strings"

	"github.com/google/uuid"

	"tamga/internal/rus"
)

// line is any text of one line, with single spaces.
func line(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if len([]rune(s)) > 300 {
		return "", &rus.FormatError{Key: "idp.text_long", Args: []any{300}}
	}
	return s, nil
}

// twins are the Cyrillic letters that people type for the Latin ones of a category.
var twins = strings.NewReplacer("А", "A", "В", "B", "С", "C", "Е", "E", "М", "M", "Т", "T", "О", "O", ",", " ", ";", " ")

// categories returns the categories of a driving licence as "A B C1 BE".
func categories(s string) (string, error) {
	list := strings.Fields(twins.Replace(strings.ToUpper(s)))
	for _, c := range list {
		if !known[c] {
			return "", &rus.FormatError{Key: "idp_papers.categories_wrong", Args: []any{c}}
		}
	}
	return strings.Join(list, " "), nil
}

// known are the categories of the law on road safety (N 196-FZ, article 25).
var known = map[string]bool{"A": true, "A1": true, "B": true, "B1": true, "C": true, "C1": true, "D": true, "D1": true, "BE": true,
	"CE": true, "C1E": true, "DE": true, "D1E": true, "M": true, "TM": true, "TB": true}

func guid(s string) (string, error) {
	id, err := uuid.Parse(strings.TrimSpace(s))
	if err != nil {
		return "", &rus.FormatError{Key: "idp_papers.fias_wrong"}
	}
	return id.String(), nil
}
