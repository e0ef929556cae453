package catalog

import (
	"slices"
	"time"

	"tamga/internal/rus"
)

// Range returns the first and the last day that a slot may be on for somebody who applies now. A month of the law ends on
// the same day of the next month, or on its last day.
func (w *Window) Range(now time.Time) (first, last time.Time) {
	today := midnight(now)
	return rus.AddMonths(today, w.Months).AddDate(0, 0, w.Days), rus.AddMonths(today, w.MaxMonths)
}

// times returns the starts of all slots on a day.
func (r *SlotRule) times(d time.Time) []time.Time {
	weekday := (int(d.Weekday())+6)%7 + 1
	if !slices.Contains(r.Weekdays, weekday) ||
		slices.Contains(r.Closed, d.Format("01-02")) || slices.Contains(r.Closed, d.Format(time.DateOnly)) {
		return nil
	}
	var starts []time.Time
	step := time.Duration(r.Minutes) * time.Minute
	until := clock(d, r.Until)
	for at := clock(d, r.From); !at.Add(step).After(until); at = at.Add(step) {
		if !r.onBreak(at, at.Add(step)) {
			starts = append(starts, at)
		}
	}
	return starts
}

func (r *SlotRule) onBreak(from, until time.Time) bool {
	if len(r.Break) != 2 {
		return false
	}
	return from.Before(clock(from, r.Break[1])) && until.After(clock(from, r.Break[0]))
}

// clock returns the time "15:04" on the day of d; the checks of organisations.yaml have refused any other spelling.
func clock(d time.Time, hhmm string) time.Time {
	t, err := time.Parse("15:04", hhmm)
	if err != nil {
		return midnight(d)
	}
	return midnight(d).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}
