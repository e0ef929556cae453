package catalog

import (
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/i18n"
)

// keptAsTyped reads a page as it was posted. What was accepted once must be accepted again, and mean the same: a reader may go back
// and save.
func keptAsTyped(t *testing.T, s *Service, step *Step, body string) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return
	}
	party := s.Parties[len(s.Parties)-1].ID
	if step.Party == "" {
		party = s.Parties[0].ID
	}
	values, _ = step.Rearrange(values)
	answers, problems := s.Parse(step, values, Set{Today: now}, party, Env{Now: now})
	if len(problems) > 0 {
		return
	}
	a := s.With(Set{Today: now}, step, party, answers)
	raw, err := s.Canonical(a)
	if err != nil || strings.Contains(string(raw), `\u0000`) {
		t.Fatalf("canonical form: %v, %s", err, raw)
	}
	d := &drawing{service: s, values: url.Values{}, stored: a.Of(step.Owner(party)), vars: map[string]any{}}
	visible := s.look(a).find(step.Owner(party), step.ID)
	if visible == nil {
		return
	}
	d.recall(visible)
	again, problems := s.Parse(step, d.values, a, party, Env{Now: now})
	if len(problems) > 0 {
		t.Fatalf("%v is not accepted again: %v", answers, problems)
	}
	if diff := cmp.Diff(answers, again); diff != "" {
		t.Fatal(diff)
	}
}

func FuzzParse(f *testing.F) {
	c := load(f)
	f.Add("marriage", "birth", "birth_date-day=29&birth_date-month=фев&birth_date-year=2001&birth_place=%00%ff")
	f.Add("kindergarten-compensation", "children", "children-count=99999999&children.0.child_snils=1&children.-1.x=2&_remove=children.-5")
	f.Add("child-benefit", "income", "income_work=1e309&income_social=-1&income_alimony=9999999999999999999&income_other=0x1")
	f.Add("advertising-permit", "structure", "width=inf&height=NaN&sides=-1&structure_type=roof")
	f.Fuzz(func(t *testing.T, id, step, body string) {
		s, err := c.Service(id, 0)
		if err != nil || s.Step(step) == nil {
			return
		}
		keptAsTyped(t, s, s.Step(step), body)
	})
}

// FuzzCompound reads the types that ask several things as one, each on a page of its own form.
func FuzzCompound(f *testing.F) {
	forms := map[string]*Service{}
	for typ := range compounds {
		forms[typ] = typesService(f, ask("x", typ))
	}
	for _, seed := range [][2]string{
		{"names", "x-last_name=Ивано\u0301в&x-first_name=Әминә&x-no_middle_name=yes"},
		{"passport", "x-series=92+04&x-number=123456&x-issued_on-day=1&x-issued_on-month=мая&x-issued_on-year=2010&x-issued_by=МВД&x-code=160001"},
		{"bank_account", "x-bik=049205805&x-account=40817810862000000017&x-bank=%00"},
		{"address", "x-locality=Казань&x-street=ул.+Баумана&x-house=1%0d%0a&x-index=420111&x-district=nowhere&x-text=a"},
		{"address", "x-text=где-то"},
		{"child", "x-last_name=А&x-first_name=Б&x-no_middle_name=yes&x-birth_date-day=29&x-birth_date-month=2&x-birth_date-year=2024&x-snils=11223344595&x-certificate=II-KБ+123456"},
		{"spouse", "x-last_name=А&x-first_name=Б&x-middle_name=В&x-birth_date-day=1&x-birth_date-month=1&x-birth_date-year=1&x-snils=0"},
		{"organisation", "x-inn=1655700774&x-ogrn=1151690007776&x-kpp=165501001&x-name=ООО+«Кырлай»"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, typ, body string) {
		if s := forms[typ]; s != nil {
			keptAsTyped(t, s, s.Step("all"), body)
		}
	})
}

// FuzzLoad reads definitions that nobody has looked through. What is accepted can be drawn and signed.
func FuzzLoad(f *testing.F) {
	f.Add(small)
	f.Add(typesSource(ask("a", "address", "prefill: me") + ask("b", "calculation", `value: "1 / 0"`)))
	f.Add(strings.Replace(small, `copies * param("fee")`, `sum(map(1..100, # * param("fee")))`, 1))
	f.Add("a: &a [*a, *a]\n")
	f.Add("steps: [{questions: [{}]}]\nparties: [{}]\nduty: {amount: -1}\nregion: {}\nroute: [{}]\nstatuses: {x: {}}")
	ground := smallFiles(f)
	texts := tr(f, i18n.RU)
	f.Fuzz(func(t *testing.T, text string) {
		all := fstest.MapFS{"services/small.yaml": {Data: []byte(text)}}
		for _, name := range []string{"organisations.yaml", "subjects.yaml", "parameters.yaml"} {
			all[name] = ground[name]
		}
		c, err := Load(all)
		if err != nil {
			for _, m := range Mistakes(err) {
				if m.Error() == "" {
					t.Fatal("a mistake without words")
				}
			}
			return
		}
		for _, s := range c.Services() {
			a := Set{Today: now}
			for _, party := range s.partyIDs() {
				for _, step := range s.StepsOf(party, a) {
					s.Fields(&step, a, party, nil, nil, Env{Now: now}, texts)
				}
				s.Summary(a, party, texts)
			}
			if _, err := s.Canonical(a); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Bill(a, now); err != nil {
				continue // told to the methodologist in the preview
			}
		}
	})
}
