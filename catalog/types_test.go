package catalog

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"tamga/internal/i18n"
)

// typesService is a form with one question of every type that stands by itself, whatever the definitions use at the moment.
func typesService(t testing.TB, questions string) *Service {
	t.Helper()
	c := load(t)
	s, err := c.read("services/all-types.yaml", []byte(typesSource(questions)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func typesSource(questions string) string {
	return `id: all-types
name: &t {ru: "Все поля", tt: "Барлык кырлар", en: "All fields"}
summary: *t
audience: [citizen]
topics: [family]
department: zags
level: none
who: [*t]
term: {count: 1, unit: days, text: *t}
result: *t
parties: [{id: first, name: *t}]
steps:
  - id: all
    title: *t
    questions:
` + questions
}

// ask writes a question of a type with further keys.
func ask(id, typ string, more ...string) string {
	return fmt.Sprintf("      - {id: %s, type: %s, label: *t%s}\n", id, typ, strings.Join(append([]string{""}, more...), ", "))
}

// every type of the table in doc.go, with what a person may type and what is kept of it.
var everyType = []struct {
	typ, more string
	typed     []string
	kept      any
}{
	{"text", "", []string{"=два  слова"}, "два слова"},
	{"name", "", []string{"=Мөхәммәт — Вәли"}, "Мөхәммәт-Вәли"},
	{"date", "", []string{"-day=12", "-month=марта", "-year=1990"}, "1990-03-12"},
	{"phone", "", []string{"=8 (843) 5-114-115"}, "+78435114115"},
	{"email", "", []string{"=name@mail.ru"}, "name@mail.ru"},
	{"snils", "", []string{"=112-233-445 95"}, "11223344595"},
	{"inn", "", []string{"=7707 083 893"}, "7707083893"},
	{"ogrn", "", []string{"=1027739326449"}, "1027739326449"},
	{"ogrn_any", "", []string{"=304500116000157"}, "304500116000157"},
	{"kpp", "", []string{"=165501001"}, "165501001"},
	{"birth_certificate", "", []string{"=Ш-KБ O12345"}, "III-КБ 012345"},
	{"plate", "", []string{"=a123bc 116 RUS"}, "А123ВС116"},
	{"sts", "", []string{"=16 XX 123456"}, "16ХХ123456"},
	{"driving_licence", "", []string{"=9901 123456"}, "9901 123456"},
	{"cadastral", "", []string{"=16:50:011102:33"}, "16:50:011102:33"},
	{"oms_policy", "", []string{"=1600 0000 0000 0012"}, "1600000000000012"},
	{"foreign_passport", "", []string{"=70 № 1234567"}, "70 1234567"},
	{"military_id", "", []string{"=AK 1234567"}, "АК 1234567"},
	{"money", "", []string{"=1 234,5 руб."}, "1234.50"},
	{"flag", "", []string{"=yes"}, "yes"},
	{"consent", "", []string{"=yes"}, "yes"},
	{"names", "", []string{"-last_name=Гарипова", "-first_name=Әлия", "-no_middle_name=yes", "-middle_name=Ивановна"},
		map[string]any{"last_name": "Гарипова", "first_name": "Әлия", "no_middle_name": "yes"}},
	{"passport", "", []string{"-series=92 18", "-number=654321", "-issued_on-day=3", "-issued_on-month=мая", "-issued_on-year=2018",
		"-issued_by=МВД", "-code=160001"}, map[string]any{"series": "9218", "number": "654321", "issued_on": "2018-05-03",
		"issued_by": "МВД", "code": "160-001"}},
	{"child", "", []string{"-last_name=Гарипов", "-first_name=Амир", "-middle_name=Тимурович", "-birth_date-day=1", "-birth_date-month=3",
		"-birth_date-year=2022", "-snils=11223344595", "-certificate=II-КБ 123456"}, map[string]any{"last_name": "Гарипов",
		"first_name": "Амир", "middle_name": "Тимурович", "birth_date": "2022-03-01", "snils": "11223344595", "certificate": "II-КБ 123456"}},
	{"spouse", "without: [snils]", []string{"-last_name=Гарипов", "-first_name=Амир", "-no_middle_name=yes", "-birth_date-day=1",
		"-birth_date-month=3", "-birth_date-year=1990"}, map[string]any{"last_name": "Гарипов", "first_name": "Амир",
		"no_middle_name": "yes", "birth_date": "1990-03-01"}},
	{"organisation", "", []string{"-inn=7707083893", "-ogrn=1027739326449", "-name=Банк"},
		map[string]any{"inn": "7707083893", "ogrn": "1027739326449", "name": "Банк"}},
}

func TestEveryTypeKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	for _, test := range everyType {
		t.Run(test.typ, func(t *testing.T) {
			t.Parallel()
			var more []string
			if test.more != "" {
				more = []string{test.more}
			}
			s := typesService(t, ask("q", test.typ, more...))
			values := url.Values{}
			for _, pair := range test.typed {
				name, value, _ := strings.Cut(pair, "=")
				values.Set("q"+name, value)
			}
			answers, problems := s.Parse(s.Step("all"), values, Set{Today: now}, "first", Env{Now: now})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(Answers{"q": test.kept}, answers); diff != "" {
				t.Fatal(diff)
			}
			keptAgain(t, s, answers)
			if empty, problems := s.Parse(s.Step("all"), url.Values{}, Set{Today: now}, "first", Env{Now: now}); test.typ != "flag" &&
				(len(problems) == 0 || len(empty) > 0) {
				t.Errorf("nothing typed gives %v, %v", empty, problems)
			}
		})
	}
}

// keptAgain stores answers as the database does, draws the page and sends it as it stands: nothing may change.
func keptAgain(t *testing.T, s *Service, answers Answers) {
	t.Helper()
	a := s.With(Set{Today: now}, s.Step("all"), "first", answers)
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	b := Set{Today: now}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	d := &drawing{service: s, values: url.Values{}, stored: b.Shared, tr: tr(t, i18n.RU)}
	d.recall(s.Step("all"))
	again, problems := s.Parse(s.Step("all"), d.values, b, "first", Env{Now: now})
	if diff := cmp.Diff(answers, again); diff != "" || len(problems) > 0 {
		t.Errorf("sent again as shown: %v\n%s", problems, diff)
	}
	if _, ok := s.Complete(b, "first"); !ok {
		t.Error("a filled form is not complete")
	}
	for _, lang := range i18n.Langs {
		for _, section := range s.Summary(b, "", tr(t, lang)) {
			for _, row := range section.Rows {
				if row.Value == "" || strings.Contains(row.Value, "catalog") || strings.Contains(row.Value, "%!") {
					t.Errorf("%s: shown as %q", lang, row.Value)
				}
			}
		}
	}
}

func TestAddressInPartsOrInOneLine(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("q", "address"))
	values := url.Values{"q-locality": {"Казань"}, "q-street": {"улица Баумана"}, "q-house": {"1"}}
	answers, problems := s.Parse(s.Step("all"), values, Set{Today: now}, "first", Env{Now: now})
	if len(problems) > 0 || answers["q"].(map[string]any)["text"] != "г. Казань, улица Баумана, д. 1" {
		t.Errorf("%v %v", answers, problems)
	}
	keptAgain(t, s, answers)
	// A line that was left standing yields to the parts that are filled in later; one that was just written does not.
	values.Set("q", "за рекой")
	stored := Set{Today: now, Shared: Answers{"q": map[string]any{"text": "за рекой"}}}
	answers, _ = s.Parse(s.Step("all"), values, stored, "first", Env{Now: now})
	if got := answers["q"].(map[string]any)["district"]; got != "городской округ Казань" {
		t.Errorf("%v", answers)
	}
	answers, _ = s.Parse(s.Step("all"), values, Set{Today: now}, "first", Env{Now: now})
	if diff := cmp.Diff(map[string]any{"text": "за рекой"}, answers["q"]); diff != "" {
		t.Error(diff)
	}
	answers, problems = s.Parse(s.Step("all"), url.Values{"q": {"за рекой, третий дом"}}, Set{Today: now}, "first", Env{Now: now})
	if len(problems) > 0 || answers["q"].(map[string]any)["text"] != "за рекой, третий дом" {
		t.Errorf("%v %v", answers, problems)
	}
	keptAgain(t, s, answers)
}

func TestFilesOfTheApplicationOnly(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("q", "file", "count: 2"))
	own := File{ID: uuid.NewString(), Name: "скан.pdf", Type: "pdf", Size: 2048, SHA256: "ab"}
	env := Env{Now: now, File: func(id string) (File, bool) { return own, id == own.ID }}
	answers, problems := s.Parse(s.Step("all"), url.Values{"q": {own.ID, uuid.NewString(), own.ID, "x"}}, Set{Today: now}, "first", env)
	if len(problems) > 0 || len(answers["q"].([]any)) != 1 {
		t.Errorf("%v %v", answers, problems)
	}
	if _, problems = s.Parse(s.Step("all"), url.Values{"q": {uuid.NewString()}}, Set{Today: now}, "first", env); len(problems) != 1 {
		t.Errorf("a file of somebody else: %v", problems)
	}
}

func TestAddressOfTheProfileIsTakenApart(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("q", "address", "prefill: address"))
	for known, want := range map[string]map[string]string{
		"420111, г. Казань, ул. Баумана, д. 1, кв. 5": {"q-locality": "Казань", "q-street": "улица Баумана", "q-house": "1", "q-flat": "5", "q": ""},
		"Москва, Арбат, 1":                            {"q-locality": "", "q": "Москва, Арбат, 1"},
	} {
		d := &drawing{service: s, values: url.Values{}, stored: Answers{}, env: Env{Prefill: map[string]string{"address": known}}}
		d.recall(s.Step("all"))
		for name, value := range want {
			if got := d.values.Get(name); got != value {
				t.Errorf("%q: %s is %q, want %q", known, name, got, value)
			}
		}
	}
}

func TestBankAccount(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("q", "bank_account"))
	for _, test := range []struct{ bik, account, bank, field, key, name string }{
		{"044525225", "40702810138250123017", "", "", "", "ПАО Сбербанк"},
		{"044525225", "40702810138250123017", "Мой банк", "", "", "ПАО Сбербанк"},
		{"044525225", "40702810138250123018", "", "q-account", "rus.account.check", ""},
		{"044525225", "2202 2012 3456 7895", "", "q-account", "catalog_fields.account_card", ""},
		{"044525187", "40702810138250123017", "", "q-account", "rus.account.check", ""},
		{"044525226", "40702810038250123017", "", "q-bank", "catalog_fields.bank_unknown", ""},
		{"044525226", "40702810038250123017", "Банк без вывески", "", "", "Банк без вывески"},
		{"", "40702810138250123017", "", "q-bik", "catalog_fields.missing_example", ""},
	} {
		values := url.Values{"q-bik": {test.bik}, "q-account": {test.account}, "q-bank": {test.bank}}
		answers, problems := s.Parse(s.Step("all"), values, Set{Today: now}, "first", Env{Now: now})
		if test.key != "" {
			if len(problems) != 1 || problems[0].Field != test.field || problems[0].Key != test.key {
				t.Errorf("%+v: %v", test, problems)
			}
			continue
		}
		if got, _ := answers["q"].(map[string]any); len(problems) > 0 || got["bank"] != test.name {
			t.Errorf("%+v: %v %v", test, got, problems)
		}
	}
}

// Conditions read the parts of a compound question, and a misspelt one is a mistake of the definition.
func TestConditionsReadParts(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("kid", "child", "without: [snils, certificate]", `validate: 'age(kid.birth_date, today) < 18'`, "invalid: *t")+
		"  - id: next\n    when: kid.last_name == \"Гарипов\"\n    title: *t\n    questions:\n"+ask("more", "text"))
	values := form("kid-birth_date=2022-3-1", "kid-last_name=Гарипов", "kid-first_name=Амир", "kid-no_middle_name=yes")
	answers, problems := s.Parse(s.Step("all"), values, Set{Today: now}, "first", Env{Now: now})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	a := s.With(Set{Today: now}, s.Step("all"), "first", answers)
	if missing, _ := s.Complete(a, "first"); missing != "next" {
		t.Errorf("the next step is not asked: %q", missing)
	}
	values.Set("kid-birth_date-year", "1990")
	if _, problems = s.Parse(s.Step("all"), values, Set{Today: now}, "first", Env{Now: now}); len(problems) != 1 || problems[0].Field != "kid-last_name" {
		t.Errorf("a child of 36: %v", problems)
	}
	c := load(t)
	if _, err := c.read("services/all-types.yaml", []byte(typesSource(ask("kid", "child", `validate: 'kid.surname != ""'`, "invalid: *t")))); err == nil ||
		!strings.Contains(err.Error(), "surname") {
		t.Errorf("a misspelt part: %v", err)
	}
}

// Without a patronymic the box says so; without either the person is asked.
func TestNoPatronymic(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("q", "names"))
	_, problems := s.Parse(s.Step("all"), url.Values{"q-last_name": {"Гарипова"}, "q-first_name": {"Алия"}}, Set{Today: now}, "first", Env{Now: now})
	if len(problems) != 1 || problems[0].Field != "q-middle_name" {
		t.Fatalf("%v", problems)
	}
	for lang, want := range map[i18n.Lang]string{i18n.RU: "Отчества нет", i18n.TT: "Әтисенең исеме юк", i18n.EN: "No patronymic"} {
		if text := problems[0].Text(tr(t, lang)); !strings.Contains(text, want) {
			t.Errorf("%s: %q", lang, text)
		}
	}
}
