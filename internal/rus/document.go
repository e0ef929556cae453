package rus

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// DrivingLicence returns the series and number of a driving licence as "99 01 123456": two digits, two digits or letters of the
// twelve twins, six digits. It is the shape of a vehicle's certificate.
func DrivingLicence(s string) (string, error) {
	number, err := STS(s)
	if err != nil {
		return "", fail("rus.licence.format")
	}
	runes := []rune(number)
	return string(runes[:2]) + string(runes[2:4]) + " " + string(runes[4:]), nil
}

// ForeignPassport returns the series and number of a passport for travelling abroad as "70 1234567".
func ForeignPassport(s string) (string, error) {
	if number, ok := seriesOfTwo(s); ok {
		return number, nil
	}
	return "", fail("rus.foreign.format")
}

// ResidencePermit returns the series and number of a residence permit as "82 1234567".
func ResidencePermit(s string) (string, error) {
	if number, ok := seriesOfTwo(s); ok {
		return number, nil
	}
	return "", fail("rus.permit.format")
}

func seriesOfTwo(s string) (number string, ok bool) {
	digits, err := digitsOf(trimMarks(s))
	if err != nil || len(digits) != 9 || allZero(digits[2:]) {
		return "", false
	}
	return digits[:2] + " " + digits[2:], true
}

// MedicalPolicy returns the 16 digits of a policy of compulsory medical insurance. Its check digit has no public source that we
// found, so only the length is checked.
func MedicalPolicy(s string) (string, error) {
	number, err := digitsOf(trimMarks(s))
	switch {
	case err != nil:
		return "", err
	case len(number) != 16 || allZero(number):
		return "", fail("rus.policy.length")
	}
	return number, nil
}

var militaryShape = regexp.MustCompile(`^([А-ЯЁ]{2})(\d{7})$`)

// MilitaryID returns the series and number of a military card as "АК 1234567": two Cyrillic letters, seven digits.
func MilitaryID(s string) (string, error) {
	part := militaryShape.FindStringSubmatch(toCyrillic(strings.ToUpper(squeeze(trimMarks(s)))))
	if part == nil || allZero(part[2]) {
		return "", fail("rus.military.format")
	}
	return part[1] + " " + part[2], nil
}

// LatinName returns a name as it stands in the machine-readable part of a passport: upper-case Latin letters, spaces, hyphens,
// apostrophes.
func LatinName(s string) (string, error) {
	name := strings.ToUpper(tidy(strings.ReplaceAll(s, "’", "'")))
	if utf8.RuneCountInString(name) > MaxName {
		return "", fail("rus.name.long", MaxName)
	}
	letters := false
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			letters = true
		case !strings.ContainsRune(" -'", r):
			return "", fail("rus.latin.char", string(r))
		}
	}
	if !letters {
		return "", fail("rus.name.empty")
	}
	return name, nil
}
