package rus

// luhnValid checks a number whose last digit is the Luhn check digit (ISO/IEC 7812-1, annex B).
func luhnValid(number string) bool {
	last := len(number) - 1
	return last > 0 && luhnDigit(number[:last]) == number[last]
}

// luhnDigit returns the check digit to append to payload. It catches every single wrong digit and all swaps of neighbours
// but 09 and 90.
func luhnDigit(payload string) byte {
	sum, double := 0, true
	for i := len(payload) - 1; i >= 0; i-- {
		n := int(payload[i] - '0')
		if double {
			n *= 2
			if n > 9 {
				n -= 9
			}
		}
		sum += n
		double = !double
	}
	return digit((10 - sum%10) % 10)
}
