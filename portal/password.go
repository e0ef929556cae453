package portal

import (
	"crypto/rand"
	"regexp"
)

// newPassword returns a first password that can be read aloud and typed on a phone: "kavo-mite-4832". It has 36 bits, and
// guesses are counted; its owner sets another one.
func newPassword() string {
	syllable := func() string { return pick("bdfgkmnprstvz") + pick("aeiou") }
	return syllable() + syllable() + "-" + syllable() + syllable() + "-" + pick("23456789") + pick("23456789") + pick("23456789") + pick("23456789")
}

// pick returns one letter, each as likely as the others.
func pick(letters string) string {
	limit := 256 - 256%len(letters)
	one := make([]byte, 1)
	for {
		rand.Read(one) // never fails: it ends the process instead
		if int(one[0]) < limit {
			i := int(one[0]) % len(letters)
			return letters[i : i+1]
		}
	}
}

var (
	lower = regexp.MustCompile(`[a-zа-яёәөүҗңһ]`)
	upper = regexp.MustCompile(`[A-ZА-ЯЁӘӨҮҖҢҺ]`)
	digit = regexp.MustCompile(`[0-9]`)
)

// maxPassword bounds what is hashed.
const maxPassword = 200

// strong tells whether a password has eight characters with lower case, upper case and digits: ESIA's rule, so that people need
// not learn two.
func strong(password string) bool {
	n := len([]rune(password))
	return n >= 8 && n <= maxPassword && lower.MatchString(password) && upper.MatchString(password) && digit.MatchString(password)
}
