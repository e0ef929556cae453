package rus

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// latinOf is the transliteration of passports (ICAO Doc 9303, part 3). The Tatar letters follow the table that carriers use;
// җ is in none, and takes the ZH of its neighbour ж.
var latinOf = map[rune]string{
	'А': "A", 'Б': "B", 'В': "V", 'Г': "G", 'Д': "D", 'Е': "E", 'Ё': "E", 'Ж': "ZH", 'З': "Z", 'И': "I", 'Й': "I",
	'К': "K", 'Л': "L", 'М': "M", 'Н': "N", 'О': "O", 'П': "P", 'Р': "R", 'С': "S", 'Т': "T", 'У': "U", 'Ф': "F",
	'Х': "KH", 'Ц': "TS", 'Ч': "CH", 'Ш': "SH", 'Щ': "SHCH", 'Ъ': "IE", 'Ы': "Y", 'Ь': "", 'Э': "E", 'Ю': "IU", 'Я': "IA",
	'Ә': "A", 'Ө': "O", 'Ү': "U", 'Җ': "ZH", 'Ң': "N", 'Һ': "KH",
}

// Transliterate writes a name in Latin letters as a passport does, keeping the case: "Щукин" is "Shchukin", "ЩУКИН" is
// "SHCHUKIN". Other characters stay.
func Transliterate(s string) string {
	runes := []rune(norm.NFC.String(s))
	var b strings.Builder
	for i, r := range runes {
		upper := unicode.ToUpper(r)
		latin, ok := latinOf[upper]
		switch {
		case !ok:
			b.WriteRune(r)
		case r != upper:
			b.WriteString(strings.ToLower(latin))
		case len(latin) > 1 && !amongCapitals(runes, i):
			b.WriteString(latin[:1] + strings.ToLower(latin[1:]))
		default:
			b.WriteString(latin)
		}
	}
	return b.String()
}

// amongCapitals tells whether a neighbour of the capital at i is a capital too.
func amongCapitals(runes []rune, i int) bool {
	return i > 0 && unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsUpper(runes[i+1])
}
