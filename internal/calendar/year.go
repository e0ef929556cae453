package calendar

import (
	"cmp"
	"slices"
)

// year is what is special in one year: every other day is worked from Monday to Friday.
type year struct {
	holidays []Holiday
	holiday  map[date]bool
	off      map[date]bool // days off in place of others
	worked   map[date]date // a worked weekend day, and the day that is off in its place
	final    map[string]bool
}

// build applies the rules and the tables of one year. tables may be empty.
func build(n int, common rules, tables []table) *year {
	y := &year{holiday: map[date]bool{}, off: map[date]bool{}, worked: map[date]date{}, final: map[string]bool{}}
	var movable []date
	for _, body := range common.Bodies {
		for _, row := range body.Holidays {
			day := y.addHoliday(n, body.Body, row)
			if body.Moved && day.month != 1 && day.weekend() {
				movable = append(movable, day)
			}
		}
	}
	decided := map[date]bool{}
	for _, t := range tables {
		y.final[t.Body] = t.Final
		for _, row := range t.Holidays {
			y.addHoliday(n, t.Body, row)
		}
		for _, move := range t.Transfers {
			from, to := date{n, move.From.month, move.From.day}, date{n, move.To.month, move.To.day}
			decided[from] = true
			y.off[to] = true
			if !y.holiday[from] {
				y.worked[from] = to
			}
		}
	}
	// The Labour Code moves what the government has not moved elsewhere.
	for _, day := range movable {
		if !decided[day] {
			y.off[y.nextWorking(day)] = true
		}
	}
	slices.SortFunc(y.holidays, func(a, b Holiday) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Body, b.Body)) })
	return y
}

func (y *year) addHoliday(n int, body string, row holidayRow) date {
	day := date{n, row.Day.month, row.Day.day}
	y.holiday[day] = true
	y.holidays = append(y.holidays, Holiday{Date: day.midnight(), Body: body, RU: row.RU, TT: row.TT, EN: row.EN})
	return day
}

// nextWorking returns the first working day after d. No movable holiday is in the last days of a year.
func (y *year) nextWorking(d date) date {
	for d = d.add(1); !y.isWorking(d); {
		d = d.add(1)
	}
	return d
}

func (y *year) isWorking(d date) bool {
	if _, worked := y.worked[d]; worked {
		return true
	}
	return !d.weekend() && !y.holiday[d] && !y.off[d]
}

// isShort tells a working day before a holiday. A worked Saturday is as long as the day that is off in its place.
func (y *year) isShort(d date) bool {
	if instead, worked := y.worked[d]; worked {
		d = instead
	} else if !y.isWorking(d) {
		return false
	}
	// 31 December comes before 1 January of any year.
	return y.holiday[d.add(1)] || d.month == 12 && d.day == 31
}
