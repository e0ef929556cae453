package catalog

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tamga/internal/i18n"
)

// situation fills steps of a real definition with stored answers, as an applicant in a capacity on a day.
func situation(acting string, day string, answers ...string) Set {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	a := Set{Shared: Answers{}, Parties: map[string]Answers{"applicant": {}}, Today: on, Acting: acting}
	for _, one := range answers {
		id, value, _ := strings.Cut(one, "=")
		a.Shared[id] = value
	}
	return a
}

// TestBusinessSteps: which pages an applicant sees follows from who acts and from the answers.
func TestBusinessSteps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ service, acting, answers, want string }{
		{"advertising-permit", Organisation, "action=issue owner=applicant place_is=free",
			"purpose authority organisation name forbidden structure site permit_term agreement"},
		{"advertising-permit", Entrepreneur, "action=issue owner=applicant place_is=free",
			"purpose authority entrepreneur name forbidden structure site permit_term agreement"},
		{"advertising-permit", Citizen, "action=issue applicant_kind=person owner=flats place_is=free",
			"purpose authority who name passport forbidden structure site permission permit_term agreement"},
		{"advertising-annul", Organisation, "reason=contract standing=yes",
			"purpose authority organisation name permit ended dismantle agreement"},
		{"advertising-annul", Organisation, "reason=refuse standing=no", "purpose authority organisation name permit agreement"},
		{"tax-calculation", Entrepreneur, "regime=usn_income",
			"regime_step entrepreneur period income_step less result_income name agreement"},
		{"tax-calculation", Organisation, "regime=usn_profit",
			"regime_step organisation period income_step less result_profit name agreement"},
		{"tax-calculation", Entrepreneur, "regime=npd", "regime_step entrepreneur month_step result_npd name agreement"},
		{"licence", Organisation, "activity=medical action=new", "what organisation name places staff_step agreement"},
		{"licence", Organisation, "activity=medical action=change", "what organisation name known_licence agreement"},
		{"licence", Entrepreneur, "activity=scrap action=address", "what entrepreneur name known_licence places staff_step agreement"},
		{"building-permit", Organisation, "object_type=trade floors=2 total_area=1500",
			"object_kind organisation name plot design papers result agreement"},
		{"building-permit", Organisation, "object_type=trade floors=3 total_area=100",
			"object_kind organisation name plot design review papers result agreement"},
		{"building-permit", Organisation, "object_type=social floors=1 total_area=100 heritage=yes",
			"object_kind organisation name plot design review heritage_step papers result agreement"},
		{"register-extract", Entrepreneur, "whom=self form=electronic", "about self_ip form_step name agreement"},
		{"register-extract", Citizen, "whom=company form=paper", "about other_org form_step paper_step name agreement"},
	} {
		s := service(t, test.service)
		var got []string
		for _, step := range s.StepsOf("applicant", situation(test.acting, "2026-11-22", strings.Fields(test.answers)...)) {
			got = append(got, step.ID)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s as %s with %s:\n got %v\nwant %s", test.service, test.acting, test.answers, got, test.want)
		}
	}
}

// TestBusinessStops: who cannot use a service sees a page with next steps.
func TestBusinessStops(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ service, step, acting, answers, want string }{
		{"advertising-permit", "purpose", Organisation, "action=sign", "Разрешение не нужно"},
		{"advertising-permit", "purpose", Organisation, "action=annul", "Для этого есть отдельная услуга"},
		{"advertising-permit", "purpose", Organisation, "action=issue", ""},
		{"advertising-permit", "who", Citizen, "applicant_kind=business", "Войдите от имени организации или ИП"},
		{"advertising-permit", "forbidden", Organisation, "place_is=sign", "Здесь реклама запрещена"},
		{"advertising-permit", "forbidden", Organisation, "place_is=heritage", "На памятнике реклама запрещена"},
		{"advertising-permit", "forbidden", Organisation, "place_is=school", ""},
		{"advertising-annul", "purpose", Organisation, "reason=sold", "Аннулировать не нужно"},
		{"advertising-annul", "purpose", Organisation, "reason=illegal", "Нужно предписание о демонтаже"},
		{"tax-calculation", "regime_step", Organisation, "regime=npd", "НПД — не для организаций"},
		{"tax-calculation", "regime_step", Entrepreneur, "regime=npd", ""},
		{"tax-calculation", "regime_step", Entrepreneur, "regime=patent", "Налог на патенте уже посчитан"},
		{"tax-calculation", "income_step", Entrepreneur, "regime=usn_income income=490500000.01", "Право на УСН потеряно"},
		{"tax-calculation", "income_step", Entrepreneur, "regime=usn_income income=490500000", ""},
		{"licence", "what", Organisation, "activity=alcohol action=new", "Лицензию на алкоголь даёт другое ведомство"},
		{"licence", "what", Organisation, "activity=none action=new", "Похоже, лицензия не нужна"},
		{"licence", "staff_step", Organisation, "activity=medical action=new staff=0", "Без специалистов лицензию не дадут"},
		{"licence", "staff_step", Organisation, "activity=medical action=new staff=1", ""},
		{"patent", "limits", Entrepreneur, "activity=hair workers=16 year_income=0", "Слишком много работников для патента"},
		{"patent", "limits", Entrepreneur, "activity=hair workers=15 year_income=20000000", ""},
		{"patent", "limits", Entrepreneur, "activity=hair workers=15 year_income=20000000.01", "Доход больше предела для патента"},
		{"patent", "limits", Entrepreneur, "activity=cargo workers=0 year_income=0 objects=21", "Слишком много машин"},
		{"patent", "limits", Entrepreneur, "activity=shop workers=0 year_income=0 area=151", "Зал больше 150 м²"},
		{"patent", "limits", Entrepreneur, "activity=shop workers=0 year_income=0 area=150", ""},
		{"building-permit", "object_kind", Organisation, "build_kind=new object_type=house", "Разрешение не нужно — нужно уведомление"},
		{"building-permit", "plot", Organisation, "object_type=trade plot_right=none", "Сначала оформите права на участок"},
		{"building-commissioning", "ready", Organisation, "finished=no", "Сначала закончите работы"},
		{"building-commissioning", "building", Organisation, "finished=yes design_area=100 fact_area=105.1", "Площадь отличается от проекта больше чем на 5 %"},
		{"building-commissioning", "building", Organisation, "finished=yes design_area=100 fact_area=105", ""},
		{"register-extract", "about", Citizen, "whom=self", "Войдите от имени организации или ИП"},
		{"register-extract", "about", Organisation, "whom=self", ""},
		{"sole-proprietor-registration", "check_step", Citizen, "obstacle=servant", "На службе предпринимать нельзя"},
		{"sole-proprietor-registration", "person", Citizen, "obstacle=none birth_date=2008-11-23", "До 18 лет нужно согласие родителей"},
		{"sole-proprietor-registration", "person", Citizen, "obstacle=none birth_date=2008-11-22", ""},
		{"sole-proprietor-closing", "ready", Entrepreneur, "employees=no register_on=yes", "Сначала снимите кассу с учёта"},
		{"taxi-permit", "check_step", Entrepreneur, "record=yes", "Сейчас внести в реестр нельзя"},
	} {
		s, a := service(t, test.service), situation(test.acting, "2026-11-22", strings.Fields(test.answers)...)
		got := ""
		if stop := s.Stopped(s.Step(test.step), a, "applicant"); stop != nil {
			if got = stop.Title.RU; len(stop.Next) == 0 {
				t.Errorf("%s: the page %q leads nowhere", test.service, got)
			}
		}
		if got != test.want {
			t.Errorf("%s, %s as %s with %s: page %q, want %q", test.service, test.step, test.acting, test.answers, got, test.want)
		}
	}
}

// TestBusinessCalculations: what the reader is shown, to the kopeck.
func TestBusinessCalculations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ service, question, acting, answers, want string }{
		{"tax-calculation", "tax_full", Entrepreneur, "regime=usn_income income=1000000 staff=no", "60 000 ₽"},
		{"tax-calculation", "tax_less", Entrepreneur, "regime=usn_income income=1000000 staff=no contributions=57390.15", "57 390,15 ₽"},
		{"tax-calculation", "tax_less", Entrepreneur, "regime=usn_income income=1000000 staff=yes contributions=57390.15", "30 000 ₽"},
		{"tax-calculation", "tax_less", Organisation, "regime=usn_income income=1000000 contributions=57390.15", "30 000 ₽"},
		{"tax-calculation", "tax_due", Entrepreneur, "regime=usn_income income=1000000 staff=no contributions=57390.15", "2 610 ₽"},
		{"tax-calculation", "tax_due", Entrepreneur, "regime=usn_income income=1000000 staff=yes contributions=57390.15 advances=10000", "20 000 ₽"},
		{"tax-calculation", "tax_due", Entrepreneur, "regime=usn_income income=1000000 staff=no contributions=90000 advances=10000", "0 ₽"},
		{"tax-calculation", "profit", Entrepreneur, "regime=usn_profit income=900000.50 expenses=600000.25", "300 000,25 ₽"},
		{"tax-calculation", "profit_due", Entrepreneur, "regime=usn_profit quarter=q3 income=900000 expenses=600000 advances=5000", "40 000 ₽"},
		{"tax-calculation", "profit_due", Entrepreneur, "regime=usn_profit quarter=year income=900000 expenses=890000", "9 000 ₽"}, // the least tax
		{"tax-calculation", "profit_due", Entrepreneur, "regime=usn_profit quarter=q3 income=900000 expenses=890000", "1 500 ₽"},
		{"tax-calculation", "npd_tax", Entrepreneur, "regime=npd income_people=50000.30 income_firms=20000.70", "3 200,05 ₽"},
		{"tax-calculation", "npd_due", Entrepreneur, "regime=npd income_people=50000 income_firms=20000 npd_bonus_left=10000", "2 300 ₽"},
		{"tax-calculation", "npd_due", Entrepreneur, "regime=npd income_people=50000 income_firms=20000 npd_bonus_left=100.50", "3 099,50 ₽"},
		{"patent", "potential", Entrepreneur, "activity=hair workers=2 year_income=0", "480 000 ₽"},
		{"patent", "patent_tax", Entrepreneur, "activity=hair workers=0 year_income=0 months=12 start_date=2027-01-01", "18 000 ₽"},
		{"patent", "patent_tax", Entrepreneur, "activity=hair workers=2 year_income=0 months=7 start_date=2027-01-01", "16 800 ₽"},
		{"patent", "patent_tax", Entrepreneur, "activity=shop area=43 workers=0 year_income=0 months=5 start_date=2027-01-01", "19 887,50 ₽"},
		{"patent", "patent_due", Entrepreneur, "activity=hair workers=2 year_income=0 months=7 start_date=2027-01-01 contributions=20000", "8 400 ₽"},
		{"patent", "patent_due", Entrepreneur, "activity=hair workers=0 year_income=0 months=12 start_date=2027-01-01 contributions=57390", "0 ₽"},
		{"patent", "patent_first", Entrepreneur, "activity=cargo objects=2 workers=0 year_income=0 months=7 start_date=2027-01-01 contributions=0", "10 500 ₽"},
		{"building-commissioning", "area_off", Organisation, "finished=yes design_area=1000 fact_area=1040", "4 %"},
	} {
		s, a := service(t, test.service), situation(test.acting, "2026-11-22", strings.Fields(test.answers)...)
		got := ""
		for _, section := range s.Summary(a, "", tr(t, i18n.RU)) {
			for _, row := range section.Rows {
				if row.Label == s.Question(test.question).Label.RU {
					got = row.Value
				}
			}
		}
		if plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(got); plain != test.want {
			t.Errorf("%s, %s with %s: %q, want %q", test.service, test.question, test.answers, plain, test.want)
		}
	}
}

// TestBusinessDuties: what is paid depends on the answers and on the day.
func TestBusinessDuties(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		service, answers string
		want             int64
	}{
		{"advertising-permit", "action=issue", 5000_00},
		{"licence", "activity=medical action=new", 7500_00},
		{"licence", "activity=medical action=address", 3500_00},
		{"licence", "activity=medical action=change", 750_00},
		{"licence", "activity=medical action=end", 0},
		{"register-extract", "whom=company form=electronic", 0},
		{"register-extract", "whom=company form=paper urgent=no", 200_00},
		{"register-extract", "whom=company form=paper urgent=yes", 400_00},
	} {
		bill, err := service(t, test.service).Bill(situation(Organisation, "2026-11-22", strings.Fields(test.answers)...), now)
		if err != nil || bill.Amount != test.want {
			t.Errorf("%s with %s: %d kopecks, %v; want %d", test.service, test.answers, bill.Amount, err, test.want)
		}
	}
}

// TestBusinessRoutes: a licence is given by the ministry of its activity.
func TestBusinessRoutes(t *testing.T) {
	t.Parallel()
	for activity, want := range map[string]string{"medical": "health", "pharmacy": "health", "education": "education", "scrap": "trade"} {
		a := situation(Organisation, "2026-11-22", "activity="+activity, "action=new")
		if got := service(t, "licence").Goes(a); got != want {
			t.Errorf("a licence for %s goes to %s, want %s", activity, got, want)
		}
	}
}

// TestBusinessRules: a page is refused with the definition's own words.
func TestBusinessRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ service, step, acting, before, typed, want string }{
		{"patent", "when_step", Entrepreneur, "activity=hair workers=0 year_income=0", "start_date=2026-11-30 months=1 contributions=0", "Инспекции нужно 10 рабочих дней. Выберите более поздний день"},
		{"patent", "when_step", Entrepreneur, "activity=hair workers=0 year_income=0", "start_date=2026-12-07 months=1 contributions=0", "Патент не может перейти на следующий год. Выберите меньше месяцев и подайте второе заявление на новый год"},
		{"patent", "when_step", Entrepreneur, "activity=hair workers=0 year_income=0", "start_date=2027-01-01 months=12 contributions=0", ""},
		{"patent", "when_step", Entrepreneur, "activity=hair workers=0 year_income=0", "start_date=2027-02-01 months=12 contributions=0", "Патент не может перейти на следующий год. Выберите меньше месяцев и подайте второе заявление на новый год"},
		{"building-permit", "plot", Organisation, "object_type=trade", "plot_cadastral=77:01:0001001:10 plot_address=Москва plot_right=own gpzu_number=1 gpzu_date=2026-01-01", "Это участок другого региона: разрешение дают там, где он находится"},
		{"building-permit", "plot", Organisation, "object_type=trade", "plot_cadastral=16:50:011102:33 plot_address=Казань plot_right=own gpzu_number=1 gpzu_date=2023-11-21", "ГПЗУ старше трёх лет уже не действует: получите новый"},
		{"building-permit", "plot", Organisation, "object_type=trade", "plot_cadastral=16:50:011102:33 plot_address=Казань plot_right=own gpzu_number=1 gpzu_date=2023-11-22", ""},
		{"advertising-annul", "dismantle", Organisation, "reason=refuse standing=yes", "dismantle_date=2027-02-23", "Выберите день не позже чем через три месяца: месяц на решение и месяц на демонтаж"},
		{"advertising-annul", "dismantle", Organisation, "reason=refuse standing=yes", "dismantle_date=2027-02-22", ""},
		{"sole-proprietor-registration", "activities", Citizen, "obstacle=none", "activities-count=1 activities.0.okved=96", "Код пишут так: 96.02 или 47.71.1"},
		{"sole-proprietor-registration", "activities", Citizen, "obstacle=none", "activities-count=1 activities.0.okved=47.71.1", ""},
		{"taxi-permit", "cars", Entrepreneur, "record=no", "cars-count=1 cars.0.car_plate=А123ВС116 cars.0.car_sts=9900123456 cars.0.car_year=2013 cars.0.car_colour=white cars.0.car_right=own", "Машина для такси должна быть не старше 12 лет"},
		{"taxi-permit", "cars", Entrepreneur, "record=no", "cars-count=1 cars.0.car_plate=А123ВС116 cars.0.car_sts=9900123456 cars.0.car_year=2014 cars.0.car_colour=white cars.0.car_right=own", ""},
	} {
		s, a := service(t, test.service), situation(test.acting, "2026-11-22", strings.Fields(test.before)...)
		form := url.Values{}
		for _, field := range strings.Fields(test.typed) {
			name, value, _ := strings.Cut(field, "=")
			if on, err := time.Parse(time.DateOnly, value); err == nil {
				form.Set(name+"-day", fmt.Sprint(on.Day()))
				form.Set(name+"-month", fmt.Sprint(int(on.Month())))
				form.Set(name+"-year", fmt.Sprint(on.Year()))
				continue
			}
			form.Set(name, value)
		}
		_, problems := s.Parse(s.Step(test.step), form, a, "applicant", Env{Now: a.Today})
		got := ""
		for _, p := range problems {
			got = p.Text(tr(t, i18n.RU))
		}
		if got != test.want {
			t.Errorf("%s, %s with %s: %q, want %q", test.service, test.step, test.typed, got, test.want)
		}
	}
}
