package rus

import (
	"math"
	"testing"
)

func TestFormatRubles(t *testing.T) {
	t.Parallel()
	for kopecks, want := range map[int64]string{
		35000:         "350\u00a0₽",
		123450:        "1\u00a0234,50\u00a0₽",
		5:             "0,05\u00a0₽",
		0:             "0\u00a0₽",
		-123450:       "−1\u00a0234,50\u00a0₽",
		100000000:     "1\u00a0000\u00a0000\u00a0₽",
		math.MinInt64: "−92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,08\u00a0₽",
	} {
		if got := FormatRubles(kopecks); got != want {
			t.Errorf("%d: %q, want %q", kopecks, got, want)
		}
	}
}

func TestParseRubles(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   string
		want int64
		key  string
	}{
		{"350", 35000, ""},
		{"1 234,50 ₽", 123450, ""},
		{"1\u00a0234,50\u00a0₽", 123450, ""},
		{"1234.5", 123450, ""},
		{"350 руб.", 35000, ""},
		{"350 РУБЛЕЙ", 35000, ""},
		{"350р.", 35000, ""},
		{"0,05", 5, ""},
		{"12,", 1200, ""},
		{"-5", 0, "rus.rubles.format"},
		{"1,234.50", 0, "rus.rubles.format"},
		{",50", 0, "rus.rubles.format"},
		{"сто", 0, "rus.rubles.format"},
		{"", 0, "rus.rubles.format"},
		{"1.234", 0, "rus.rubles.kopecks"},
		{"99999999999999999999", 0, "rus.rubles.large"},
		{"92233720368547758", 0, "rus.rubles.large"},
	} {
		if got, err := ParseRubles(row.in); got != row.want || keyOf(err) != row.key {
			t.Errorf("%q: %d, %v", row.in, got, err)
		}
	}
}
