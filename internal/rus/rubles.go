package rus

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const nbsp = "\u00a0"

// FormatRubles shows an amount of kopecks as "1 234,50 ₽", or "350 ₽" without kopecks. Its spaces do not break a line.
func FormatRubles(kopecks int64) string {
	sign := ""
	amount := uint64(kopecks)
	if kopecks < 0 {
		sign = "−"
		amount = -amount // the lowest int64 has no positive counterpart, its uint64 has
	}
	text := sign + groupThousands(strconv.FormatUint(amount/100, 10))
	if rest := amount % 100; rest > 0 {
		text += fmt.Sprintf(",%02d", rest)
	}
	return text + nbsp + "₽"
}

func groupThousands(digits string) string {
	head := len(digits) % 3
	if head == 0 {
		head = 3
	}
	text := digits[:head]
	for i := head; i < len(digits); i += 3 {
		text += nbsp + digits[i:i+3]
	}
	return text
}

// ParseRubles returns the kopecks of a typed amount: "1 234,50 ₽", "1234.5", "350 руб.". An amount may not be negative, and it
// may not have more than two digits after the comma.
func ParseRubles(s string) (int64, error) {
	s = strings.ToLower(tidy(s))
	for _, unit := range []string{"₽", "рублей", "рубля", "рубль", "руб.", "руб", "р."} {
		if rest, found := strings.CutSuffix(s, unit); found {
			s = rest
			break
		}
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), ",", ".")
	rubles, rest, _ := strings.Cut(s, ".")
	switch {
	case rubles == "" || !allDigits(rubles) || !allDigits(rest):
		return 0, fail("rus.rubles.format")
	case len(rest) > 2:
		return 0, fail("rus.rubles.kopecks")
	}
	whole, err := strconv.ParseInt(rubles, 10, 64)
	if err != nil || whole > math.MaxInt64/100-1 {
		return 0, fail("rus.rubles.large")
	}
	part, err := strconv.ParseInt((rest + "00")[:2], 10, 64)
	if err != nil {
		return 0, fail("rus.rubles.format")
	}
	return whole*100 + part, nil
}
