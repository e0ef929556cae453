package catalog

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestFourServicesWithTheirRules(t *testing.T) {
	t.Parallel()
	c := load(t)
	for id, want := range map[string]struct {
		department string
		duty       int64
		parties    int
	}{
		"marriage":                  {"zags", 350_00, 2},
		"kindergarten-compensation": {"social", 0, 1},
		"child-benefit":             {"social", 0, 1},
		"advertising-permit":        {"municipality", 5000_00, 1},
	} {
		s, err := c.Service(id, 0)
		if err != nil {
			t.Fatal(err)
		}
		duty := int64(0)
		if s.Duty != nil {
			duty = s.Duty.On(now)
		}
		if s.Department != want.department || duty != want.duty || len(s.Parties) != want.parties {
			t.Errorf("%s: %s, %d, %d parties", id, s.Department, duty, len(s.Parties))
		}
	}
}

func TestMistakesNameFileAndLine(t *testing.T) {
	t.Parallel()
	const file = "services/marriage.yaml"
	for name, test := range map[string]struct{ old, new, want string }{
		"misspelt key":           {"popularity: 100", "popularty: 100", `popularty: no such key; did you mean "popularity"`},
		"wrong kind of value":    {"popularity: 100", "popularity: much", `popularity: want a whole number, got "much"`},
		"broken YAML":            {"audience: [citizen]", "audience: [citizen", ``},
		"unknown level":          {"level: standard", "level: high", `level: want one of .*`},
		"unknown department":     {"department: zags", "department: zaks", `no department "zaks"`},
		"unknown topic":          {"topics: [family]", "topics: [familly]", `topics\[0\]: subjects.yaml has no "familly"`},
		"unknown type":           {"type: slot", "type: slott", `no type "slott" of questions; did you mean "slot"`},
		"missing translation":    {`title: {ru: "Рождение", tt: "Туу", en: "Birth"}`, `title: {ru: "Рождение", en: "Birth"}`, `a text needs ru, tt and en`},
		"question twice":         {"id: first_name", "id: last_name", `"last_name" is taken`},
		"reserved id":            {"id: ceremonial", "id: today", `"today" is taken by the engine`},
		"unknown name":           {`when: citizenship == "OTHER"`, `when: citizenshp == "OTHER"`, `citizenshp`},
		"question of later step": {`when: citizenship == "OTHER"`, `when: marital_status == "OTHER"`, `marital_status`},
		"wrong operand":          {`when: citizenship == "OTHER"`, `when: citizenship > 5`, `mismatched`},
		"no condition at all":    {`when: citizenship == "OTHER"`, `when: citizenship`, `bool`},
		"broken expression":      {`when: citizenship == "OTHER"`, `when: citizenship ==`, `unexpected token`},
		"one equals sign":        {`when: citizenship == "OTHER"`, `when: citizenship = "OTHER"`, `write == to compare`},
		"unknown prefill":        {"prefill: birth_place", "prefill: birthplace", `no source "birthplace"`},
		"slot without office":    {"office: office", "office: ceremonial", `want the id of a question of type office`},
		"unknown party":          {"paid_by: first", "paid_by: third", `paid_by`},
		"party twice":            {"- id: second", "- id: first", `the party "first" is there twice`},
		"option twice":           {"value: bride", "value: groom", `a value of its own`},
		"wrong file name":        {"id: marriage\n", "id: wedding\n", `must be named wedding.yaml`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(edited(t, file, test.old, test.new))
			if err == nil {
				t.Fatal("accepted")
			}
			line := regexp.MustCompile(`services/marriage\.yaml:\d+:\d+: `)
			if !line.MatchString(err.Error()) || !regexp.MustCompile(test.want).MatchString(err.Error()) {
				t.Errorf("the error is: %v", err)
			}
		})
	}
}

// The line is that of the mistake, not merely of its file.
func TestMistakeOnItsLine(t *testing.T) {
	t.Parallel()
	raw, err := files.ReadFile("services/marriage.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(raw), `when: citizenship == "OTHER"`)
	_, err = Load(edited(t, "services/marriage.yaml", `when: citizenship == "OTHER"`, `when: citizenshp == "OTHER"`))
	want := "services/marriage.yaml:" + strconv.Itoa(strings.Count(before, "\n")+1) + ":"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("want %q in: %v", want, err)
	}
}

func TestMistakesOfOrganisations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, old, new, want string }{
		{"organisations.yaml", "id: zags-kazan-sovetsky", "id: zags-kazan-palace", "an id of its own"},
		{"organisations.yaml", `from: "10:00", until: "15:00"`, `from: "10:00", until: "9:00 pm"`, "weekdays 1 to 7"},
		{"organisations.yaml", "code: social", "code: zags", "a code of its own"},
		{"subjects.yaml", "id: baby", "id: wedding", "an id of its own"},
	} {
		_, err := Load(edited(t, test.file, test.old, test.new))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.file+":") {
			t.Errorf("%s: %v", test.new, err)
		}
	}
}
