package rus

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tidy composes letters (й typed as и and a breve is one letter), makes all dashes hyphens and all spaces one plain space,
// and drops invisible marks and spaces at the ends.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case isDash(r):
			return '-'
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// trimMarks removes the words and signs that people copy from a document together with its number.
func trimMarks(s string) string {
	s = strings.NewReplacer("№", " ", "#", " ").Replace(s)
	for _, word := range []string{"серия", "Серия", "номер", "Номер"} {
		s = strings.ReplaceAll(s, word, " ")
	}
	return s
}
