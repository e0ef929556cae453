package rus

// INN returns the digits of a taxpayer number: 10 of an organisation or 12 of a person (order of the tax service of 29.06.2012
// N ММВ-7-6/435@).
func INN(s string) (string, error) {
	number, err := digitsOf(s)
	if err != nil {
		return "", err
	}
	switch {
	case len(number) != 10 && len(number) != 12:
		return "", fail("rus.inn.length")
	case allZero(number) || !innChecks(number):
		return "", fail("rus.inn.check")
	}
	return number, nil
}

// INNOrg returns the 10 digits of an organisation's taxpayer number.
func INNOrg(s string) (string, error) {
	number, err := INN(s)
	if err == nil && len(number) != 10 {
		return "", fail("rus.inn10.length")
	}
	return number, err
}

// INNPerson returns the 12 digits of a person's taxpayer number, which an individual entrepreneur has too.
func INNPerson(s string) (string, error) {
	number, err := INN(s)
	if err == nil && len(number) != 12 {
		return "", fail("rus.inn12.length")
	}
	return number, err
}

// innChecks compares the last digit of 10, or the last two of 12. The weights of each digit are the end of one row.
func innChecks(number string) bool {
	row := []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
	matches := func(at int) bool {
		sum := weighted(number, row[len(row)-at:]...)
		return digit(sum%11%10) == number[at]
	}
	if len(number) == 10 {
		return matches(9)
	}
	return matches(10) && matches(11)
}
