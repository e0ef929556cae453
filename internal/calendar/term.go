package calendar

import "time"

// IsWorking reports whether the day of t is worked.
func (c *Calendar) IsWorking(t time.Time) bool {
	return c.isWorking(dateOf(t))
}

// IsShort reports whether the day of t is a working day before a holiday, which is an hour shorter (Labour Code, art. 95).
func (c *Calendar) IsShort(t time.Time) bool {
	d := dateOf(t)
	return c.year(d.year).isShort(d)
}

// AddWorkingDays returns the end of a term of n working days that is set on the day of t: the term begins on the next day
// (Civil Code, art. 191), so 1 is the first working day after t. 0 is the day itself, or the first working day after it if
// it is not worked (art. 193). A negative n counts back. The time of day stays.
func (c *Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	d := dateOf(t)
	shift, step := 0, 1
	if n < 0 {
		n, step = -n, -1
	}
	if n == 0 && !c.isWorking(d) {
		n = 1
	}
	for n > 0 {
		shift += step
		if c.isWorking(d.add(shift)) {
			n--
		}
	}
	return t.AddDate(0, 0, shift)
}

// WorkingDaysBetween counts the working days after the day of from up to and including the day of to. It undoes
// AddWorkingDays, and is negative if to is earlier.
func (c *Calendar) WorkingDaysBetween(from, to time.Time) int {
	start, end := dateOf(from), dateOf(to)
	if end.before(start) {
		return -c.WorkingDaysBetween(to, from)
	}
	count := 0
	for start.before(end) {
		start = start.add(1)
		if c.isWorking(start) {
			count++
		}
	}
	return count
}

func (c *Calendar) isWorking(d date) bool {
	return c.year(d.year).isWorking(d)
}
