package rus

// unchecked is the last number that the pension fund gave out without a check digit.
const unchecked = "001001998"

// SNILS returns the 11 digits of a personal insurance account. The check number is the sum of the first nine digits weighted
// 9 to 1, modulo 101, where 100 counts as 0; it exists for numbers above 001-001-998.
func SNILS(s string) (string, error) {
	number, err := digitsOf(s)
	if err != nil {
		return "", err
	}
	if len(number) != 11 {
		return "", fail("rus.snils.length")
	}
	if allZero(number) || number[:9] > unchecked && snilsCheck(number[:9]) != number[9:] {
		return "", fail("rus.snils.check")
	}
	return number, nil
}

func snilsCheck(nine string) string {
	n := weighted(nine, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
	return string([]byte{digit(n / 10), digit(n % 10)})
}

// FormatSNILS shows 11 digits as on the card: "112-233-445 95". Anything else is returned as it is.
func FormatSNILS(digits string) string {
	if len(digits) != 11 {
		return digits
	}
	return digits[:3] + "-" + digits[3:6] + "-" + digits[6:9] + " " + digits[9:]
}
