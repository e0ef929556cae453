package rus

import (
	"strconv"
	"strings"
	"time"
)

// The parts of a typed date, as DateProblem names them.
const (
	PartDay   = "day"
	PartMonth = "month"
	PartYear  = "year"
)

// The kinds of a DateProblem. A page shows "missing" before "impossible", and marks only the parts that are named.
const (
	DateMissing    = "missing"
	DateImpossible = "impossible"
)

// DateProblem says what is wrong with a typed date. The zero value means that nothing is.
type DateProblem struct {
	Parts []string // PartDay, PartMonth, PartYear, in this order
	Kind  string   // DateMissing or DateImpossible
}

// OK reports whether the date is good.
func (p DateProblem) OK() bool { return p.Kind == "" }

// Years outside of these are slips of the finger: nobody alive and no term of a service is there.
const (
	firstYear = 1800
	lastYear  = 2199
)

// ParseDate reads a date from the three fields of a form and returns its midnight in UTC, which is what a date column holds.
// The month may be a number or a name in Russian, Tatar or English. The year has four digits: two would be a guess.
func ParseDate(day, month, year string) (time.Time, DateProblem) {
	day, month, year = tidy(day), tidy(month), tidy(year)
	if missing := partsWhere(day == "", month == "", year == ""); missing != nil {
		return time.Time{}, DateProblem{missing, DateMissing}
	}
	d := parseNumber(day, 1, 2)
	m := parseMonth(month)
	y := parseNumber(year, 4, 4)
	wrong := partsWhere(d < 1 || d > 31, m == 0, y < firstYear || y > lastYear)
	if wrong != nil {
		return time.Time{}, DateProblem{wrong, DateImpossible}
	}
	date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if date.Day() != d { // 31 April turned into 1 May
		return time.Time{}, DateProblem{[]string{PartDay}, DateImpossible}
	}
	return date, DateProblem{}
}

// partsWhere names the parts that a condition holds for, or returns nil.
func partsWhere(day, month, year bool) []string {
	var parts []string
	if day {
		parts = append(parts, PartDay)
	}
	if month {
		parts = append(parts, PartMonth)
	}
	if year {
		parts = append(parts, PartYear)
	}
	return parts
}

// parseNumber returns a number of shortest to longest digits, or -1. A full stop after it does not matter.
func parseNumber(s string, shortest, longest int) int {
	s = strings.TrimRight(s, ".")
	if len(s) < shortest || len(s) > longest || !allDigits(s) {
		return -1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}
