package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRegistersAreAskedByTheRule: about each party, about each child, and only where the condition holds.
func TestRegistersAreAskedByTheRule(t *testing.T) {
	t.Parallel()
	marriage := service(t, "marriage")
	set := Set{Shared: Answers{}, Parties: map[string]Answers{}}
	for _, p := range marriage.Parties {
		set.Parties[p.ID] = Answers{"last_name": "Гарипова", "first_name": "Алия", "birth_date": "1996-03-14"}
	}
	var got []string
	for _, a := range marriage.Asked(set) {
		got = append(got, a.Kind+" "+a.Party+" "+a.Values["last_name"]+" "+a.Values["birth_date"])
	}
	var want []string
	for _, kind := range []string{"passport", "marriage"} {
		for _, p := range marriage.Parties {
			want = append(want, kind+" "+p.ID+" Гарипова 1996-03-14")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	benefit := service(t, "child-benefit")
	children := []any{map[string]any{"child_certificate": "II-КБ 123456"}, map[string]any{"child_certificate": "II-КБ 654321"}}
	set = Set{Shared: Answers{"children": children}, Parties: map[string]Answers{}}
	births := ""
	for _, a := range benefit.Asked(set) {
		if a.Kind == "birth" {
			births += a.Values["certificate"] + ";"
		}
	}
	if births != "II-КБ 123456;II-КБ 654321;" {
		t.Errorf("asked about births %q", births)
	}

	permit := service(t, "building-permit")
	set = Set{Shared: Answers{"org": map[string]any{"inn": "1655700774", "ogrn": "1151690007776"}}, Acting: Organisation}
	list := permit.Asked(set)
	if len(list) != 1 || list[0].Kind != "organisation" || list[0].Values["ogrn"] != "1151690007776" {
		t.Errorf("of an organisation: %+v", list)
	}
}

// TestMistakesOfRegisterChecksAreTold: a misspelt question is found when the file is loaded, not when somebody has applied.
func TestMistakesOfRegisterChecksAreTold(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"{kind: pasport}":                         `want one of person`,
		"{kind: snils, party: nobody}":            "want the id of a party",
		"{kind: birth, each: nothing}":            "want the id of a repeated step",
		"{kind: snils, with: {snils: not_asked}}": `no question "not_asked"`,
		"{kind: snils, when: 'nonsense =='}":      "checks[0].when",
	} {
		_, err := Load(edited(t, "services/marriage.yaml", "\nchecks:\n", "\nchecks:\n  - "+rule+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", rule, err)
		}
	}
}
