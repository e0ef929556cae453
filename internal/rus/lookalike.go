package rus

import "strings"

// The twelve letters that look the same in both alphabets. Number plates use only these (ГОСТ Р 50577).
const (
	cyrillicTwins = "АВЕКМНОРСТУХ"
	latinTwins    = "ABEKMHOPCTYX"
)

var (
	twinsToCyrillic = pairs(latinTwins, cyrillicTwins)
	twinsToLatin    = pairs(cyrillicTwins, latinTwins)
)

// toCyrillic replaces upper-case Latin letters by Cyrillic ones of the same shape, toLatin the other way round: people do not
// see which keyboard layout they typed with.
func toCyrillic(s string) string { return twinsToCyrillic.Replace(s) }

func toLatin(s string) string { return twinsToLatin.Replace(s) }

// pairs makes a replacer of the runes of from by those of to at the same place.
func pairs(from, to string) *strings.Replacer {
	var table []string
	target := []rune(to)
	for i, r := range []rune(from) {
		table = append(table, string(r), string(target[i]))
	}
	return strings.NewReplacer(table...)
}
