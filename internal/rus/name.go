package rus

import (
	"strings"
	"unicode/utf8"
)

// MaxName is the longest name that federal systems take, in characters.
const MaxName = 100

// nameMarks are the signs that federal forms allow in a name besides letters. I and V number people: "Иванов IV".
const nameMarks = "IV .,'()-"

// Name returns a name as it is stored: trimmed, in composed letters, with single spaces and plain hyphens. It allows the letters
// of Russian and Tatar and the signs of the federal forms. The spelling is never changed: only FoldName does that.
func Name(s string) (string, error) {
	name := tidy(strings.NewReplacer("’", "'", "ʼ", "'", "`", "'", "‘", "'").Replace(s))
	name = strings.NewReplacer(" - ", "-", "- ", "-", " -", "-").Replace(name)
	if utf8.RuneCountInString(name) > MaxName {
		return "", fail("rus.name.long", MaxName)
	}
	letters := false
	for _, r := range name {
		switch {
		case isRussianLetter(r) || isTatarLetter(r):
			letters = true
		case !strings.ContainsRune(nameMarks, r):
			return "", fail("rus.name.char", string(r))
		}
	}
	if !letters {
		return "", fail("rus.name.empty")
	}
	return name, nil
}

func isRussianLetter(r rune) bool {
	return r >= 'А' && r <= 'я' || r == 'ё' || r == 'Ё'
}

func isTatarLetter(r rune) bool {
	return strings.ContainsRune("әөүҗңһӘӨҮҖҢҺ", r)
}

// FullName joins the parts of a name in the Russian order. A missing part, most often the patronymic, leaves no gap.
func FullName(last, first, middle string) string {
	return strings.Join(strings.Fields(last+" "+first+" "+middle), " ")
}
