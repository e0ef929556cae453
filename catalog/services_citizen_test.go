package catalog

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// answering fills steps of a one-party service in their order and returns where it ended: the id of the step whose stop was met,
// or "" at the end. A step is written "id: a=1; b=2".
func answering(t *testing.T, s *Service, env Env, steps ...string) (Set, *Stop) {
	t.Helper()
	a := Set{Today: env.Now}
	party := s.Parties[0].ID
	for _, line := range steps {
		id, rest, _ := strings.Cut(line, ":")
		var pairs []string
		for _, pair := range strings.Split(rest, ";") {
			if pair = strings.TrimSpace(pair); pair != "" {
				pairs = append(pairs, pair)
			}
		}
		step := s.Step(id)
		if step == nil {
			t.Fatalf("%s has no step %q", s.ID, id)
		}
		visible := slices.ContainsFunc(s.StepsOf(party, a), func(st Step) bool { return st.ID == id })
		if !visible {
			t.Fatalf("%s: the step %q is not asked here", s.ID, id)
		}
		answers, problems := s.Parse(step, form(pairs...), a, party, env)
		if len(problems) > 0 {
			t.Fatalf("%s, %s: %v", s.ID, id, problems)
		}
		a = s.With(a, step, party, answers)
		if stop := s.Stopped(step, a, party); stop != nil {
			return a, stop
		}
	}
	return a, nil
}

// registry answers questions as a department's system would.
func registry(records map[string][]Record) func(Query) ([]Record, error) {
	return func(q Query) ([]Record, error) {
		list, ok := records[q.Source]
		if !ok {
			return nil, errors.New("down")
		}
		return list, nil
	}
}

// shown returns what a calculation tells the reader.
func shown(t *testing.T, s *Service, a Set, question string) string {
	t.Helper()
	for _, owner := range []string{"", s.Parties[0].ID} {
		for _, section := range s.Summary(a, owner, tr(t, i18n.RU)) {
			for _, row := range section.Rows {
				if row.Question == question {
					return strings.ReplaceAll(row.Value, "\u00a0", " ")
				}
			}
		}
	}
	return ""
}

func at(day string) Env {
	date, err := time.ParseInLocation(time.DateOnly, day, rus.Moscow)
	if err != nil {
		panic(err)
	}
	return Env{Now: date.Add(12 * time.Hour)}
}

// toPay is the duty in kopecks on the day of the env.
func toPay(t *testing.T, s *Service, a Set, env Env) int64 {
	t.Helper()
	bill, err := s.Bill(a, env.Now)
	if err != nil {
		t.Fatalf("%s: %v", s.ID, err)
	}
	return bill.Amount
}

// child is a group of a repeated step of a kindergarten's compensation.
func childOf(group, order, fee string) string {
	p := "children." + group + "."
	pairs := []string{p + "child_last_name=Гарипов", p + "child_first_name=Тимер", p + "child_birth_date=2022-3-5", p + "child_snils=112-233-445 95",
		p + "child_certificate=II-КБ 123456", p + "child_record=12", p + "child_record_date=2022-3-15", p + "child_order=" + order,
		p + "kindergarten=№ 5", p + "contract_number=17", p + "contract_date=2024-9-1", p + "same_surname=same"}
	if fee != "" {
		pairs = append(pairs, p+"child_fee="+fee)
	}
	return strings.Join(pairs, "; ")
}

var mayApply = []string{"check_applicant: applicant_role=parent; contract_mine=yes", "check_family: students=no; certificate_place=tatarstan; pays=yes"}

// The worked examples of the municipality: a fee of 2 200 ₽, one child, 228.80 ₽ of main compensation, and a fee of 3 500 ₽ for the
// third child, 17 000 ₽ per head, 800.80 ₽.
func TestKindergartenCompensationToTheKopeck(t *testing.T) {
	t.Parallel()
	main, additional := service(t, "kindergarten-compensation"), service(t, "kindergarten-compensation-additional")
	for _, test := range []struct {
		name, order, children, income, fee, special string
		main, more                                  string
	}{
		{"the first example", "first", "1", "59400", "2200", "none", "228,80 ₽", "651,20 ₽"}, // 9 900 a month per head of two
		{"the second example", "third", "3", "255000", "3500", "none", "800,80 ₽", "844,20 ₽"},
		{"the second child", "second", "2", "150000", "3000", "none", "572 ₽", "1 138 ₽"},
		{"just within the lowest limit", "first", "1", "60000", "2200", "none", "228,80 ₽", "651,20 ₽"},
		{"a kopeck above it", "first", "1", "60000.06", "2200", "none", "228,80 ₽", "431,20 ₽"},
		{"just within the middle limit", "first", "1", "90000", "2200", "none", "228,80 ₽", "431,20 ₽"},
		{"just within the highest limit", "first", "1", "120000", "2200", "none", "228,80 ₽", "211,20 ₽"},
		{"less than nothing is nothing", "third", "1", "120000", "1000", "none", "800,80 ₽", "0 ₽"},
		{"staff of a kindergarten get all of it back", "first", "1", "900000", "2200", "staff", "228,80 ₽", "1 971,20 ₽"},
	} {
		size := map[string]string{"1": "2", "2": "4", "3": "5"}[test.children]
		a, stop := answering(t, main, Env{Now: now}, append(mayApply, "children: children-count=1; "+childOf("0", test.order, ""))...)
		if stop != nil {
			t.Fatalf("%s: stopped by %s", test.name, stop.Title.RU)
		}
		if got := shown(t, main, a, "main_sum"); got != test.main {
			t.Errorf("%s: main compensation %q, want %q", test.name, got, test.main)
		}
		a, stop = answering(t, additional, Env{Now: now}, append(slices.Clone(mayApply), "income: family_income="+test.income+"; family_size="+size+
			"; family_children="+test.children+"; idle_parent=work; special="+test.special, "children: children-count=1; "+childOf("0", test.order, test.fee))...)
		if stop != nil {
			t.Fatalf("%s: stopped by %s", test.name, stop.Title.RU)
		}
		if got := shown(t, additional, a, "additional_sum"); got != test.more {
			t.Errorf("%s: additional compensation %q, want %q", test.name, got, test.more)
		}
	}
	two := "children: children-count=2; " + childOf("0", "first", "2200") + "; " + childOf("1", "second", "2200")
	a, _ := answering(t, additional, Env{Now: now}, append(slices.Clone(mayApply), "income: family_income=90000; family_size=4; family_children=2; idle_parent=reason; special=none", two)...)
	if got := shown(t, additional, a, "additional_sum"); got != "1 927,20 ₽" { // (2200 × 62 % − 228.80) + (2200 × 62 % − 572)
		t.Errorf("two children: %q", got)
	}
}

// Every refusal is a page that says what to do instead.
func TestRefusalsArePages(t *testing.T) {
	t.Parallel()
	fine := Record{ID: "1", Title: "Скорость", Amount: 75000, Fields: map[string]string{"ruled_on": "2026-11-12", "discount": "yes"}}
	records := registry(map[string][]Record{"bills": nil, "fines": {fine}, "flats": nil, "providers": nil, "editions": nil, "doctors": nil,
		"officials": nil, "bailiffs": nil, "vacancies": nil, "places": {{ID: "q", Title: "Сад", Fields: map[string]string{"place": "4"}}}})
	person := "name: last_name=Гарипова; first_name=Алия; birth_date="
	for _, test := range []struct {
		service string
		day     string // of applying
		steps   []string
		want    string // in the title
	}{
		{"kindergarten-compensation", "", []string{"check_applicant: applicant_role=proxy; contract_mine=yes"}, "доверенности"},
		{"kindergarten-compensation", "", []string{"check_applicant: applicant_role=parent; contract_mine=no"}, "подписал договор"},
		{"kindergarten-compensation", "", []string{mayApply[0], "check_family: students=yes; certificate_place=tatarstan; pays=yes"}, "документы лично"},
		{"kindergarten-compensation", "", []string{mayApply[0], "check_family: students=no; certificate_place=elsewhere; pays=yes"}, "свидетельство лично"},
		{"kindergarten-compensation", "", []string{mayApply[0], "check_family: students=no; certificate_place=tatarstan; pays=free"}, "вы не платите"},
		{"kindergarten-compensation-additional", "", append(slices.Clone(mayApply), "income: family_income=120000.06; family_size=2; family_children=1; idle_parent=work; special=none"), "не положена"},
		{"kindergarten-compensation-additional", "", append(slices.Clone(mayApply), "income: family_income=1; family_size=2; family_children=1; idle_parent=idle; special=none"), "пока не положена"},
		{"utilities", "", []string{"which: account=1600 000 017", "bills: bill=none"}, "не нашлась"},
		{"meter-readings", "2026-11-14", []string{"which: account=1600000017"}, "не принимают"},
		{"meter-readings", "2026-11-26", []string{"which: account=1600000017"}, "не принимают"},
		{"traffic-fines", "", []string{"how: search_by=sts", "by_sts: sts=1629123456", "fines: fine=none"}, "не нашёлся"},
		{"state-fines", "", []string{"how: search_by=snils", "by_snils: snils=112-233-445 95", "fines: fine=none"}, "не нашёлся"},
		{"mobile-topup", "", []string{"what: kind=mobile", "who_gets: provider=none"}, "пока нельзя"},
		{"press-subscription", "", []string{"edition_step: edition=none"}, "на почте"},
		{"doctor-appointment", "", []string{"urgent: emergency=yes; patient=me"}, "103"},
		{"authority-appointment", "", []string{"subject: theme=court; question=Не согласен"}, "в суде"},
		{"passport-appointment", "", []string{"aim: purpose=lost", "stolen: how_lost=stolen"}, "в полицию"},
		{"passport-appointment", "2026-11-22", []string{"aim: purpose=first", person + "2012-11-23", "age_check: age_right=yes"}, "14 лет"},
		{"passport-appointment", "2026-11-22", []string{"aim: purpose=renew", person + "1996-11-22", "age_check: age_right=yes"}, "не нужно"},
		{"bailiff-appointment", "", []string{"case: side=stranger"}, "двойнике"},
		{"job-search", "", []string{"what: field=trade; town=kazan", "vacancies: vacancy=none"}, "центром занятости"},
		{"bti", "", []string{"right: basis=none"}, "собственник"},
		{"kindergarten-queue", "2026-11-22", []string{"child_step: child_certificate=II-КБ 123456; child_birth_date=2019-11-22"}, "в школу"},
		{"kindergarten-queue", "", []string{"child_step: child_certificate=II-КБ 123456; child_birth_date=2023-1-5", "place_step: place=none"}, "очередь"},
		{"kindergarten-queue", "", []string{"child_step: child_certificate=II-КБ 123456; child_birth_date=2023-1-5", "place_step: place=q", "wishes: wish=nothing"}, "Номер"},
		{"name-change", "", []string{"reason_step: reason=marriage"}, "вместе с браком"},
		{"name-change", "2026-11-22", []string{"reason_step: reason=sound", "place: office=zags-chelny", person + "2012-11-23", "consent_parents: parents=yes"}, "До 14 лет"},
		{"name-change", "2026-11-22", []string{"reason_step: reason=sound", "place: office=zags-chelny", person + "2010-11-22", "consent_parents: parents=no"}, "согласие родителей"},
		{"child-benefit", "", []string{"check_right: lives_here=no; state_care=no; rights_taken=no"}, "где живёт ребёнок"},
		{"child-benefit", "", []string{"check_right: lives_here=yes; state_care=yes; rights_taken=no"}, "не платят"},
		{"child-benefit", "", []string{"check_right: lives_here=yes; state_care=no; rights_taken=yes"}, "другой родитель"},
	} {
		env := Env{Now: now, Find: records}
		if test.day != "" {
			env = at(test.day)
			env.Find = records
		}
		s := service(t, test.service)
		_, stop := answering(t, s, env, test.steps...)
		switch {
		case stop == nil:
			t.Errorf("%s: nothing stops %v", test.service, test.steps)
		case !strings.Contains(stop.Title.RU, test.want):
			t.Errorf("%s: %q, want %q", test.service, stop.Title.RU, test.want)
		case len(stop.Next) == 0:
			t.Errorf("%s, %q: no next step", test.service, stop.Title.RU)
		}
	}
}

// The income is judged by the living wage of the day, which is a dated parameter.
func TestChildBenefitByTheLivingWageOfTheDay(t *testing.T) {
	t.Parallel()
	s := service(t, "child-benefit")
	group := "children: children-count=1; children.0.child_last_name=Гарипов; children.0.child_first_name=Тимер; children.0.child_birth_date=2018-3-5;" +
		"children.0.child_snils=112-233-445 95; children.0.child_certificate=II-КБ 123456; children.0.child_issued_on=2018-3-15; children.0.child_school=yes"
	for _, test := range []struct {
		day, income, status string
		stopped             bool
		benefit             string
	}{
		{"2025-11-22", "90462", "couple", false, "300 ₽"}, // 15 077 × 3 × 2: exactly the living wage
		{"2025-11-22", "90462.06", "couple", true, ""},
		{"2026-11-22", "90462.06", "single_mother", false, "600 ₽"}, // it has grown
		{"2026-11-22", "96480", "alimony", false, "450 ₽"},
		{"2026-11-22", "96480.06", "alimony", true, ""},
	} {
		env := at(test.day)
		steps := []string{"check_right: lives_here=yes; state_care=no; rights_taken=no", group, "family: family_status=" + test.status + "; family_size=2",
			"income: income_work=" + test.income + "; income_social=0; income_alimony=0; income_other=0"}
		a, stop := answering(t, s, env, steps...)
		if (stop != nil) != test.stopped {
			t.Errorf("%s, %s: stopped by %v", test.day, test.income, stop)
		}
		if stop == nil && shown(t, s, a, "benefit_sum") != test.benefit {
			t.Errorf("%s, %s: benefit %q, want %q", test.day, test.income, shown(t, s, a, "benefit_sum"), test.benefit)
		}
	}
}

// The discount of a fine lasts 30 days from the ruling, and does not exist for grave offences.
func TestTrafficFineAndItsDiscount(t *testing.T) {
	t.Parallel()
	s := service(t, "traffic-fines")
	for _, test := range []struct {
		day, discount string
		amount, want  int64
		told          string
	}{
		{"2026-11-12", "yes", 75000, 56250, "действует"},
		{"2026-12-12", "yes", 75000, 56250, "действует"}, // the 30th day
		{"2026-12-13", "yes", 75000, 75000, "закончилась"},
		{"2026-11-13", "no", 4500000, 4500000, "за такое нарушение не положена"},
		{"2026-11-13", "yes", 50001, 37501, "действует"}, // kopecks are rounded
	} {
		env := at(test.day)
		env.Find = registry(map[string][]Record{"fines": {{ID: "18810116000000000048", Title: "Скорость", Text: "Казань", Amount: test.amount,
			Fields: map[string]string{"ruled_on": "2026-11-12", "discount": test.discount, "article": "12.9"}}}})
		a, stop := answering(t, s, env, "how: search_by=uin", "by_uin: uin=18810116000000000048", "fines: fine=18810116000000000048")
		if stop != nil {
			t.Fatal(stop.Title.RU)
		}
		if got := toPay(t, s, a, env); got != test.want {
			t.Errorf("%s: %d kopecks to pay, want %d", test.day, got, test.want)
		}
		if bill, err := s.Bill(a, env.Now); err != nil || bill.UIN != "18810116000000000048" {
			t.Errorf("the charge would bear the УИН %q, %v; want the fine's", bill.UIN, err)
		}
		if got := shown(t, s, a, "discount_state"); got != test.told {
			t.Errorf("%s: the discount %q, want %q", test.day, got, test.told)
		}
		if got, want := shown(t, s, a, "to_pay"), strings.ReplaceAll(rus.FormatRubles(test.want), "\u00a0", " "); test.amount%100 == 0 && got != want {
			t.Errorf("%s: told to pay %q, asked %q", test.day, got, want)
		}
	}
}

// What is paid is what was found, chosen and typed, to the kopeck.
func TestAmountsOfPayments(t *testing.T) {
	t.Parallel()
	env := Env{Now: now, Find: registry(map[string][]Record{
		"bills":     {{ID: "b", Title: "ЖКУ за 10.2026", Text: "Казань", Amount: 432150, Fields: map[string]string{"due": "2026-11-15"}}},
		"fines":     {{ID: "f", Title: "Земля", Amount: 500001, Fields: map[string]string{"ruled_on": "2026-11-12", "body": "Росреестр"}}},
		"providers": {{ID: "letai", Title: "Летай"}},
		"editions":  {{ID: "yalkyn", Title: "«Ялкын»", Text: "Журнал", Amount: 11200}},
		"objects":   nil,
	})}
	bti := []string{"right: basis=owner", "object_number: cadastral=16:50:010101:17", "object_found: object=new", "visit: address-text=Казань, ул. Баумана, 1; address=Казань, ул. Баумана, 1"}
	for _, test := range []struct {
		service string
		steps   []string
		want    int64
	}{
		{"utilities", []string{"which: account=1600000017", "bills: bill=b", "amount: pay_choice=all"}, 432150},
		{"utilities", []string{"which: account=1600000017", "bills: bill=b", "amount: pay_choice=part", "part: part_amount=1000,50"}, 100050},
		{"state-fines", []string{"how: search_by=uin", "by_uin: uin=32117072411021588933", "fines: fine=f"}, 500001},
		{"mobile-topup", []string{"what: kind=mobile", "who_gets: provider=letai", "mobile_number: topup_phone=89172000001", "how_much: sum=150,75; consent_data=yes"}, 15075},
		{"press-subscription", []string{"edition_step: edition=yalkyn", "term_step: months=6"}, 67200},
		{"state-duties", []string{"what: duty_kind=divorce; duty_exempt=none"}, 500000},
		{"state-duties", []string{"what: duty_kind=record_copy; duty_exempt=none"}, 50000},
		{"state-duties", []string{"what: duty_kind=passport; duty_exempt=none"}, 30000},
		{"state-duties", []string{"what: duty_kind=passport_lost; duty_exempt=none"}, 150000},
		{"state-duties", []string{"what: duty_kind=property; duty_exempt=none"}, 400000},
		{"state-duties", []string{"what: duty_kind=passport; duty_exempt=orphan"}, 0},
		{"state-duties", []string{"what: duty_kind=property; duty_exempt=orphan"}, 400000},
		{"state-duties", []string{"what: duty_kind=property; duty_exempt=veteran"}, 0},
		{"bti", append(slices.Clone(bti), "paper_step: paper=passport_flat; copies=1; urgency=usual"), 235000},
		{"bti", append(slices.Clone(bti), "paper_step: paper=reference; copies=3; urgency=urgent"), 189000},
		{"name-change", []string{"reason_step: reason=maiden"}, 500000},
	} {
		s := service(t, test.service)
		a, stop := answering(t, s, env, test.steps...)
		if stop != nil {
			t.Fatalf("%s: stopped by %s", test.service, stop.Title.RU)
		}
		if got := toPay(t, s, a, env); got != test.want {
			t.Errorf("%s %v: %d kopecks, want %d", test.service, test.steps, got, test.want)
		}
	}
	old := at("2024-09-07")
	s := service(t, "state-duties")
	a, _ := answering(t, s, old, "what: duty_kind=divorce; duty_exempt=none")
	if got := toPay(t, s, a, old); got != 65000 {
		t.Errorf("a divorce before the law changed costs %d kopecks", got)
	}
}

// What breaks a rule is told at its field.
func TestRulesOfCitizensServices(t *testing.T) {
	t.Parallel()
	records := registry(map[string][]Record{
		"bills": {{ID: "b", Title: "ЖКУ", Amount: 432150}},
		"flats": {{ID: "f", Title: "Казань", Fields: map[string]string{"cold": "118", "hot": "74", "power": "5230"}}},
	})
	bill := []string{"which: account=1600000017", "bills: bill=b", "amount: pay_choice=part"}
	flat := []string{"which: account=1600000017", "flats: flat=f"}
	for _, test := range []struct {
		service string
		before  []string
		step    string
		pairs   []string
		field   string // "" when all is well
	}{
		{"utilities", nil, "which", []string{"account=160000001"}, "account"},
		{"utilities", nil, "which", []string{"account=1600 000-017"}, ""},
		{"utilities", bill[:1], "bills", []string{"bill=another"}, "bill"}, // a bill of another account, typed into the form
		{"utilities", bill, "part", []string{"part_amount=4321,51"}, "part_amount"},
		{"utilities", bill, "part", []string{"part_amount=4321,50"}, ""},
		{"meter-readings", flat, "readings", []string{"cold=117", "power=5300"}, "cold"},
		{"meter-readings", flat, "readings", []string{"cold=118", "power=5229"}, "power"},
		{"meter-readings", flat, "readings", []string{"cold=219", "power=5300"}, "cold"}, // a digit too many
		{"meter-readings", flat, "readings", []string{"cold=118", "power=5300"}, ""},
		{"mobile-topup", nil, "how_much", []string{"sum=9,99", "consent_data=yes"}, "sum"},
		{"mobile-topup", nil, "how_much", []string{"sum=15000,01", "consent_data=yes"}, "sum"},
		{"doctor-appointment", []string{"urgent: emergency=no; patient=child"}, "specialty_step", []string{"specialty=therapist"}, "specialty"},
		{"doctor-appointment", []string{"urgent: emergency=no; patient=me"}, "specialty_step", []string{"specialty=pediatrician"}, "specialty"},
		{"bailiff-appointment", nil, "case", []string{"side=debtor", "case_number=12345"}, "case_number"},
		{"bailiff-appointment", nil, "case", []string{"side=debtor", "case_number=12345/26/16001-ИП"}, ""},
		{"bailiff-appointment", nil, "case", []string{"side=debtor"}, ""},
	} {
		s := service(t, test.service)
		env := at("2026-11-22")
		env.Find = records
		a, stop := answering(t, s, env, test.before...)
		if stop != nil {
			t.Fatalf("%s: stopped by %s", test.service, stop.Title.RU)
		}
		_, problems := s.Parse(s.Step(test.step), form(test.pairs...), a, s.Parties[0].ID, env)
		got := ""
		if len(problems) > 0 {
			got = problems[0].Field
		}
		if got != test.field {
			t.Errorf("%s %s %v: problem at %q, want %q", test.service, test.step, test.pairs, got, test.field)
		}
	}
}

// A department that does not answer keeps nobody's answers, and is told at the question.
func TestDepartmentDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s := service(t, "utilities")
	env := Env{Now: now, Find: registry(nil)}
	a, _ := answering(t, s, env, "which: account=1600000017")
	_, problems := s.Parse(s.Step("bills"), url.Values{"bill": {"b"}}, a, "applicant", env)
	if len(problems) != 1 || problems[0].Key != "catalog_citizen.find_down" {
		t.Errorf("problems %v", problems)
	}
	fields := s.Fields(s.Step("bills"), a, "applicant", nil, nil, env, tr(t, i18n.RU))
	if len(fields) == 0 || fields[0].Radios == nil || !strings.Contains(fields[0].Radios.Hint.Text, "не отвечает") {
		t.Errorf("the page says nothing of it: %+v", fields)
	}
}

// Free times come from the department's system; another time is refused.
func TestAppointmentTimes(t *testing.T) {
	t.Parallel()
	s := service(t, "doctor-appointment")
	env := at("2026-11-22")
	env.Find = registry(map[string][]Record{
		"doctors": {{ID: "d1", Title: "Соколов Игорь Петрович", Text: "Терапевт, кабинет 201"}},
		"times":   {{ID: "2026-11-24T08:30:00+03:00"}, {ID: "2026-11-24T09:00:00+03:00"}, {ID: "2026-11-25T08:00:00+03:00"}},
	})
	a, stop := answering(t, s, env, "urgent: emergency=no; patient=me", "clinic: office=clinic-kazan-7", "specialty_step: specialty=therapist", "doctor_step: doctor=d1")
	if stop != nil {
		t.Fatal(stop.Title.RU)
	}
	fields := s.Fields(s.Step("when"), a, "applicant", nil, nil, env, tr(t, i18n.RU))
	if len(fields) != 1 || fields[0].Calendar == nil || len(fields[0].Calendar.Days) != 2 || len(fields[0].Calendar.Days[0].Items) != 2 {
		t.Fatalf("the calendar shows %+v", fields)
	}
	for slot, good := range map[string]bool{"2026-11-24T09:00:00+03:00": true, "2026-11-24T06:00:00Z": true, "2026-11-24T10:00:00+03:00": false} {
		_, problems := s.Parse(s.Step("when"), url.Values{"slot": {slot}}, a, "applicant", env)
		if (len(problems) == 0) != good {
			t.Errorf("%s: %v", slot, problems)
		}
	}
	if got := s.Fact(a, "applicant", "doctor", "title"); got != "Соколов Игорь Петрович" {
		t.Errorf("the doctor is called %q", got)
	}
}

// From 16 to 18 a marriage needs a permission; the duty has an exemption.
func TestMarriagePermissionAndExemption(t *testing.T) {
	t.Parallel()
	s := service(t, "marriage")
	a := shared(t, s) // the wedding is on 2027-02-05
	a = fill(t, s, a, "second", "birth", "birth_date=2010-2-5", "birth_place=Казань")
	if asks := slices.ContainsFunc(s.StepsOf("first", a), func(st Step) bool { return st.ID == "age_permission" }); asks {
		t.Error("the grown-up is asked for a permission")
	}
	no := fill(t, s, a, "second", "age_permission", "has_permission=no")
	if stop := s.Stopped(s.Step("age_permission"), no, "second"); stop == nil || !strings.Contains(stop.Title.RU, "18 лет") {
		t.Errorf("without a permission: %v", stop)
	}
	yes := fill(t, s, a, "second", "age_permission", "has_permission=yes")
	if stop := s.Stopped(s.Step("age_permission"), yes, "second"); stop != nil {
		t.Errorf("with a permission: %v", stop.Title.RU)
	}
	if len(problemsOf(s, yes, "second", "permission", "permission_number=17", "permission_issued_by=Исполком", "permission_issued_on=2023-1-1")) == 0 {
		t.Error("a permission of a child of 12 is accepted")
	}
	fill(t, s, yes, "second", "permission", "permission_number=17", "permission_issued_by=Исполком", "permission_issued_on=2026-10-1")

	if got := toPay(t, s, a, Env{Now: now}); got != 35000 {
		t.Errorf("the duty is %d kopecks", got)
	}
	free := fill(t, s, a, "first", "children", "duty_exempt=yes")
	if got := toPay(t, s, free, Env{Now: now}); got != 0 {
		t.Errorf("a veteran pays %d kopecks", got)
	}
}

// TestWhatCanBeCalledOff: an appointment is given back as long as it lies ahead, a payment that has gone on is not.
func TestWhatCanBeCalledOff(t *testing.T) {
	t.Parallel()
	for _, s := range load(t).Services() {
		visit := slices.ContainsFunc(s.Results, func(r Result) bool { return r.Kind == "appointment" })
		paysAtOnce := slices.Contains(s.Topics, "payments")
		for _, state := range []string{"submitted", "sent", "accepted"} {
			if visit && !s.Allows(state, ActionCancel) {
				t.Errorf("%s cannot be called off when %s", s.ID, state)
			}
			if paysAtOnce && s.Duty != nil && state == "accepted" && s.Allows(state, ActionCancel) {
				t.Errorf("%s is paid and may be called off when %s", s.ID, state)
			}
			if !s.Allows(state, ActionMessage) {
				t.Errorf("nobody can be asked about %s when %s", s.ID, state)
			}
		}
		if s.Allows("accepted", ActionEdit) || s.Allows("completed", ActionCancel) {
			t.Errorf("%s: what is done can be changed", s.ID)
		}
	}
}

// TestStopsLeadSomewhere: whoever may not go on is led to pages that there are.
func TestStopsLeadSomewhere(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, s := range c.Services() {
		for i := range s.Steps {
			for _, stop := range s.Steps[i].Stops {
				if len(stop.Next) == 0 {
					t.Errorf("%s: nothing to do after «%s»", s.ID, stop.Title.RU)
				}
				for _, next := range stop.Next {
					u, err := url.Parse(next.URL)
					if err != nil {
						t.Fatal(err)
					}
					if id, page := strings.CutPrefix(u.Path, "/services/"); page && service(t, id) == nil {
						t.Errorf("%s: no %s", s.ID, next.URL)
					}
					f := filterOf(u.Query().Get)
					if u.Path == "/services" && u.RawQuery != "" && (f == Filter{} || len(f.narrow(c.Services())) == 0) {
						t.Errorf("%s: %s lists nothing of its own", s.ID, next.URL)
					}
				}
			}
		}
	}
}
