package rus

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// certShape splits a certificate without filler: a roman number in whatever signs it was typed, two letters, six digits.
var certShape = regexp.MustCompile(`^(.{1,8})(\pL{2})([0-9OО]{6})$`)

// romanTypos maps what people type for the signs of a roman number: a look-alike letter, a digit, or one Cyrillic letter that
// looks like two or three strokes.
var romanTypos = strings.NewReplacer(
	"І", "I", "Ӏ", "I", "1", "I", "|", "I", "!", "I", "П", "II", "Ш", "III",
	"Х", "X", "С", "C", "У", "V", "Y", "V", "Л", "L",
)

// BirthCertificate returns the series and number of a birth certificate as "II-КБ 123456": a roman number, two Cyrillic letters
// (КБ in Tatarstan), six digits. It accepts Latin and Cyrillic letters mixed, and 1 or l for I.
func BirthCertificate(s string) (string, error) {
	// A small l is a stroke, a big L is fifty: this is known only before the case is lost.
	s = strings.ReplaceAll(trimMarks(norm.NFC.String(s)), "l", "I")
	s = strings.ToUpper(squeeze(s))
	s = strings.NewReplacer("№", "", ".", "", ",", "").Replace(s)
	part := certShape.FindStringSubmatch(s)
	if part == nil {
		return "", fail("rus.birthcert.format")
	}
	roman := romanTypos.Replace(part[1])
	if !validRoman(roman) {
		return "", fail("rus.birthcert.roman")
	}
	letters := toCyrillic(part[2])
	if !cyrillicPair(letters) {
		return "", fail("rus.birthcert.letters")
	}
	number := strings.NewReplacer("O", "0", "О", "0").Replace(part[3])
	if allZero(number) {
		return "", fail("rus.birthcert.format")
	}
	return roman + "-" + letters + " " + number, nil
}

func cyrillicPair(letters string) bool {
	for _, r := range letters {
		if (r < 'А' || r > 'Я') && r != 'Ё' {
			return false
		}
	}
	return true
}

// validRoman accepts the numbers 1 to 89, each in its one correct spelling.
func validRoman(s string) bool {
	return s != "" && romanShape.MatchString(s)
}

var romanShape = regexp.MustCompile(`^(X{0,3}|XL|LX{0,3})(I{0,3}|IV|VI{0,3}|IX)$`)
