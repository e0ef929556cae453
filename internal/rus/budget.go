package rus

// budgetDigit returns the check digit that charges (УИН) and territory codes (ОКТМО, ОКАТО) share. Digits are weighted 1 to 10
// over and over and summed modulo 11. A remainder of 10 is not a digit: then the weights start from 3, and if that gives 10
// again, the digit is 0 (rules of the charge system GIS GMP; Р 50.1.024-2005 for the classifiers).
func budgetDigit(code string) byte {
	for _, first := range []int{0, 2} {
		sum := 0
		for i := range len(code) {
			sum += int(code[i]-'0') * ((first+i)%10 + 1)
		}
		if sum%11 < 10 {
			return digit(sum % 11)
		}
	}
	return '0'
}

// OKTMO returns the 8 or 11 digits of a municipal territory's code. Tatarstan starts with 92. The check digit of the
// classifier is not part of the code and is not accepted.
func OKTMO(s string) (string, error) {
	code, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(code) != 8 && len(code) != 11:
		return "", fail("rus.oktmo.length")
	case allZero(code):
		return "", fail("rus.oktmo.zero")
	}
	return code, nil
}
