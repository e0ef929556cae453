package stand

import (
	"testing"

	"tamga/internal/dbtest"
)

func TestRegisterOfPapers(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Stand)
	aliya := Paper{Kind: "MDCL_PLCY", Number: "1656001234567890", LastName: "Гарипова", FirstName: "Алия", MiddleName: "Маратовна", BirthDate: "1998-04-12"}
	if err := SeedPapers(t.Context(), tx, []Paper{aliya, aliya}, nil); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		change func(*Paper)
		want   string
	}{
		"her own":           {func(*Paper) {}, ""},
		"somebody else's":   {func(p *Paper) { p.LastName = "Хабибуллин" }, "name"},
		"another birthday":  {func(p *Paper) { p.BirthDate = "1998-04-13" }, "birth_date"},
		"a newcomer's":      {func(p *Paper) { p.Number, p.LastName = "1656001234567891", "Галиев" }, ""},
		"Ошибкин's":         {func(p *Paper) { p.Number, p.LastName = "1656001234567891", "Ошибкина" }, "name"},
		"one with no place": {func(p *Paper) { p.Number = "1656001234000000" }, "not_found"},
		"no date":           {func(p *Paper) { p.BirthDate = "" }, "not_found"},
	} {
		asked := aliya
		row.change(&asked)
		got, err := (&registers{db: tx}).paper(t.Context(), asked)
		if err != nil || got.Reason != row.want || got.Match != (row.want == "") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestRegisterOfBirths(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Stand)
	child := Paper{Number: "IV-КБ 700001", LastName: "Җиһаншин", FirstName: "Илназ", MiddleName: "Рөстәм улы", BirthDate: "2016-03-09"}
	err := SeedPapers(t.Context(), tx, nil, []Birth{{Paper: child, Sex: "male", Parents: []string{"Җиһаншина Әминә Фәрит кызы", "Җиһаншин Рөстәм Айдарович"}}})
	if err != nil {
		t.Fatal(err)
	}
	mother := birthClaim{Paper: child, Sex: "male", ParentLast: "Җиһаншина", ParentFirst: "Әминә", ParentMiddle: "Фәрит кызы"}
	for name, row := range map[string]struct {
		change func(*birthClaim)
		want   string
	}{
		"the mother": {func(*birthClaim) {}, ""},
		"the father": {func(b *birthClaim) {
			b.ParentLast, b.ParentFirst, b.ParentMiddle = "Җиһаншин", "Рөстәм", "Айдарович"
		}, ""},
		"a stranger":         {func(b *birthClaim) { b.ParentFirst = "Алия" }, "parent"},
		"another name":       {func(b *birthClaim) { b.FirstName = "Ильдар" }, "name"},
		"a girl":             {func(b *birthClaim) { b.Sex = "female" }, "sex"},
		"a newcomer":         {func(b *birthClaim) { b.Number, b.ParentLast = "II-КБ 123456", "Галиев" }, ""},
		"Ошибкин":            {func(b *birthClaim) { b.Number, b.ParentLast = "II-КБ 123456", "Ошибкин" }, "parent"},
		"a number for demos": {func(b *birthClaim) { b.Number = "II-КБ 999456" }, "parent"},
		"no such":            {func(b *birthClaim) { b.Number = "II-КБ 000000" }, "not_found"},
	} {
		asked := mother
		row.change(&asked)
		got, err := (&registers{db: tx}).births(t.Context(), asked)
		if err != nil || got.Reason != row.want || got.Match != (row.want == "") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// A document of another country has no series, and its number may have letters.
func TestRegisterOfForeignDocuments(t *testing.T) {
	t.Parallel()
	r := &registers{db: dbtest.Tx(t, dbtest.Stand)}
	for number, want := range map[string]bool{"AB 1234567": true, "AB 000000": false, "": false} {
		asked := Person{Kind: "FID_DOC", Number: number, LastName: "Каримов", FirstName: "Рустам", BirthDate: "1990-01-01"}
		if got, err := r.interior(t.Context(), asked.plain()); err != nil || got.Match != want {
			t.Errorf("%q: %+v, %v", number, got, err)
		}
	}
}
