package calendar

import (
	"testing"
	"testing/quick"
	"time"

	"tamga/internal/rus"
)

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, from string
		n         int
		want      string
	}{
		{"the day itself does not count", "2026-11-23", 1, "2026-11-24"},
		{"over a weekend", "2026-11-20", 1, "2026-11-23"},
		{"ten days of an ordinary month", "2026-09-01", 10, "2026-09-15"},
		{"over the New Year", "2025-12-30", 1, "2026-01-12"},
		{"over two holidays of November", "2026-11-03", 2, "2026-11-09"},
		{"set on a day off", "2026-11-22", 1, "2026-11-23"},
		{"a worked Saturday counts", "2025-10-31", 1, "2025-11-01"},
		{"nothing on a working day", "2026-11-23", 0, "2026-11-23"},
		{"nothing on a day off ends on the next working day", "2026-11-22", 0, "2026-11-23"},
		{"back over a weekend", "2026-11-23", -1, "2026-11-20"},
	} {
		got := Default().AddWorkingDays(day(row.from), row.n)
		if got.Format(time.DateOnly) != row.want {
			t.Errorf("%s: %s, want %s", row.why, got.Format(time.DateOnly), row.want)
		}
	}
	at := time.Date(2026, 11, 20, 16, 30, 0, 0, rus.Moscow)
	if got := Default().AddWorkingDays(at, 1); !got.Equal(at.AddDate(0, 0, 3)) {
		t.Errorf("the time of day is lost: %v", got)
	}
}

func TestTermsAreCountedBack(t *testing.T) {
	t.Parallel()
	c := Default()
	undone := func(shift uint16, n uint8) bool {
		from := day("2025-01-01").AddDate(0, 0, int(shift%1500))
		to := c.AddWorkingDays(from, int(n)+1)
		return c.IsWorking(to) && c.WorkingDaysBetween(from, to) == int(n)+1 && c.WorkingDaysBetween(to, from) == -int(n)-1
	}
	if err := quick.Check(undone, nil); err != nil {
		t.Error(err)
	}
}

func TestAddWorkingTime(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", s, rus.Moscow)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	night := Hours{}
	wrong := Hours{Open: 17 * time.Hour, Close: 8 * time.Hour}
	for _, row := range []struct {
		why, from string
		d         time.Duration
		h         Hours
		want      string
	}{
		{"in the morning", "2026-11-23 09:00", time.Hour, Office, "2026-11-23 10:00"},
		{"before opening", "2026-11-23 06:00", time.Hour, Office, "2026-11-23 09:00"},
		{"over lunch", "2026-11-23 11:30", time.Hour, Office, "2026-11-23 13:30"},
		{"in lunch", "2026-11-23 12:30", time.Hour, Office, "2026-11-23 14:00"},
		{"exactly at closing", "2026-11-23 16:00", time.Hour, Office, "2026-11-23 17:00"},
		{"over the night", "2026-11-23 16:30", time.Hour, Office, "2026-11-24 08:30"},
		{"Friday evening", "2026-11-20 16:30", time.Hour, Office, "2026-11-23 08:30"},
		{"before a holiday the day ends earlier", "2026-11-03 15:30", time.Hour, Office, "2026-11-05 08:30"},
		{"two whole days", "2026-11-23 08:00", 16 * time.Hour, Office, "2026-11-24 17:00"},
		{"no time at night waits for the opening", "2026-11-22 03:00", 0, Office, "2026-11-23 08:00"},
		{"less than no time", "2026-11-23 09:00", -time.Hour, Office, "2026-11-23 09:00"},
		{"all day and night", "2026-11-20 23:30", time.Hour, night, "2026-11-23 00:30"},
		{"wrong hours do not hang", "2026-11-23 09:00", time.Hour, wrong, "2026-11-23 10:00"},
	} {
		if got := Default().AddWorkingTime(at(row.from), row.d, row.h); !got.Equal(at(row.want)) {
			t.Errorf("%s: %v, want %s", row.why, got, row.want)
		}
	}
}

func BenchmarkAddWorkingDays(b *testing.B) {
	from := day("2026-11-23")
	for b.Loop() {
		Default().AddWorkingDays(from, 30)
	}
}
