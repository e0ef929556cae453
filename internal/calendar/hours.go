package calendar

import "time"

// Hours is the working time of a body, each moment as time since midnight in Moscow. The zero value is all day and all night of
// every working day.
type Hours struct {
	Open, Close          time.Duration
	LunchFrom, LunchTo   time.Duration // both 0: no lunch
	ShorterBeforeHoliday time.Duration // how much earlier the day before a holiday ends; an hour by the Labour Code
}

// Office is the working time of most public bodies: 8:00 to 17:00 with lunch from 12:00 to 13:00.
var Office = Hours{
	Open: 8 * time.Hour, Close: 17 * time.Hour,
	LunchFrom: 12 * time.Hour, LunchTo: 13 * time.Hour,
	ShorterBeforeHoliday: time.Hour,
}

// span is a stretch of working time.
type span struct{ from, to time.Time }

// AddWorkingTime returns the moment when d of working time has passed since t: the clock of a term such as "registered within
// an hour" stands still outside of hours. A term that runs out exactly at closing time ends then, not at the next opening.
// d below 0 counts as 0. Hours that leave no time in a day, being wrong, count as the zero Hours.
func (c *Calendar) AddWorkingTime(t time.Time, d time.Duration, h Hours) time.Time {
	if len(h.spans(dateOf(t), true)) == 0 {
		h = Hours{}
	}
	d = max(d, 0)
	for day := dateOf(t); ; day = day.add(1) {
		if !c.isWorking(day) {
			continue
		}
		for _, s := range h.spans(day, c.year(day.year).isShort(day)) {
			from := s.from
			if t.After(from) {
				from = t
			}
			left := s.to.Sub(from)
			if left <= 0 {
				continue
			}
			if d <= left {
				return from.Add(d).In(t.Location())
			}
			d -= left
		}
	}
}

// spans returns the stretches of working time of one working day, lunch taken out.
func (h Hours) spans(day date, short bool) []span {
	open, end := h.Open, h.Close
	if open == 0 && end == 0 {
		end = 24 * time.Hour
	}
	if short {
		end -= h.ShorterBeforeHoliday
	}
	midnight := day.midnight()
	var all []span
	add := func(from, to time.Duration) {
		if from < to {
			all = append(all, span{midnight.Add(from), midnight.Add(to)})
		}
	}
	if h.LunchFrom >= h.LunchTo {
		add(open, end)
		return all
	}
	add(open, min(h.LunchFrom, end))
	add(max(h.LunchTo, open), end)
	return all
}
