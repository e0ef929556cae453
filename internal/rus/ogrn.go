package rus

import "strconv"

// OGRN returns the 13 digits of an organisation's registration number (Ministry of Finance, 30.10.2017 N 165н).
func OGRN(s string) (string, error) {
	number, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(number) != 13:
		return "", fail("rus.ogrn.length")
	case allZero(number) || !remainderChecks(number, 11):
		return "", fail("rus.ogrn.check")
	}
	return number, nil
}

// OGRNIP returns the 15 digits of an individual entrepreneur's registration number.
func OGRNIP(s string) (string, error) {
	number, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(number) != 15:
		return "", fail("rus.ogrnip.length")
	case allZero(number) || !remainderChecks(number, 13):
		return "", fail("rus.ogrnip.check")
	}
	return number, nil
}

// AnyOGRN returns a registration number of an organisation or of an individual entrepreneur, whichever it is by its length.
func AnyOGRN(s string) (string, error) {
	if number, err := digitsOf(s); err == nil && len(number) == 15 {
		return OGRNIP(s)
	}
	return OGRN(s)
}

// remainderChecks compares the last digit of number with the last digit of the remainder of all digits before it. It is the
// last digit of a remainder of 10 to 12, not the first, that counts: some published checkers have it wrong.
func remainderChecks(number string, modulus int64) bool {
	last := len(number) - 1
	n, err := strconv.ParseInt(number[:last], 10, 64)
	return err == nil && digit(int(n%modulus%10)) == number[last]
}
