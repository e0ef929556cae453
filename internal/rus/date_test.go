package rus

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	missing := func(parts ...string) DateProblem { return DateProblem{parts, DateMissing} }
	impossible := func(parts ...string) DateProblem { return DateProblem{parts, DateImpossible} }
	for _, row := range []struct {
		day, month, year string
		want             string
		problem          DateProblem
	}{
		{"22", "11", "2026", "2026-11-22", DateProblem{}},
		{" 1 ", "05", "2026", "2026-05-01", DateProblem{}},
		{"29", "2", "2024", "2024-02-29", DateProblem{}},
		{"9", "мая", "1945", "1945-05-09", DateProblem{}},
		{"", "11", "", "", missing(PartDay, PartYear)},
		{"40", "", "2026", "", missing(PartMonth)},
		{"40", "13", "26", "", impossible(PartDay, PartMonth, PartYear)},
		{"31", "апреля", "2026", "", impossible(PartDay)},
		{"29", "2", "2026", "", impossible(PartDay)},
		{"0", "1", "2026", "", impossible(PartDay)},
		{"1", "0", "2026", "", impossible(PartMonth)},
		{"1", "1", "20266", "", impossible(PartYear)},
		{"1", "1", "1026", "", impossible(PartYear)},
		{"-1", "1", "2026", "", impossible(PartDay)},
	} {
		got, problem := ParseDate(row.day, row.month, row.year)
		if diff := cmp.Diff(row.problem, problem); diff != "" {
			t.Errorf("%q %q %q (-want +got):\n%s", row.day, row.month, row.year, diff)
		}
		if problem.OK() && !got.Equal(day(row.want)) {
			t.Errorf("%q %q %q is %v", row.day, row.month, row.year, got)
		}
	}
}

func TestParseMonth(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[time.Month][]string{
		time.January:   {"1", "01", "Январь", "января", "янв", "янв.", "гыйнвар", "гыйнварда", "January", "jan"},
		time.February:  {"февраль", "феврале", "feb"},
		time.March:     {"март", "МАРТА", "мар", "мартта", "march"},
		time.April:     {"апрель", "апрелендә", "apr"},
		time.May:       {"май", "мая", "маю", "мае", "маенда", "May"},
		time.June:      {"июнь", "июня", "июн"},
		time.July:      {"июль", "июлем", "jul"},
		time.August:    {"август", "августа", "авг", "августында"},
		time.September: {"сентябрь", "сен", "сент", "sept"},
		time.October:   {"октября", "October"},
		time.November:  {"ноябрь", "ноябрендә", "11"},
		time.December:  {"декабре", "дек.", "12"},
		0:              {"", "ма", "ию", "13", "00", "maybe", "001", "decembers", "янв2"},
	} {
		for _, s := range spellings {
			if got := parseMonth(s); got != want {
				t.Errorf("%q is month %d, want %d", s, got, want)
			}
		}
	}
}

func TestFormatDate(t *testing.T) {
	t.Parallel()
	// Late evening in UTC is the next day in Moscow, where the citizen lives.
	at := time.Date(2026, 11, 21, 22, 5, 0, 0, time.UTC)
	for lang, want := range map[string]string{
		"ru": "22 ноября 2026 года, 01:05",
		"tt": "2026 елның 22 ноябре, 01:05",
		"en": "22 November 2026, 01:05",
		"":   "22 ноября 2026 года, 01:05",
	} {
		if got := FormatDateTime(at, lang); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	if got := FormatDate(day("1961-04-12"), "ru"); got != "12 апреля 1961 года" {
		t.Errorf("a date from the database: %s", got)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, birth, on string
		want           int
	}{
		{"the day before the birthday", "2008-11-23", "2026-11-22", 17},
		{"on the birthday", "2008-11-22", "2026-11-22", 18},
		{"born on 29 February, not yet", "2008-02-29", "2026-02-28", 17},
		{"born on 29 February, the day after", "2008-02-29", "2026-03-01", 18},
		{"not born yet", "2027-01-01", "2026-11-22", -1},
	} {
		if got := Age(day(row.birth), day(row.on)); got != row.want {
			t.Errorf("%s: %d, want %d", row.why, got, row.want)
		}
	}
}

func TestAddMonths(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, from string
		n         int
		want      string
	}{
		{"the same day", "2026-11-22", 1, "2026-12-22"},
		{"no such day in February", "2026-01-31", 1, "2026-02-28"},
		{"a leap year has one more", "2028-01-31", 1, "2028-02-29"},
		{"over the new year", "2026-11-30", 3, "2027-02-28"},
		{"a year", "2024-02-29", 12, "2025-02-28"},
		{"back", "2026-03-31", -1, "2026-02-28"},
		{"nowhere", "2026-03-31", 0, "2026-03-31"},
	} {
		if got := AddMonths(day(row.from), row.n).Format(time.DateOnly); got != row.want {
			t.Errorf("%s: %s, want %s", row.why, got, row.want)
		}
	}
	at := time.Date(2026, 1, 31, 23, 59, 0, 0, Moscow)
	if got := AddMonths(at, 1); !got.Equal(time.Date(2026, 2, 28, 23, 59, 0, 0, Moscow)) {
		t.Errorf("the time of day is lost: %v", got)
	}
}
