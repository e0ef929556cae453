package rus

import (
	"regexp"
	"strings"
)

var (
	plateShape = regexp.MustCompile(`^[` + cyrillicTwins + `](\d{3})[` + cyrillicTwins + `]{2}(\d{2,3})$`)
	stsShape   = regexp.MustCompile(`^\d{2}(?:\d{2}|[` + cyrillicTwins + `]{2})\d{6}$`)
)

// Plate returns a private car's number plate as "А123ВС116", in Cyrillic letters (ГОСТ Р 50577). Tatarstan has 16, 116 and 716.
func Plate(s string) (string, error) {
	plate := toCyrillic(strings.TrimSuffix(strings.ToUpper(squeeze(s)), "RUS"))
	part := plateShape.FindStringSubmatch(plate)
	if part == nil || allZero(part[1]) || allZero(part[2]) {
		return "", fail("rus.plate.format")
	}
	return plate, nil
}

// STS returns the ten characters of a vehicle registration certificate: two digits, two digits or letters, six digits.
func STS(s string) (string, error) {
	number := toCyrillic(strings.ToUpper(squeeze(trimMarks(s))))
	if !stsShape.MatchString(number) || allZero(number) {
		return "", fail("rus.sts.format")
	}
	return number, nil
}
