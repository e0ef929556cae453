package stand

import (
	"fmt"
	"time"

	"tamga/internal/rus"
)

// DemoRecords are what the systems of the demo know. Days count from now, so that a discount still lasts and another is over.
func DemoRecords(now time.Time) []Record {
	all := append(demoBills(now), demoFines(now)...)
	all = append(all, demoProviders()...)
	all = append(all, demoDoctors()...)
	all = append(all, demoReception()...)
	return append(all, demoOther()...)
}

func uin(nineteen string) string {
	number, err := rus.NewUIN(nineteen)
	if err != nil {
		panic(err) // the numbers are literals below
	}
	return number
}

func ago(now time.Time, days int) string {
	return now.In(rus.Moscow).AddDate(0, 0, -days).Format(time.DateOnly)
}

// demoBills are bills and meters of two flats by the number of the account.
func demoBills(now time.Time) []Record {
	y, m, _ := now.In(rus.Moscow).Date()
	last := time.Date(y, m, 1, 0, 0, 0, 0, rus.Moscow).AddDate(0, -1, 0)
	due := time.Date(y, m, 15, 0, 0, 0, 0, rus.Moscow).Format(time.DateOnly)
	var all []Record
	for i, flat := range []struct {
		account, address string
		house, power     int64
		cold, hot, light string
	}{
		{"1600000017", "Казань, ул. Баумана, 1, кв. 15", 432150, 61240, "118", "74", "5230"},
		{"1600000025", "Арский район, с. Кырлай, ул. Тукая, 7", 187600, 48055, "43", "12", "2875"},
	} {
		key := []string{"account=" + flat.account}
		period := last.Format("01.2006")
		all = append(all,
			Record{"housing", "bills", uin(fmt.Sprintf("31816551%011d", 2*i+1)), key, "Жильё и коммунальные услуги за " + period, flat.address, flat.house,
				map[string]string{"period": period, "due": due}},
			Record{"housing", "bills", uin(fmt.Sprintf("31816551%011d", 2*i+2)), key, "Электроэнергия за " + period, flat.address, flat.power,
				map[string]string{"period": period, "due": due}},
			Record{"housing", "flats", flat.account, key, flat.address, "Счётчики: холодная вода, горячая вода, электричество", 0,
				map[string]string{"cold": flat.cold, "hot": flat.hot, "power": flat.light}})
	}
	return all
}

// demoFines are fines of the road police by the car's or the driver's paper, and of other authorities by СНИЛС or passport.
func demoFines(now time.Time) []Record {
	road := func(n int, daysAgo int, article, discount, title, place string, amount int64) Record {
		number := uin(fmt.Sprintf("18810116%011d", n))
		return Record{"traffic", "fines", number, []string{"sts=1629123456", "licence=9918123456", "uin=" + number}, title, place, amount,
			map[string]string{"ruled_on": ago(now, daysAgo), "article": article, "discount": discount}}
	}
	state := func(n int, daysAgo int, body, title string, amount int64) Record {
		number := uin(fmt.Sprintf("32117072%011d", n))
		return Record{"treasury", "fines", number, []string{"snils=11211244575", "snils=16309071550", "uin=" + number}, title, body, amount,
			map[string]string{"ruled_on": ago(now, daysAgo), "body": body}}
	}
	return []Record{
		road(501, 10, "12.9 ч. 2", "yes", "Превышение скорости на 20–40 км/ч", "Казань, пр. Победы, 100. Камера", 75000),
		road(502, 45, "12.16 ч. 1", "yes", "Не выполнено требование знака", "Казань, ул. Декабристов, 2", 75000),
		road(503, 5, "12.8 ч. 1", "no", "Управление в состоянии опьянения", "Арск, ул. Вагизова, 1", 4500000),
		state(601, 20, "Росреестр по Республике Татарстан", "Занятие земельного участка без права", 500000),
		state(602, 12, "Роспотребнадзор по Республике Татарстан", "Нарушение правил продажи товаров", 200000),
	}
}

// demoProviders are whom one can pay for telephone, internet and television, and the newspapers.
func demoProviders() []Record {
	var all []Record
	for _, p := range []struct{ kind, id, title, text string }{
		{"mobile", "mts", "МТС", ""}, {"mobile", "megafon", "МегаФон", ""}, {"mobile", "beeline", "билайн", ""}, {"mobile", "t2", "T2", ""},
		{"mobile", "letai", "Летай", "Мобильная связь Таттелекома"},
		{"internet", "tattelecom", "Таттелеком (Летай)", "Интернет и домашний телефон"}, {"internet", "rostelecom", "Ростелеком", ""}, {"internet", "ufanet", "Уфанет", ""},
		{"tv", "tvt", "ТВТ", "Кабельное телевидение Казани"}, {"tv", "tricolor", "Триколор", "Спутниковое телевидение"}, {"tv", "letai-tv", "Летай ТВ", ""},
	} {
		all = append(all, Record{Department: "telecom", Source: "providers", ID: p.id, Keys: []string{"kind=" + plainKey(p.kind)}, Title: p.title, Text: p.text})
	}
	for _, e := range []struct {
		id, title, text string
		month           int64
	}{
		{"vatanym", "«Ватаным Татарстан»", "Газета на татарском языке, 3 раза в неделю", 14580},
		{"rt", "«Республика Татарстан»", "Газета на русском языке, 3 раза в неделю", 16240},
		{"yashlare", "«Татарстан яшьләре»", "Газета на татарском языке, раз в неделю", 9870},
		{"kazan-utlary", "«Казан утлары»", "Литературный журнал на татарском языке, раз в месяц", 21450},
		{"yalkyn", "«Ялкын»", "Журнал для подростков на татарском языке, раз в месяц", 11200},
		{"salavat", "«Салават күпере»", "Журнал для детей на татарском языке, раз в месяц", 10650},
	} {
		all = append(all, Record{Department: "press", Source: "editions", ID: e.id, Title: e.title, Text: e.text, Amount: e.month, Keys: []string{}})
	}
	return all
}

// demoDoctors are the doctors of the clinics in catalog/organisations.yaml.
func demoDoctors() []Record {
	names := map[string][]string{
		"therapist":     {"Валиуллина Резеда Камилевна", "Соколов Игорь Петрович"},
		"pediatrician":  {"Галимова Чулпан Рафаиловна"},
		"dentist":       {"Ибрагимов Ильшат Фаритович"},
		"eye":           {"Крылова Анна Сергеевна"},
		"surgeon":       {"Нигматуллин Рустем Азатович"},
		"gynaecologist": {"Хасанова Лейсан Маратовна"},
	}
	words := map[string]string{"therapist": "Терапевт", "pediatrician": "Педиатр", "dentist": "Стоматолог", "eye": "Офтальмолог",
		"surgeon": "Хирург", "gynaecologist": "Акушер-гинеколог"}
	var all []Record
	for _, clinic := range []string{"clinic-kazan-7", "clinic-kazan-18", "clinic-chelny-2", "clinic-almetyevsk"} {
		for _, specialty := range []string{"therapist", "pediatrician", "dentist", "eye", "surgeon", "gynaecologist"} {
			for i, name := range names[specialty] {
				all = append(all, Record{Department: "health", Source: "doctors", ID: fmt.Sprintf("%s-%s-%d", clinic, specialty, i+1), Title: name,
					Text: fmt.Sprintf("%s, кабинет %d", words[specialty], 200+len(all)%30), Keys: []string{"office=" + plainKey(clinic), "specialty=" + plainKey(specialty)}})
			}
		}
	}
	return all
}

// demoReception are officials and bailiffs who receive citizens.
func demoReception() []Record {
	var all []Record
	for _, o := range []struct{ office, id, title, text string }{
		{"reception-cabinet", "cabinet-appeals", "Начальник управления по работе с обращениями граждан", "Общие вопросы республики"},
		{"reception-cabinet", "cabinet-housing", "Начальник управления строительства и ЖКХ", "Жильё, дороги, коммунальные службы"},
		{"reception-labour", "labour-benefits", "Заместитель министра труда, занятости и социальной защиты", "Пособия и льготы"},
		{"reception-kazan", "kazan-mayor", "Заместитель руководителя Исполнительного комитета Казани", "Благоустройство и городское хозяйство"},
	} {
		all = append(all, Record{Department: "reception", Source: "officials", ID: o.id, Title: o.title, Text: o.text, Keys: []string{"office=" + plainKey(o.office)}})
	}
	for _, office := range []string{"bailiffs-vakhitovsky", "bailiffs-chelny", "bailiffs-almetyevsk"} {
		for i, name := range []string{"Мингазов Айрат Дамирович", "Фёдорова Елена Викторовна"} {
			all = append(all, Record{Department: "bailiffs", Source: "bailiffs", ID: fmt.Sprintf("%s-%d", office, i+1), Title: name,
				Text: "Судебный пристав-исполнитель, кабинет " + fmt.Sprint(11+i), Keys: []string{"office=" + plainKey(office)}})
		}
	}
	return all
}

// demoOther are vacancies, buildings and places in the queue for a kindergarten.
func demoOther() []Record {
	var all []Record
	for i, v := range []struct {
		field, town, title, text string
		pay                      int64
	}{
		{"teaching", "kazan", "Воспитатель детского сада", "Детский сад № 102, Казань. Полный день", 5200000},
		{"teaching", "arsk", "Учитель татарского языка и литературы", "Арская школа № 1. Неполная неделя", 4600000},
		{"medicine", "kazan", "Медицинская сестра", "Городская поликлиника № 18, Казань. По сменам", 5800000},
		{"medicine", "almetyevsk", "Фельдшер скорой помощи", "Альметьевская станция скорой помощи. Сутки через трое", 7100000},
		{"industry", "chelny", "Слесарь-сборщик", "Автозавод, Набережные Челны. По сменам", 8500000},
		{"industry", "kazan", "Электромонтёр", "Казанские электрические сети. Полный день", 7400000},
		{"trade", "kazan", "Продавец-кассир", "Магазин у дома, Казань. Два через два", 5000000},
		{"transport", "chelny", "Водитель автобуса", "Электротранспорт, Набережные Челны. По сменам", 9000000},
		{"office", "kazan", "Бухгалтер", "Учебный центр, Казань. Можно удалённо", 6500000},
	} {
		all = append(all, Record{Department: "labour", Source: "vacancies", ID: fmt.Sprintf("vacancy-%d", i+1), Title: v.title,
			Text: v.text + ". От " + rus.FormatRubles(v.pay) + " в месяц", Keys: []string{"field=" + plainKey(v.field), "town=" + plainKey(v.town)}})
	}
	for _, o := range []struct{ number, title, text string }{
		{"16:50:010101:17", "Казань, ул. Баумана, 1, кв. 15", "Квартира, 54,3 м², 1978 год"},
		{"16:02:030201:5", "Арский район, с. Кырлай, ул. Тукая, 7", "Жилой дом, 86,1 м², 1994 год"},
	} {
		all = append(all, Record{Department: "bti", Source: "objects", ID: o.number, Title: o.title, Text: o.text, Keys: []string{"cadastral=" + plainKey(o.number)}})
	}
	for _, c := range []struct{ certificate, title, text, place string }{
		{"II-КБ 123456", "Детский сад № 5, Арск", "Очередь по дате заявления от 14.03.2025", "12"},
		{"II-КБ 500001", "Детский сад № 102, Казань", "Очередь по дате заявления от 02.09.2024", "4"},
	} {
		all = append(all, Record{Department: "education", Source: "places", ID: "queue-" + c.place, Title: c.title, Text: c.text,
			Keys: []string{"child_certificate=" + plainKey(c.certificate)}, Fields: map[string]string{"place": c.place}})
	}
	return all
}
