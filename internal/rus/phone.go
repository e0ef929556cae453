package rus

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone returns a Russian telephone number in E.164, "+79171234567". It accepts 8…, 7…, +7…, ten digits, brackets and dashes,
// and keeps free lines (8-800). Short numbers such as 115 are not telephone numbers of people and are refused.
func Phone(s string) (string, error) {
	parsed, err := parsePhone(s)
	if err != nil {
		return "", err
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), nil
}

// MobilePhone is Phone for numbers that must receive SMS: 9XX only.
func MobilePhone(s string) (string, error) {
	parsed, err := parsePhone(s)
	if err != nil {
		return "", err
	}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
	default:
		return "", fail("rus.phone.mobile")
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), nil
}

func parsePhone(s string) (*phonenumbers.PhoneNumber, error) {
	s = strings.NewReplacer("(", "", ")", "", ".", "", "/", "").Replace(squeeze(s))
	plus := strings.HasPrefix(s, "+")
	digits := strings.TrimPrefix(s, "+")
	if !allDigits(digits) {
		return nil, fail("rus.phone.chars")
	}
	switch {
	case plus && !strings.HasPrefix(digits, "7"):
		return nil, fail("rus.phone.foreign")
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8'):
		digits = digits[1:]
	case len(digits) != 10 || plus:
		return nil, fail("rus.phone.length")
	}
	// The country code is written out: left to guess, the library reads ten digits that begin with 8 as a trunk prefix.
	parsed, err := phonenumbers.Parse("+7"+digits, "RU")
	if err != nil || !phonenumbers.IsValidNumberForRegion(parsed, "RU") {
		return nil, fail("rus.phone.unknown")
	}
	return parsed, nil
}

// FormatPhone shows an E.164 number as "+7 917 123-45-67". Other numbers are returned as they are.
func FormatPhone(e164 string) string {
	if !isRussian(e164) {
		return e164
	}
	return e164[:2] + " " + e164[2:5] + " " + e164[5:8] + "-" + e164[8:10] + "-" + e164[10:]
}

func isRussian(e164 string) bool {
	return len(e164) == 12 && strings.HasPrefix(e164, "+7") && allDigits(e164[1:])
}
