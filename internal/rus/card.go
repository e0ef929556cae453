package rus

// Card returns the digits of a bank card's number: 16 to 19 digits with a Luhn check digit. Cards of MIR start with 2200 to 2204.
func Card(s string) (string, error) {
	number, err := digitsOf(s)
	if err != nil {
		return "", err
	}
	if len(number) < 16 || len(number) > 19 {
		return "", fail("rus.card.length")
	}
	if allZero(number) || !luhnValid(number) {
		return "", fail("rus.card.check")
	}
	return number, nil
}
