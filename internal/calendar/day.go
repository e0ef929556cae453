package calendar

import (
	"time"

	"tamga/internal/rus"
)

// date is a day without time or zone; it is a key of maps.
type date struct {
	year  int
	month time.Month
	day   int
}

// dateOf returns the day of t in Moscow.
func dateOf(t time.Time) date {
	y, m, d := t.In(rus.Moscow).Date()
	return date{y, m, d}
}

// midnight returns the beginning of the day in Moscow.
func (d date) midnight() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, rus.Moscow)
}

// add returns the day n days later. It counts in UTC, where every day has 24 hours.
func (d date) add(n int) date {
	y, m, day := time.Date(d.year, d.month, d.day+n, 0, 0, 0, 0, time.UTC).Date()
	return date{y, m, day}
}

// before reports whether d is earlier than other.
func (d date) before(other date) bool {
	if d.year != other.year {
		return d.year < other.year
	}
	if d.month != other.month {
		return d.month < other.month
	}
	return d.day < other.day
}

func (d date) weekend() bool {
	w := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Weekday()
	return w == time.Saturday || w == time.Sunday
}
