package rus

import (
	"strings"
	"unicode/utf8"
)

// MaskPhone shows an E.164 number so that its owner knows it and nobody else learns it: "+7 917 ***-**-67".
func MaskPhone(e164 string) string {
	if !isRussian(e164) {
		return "***"
	}
	return e164[:2] + " " + e164[2:5] + " ***-**-" + e164[10:]
}

// MaskEmail keeps the ends of the name and the domain: "i***v@mail.ru". A name of up to three letters keeps only the first.
func MaskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 {
		return "***"
	}
	name := address[:at]
	first, size := utf8.DecodeRuneInString(name)
	last := ""
	if utf8.RuneCountInString(name) > 3 {
		_, tail := utf8.DecodeLastRuneInString(name)
		last = name[len(name)-tail:]
	}
	if first == utf8.RuneError {
		return "***" + address[at:]
	}
	return name[:size] + "***" + last + address[at:]
}
