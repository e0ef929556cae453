package catalog

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// small is a service with every key that the engine gives an effect to. The tests replace parts of it.
const small = `
id: small
name: {ru: "Справка", tt: "Белешмә", en: "Certificate"}
summary: {ru: "Справка", tt: "Белешмә", en: "A certificate"}
audience: [citizen]
topics: [family]
department: zags
level: none
who: [{ru: "Все", tt: "Барысы", en: "Everybody"}]
term: {count: 10, unit: working_days, text: {ru: "Со дня подачи", tt: "Бирелгән көннән", en: "From the day"}}
result: {ru: "Справка", tt: "Белешмә", en: "Certificate"}
results:
  - {name: {ru: "Справка", tt: "Белешмә", en: "Certificate"}, kind: document}
channels:
  - {kind: mfc, ru: "В МФЦ", tt: "КФҮдә", en: "At a centre"}
region: {only: [kazan, almetyevsk]}
duty:
  amount: copies * param("fee")
  purpose: {ru: "Пошлина", tt: "Пошлина", en: "Duty"}
  payee: zags
  paid_by: applicant
  exempt:
    - when: veteran == "yes"
      text: {ru: "Ветеран", tt: "Ветеран", en: "A veteran"}
  discount:
    - percent: 30
      until: 2026-12-31
      text: {ru: "Через портал", tt: "Портал аша", en: "On the portal"}
    - percent: param("many_discount")
      when: copies >= 10
      text: {ru: "Много копий", tt: "Күп күчермә", en: "Many copies"}
route:
  - {department: social, when: veteran == "yes"}
statuses:
  paying: {allow: [pay]}
  submitted: {allow: [cancel, message]}
parties:
  - id: applicant
    name: {ru: "Вы", tt: "Сез", en: "You"}
    signs: {ru: "Всё верно", tt: "Барысы да дөрес", en: "All is right"}
steps:
  - id: about
    title: {ru: "О справке", tt: "Белешмә турында", en: "About"}
    questions:
      - {id: copies, type: number, min: 1, max: 50, label: {ru: "Сколько", tt: "Ничә", en: "How many"}}
      - id: veteran
        type: radios
        label: {ru: "Вы ветеран?", tt: "Сез ветеранмы?", en: "A veteran?"}
        options:
          - {value: "yes", label: {ru: "Да", tt: "Әйе", en: "Yes"}}
          - {value: "no", label: {ru: "Нет", tt: "Юк", en: "No"}}
`

const smallParameters = `
parameters:
  - name: fee
    about: {ru: "Плата", tt: "Түләү", en: "Fee"}
    unit: rubles
    values:
      - {from: 2020-01-01, value: 100, source: "Закон"}
      - {from: 2027-01-01, value: 150.5, source: "Закон"}
  - name: many_discount
    about: {ru: "Скидка", tt: "Ташлама", en: "Discount"}
    unit: percent
    values: [{from: 2020-01-01, value: 50, source: "Закон"}]
`

// smallFiles are the small service and what it leans on, with texts replaced in pairs.
func smallFiles(t testing.TB, replace ...string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, name := range []string{"organisations.yaml", "subjects.yaml"} {
		raw, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: raw}
	}
	text := small
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the small service has no %q", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	fsys["services/small.yaml"] = &fstest.MapFile{Data: []byte(text)}
	fsys["parameters.yaml"] = &fstest.MapFile{Data: []byte(smallParameters)}
	return fsys
}

func smallService(t testing.TB, replace ...string) *Service {
	t.Helper()
	c, err := Load(smallFiles(t, replace...))
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Service("small", 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func moscow(t testing.TB, day string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, rus.Moscow)
	if err != nil {
		t.Fatal(err)
	}
	return at.Add(23 * time.Hour) // late in the evening it is still the same day
}

func TestBill(t *testing.T) {
	t.Parallel()
	s := smallService(t)
	for _, test := range []struct {
		copies, veteran, on    string
		full, amount           int64
		exempt, reducedBecause string
	}{
		{"1", "no", "2026-12-31", 100_00, 70_00, "", "Через портал"},
		{"1", "no", "2027-01-01", 150_50, 150_50, "", ""},
		{"1", "yes", "2026-12-31", 100_00, 0, "Ветеран", ""},
		{"10", "no", "2026-12-31", 1000_00, 500_00, "", "Много копий"}, // the greater one, not both
		{"11", "no", "2027-06-01", 1655_50, 827_75, "", "Много копий"},
	} {
		a := Set{Today: now, Shared: Answers{"district": "kazan", "copies": test.copies, "veteran": test.veteran}}
		b, err := s.Bill(a, moscow(t, test.on))
		if err != nil {
			t.Fatal(err)
		}
		var exempt, discount string
		if b.Exempt != nil {
			exempt = b.Exempt.Text.RU
		}
		if b.Discount != nil {
			discount = b.Discount.Text.RU
		}
		if b.Full != test.full || b.Amount != test.amount || exempt != test.exempt || discount != test.reducedBecause {
			t.Errorf("%+v: %d of %d, exempt %q, discount %q", test, b.Amount, b.Full, exempt, discount)
		}
	}
	// Before the first value of the parameter there is no amount, and that is not nothing to pay.
	if b, err := s.Bill(Set{Shared: Answers{"district": "kazan", "copies": "1"}}, moscow(t, "2019-12-31")); err == nil {
		t.Errorf("a bill of %d without a value in force", b.Amount)
	}
	if !s.Duty.Open() || smallService(t, "copies * param", "param").Duty.Open() {
		t.Error("whether an amount depends on answers is not known")
	}
}

func TestRegionIsAskedFirst(t *testing.T) {
	t.Parallel()
	s := smallService(t)
	steps := s.StepsOf("applicant", Set{})
	if len(steps) != 2 || steps[0].Questions[0].ID != "district" {
		t.Fatalf("the form begins with %v", steps)
	}
	a := fill(t, s, Set{Today: now}, "applicant", "where_from", "district=arsk")
	stop := s.Stopped(s.Step("where_from"), a, "applicant")
	if stop == nil || !strings.Contains(stop.Text.RU, "Казань, Альметьевский район") || len(stop.Next) == 0 {
		t.Errorf("somebody of Arsk is shown %+v", stop)
	}
	a = fill(t, s, a, "applicant", "where_from", "district=almetyevsk")
	if stop := s.Stopped(s.Step("where_from"), a, "applicant"); stop != nil {
		t.Errorf("somebody of Almetyevsk is stopped: %s", stop.Title.RU)
	}
	if len(problemsOf(s, a, "applicant", "where_from", "district=moscow")) == 0 {
		t.Error("a district that is none is taken")
	}
	inCity := smallService(t, "[kazan, almetyevsk]", "[kazan-sovetsky]")
	a = fill(t, inCity, Set{Today: now}, "applicant", "where_from", "district=kazan-kirovsky")
	if inCity.Stopped(inCity.Step("where_from"), a, "applicant") == nil {
		t.Error("a service of one district of Kazan is given in another")
	}
	if everywhere := smallService(t, "region: {only: [kazan, almetyevsk]}\n", ""); len(everywhere.StepsOf("applicant", Set{})) != 1 {
		t.Error("a service without limits asks for the district")
	}
}

func TestOfficesNear(t *testing.T) {
	t.Parallel()
	s := smallService(t, "region: {only: [kazan, almetyevsk]}", "offices_in: true\noffices: true", "steps:\n", `steps:
  - id: place
    title: {ru: "Где", tt: "Кайда", en: "Where"}
    questions: [{id: office, type: office, label: {ru: "Отдел", tt: "Бүлек", en: "Office"}}]
`)
	a := fill(t, s, Set{Today: now}, "applicant", "where_from", "district=almetyevsk")
	if len(problemsOf(s, a, "applicant", "place", "office=zags-chelny")) == 0 {
		t.Error("an office of another district is taken")
	}
	fill(t, s, a, "applicant", "place", "office=zags-almetyevsk")
	a = fill(t, s, a, "applicant", "where_from", "district=arsk") // no office there: all are offered
	fill(t, s, a, "applicant", "place", "office=zags-chelny")
}

func TestRouteAndStatuses(t *testing.T) {
	t.Parallel()
	s := smallService(t)
	of := func(veteran string) string {
		return s.Goes(Set{Shared: Answers{"district": "kazan", "copies": "1", "veteran": veteran}})
	}
	if of("yes") != "social" || of("no") != "zags" {
		t.Errorf("goes to %s and %s", of("yes"), of("no"))
	}
	for _, test := range []struct {
		state  string
		action Action
		want   bool
	}{
		{"draft", ActionEdit, true}, {"draft", ActionCancel, true}, {"draft", ActionPay, false}, // as usual
		{"paying", ActionPay, true}, {"paying", ActionEdit, false}, {"paying", ActionCancel, false}, // as written
		{"submitted", ActionCancel, true}, {"submitted", ActionEdit, false}, {"nowhere", ActionEdit, false},
	} {
		if got := s.Allows(test.state, test.action); got != test.want {
			t.Errorf("%s in %s: %v", test.action, test.state, got)
		}
	}
}

func TestTermEndsOnAWorkingDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		term Term
		from string
		want string
	}{
		{Term{Count: 10, Unit: "working_days"}, "2026-11-20", "2026-12-04"},
		{Term{Count: 1, Unit: "days"}, "2026-11-20", "2026-11-23"},   // Saturday
		{Term{Count: 1, Unit: "months"}, "2026-12-01", "2027-01-11"}, // the holidays of January
		{Term{Count: 1, Unit: "months"}, "2027-01-31", "2027-03-01"}, // 28 February is a Sunday
	} {
		if got := day(test.term.Until(moscow(t, test.from))); got != test.want {
			t.Errorf("%d %s from %s end on %s, want %s", test.term.Count, test.term.Unit, test.from, got, test.want)
		}
	}
}

func TestMistakesOfRules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, want string }{
		"unknown parameter":       {`param("fee")`, `param("fees")`, `parameters.yaml has no "fees"; did you mean "fee"?`},
		"parameter by an answer":  {`param("fee")`, `param(veteran)`, `param takes one name in quotation marks`},
		"unknown answer":          {"copies * param", "copys * param", `unknown name copys`},
		"unknown district":        {"[kazan, almetyevsk]", "[kazan, almetievsk]", `districts.yaml has no district "almetievsk"; did you mean "almetyevsk"?`},
		"unknown state":           {"submitted: {allow", "submited: {allow", `no such state; want one of accepted, completed, draft, filling, in_progress, paying, refused, rejected, sent, signing, submitted; did you mean "submitted"?`},
		"impossible action":       {"allow: [cancel, message]", "allow: [edit]", `in the state submitted one may only [cancel message]; got "edit"`},
		"duty without pay":        {"allow: [pay]", "allow: [edit]", `allow pay`},
		"unknown kind":            {"kind: document", "kind: documents", `want one of document, record, money, appointment; got "documents"; did you mean "document"?`},
		"unknown channel":         {"kind: mfc", "kind: mfz", `did you mean "mfc"?`},
		"channel in one language": {`tt: "КФҮдә", `, "", "channels[0]: a text needs ru, tt and en"},
		"exemption without text":  {`text: {ru: "Ветеран", tt: "Ветеран", en: "A veteran"}`, "text: {}", "an exemption needs when"},
		"discount of nothing":     {"percent: 30", "percent: 0", "a discount needs percent"},
		"day that is none":        {"until: 2026-12-31", "until: 31.12.2026", "want a day as 2026-12-31"},
		"unknown payee":           {"payee: zags", "payee: zaks", `organisations.yaml has no department "zaks"; did you mean "zags"?`},
		"unknown payer":           {"paid_by: applicant", "paid_by: aplicant", `want the id of a party, got "aplicant"; did you mean "applicant"?`},
		"unknown route":           {"department: social, when", "department: sozial, when", `did you mean "social"?`},
		"unknown unit":            {"unit: working_days", "unit: working_day", `did you mean "working_days"?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(smallFiles(t, test.old, test.new))
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "services/small.yaml:") {
				t.Errorf("the error is: %v", err)
			}
		})
	}
}

// A mistake inside an expression is shown where it stands, also in a text of several lines.
func TestMistakeInsideAnExpression(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, want string }{
		"plain":  {`amount: copies * param("fee")`, `amount: copies * param("fees")`, ":18:20: duty.amount: parameters.yaml"},
		"quoted": {`- when: veteran == "yes"`, `- when: 'veteren == "yes"'`, `:23:14: duty.exempt[0].when: unknown name veteren; did you mean "veteran"?`},
		"block":  {`amount: copies * param("fee")`, "amount: |-\n    copies +\n      copys", ":20:7: duty.amount: unknown name copys"},
	} {
		_, err := Load(smallFiles(t, test.old, test.new))
		if err == nil || !strings.Contains(err.Error(), "services/small.yaml"+test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file with several mistakes tells all of them at once, misspelt keys too.
func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load(smallFiles(t, "audience:", "audiense:", "count: 10", "count: ten", `{ru: "О справке", tt: "Белешмә турында", en: "About"}`, `"О справке"`, "kind: mfc", "kind: mfz"))
	for _, want := range []string{
		`services/small.yaml:5:1: audiense: no such key; did you mean "audience"?`,
		`services/small.yaml:10:15: term.count: want a whole number, got "ten"`,
		`services/small.yaml:43:12: steps[0].title: want a text in three languages`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
	if n := len(Mistakes(err)); n < 3 {
		t.Errorf("%d mistakes", n)
	}
}

// The page of a service says before anything is begun what it may cost, whom nothing, and by when the answer comes.
func TestPriceAndTermAreSaidBeforehand(t *testing.T) {
	t.Parallel()
	words := tr(t, i18n.RU)
	s := smallService(t)
	price := s.price(words, now)
	for _, want := range []string{"Сумма зависит от ваших ответов", "Бесплатно: Ветеран", "Скидка 30 %: Через портал", "Скидка 50 %: Много копий"} {
		if !strings.Contains(price, want) {
			t.Errorf("the price does not say %q: %s", want, price)
		}
	}
	if later := s.price(words, moscow(t, "2027-01-01")); strings.Contains(later, "Через портал") {
		t.Errorf("a discount that has ended is promised: %s", later)
	}
	if fixed := smallService(t, "copies * param", "param").Cost(words, now); strings.ReplaceAll(fixed, "\u00a0", " ") != "100 ₽" {
		t.Errorf("a fixed amount is %q", fixed)
	}
	if promise := s.promise(words, moscow(t, "2026-11-20")); !strings.Contains(promise, "до 4 декабря") {
		t.Errorf("the term is %q", promise)
	}
}
