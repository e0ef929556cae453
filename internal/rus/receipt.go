package rus

import (
	"strconv"
	"strings"
)

// Receipt numbers have 11 or 15 digits and a check digit. The first is never 0, so that no program or person drops it.
const (
	shortReceipt = 10_000_000_000      // lowest number of 11 digits
	longReceipt  = 100_000_000_000_000 // lowest number of 15 digits
)

// NewReceipt returns the receipt number of the n-th payment, in groups of four that are easy to read aloud over a telephone:
// "1000-0000-0016" is the first. Different n give different numbers. It returns "" for n below 0 or above 899,999,999,999,999.
func NewReceipt(n int64) string {
	switch {
	case n < 0 || n > 9*longReceipt-1:
		return ""
	case n < 9*shortReceipt:
		n += shortReceipt
	default:
		n += longReceipt
	}
	payload := strconv.FormatInt(n, 10)
	return groupReceipt(payload + string(luhnDigit(payload)))
}

// Receipt returns the canonical form of a typed receipt number. A № sign before it, spaces and dashes do not matter.
func Receipt(s string) (string, error) {
	s = strings.TrimLeft(squeeze(s), "№#NnoO.º")
	number, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(number) != 12 && len(number) != 16:
		return "", fail("rus.receipt.length")
	case number[0] == '0' || !luhnValid(number):
		return "", fail("rus.receipt.check")
	}
	return groupReceipt(number), nil
}

func groupReceipt(number string) string {
	var b strings.Builder
	for i := 0; i < len(number); i += 4 {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(number[i : i+4])
	}
	return b.String()
}
