package rus

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldTable maps a lower-case letter to its neighbour in the search key: ё to е, Tatar letters to the Russian ones that clerks
// write instead of them, and Latin letters to Cyrillic ones of the same shape. Capital B, H, K, M and T are the twins of В, Н,
// К, М and Т, so the small letters follow. The Latin schwa is what some keyboards give for the Tatar ә.
var foldTable = map[rune]rune{
	'ё': 'е',
	'ә': 'а', 'ө': 'о', 'ү': 'у', 'җ': 'ж', 'ң': 'н', 'һ': 'х',
	'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у',
	'ə': 'а', 'ë': 'е',
}

// FoldName returns the key by which a name is searched for, and under which it is indexed. Two spellings of a name that people
// take for the same have the same key: "Мөхәммәт", "МОХАММАТ" and "Мохаммат". It keeps ъ and ь, drops apostrophes, takes
// dots, commas and brackets for spaces, and is never shown. Folding a key again changes nothing.
//
// Latin letters are folded in every word, foreign names too: a key is compared only with other keys, and a rule that looked at
// the whole word would give the beginning of a word another key than the word.
func FoldName(s string) string {
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := rune(0) // a space or hyphen that is written only if a letter follows
	for _, r := range s {
		r = foldRune(r)
		switch r {
		case -1:
			continue
		case ' ', '-':
			// A hyphen wins over the spaces around it.
			if gap != '-' {
				gap = r
			}
			continue
		}
		if gap != 0 && b.Len() > 0 {
			b.WriteRune(gap)
		}
		gap = 0
		b.WriteRune(r)
	}
	return b.String()
}

// foldRune returns the letter of the key, ' ' or '-' for a gap, or -1 for what has no place in a key.
func foldRune(r rune) rune {
	if r >= 'А' && r <= 'Я' {
		return r + ('а' - 'А')
	}
	if r >= 'а' && r <= 'я' {
		return r
	}
	lower := unicode.ToLower(r)
	if twin, ok := foldTable[lower]; ok {
		return twin
	}
	switch {
	case unicode.In(lower, unicode.Cyrillic, unicode.Latin) && unicode.IsLetter(lower), lower >= '0' && lower <= '9':
		return lower
	case isDash(lower):
		return '-'
	case unicode.IsSpace(lower), strings.ContainsRune(".,()", lower):
		return ' '
	}
	return -1
}

// SplitFullName returns the folded words of a name in their order. A double surname stays one word.
func SplitFullName(s string) []string {
	return strings.Fields(FoldName(s))
}

// NameKeys returns the words of SplitFullName and, after each double surname, its parts: what an index holds, so that a person
// is found by either half.
func NameKeys(s string) []string {
	var keys []string
	for _, word := range SplitFullName(s) {
		keys = append(keys, word)
		if parts := strings.Split(word, "-"); len(parts) > 1 {
			keys = append(keys, parts...)
		}
	}
	return keys
}
