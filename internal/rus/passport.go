package rus

// Passport returns the series and number of a Russian passport as "9204 123456". The series begins with the region's ОКАТО
// code and goes on with the year of the blank, which may differ from the year of issue, so it is not compared.
func Passport(s string) (string, error) {
	text := trimMarks(s)
	number, err := digitsOf(text)
	switch {
	case err != nil:
		return "", err
	case len(number) != 10:
		return "", fail("rus.passport.length")
	case number[:2] == "00" || allZero(number[4:]):
		return "", fail("rus.passport.format")
	}
	return number[:4] + " " + number[4:], nil
}

// PassportParts is Passport for a form that asks for the series and the number separately.
func PassportParts(series, number string) (string, error) {
	digits, err := digitsOf(series)
	switch {
	case err != nil:
		return "", err
	case len(digits) != 4:
		return "", fail("rus.passport.series")
	}
	rest, err := digitsOf(trimMarks(number))
	switch {
	case err != nil:
		return "", err
	case len(rest) != 6:
		return "", fail("rus.passport.number")
	}
	return Passport(digits + rest)
}

// DivisionCode returns the code of the office that issued a passport as "160-001". The third digit is the level of the office,
// 0 to 3.
func DivisionCode(s string) (string, error) {
	code, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(code) != 6:
		return "", fail("rus.division.length")
	case code[:2] == "00" || code[2] > '3':
		return "", fail("rus.division.format")
	}
	return code[:3] + "-" + code[3:], nil
}
