package catalog

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/i18n"
)

func TestProblemsBesideTheirFields(t *testing.T) {
	t.Parallel()
	marriage := service(t, "marriage")
	a := shared(t, marriage)
	words := tr(t, i18n.RU)
	for _, test := range []struct {
		step, form  string
		field, text string
	}{
		{"name", "last_name=&first_name=Алия", "last_name", "Заполните поле «Фамилия»"},
		{"name", "last_name=Garipova7&first_name=Алия", "last_name", "Уберите знак"},
		{"birth", "birth_place=Казань", "birth_date-day", "Введите дату: «Дата рождения»"},
		{"birth", "birth_place=Казань&birth_date-day=31&birth_date-year=1990", "birth_date-month", "добавьте месяц"},
		{"birth", "birth_place=Казань&birth_date-day=31&birth_date-month=апреля&birth_date-year=1990", "birth_date-day", "такой даты нет"},
		{"birth", "birth_place=Казань&birth_date-day=1&birth_date-month=1&birth_date-year=2027", "birth_date-day", "ещё не наступила"},
		{"citizenship_step", "citizenship=XXX", "citizenship", "Выберите ответ"},
		{"contacts", "phone=12345", "phone", "10 цифр"},
		{"contacts", "phone=89172000001&email=aliya", "email", "с @ и точкой"},
		{"agreement", "consent_data=yes", "consent_marriage", "Подтвердите, что вступаете"},
		{"children", "common_children=-1", "common_children", "не меньше 0"},
		{"children", "common_children=сто", "common_children", "целое число"},
		{"place", "office=municipality-kazan", "office", "Выберите, куда"},
	} {
		values, err := url.ParseQuery(test.form)
		if err != nil {
			t.Fatal(err)
		}
		_, problems := marriage.Parse(marriage.Step(test.step), values, a, "first", Env{Now: now})
		if len(problems) != 1 {
			t.Errorf("%s: %d problems: %v", test.form, len(problems), problems)
			continue
		}
		if text := problems[0].Text(words); problems[0].Field != test.field || !strings.Contains(text, test.text) || strings.Contains(text, "%!") {
			t.Errorf("%s: %s says %q", test.form, problems[0].Field, text)
		}
	}
}

// Every problem that parsing can make has a text in every language, with verbs that fit.
func TestProblemTexts(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	c := load(t)
	bad := url.Values{}
	for _, s := range c.Services() {
		for id := range s.index {
			bad.Set(id, "\x00<script>9")
			bad.Set(id+"-month", "тринадцать")
		}
	}
	for _, typed := range []url.Values{{}, bad} {
		for _, s := range c.Services() {
			for i := range s.Steps {
				r := &reading{service: s, form: typed, env: Env{Now: now}, stored: Answers{}}
				r.questions(&s.Steps[i], "")
				for _, p := range r.problems {
					for _, lang := range i18n.Langs {
						text := p.Text(Tr{lang, pages.Bundle})
						if text == p.Key || text == "" || strings.Contains(text, "%!") {
							t.Errorf("%s %s: %q in %s", s.ID, p.Field, text, lang)
						}
					}
				}
			}
		}
	}
}

func TestStoredFormsOfAnswers(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("income_per_head", "money")+ask("fee", "money")+ask("bik", "bik")+ask("account", "account", "bank: bik"))
	a := Set{Today: now}
	a = fill(t, s, a, "first", "all", "income_per_head=9 999,50 ₽", "fee=2200", "bik=044525225", "account=40702810138250123017")
	for id, want := range map[string]string{"income_per_head": "9999.50", "fee": "2200.00", "bik": "044525225", "account": "40702810138250123017"} {
		if got := a.Shared[id]; got != want {
			t.Errorf("%s is %v, want %s", id, got, want)
		}
	}
	wrong := problemsOf(s, a, "first", "all", "income_per_head=1", "fee=1", "bik=044030827", "account=40702810138250123017")
	if len(wrong) != 1 || wrong[0].Field != "account" || wrong[0].Key != "rus.account.check" {
		t.Errorf("an account of another bank: %v", wrong)
	}
	both := problemsOf(s, a, "first", "all", "income_per_head=1", "fee=1", "bik=044", "account=1")
	if len(both) != 2 {
		t.Errorf("a wrong code and a wrong account: %v", both)
	}
}

const (
	firstChild  = "children.0."
	secondChild = "children.1."
)

func child(prefix, order string) []string {
	return []string{prefix + "child_last_name=Гарипов", prefix + "child_first_name=Амир", prefix + "child_birth_date=2022-3-1",
		prefix + "child_snils=112-233-445 95", prefix + "child_certificate=II-КБ 123456", prefix + "child_record=110229160000100001004",
		prefix + "child_record_date=2022-3-5", prefix + "child_order=" + order, prefix + "kindergarten=№ 12, Казань",
		prefix + "contract_number=7", prefix + "contract_date=2025-9-1", prefix + "same_surname=same"}
}

func TestRepeatedStep(t *testing.T) {
	t.Parallel()
	s := service(t, "kindergarten-compensation")
	step := s.Step("children")
	two := append(append([]string{"children-count=2"}, child(firstChild, "first")...), child(secondChild, "second")...)
	a := fill(t, s, Set{Today: now}, "applicant", "children", two...)
	groups := asGroups(a.Shared["children"])
	if len(groups) != 2 || groups[1]["child_order"] != "second" || groups[0]["child_snils"] != "11223344595" {
		t.Errorf("stored %v", groups)
	}
	// Answers come back from the database as JSON.
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b Set
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, section := range s.Summary(b, "", tr(t, i18n.RU)) {
		if section.Step == "children" {
			titles = append(titles, section.Title)
		}
	}
	if diff := cmp.Diff([]string{"Ребёнок 1", "Ребёнок 2"}, titles); diff != "" {
		t.Error(diff)
	}
	values := form(two...)
	values.Set("children.1.child_snils", "1")
	_, wrong := s.Parse(step, values, Set{Today: now}, "applicant", Env{Now: now})
	if len(wrong) != 1 || wrong[0].Field != "children.1.child_snils" {
		t.Errorf("%v", wrong)
	}
	old := form(two...)
	old.Set("children.0.child_birth_date-year", "2010")
	_, wrong = s.Parse(step, old, Set{Today: now}, "applicant", Env{Now: now})
	if len(wrong) != 1 || wrong[0].Field != "children.0.child_birth_date-day" {
		t.Errorf("a child of sixteen: %v", wrong)
	}
}

func TestAddAndRemoveGroups(t *testing.T) {
	t.Parallel()
	step := service(t, "kindergarten-compensation").Step("children")
	values := url.Values{"children-count": {"2"}, firstChild + "child_first_name": {"Амир"}, secondChild + "child_first_name": {"Айгуль"}}
	if _, pressed := step.Rearrange(values); pressed {
		t.Error("no button was pressed")
	}
	values.Set("_add", "children")
	more, pressed := step.Rearrange(values)
	if !pressed || more.Get("children-count") != "3" || more.Get(secondChild+"child_first_name") != "Айгуль" {
		t.Errorf("add: %v", more)
	}
	values.Set("_add", "parents")
	if _, pressed := step.Rearrange(values); pressed {
		t.Error("a button of another step was taken for the own one")
	}
	values.Del("_add")
	values.Set("_remove", "children.0")
	less, pressed := step.Rearrange(values)
	want := url.Values{"children-count": {"1"}, firstChild + "child_first_name": {"Айгуль"}}
	if diff := cmp.Diff(want, less); !pressed || diff != "" {
		t.Error(diff)
	}
	less.Set("_remove", "children.0")
	if last, _ := step.Rearrange(less); last.Get("children-count") != "1" {
		t.Errorf("the last group is gone: %v", last)
	}
}

// TestProblemsSayOfWhom: of two children the list above the page says which is meant; of one there is nothing to say.
func TestProblemsSayOfWhom(t *testing.T) {
	t.Parallel()
	s, texts := service(t, "child-benefit"), tr(t, i18n.RU)
	for count, want := range map[string]string{"2": "Ребёнок 2: Заполните поле «Имя ребёнка»", "1": "Заполните поле «Имя ребёнка»"} {
		problems := problemsOf(s, Set{}, "applicant", "children", "children-count="+count)
		last := problems[slices.IndexFunc(problems, func(p Problem) bool { return strings.HasPrefix(p.Field, "children."+string(count[0]-1)) })+1]
		if got := last.Summary(texts); got != want {
			t.Errorf("of %s: %q, want %q", count, got, want)
		}
		if got := last.Text(texts); got != "Заполните поле «Имя ребёнка»" {
			t.Errorf("beside the field: %q", got)
		}
	}
}

// TestAddressIsAskedForOnce: an empty address is told of beside its first part, and the line for other addresses stays folded away.
func TestAddressIsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("x", "address"))
	_, problems := s.Parse(s.Step("all"), url.Values{}, Set{}, "first", Env{Now: now})
	if len(problems) != 1 {
		t.Fatal(problems)
	}
	step := s.StepsOf("first", Set{})[0]
	group := s.Fields(&step, Set{}, "first", url.Values{}, problems, Env{Now: now}, tr(t, i18n.RU))[0].Group
	if group.Fields[0].Input.ErrorMessage.Empty() || group.More.Open || !group.More.Field.Textarea.ErrorMessage.Empty() {
		t.Errorf("%+v", group)
	}
}
