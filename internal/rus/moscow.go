package rus

import (
	"time"
	_ "time/tzdata" // a bare container has no time zones
)

// Moscow is the time zone of Tatarstan and of all deadlines and dates that the portal shows.
var Moscow = mustLoad("Europe/Moscow")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zones are linked into the program: this cannot happen
	}
	return zone
}

// Age returns the full years of a person born on birth as of the day on, both taken in Moscow. Who was born on 29 February
// gets a year older on 1 March of other years: no right begins early.
func Age(birth, on time.Time) int {
	by, bm, bd := birth.In(Moscow).Date()
	y, m, d := on.In(Moscow).Date()
	age := y - by
	if m < bm || m == bm && d < bd {
		age--
	}
	return age
}

// AddMonths moves t by n months to the same day, or to the last day of a month that has no such day (Civil Code art. 192,
// p. 3). It counts in the time zone of t and keeps the time of day; n may be negative.
func AddMonths(t time.Time, n int) time.Time {
	first := t.AddDate(0, 0, 1-t.Day()).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}
