package rus

import "strings"

// UINNone stands in a payment order for "no charge identifier". It is not a number: UIN refuses it, callers compare first.
const UINNone = "0"

// UIN returns the 20 or 25 digits of a charge identifier. The last digit is a check digit, and digits 4 to 19 may not all be 0.
// The rare identifiers with letters are refused: the table that gives their check digit is not published.
func UIN(s string) (string, error) {
	number, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(number) != 20 && len(number) != 25:
		return "", fail("rus.uin.length")
	}
	last := len(number) - 1
	if allZero(number[3:19]) || budgetDigit(number[:last]) != number[last] {
		return "", fail("rus.uin.check")
	}
	return number, nil
}

// NewUIN appends the check digit to the first 19 or 24 digits of a charge identifier.
func NewUIN(prefix string) (string, error) {
	number, err := digitsOf(prefix)
	switch {
	case err != nil:
		return "", err
	case len(number) != 19 && len(number) != 24, allZero(number[3:19]):
		return "", fail("rus.uin.prefix")
	}
	return number + string(budgetDigit(number)), nil
}

// FormatUIN shows a УИН in groups of four, as people read it aloud.
func FormatUIN(uin string) string {
	var groups []string
	for len(uin) > 4 {
		groups, uin = append(groups, uin[:4]), uin[4:]
	}
	return strings.Join(append(groups, uin), " ")
}
