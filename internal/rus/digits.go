package rus

import (
	"strings"
	"unicode"
)

// isDash tells all the dashes that keyboards, phones and word processors put in place of a hyphen.
func isDash(r rune) bool {
	return strings.ContainsRune("-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", r)
}

// isFiller tells runes that stand between characters and mean nothing: spaces, dashes, and the invisible marks that come along
// with pasted text.
func isFiller(r rune) bool {
	return unicode.IsSpace(r) || isDash(r) || unicode.Is(unicode.Cf, r)
}

// squeeze removes all filler.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if isFiller(r) {
			return -1
		}
		return r
	}, s)
}

// digitsOf removes filler and requires that only ASCII digits are left.
func digitsOf(s string) (string, error) {
	s = squeeze(s)
	if !allDigits(s) {
		return "", fail("rus.digits")
	}
	return s, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func allZero(s string) bool { return strings.Trim(s, "0") == "" }

// weighted sums the digits of s multiplied by weights, as far as the weights go.
func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

// digit returns the character of n, 0 to 9.
func digit(n int) byte { return byte('0' + n) }
