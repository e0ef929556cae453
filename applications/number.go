package applications

import (
	"fmt"
	"strings"
	"time"

	"tamga/internal/rus"
)

// region is the code of Tatarstan; every number begins with it.
const region = "16"

// formatNumber makes the number that is said on the phone: region and year, a running number, a check digit.
func formatNumber(seq int64, at time.Time) string {
	head := region + at.In(rus.Moscow).Format("06")
	middle := fmt.Sprintf("%06d", seq)
	return head + "-" + middle + "-" + string(damm(head+middle))
}

// ParseNumber returns the number as it is stored, however it was typed, and false when a digit of it is wrong.
func ParseNumber(typed string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
	last := len(digits) - 1
	if last < 10 || damm(digits[:last]) != digits[last] {
		return "", false
	}
	return digits[:4] + "-" + digits[4:last] + "-" + digits[last:], true
}

// dammTable is the quasigroup of H. M. Damm's thesis (2004).
var dammTable = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}

// damm returns the check digit of a row of digits. It catches each single wrong digit and each swap of neighbours, which
// is how people mishear and mistype; Luhn misses the swap of 0 and 9.
func damm(digits string) byte {
	interim := byte('0')
	for i := range len(digits) {
		interim = dammTable[interim-'0'][digits[i]-'0']
	}
	return interim
}
