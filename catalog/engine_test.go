package catalog

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// now is a Sunday noon: the day of the contract.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, rus.Moscow)

func service(t testing.TB, id string) *Service {
	t.Helper()
	s, err := load(t).Service(id, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tr(t testing.TB, lang i18n.Lang) Tr {
	t.Helper()
	return Tr{Lang: lang, Texts: newPages(t).Bundle}
}

// form makes what a browser sends: "name=value" words; a date is "name=2000-1-31".
func form(pairs ...string) url.Values {
	values := url.Values{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if date, err := time.Parse("2006-1-2", value); err == nil {
			values.Set(name+"-year", date.Format("2006"))
			values.Set(name+"-month", date.Format("1"))
			values.Set(name+"-day", date.Format("2"))
			continue
		}
		values.Add(name, value)
	}
	return values
}

// fill answers a step and fails the test when it does not pass.
func fill(t *testing.T, s *Service, a Set, party, step string, pairs ...string) Set {
	t.Helper()
	answers, problems := s.Parse(s.Step(step), form(pairs...), a, party, Env{Now: now})
	if len(problems) > 0 {
		t.Fatalf("%s of %s: %v", step, party, problems)
	}
	return s.With(a, s.Step(step), party, answers)
}

func problemsOf(s *Service, a Set, party, step string, pairs ...string) Problems {
	_, problems := s.Parse(s.Step(step), form(pairs...), a, party, Env{Now: now})
	return problems
}

// person fills all own steps of a party of the marriage.
func person(t *testing.T, s *Service, a Set, party, last, first, birth string) Set {
	t.Helper()
	a = fill(t, s, a, party, "name", "last_name="+last, "first_name="+first)
	a = fill(t, s, a, party, "birth", "birth_date="+birth, "birth_place=город Казань")
	a = fill(t, s, a, party, "citizenship_step", "citizenship=RUS")
	a = fill(t, s, a, party, "marital", "marital_status=single")
	a = fill(t, s, a, party, "residence", "address=Казань, ул. Баумана, 1")
	a = fill(t, s, a, party, "identity", "identity_kind=passport")
	a = fill(t, s, a, party, "passport", "passport_series=92 18", "passport_number=654321", "passport_issued_on=2018-5-3",
		"passport_issued_by=МВД по Республике Татарстан", "passport_code=160001")
	a = fill(t, s, a, party, "surname", "surname_choice=keep")
	a = fill(t, s, a, party, "contacts", "phone=8 917 200 00 01")
	return fill(t, s, a, party, "agreement", "consent_marriage=yes", "consent_data=yes")
}

func shared(t *testing.T, s *Service) Set {
	t.Helper()
	a := Set{Today: now}
	a = fill(t, s, a, "first", "beginning", "obstacles=none", "together=yes")
	a = fill(t, s, a, "first", "applicant", "filer_role=bride")
	a = fill(t, s, a, "first", "place", "office=zags-kazan-palace")
	a = fill(t, s, a, "first", "ceremony", "ceremonial=yes")
	a = fill(t, s, a, "first", "date", "slot=2027-02-05T11:30:00+03:00")
	return fill(t, s, a, "first", "children")
}

func TestMarriageFromTheFirstQuestionToTheLast(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s)
	if step, ok := s.Complete(a, "first"); ok || step != "name" {
		t.Errorf("after the shared steps the first party misses %q", step)
	}
	a = person(t, s, a, "first", "Гарипова", "Алия", "1998-04-12")
	if step, ok := s.Complete(a, "first"); !ok {
		t.Errorf("first party misses %q", step)
	}
	if step, ok := s.Complete(a, "second"); ok || step != "name" {
		t.Errorf("second party misses %q before it began", step)
	}
	a = person(t, s, a, "second", "Хабибуллин", "Тимур", "1996-09-03")
	for _, party := range []string{"first", "second"} {
		if step, ok := s.Complete(a, party); !ok {
			t.Errorf("%s misses %q", party, step)
		}
	}
	if got := a.Parties["first"]["passport_series"]; got != "9218" {
		t.Errorf("series is stored as %q", got)
	}
	if got := a.Parties["first"]["phone"]; got != "+79172000001" {
		t.Errorf("phone is stored as %q", got)
	}
	if _, has := a.Shared["common_children"]; has {
		t.Error("a question left out has an answer")
	}
}

func TestPartiesSeeTheirOwnSteps(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	ids := func(party string) (ids []string) {
		for _, step := range s.StepsOf(party, Set{}) {
			ids = append(ids, step.ID)
		}
		return ids
	}
	own := []string{"name", "birth", "citizenship_step", "marital", "residence", "identity", "other_document", "surname", "contacts", "agreement"}
	common := []string{"beginning", "applicant", "place", "ceremony", "date", "children"}
	if diff := cmp.Diff(append(common, own...), ids("first")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(own, ids("second")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(common, ids("")); diff != "" {
		t.Error(diff)
	}
}

func TestStops(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s) // the wedding is on 2027-02-05
	for _, test := range []struct{ birth, want string }{
		{"2009-02-05", ""}, // 18 on the very day
		{"2009-2-6", ""},   // with a permission: services_citizen_test.go
		{"2011-2-5", ""},
		{"2011-2-6", "16 лет"},
	} {
		b := fill(t, s, a, "second", "birth", "birth_date="+test.birth, "birth_place=Казань")
		stop := s.Stopped(s.Step("birth"), b, "second")
		if (stop != nil) != (test.want != "") || stop != nil && !strings.Contains(stop.Title.RU, test.want) {
			t.Errorf("born %s: stopped by %v", test.birth, stop)
		}
		if other := s.Stopped(s.Step("birth"), b, "first"); other != nil {
			t.Errorf("born %s: the other party is stopped too", test.birth)
		}
		if _, ok := s.Complete(b, "second"); ok {
			t.Errorf("born %s: complete", test.birth)
		}
	}
	b := fill(t, s, a, "first", "beginning", "obstacles=married", "together=yes")
	if step, ok := s.Complete(b, "first"); ok || step != "beginning" {
		t.Errorf("a married person gets as far as %q", step)
	}
}

func TestSurnames(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s) // the first party is the bride
	a = fill(t, s, a, "first", "name", "last_name=Гарипова", "first_name=Алия")
	a = fill(t, s, a, "second", "name", "last_name=Хабибуллин", "first_name=Тимур")
	for _, test := range []struct {
		bride, brideName, groom, groomName string
		good                               bool
	}{
		{"keep", "", "keep", "", true},
		{"spouse", "Хабибуллина", "keep", "", true},
		{"keep", "", "spouse", "Гарипов", true},
		{"spouse", "Хабибуллина", "spouse", "Гарипов", false}, // they would only swap
		{"spouse", "Иванова", "keep", "", false},
		{"double", "Хабибуллина-Гарипова", "double", "Хабибуллин-Гарипов", true},
		{"double", "Хабибуллина-Гарипова", "keep", "", true},
		{"double", "Гарипова-Хабибуллина", "keep", "", false}, // his comes first
		{"double", "Хабибуллина", "keep", "", false},
		{"spouse", "Хабибуллина", "double", "Хабибуллин-Гарипов", false},
	} {
		b, good := a, true
		try := func(party, choice, name string) {
			answers, problems := s.Parse(s.Step("surname"), form("surname_choice="+choice), b, party, Env{Now: now})
			if good = good && len(problems) == 0; !good {
				return
			}
			b = s.With(b, s.Step("surname"), party, answers)
			if name != "" {
				answers, problems = s.Parse(s.Step("new_surname"), form("surname_after="+name), b, party, Env{Now: now})
				good = len(problems) == 0
				b = s.With(b, s.Step("new_surname"), party, answers)
			}
		}
		try("first", test.bride, test.brideName)
		try("second", test.groom, test.groomName)
		if good != test.good {
			t.Errorf("bride %s %s, groom %s %s: accepted is %v", test.bride, test.brideName, test.groom, test.groomName, good)
		}
	}
	b := fill(t, s, a, "first", "name", "last_name=Сафина-Гарипова", "first_name=Алия")
	if len(problemsOf(s, b, "first", "surname", "surname_choice=double")) == 0 {
		t.Error("a third surname is accepted")
	}
}

// A later change of the other party must be seen: the choice of the first no longer fits.
func TestOtherPartyBreaksAnAnswer(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := person(t, s, shared(t, s), "first", "Гарипова", "Алия", "1998-04-12")
	a = person(t, s, a, "second", "Хабибуллин", "Тимур", "1996-09-03")
	a = fill(t, s, a, "first", "surname", "surname_choice=spouse")
	a = fill(t, s, a, "first", "new_surname", "surname_after=Хабибуллина")
	if step, ok := s.Complete(a, "first"); !ok {
		t.Fatalf("misses %q", step)
	}
	a = fill(t, s, a, "second", "name", "last_name=Сафин", "first_name=Тимур")
	if step, ok := s.Complete(a, "first"); ok || step != "new_surname" {
		t.Errorf("her new surname is his old one, and she misses %q", step)
	}
}

func TestSlotHangsOnTheOffice(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s)
	same := fill(t, s, a, "first", "place", "office=zags-kazan-palace")
	if same.Shared["slot"] == nil {
		t.Error("the same office again takes the time away")
	}
	other := fill(t, s, a, "first", "place", "office=zags-chelny")
	if other.Shared["slot"] != nil {
		t.Error("another office keeps the time")
	}
	if a.Shared["slot"] == nil {
		t.Error("With changed the set it was given")
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s)
	for slot, want := range map[string]string{
		"2027-02-05T11:30:00+03:00": "",
		"2027-02-05T08:30:00Z":      "",                  // the same moment
		"2027-02-05T13:00:00+03:00": "catalog.slot_gone", // the break
		"2027-02-04T11:30:00+03:00": "catalog.slot_gone", // a Thursday
		"2026-12-19T11:30:00+03:00": "catalog.slot_gone", // less than a month and two days
		"2026-12-25T11:30:00+03:00": "",
		"2027-11-20T11:30:00+03:00": "", // a Saturday within the twelve months
		"2027-11-26T11:30:00+03:00": "catalog.slot_gone",
		"2027-05-01T11:30:00+03:00": "catalog.slot_gone", // a holiday
		"soon":                      "catalog.missing_slot",
		"":                          "catalog.missing_slot",
	} {
		got := ""
		for _, p := range problemsOf(s, a, "first", "date", "slot="+slot) {
			got = p.Key
		}
		if got != want {
			t.Errorf("%q: %q, want %q", slot, got, want)
		}
	}
	taken := Env{Now: now, Slots: func(string) []Day { return nil }}
	if _, problems := s.Parse(s.Step("date"), form("slot=2027-02-05T11:30:00+03:00"), a, "first", taken); len(problems) == 0 {
		t.Error("a time that is not free is accepted")
	}
}

func TestWindowOfTheLaw(t *testing.T) {
	t.Parallel()
	w := Window{Months: 1, Days: 2, MaxMonths: 12}
	for _, test := range []struct{ today, first, last string }{
		{"2026-11-22", "2026-12-24", "2027-11-22"},
		{"2027-01-31", "2027-03-02", "2028-01-31"}, // the month ends on 28 February
		{"2028-02-29", "2028-03-31", "2029-02-28"},
	} {
		today, err := time.ParseInLocation(time.DateOnly, test.today, rus.Moscow)
		if err != nil {
			t.Fatal(err)
		}
		first, last := w.Range(today.Add(23 * time.Hour))
		if day(first) != test.first || day(last) != test.last {
			t.Errorf("%s: from %s to %s", test.today, day(first), day(last))
		}
	}
}

func TestHiddenAnswersDoNotCount(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s)
	a = person(t, s, a, "first", "Гарипова", "Алия", "1998-04-12")
	before, err := s.Canonical(a)
	if err != nil {
		t.Fatal(err)
	}
	a = fill(t, s, a, "first", "marital", "marital_status=divorced")
	a = fill(t, s, a, "first", "former_marriage", "former_document=divorce_certificate", "former_number=I-КБ 123456",
		"former_issued_by=ЗАГС", "former_issued_on=2020-1-2")
	if text, _ := s.Canonical(a); !strings.Contains(string(text), "I-КБ 123456") {
		t.Error("a visible answer is not signed")
	}
	a = fill(t, s, a, "first", "marital", "marital_status=single")
	after, err := s.Canonical(a)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Error(diff)
	}
	if got := a.Parties["first"]["former_number"]; got != "I-КБ 123456" {
		t.Errorf("the hidden answer is lost: %v", got)
	}
}

func TestDutyByDate(t *testing.T) {
	t.Parallel()
	d := Duty{Amount: Number{Literal: 35000}, Changes: []Rate{{From: "2027-01-01", Amount: 50000}}}
	for at, want := range map[string]int64{"2026-12-31T20:59:59Z": 35000, "2026-12-31T21:00:00Z": 50000} { // midnight in Moscow
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.On(moment); got != want {
			t.Errorf("%s: %d", at, got)
		}
	}
}
