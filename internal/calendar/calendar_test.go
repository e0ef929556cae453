package calendar

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/rus"
)

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, rus.Moscow)
	if err != nil {
		panic(err)
	}
	return t
}

func daysOf(year int, holds func(time.Time) bool) []string {
	var days []string
	for t := time.Date(year, 1, 1, 0, 0, 0, 0, rus.Moscow); t.Year() == year; t = t.AddDate(0, 0, 1) {
		if holds(t) {
			days = append(days, t.Format(time.DateOnly))
		}
	}
	return days
}

func TestWorkingDaysOfPublishedYears(t *testing.T) {
	t.Parallel()
	c := Default()
	for year, want := range map[int]int{2025: 245, 2026: 244} {
		if got := len(daysOf(year, c.IsWorking)); got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
		if !c.Known(year) {
			t.Errorf("%d is not known", year)
		}
	}
	if got := c.WorkingDaysBetween(day("2025-12-31"), day("2026-12-31")); got != 244 {
		t.Errorf("counted as a term, 2026 has %d", got)
	}
}

func TestDaysThatSurprise(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, day string
		working  bool
	}{
		{"moved from January 2025", "2025-05-02", false},
		{"moved from 23 February", "2025-05-08", false},
		{"23 February gave its day to May", "2025-02-24", true},
		{"a worked Saturday", "2025-11-01", true},
		{"and the Monday in its place", "2025-11-03", false},
		{"moved from 3 January", "2026-01-09", false},
		{"the first working day", "2026-01-12", true},
		{"moved from 8 March by the Labour Code", "2026-03-09", false},
		{"Uraza-bairam", "2026-03-20", false},
		{"Kurban-bairam", "2026-05-27", false},
		{"a holiday of the republic on Sunday is not moved", "2026-08-31", true},
		{"Constitution Day of the republic", "2026-11-06", false},
		{"moved from 4 January", "2026-12-31", false},
		{"a worked Saturday that is announced", "2027-11-13", true},
		{"and the Friday in its place", "2027-11-05", false},
		{"12 June 2027 is a Saturday", "2027-06-14", false},
	} {
		if got := Default().IsWorking(day(row.day)); got != row.working {
			t.Errorf("%s: %s working %v", row.why, row.day, got)
		}
	}
}

// The list of short days was published for Tatarstan (news.mail.ru/society/68640779).
func TestShortDays(t *testing.T) {
	t.Parallel()
	want := []string{"2026-03-19", "2026-04-30", "2026-05-08", "2026-05-26", "2026-06-11", "2026-11-03", "2026-11-05"}
	if diff := cmp.Diff(want, daysOf(2026, Default().IsShort)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !Default().IsShort(day("2025-11-01")) {
		t.Error("the worked Saturday before 4 November 2025 is as short as the Monday it stands for")
	}
}

func TestYearOutsideOfTables(t *testing.T) {
	t.Parallel()
	c := Default()
	if c.Known(2027) || c.Known(2031) {
		t.Error("a year without decrees is called known")
	}
	for on, working := range map[string]bool{
		"2031-01-08": false, "2031-01-09": true, "2031-03-10": false, "2031-03-11": true, "2031-08-29": true,
	} {
		if got := c.IsWorking(day(on)); got != working {
			t.Errorf("%s working %v", on, got)
		}
	}
}

func TestDayIsThatOfMoscow(t *testing.T) {
	t.Parallel()
	c := Default()
	if !c.IsWorking(time.Date(2026, 1, 11, 22, 0, 0, 0, time.UTC)) {
		t.Error("late Sunday evening in UTC is Monday in Kazan")
	}
	if c.IsWorking(time.Date(2026, 1, 11, 0, 0, 0, 0, time.UTC)) {
		t.Error("a date from the database is another day")
	}
}

func TestHolidays(t *testing.T) {
	t.Parallel()
	all := Default().Holidays(2026)
	if len(all) != 18 {
		t.Fatalf("%d holidays, want 14 federal and 4 of the republic", len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b Holiday) int { return a.Date.Compare(b.Date) }) {
		t.Error("not in their order")
	}
	for _, h := range all {
		if h.RU == "" || h.TT == "" || h.EN == "" || h.Body == "" {
			t.Errorf("%s lacks a name or a body: %+v", h.Date.Format(time.DateOnly), h)
		}
	}
}

func TestLoadNamesTheMistake(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	rules := file("version: x\nbodies: [{body: federal, moved: true}]")
	good := file("{body: federal, year: 2026, version: x, final: true}")
	for name, fsys := range map[string]fstest.MapFS{
		"no rules":         {"a.yaml": good},
		"empty rules":      {"rules.yaml": file(""), "a.yaml": good},
		"no such day":      {"rules.yaml": rules, "a.yaml": file(`{body: b, year: 2026, version: x, holidays: [{day: "02-30"}]}`)},
		"misspelt field":   {"rules.yaml": rules, "a.yaml": file(`{body: b, year: 2026, version: x, holidais: []}`)},
		"no year":          {"rules.yaml": rules, "a.yaml": file(`{body: b, version: x}`)},
		"two of one kind":  {"rules.yaml": rules, "a.yaml": good, "b.yaml": good},
		"not YAML at all":  {"rules.yaml": file("bodies: [")},
		"a day of no form": {"rules.yaml": rules, "a.yaml": file(`{body: b, year: 2026, version: x, holidays: [{day: [1]}]}`)},
	} {
		if _, err := Load(fsys); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if c, err := Load(fstest.MapFS{"rules.yaml": rules, "a.yaml": good}); err != nil || !c.Known(2026) {
		t.Errorf("a good folder: %v", err)
	}
}
