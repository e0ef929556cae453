package frontend

import (
	"fmt"
	"time"

	"tamga/internal/i18n"
)

const galleryPage Page[gallery] = "gallery/ui.html"

type gallery struct {
	Errors

	When     time.Time
	Crumbs   Breadcrumbs
	Back     BackLink
	Phase    PhaseBanner
	Banner   NotificationBanner
	Panel    Panel
	Tasks    TaskList
	Phone    Input
	Password PasswordInput
	Birth    DateInput
	Radios   Radios
	Boxes    Checkboxes
	Choice   Select
	Area     Textarea
	Count    CharacterCount
	File     FileUpload
	Set      *Fieldset
	Label    Label
	Hint     Hint
	Wrong    ErrorMessage
	Fields   []Field
	Buttons  []Button
	Warning  WarningText
	Inset    InsetText
	Details  Details
	Answers  SummaryList
	Card     SummaryList
	Tags     []Tag
	Table    Table
	Pages    *Pagination
	Name     i18n.Text
	Skip     SkipLink
	Cards    []Card
}

func fullGallery(failed bool) gallery {
	g := gallery{
		When:   time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC),
		Crumbs: Breadcrumbs{Items: []Crumb{{Text: "Главная", Href: "/"}, {Text: "Семья", Href: "/family"}, {Text: "Регистрация брака"}}},
		Back:   BackLink{Href: "/"},
		Phase:  PhaseBanner{Tag: Tag{Text: "Демонстрация"}, Text: "Все люди здесь вымышлены."},
		Banner: NotificationBanner{Text: "Второй заявитель ещё не подписал заявление"},
		Panel:  Panel{TitleText: "Заявление отправлено", Text: "Номер 16-2026-000123", HeadingLevel: 2},
		Tasks: TaskList{Items: []Task{
			{Title: Content{Text: "Ваши данные"}, Href: "#a", Status: TaskStatus{Text: "Заполнено"}},
			{Title: Content{Text: "Второй заявитель"}, Href: "#b", Hint: &Content{Text: "Айгуль Сафина, приглашение отправлено"},
				Status: TaskStatus{Tag: &Tag{Text: "В работе", Classes: "govuk-tag--blue"}}},
			{Title: Content{Text: "Подпись"}, Status: TaskStatus{Text: "Пока нельзя начать"}},
		}},
		Phone: Input{Name: "phone", Type: "tel", Label: Label{Text: "Номер телефона"}, Hint: Hint{Text: "Например, +7 917 123-45-67"},
			Autocomplete: "tel", Inputmode: "tel", Classes: "govuk-input--width-20"},
		Password: PasswordInput{Name: "password", Label: Label{Text: "Пароль"}},
		Birth: DateInput{NamePrefix: "birth", Fieldset: Question("Дата рождения"), Hint: Hint{Text: "Например, 27 3 1987"}, Birthday: true,
			Day: DatePart{Value: "31"}, Month: DatePart{Value: "2"}, Year: DatePart{Value: "1987"}},
		Radios: Radios{Name: "way", Fieldset: Question("Как получить ответ?"), Value: "office", Items: []Choice{
			{Value: "cabinet", Text: "В личном кабинете", Hint: Hint{Text: "Сразу после решения"}},
			{Value: "office", Text: "В ведомстве", Conditional: Conditional{Fields: []Field{
				{Input: &Input{Name: "office", Label: Label{Text: "Какой отдел?"}}}}}},
			{Divider: "или"}, {Value: "none", Text: "Ответ не нужен"}}},
		Boxes: Checkboxes{Name: "documents", Fieldset: Question("Какие документы есть?"), Values: []string{"snils"}, Items: []Choice{
			{Value: "passport", Text: "Паспорт"}, {Value: "snils", Text: "СНИЛС"}, {Divider: "или"},
			{Value: "no", Text: "Ничего из этого", Behaviour: "exclusive"}}},
		Choice: Select{Name: "district", Label: Label{Text: "Район"}, Value: "arsk", Items: []Option{
			{Text: "Выберите район"}, {Value: "arsk", Text: "Арский"}, {Value: "kazan", Text: "Казань"}}},
		Area:  Textarea{Name: "note", Label: Label{Text: "Пояснение (необязательно)"}, Rows: "3"},
		Count: CharacterCount{Name: "reason", Maxlength: 200, Label: Label{Text: "Причина"}, Value: "Хотим зарегистрировать брак летом."},
		File: FileUpload{Name: "scan", Javascript: true, Label: Label{Text: "Скан паспорта"}, Hint: Hint{Text: "PDF, JPG или PNG до 10 МБ"},
			Attributes: Attributes{"accept": ".pdf,.jpg,.png"}},
		Set: Question("Отдельные части"), Label: Label{Text: "Подпись", For: "phone"}, Hint: Hint{Text: "Подсказка"}, Wrong: ErrorMessage{Text: "Ошибка рядом"},
		Fields:  []Field{{Heading: "Из описания услуги"}, {Text: "Поля ниже построены по данным."}, {Input: &Input{Name: "sum", Label: Label{Text: "Сумма"}, Suffix: Affix{Text: "₽"}, Classes: "govuk-input--width-5", Inputmode: "decimal"}}, {InsetText: &InsetText{Text: "Пошлина снижена на 30 %"}}},
		Buttons: []Button{{Text: "Отправить заявление", PreventDoubleClick: true}, {Text: "Сохранить черновик", Classes: "govuk-button--secondary", Name: "save"}, {Text: "Отозвать", Classes: "govuk-button--warning"}, {Text: "Начать", Href: "/start", IsStartButton: true}},
		Warning: WarningText{Text: "За ложные сведения отвечает заявитель."},
		Inset:   InsetText{Text: "Если оба заявителя подписали, бумаги приносить не нужно."},
		Details: Details{SummaryText: "Что делать, если паспорт меняется", Text: "Подайте заявление с новым паспортом."},
		Answers: SummaryList{Rows: []SummaryRow{Row("Имя", "Сафин Ильнур Рашидович", Action{Text: "Изменить", Href: "#", VisuallyHiddenText: "имя"}), Row("Телефон", "+7 917 ***-**-67")}},
		Card: SummaryList{Card: &SummaryCard{Title: CardTitle{Text: "Второй заявитель"}, Actions: Actions{Items: []Action{{Text: "Заменить", Href: "#"}}}},
			Rows: []SummaryRow{Row("Имя", "Сафина Айгуль Маратовна")}},
		Tags: []Tag{{Text: "Принято", Classes: "govuk-tag--green"}, {Text: "В работе", Classes: "govuk-tag--blue"}, {Text: "Отказ", Classes: "govuk-tag--red"}, {Text: "Черновик", Classes: "govuk-tag--grey"}, {Text: "Ждёт оплаты", Classes: "govuk-tag--yellow"}},
		Table: Table{Caption: "Платежи", CaptionClasses: "govuk-table__caption--m", FirstCellIsHeader: true,
			Head: []Cell{{Text: "Дата"}, {Text: "Назначение"}, {Text: "Сумма", Format: "numeric"}},
			Rows: [][]Cell{{{Text: "1 ноября"}, {Text: "Госпошлина"}, {Text: "350 ₽", Format: "numeric"}}, {{Text: "3 ноября"}, {Text: "Детский сад"}, {Text: "2 450,80 ₽", Format: "numeric"}}}},
		Pages: Paginate(4, 12, func(n int) string { return fmt.Sprintf("?page=%d", n) }),
		Name:  i18n.Text{RU: "Никах теркәү — проверка букв", TT: "Әә Өө Үү Җҗ Ңң Һһ"},
		Skip:  SkipLink{Text: "К содержанию"},
		Cards: []Card{{Title: "Запись в детский сад", Text: "Исполком вашего района", Note: "Бесплатно", Href: "#", Icon: "child"}},
	}
	if failed {
		g.Errors.Add("phone", "Введите номер телефона")
		g.Errors.AddAt("birth", "birth-day", "Такой даты нет: в феврале 1987 года 28 дней")
		g.Phone.ErrorMessage = g.Errors.Message("phone")
		g.Birth.Day.Error = true
		g.Birth.ErrorMessage = g.Errors.Message("birth")
	}
	return g
}

// homeSample has the shape that templates/portal/home.html asks of package portal.
type homeSample struct {
	Announcement string
	Examples     []Link
	Popular      []Card
	Situations   []Card
	ForCitizens  []Card
	ForBusiness  []Card
}

const homePage Page[homeSample] = "portal/home.html"

func fullHome() homeSample {
	return homeSample{
		Announcement: "28 ноября с 2 до 5 часов ночи оплата будет недоступна: обновляем связь с казначейством.",
		Examples:     []Link{{Text: "детский сад", Href: "/search?q=a"}, {Text: "штрафы", Href: "/search?q=b"}, {Text: "регистрация брака", Href: "/search?q=c"}},
		Popular: []Card{
			{Title: "Запись в детский сад", Text: "Исполком вашего района", Note: "Бесплатно, 7 дней", Href: "#", Icon: "child"},
			{Title: "Регистрация брака", Text: "Органы ЗАГС", Note: "350 ₽", Href: "#", Icon: "rings"},
			{Title: "Проверка и оплата штрафов", Text: "ГИБДД", Note: "Скидка до 30 дней", Href: "#", Icon: "car"},
			{Title: "Запись к врачу", Text: "Министерство здравоохранения", Note: "Бесплатно", Href: "#", Icon: "health"},
			{Title: "Разрешение на такси", Text: "Министерство транспорта", Note: "Бесплатно, 10 дней", Href: "#", Icon: "permit"},
			{Title: "Оплата жилья и коммунальных услуг", Text: "Управляющие организации", Href: "#", Icon: "home"},
		},
		Situations: []Card{
			{Kind: "situation", Title: "Рождение ребёнка", Text: "Свидетельство, пособия, детский сад", Href: "#", Icon: "family"},
			{Kind: "situation", Title: "Свадьба", Text: "Заявление вдвоём, смена фамилии", Href: "#", Icon: "rings"},
			{Kind: "situation", Title: "Переезд", Text: "Регистрация, школа, поликлиника", Href: "#", Icon: "truck"},
			{Kind: "situation", Title: "Открытие дела", Text: "Лицензии, земля, поддержка", Href: "#", Icon: "business"},
		},
		ForCitizens: []Card{
			{Kind: "plain", Title: "Семья и дети", Text: "14 услуг", Href: "#", Icon: "family"}, {Kind: "plain", Title: "Образование", Text: "9 услуг", Href: "#", Icon: "school"},
			{Kind: "plain", Title: "Здоровье", Text: "6 услуг", Href: "#", Icon: "health"}, {Kind: "plain", Title: "Транспорт", Text: "11 услуг", Href: "#", Icon: "car"},
			{Kind: "plain", Title: "Жильё и земля", Text: "17 услуг", Href: "#", Icon: "home"}, {Kind: "plain", Title: "Пособия и льготы", Text: "12 услуг", Href: "#", Icon: "money"},
		},
		ForBusiness: []Card{
			{Kind: "plain", Title: "Разрешения и лицензии", Text: "21 услуга", Href: "#", Icon: "permit"}, {Kind: "plain", Title: "Строительство", Text: "8 услуг", Href: "#", Icon: "build"},
			{Kind: "plain", Title: "Земля и имущество", Text: "10 услуг", Href: "#", Icon: "land"}, {Kind: "plain", Title: "Торговля", Text: "7 услуг", Href: "#", Icon: "business"},
		},
	}
}
