package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"tamga/internal/rus"
)

// The names are made, not those of anybody: the surnames that are frequent in Tatarstan, in about their order, then made ones, tens of
// thousands of them, each rarer than the one before (Zipf and Mandelbrot), as in life.
var (
	surnames = strings.Fields(`Хайруллин Гарипов Сафин Ибрагимов Каримов Закиров Галимов Нуриев Валеев Ахметов Хуснутдинов Миннуллин Шарипов Сафиуллин
		Гиззатуллин Зарипов Иванов Исмагилов Фаттахов Юсупов Гильмутдинов Шайхутдинов Мухаметзянов Абдуллин Хабибуллин Насыров Ахметзянов Петров
		Галиев Латыпов Файзуллин Смирнов Кузнецов Васильев Хасанов Валиуллин Гайнутдинов Садыков Нигматуллин Рахматуллин Михайлов Николаев Шакиров
		Мингазов Павлов Егоров Семёнов Фёдоров Андреев Алексеев Яковлев Гатауллин Шамсутдинов Низамов Залялов Губайдуллин Камалов Мустафин Хисамутдинов
		Ситдиков Мусин Бикмуллин Вафин Тимофеев Григорьев Степанов Романов Захаров Борисов Максимов Соловьёв Королёв Ковалёв Киселёв Воробьёв Муравьёв
		Мөхәммәтҗанов Җиһаншин Әхмәтҗанов Гыйльметдинов Хөснетдинов Миңнеханов Вәлиуллин Нәбиуллин Фәйзрахманов Һадиев`)
	stems = strings.Fields(`Ахмет Мухамет Гильм Хуснут Шайх Миннах Габдул Хаби Сафи Нури Валиах Зия Фахрут Шамси Камал Садык Рахмат Гали Ислам Тазе
		Бикта Аллах Байрам Гафур Давлет Ермол Жура Зайнул Ильяс Калим Лукман Мансур Назмут Осман Рамазан Сабир Тимер Усман Фатых Хамид Чулпан Шариф Юнус Якуп
		Крыл Морд Пуг Рома Сорок Тара Ушак Фила Хохл Царь Чере Шевел Щерба Бело Горш Дани Елис Жиль Зуба Куть Лапт`)
	middles = strings.Fields(`а ау ба бе га ги да ди ет жа за зи и ия ка ки ла ле ли ма ме ми на не ни ра ре ри са си та те ти ул ур фа ха чи ша яр`)
	endings = strings.Fields(`ов ев ин уллин утдинов зянов шин илов ханов аков`)
	men     = strings.Fields(`Александр Айрат Ильдар Рустем Марат Алексей Дмитрий Артём Тимур Айдар Сергей Андрей Ринат Ильнур Камиль Данил Амир Максим Азат Наиль
		Руслан Булат Ильшат Рамиль Радик Фанис Линар Ленар Эдуард Игорь Владимир Николай Михаил Евгений Пётр Павел Роман Иван Денис Антон Ильяс Карим Самат Динар
		Ирек Рафаэль Рафис Мансур Шамиль Әнвәр Фәрит Илшат Гөлшат Фёдор Семён Кирилл Егор Никита Глеб Матвей Раиль Салават Инсаф Нияз`)
	women = strings.Fields(`Гульнара Алсу Лилия Гузель Елена Ольга Алина Диляра Эльвира Анна Лейсан Айгуль Наталья Марина Татьяна Ильмира Регина Камилла Амина Резеда
		Алия Эльмира Светлана Ирина Екатерина Юлия Мария Анастасия Ляйсан Зульфия Гульназ Рамиля Рушания Фарида Роза Венера Лариса Людмила Надежда Галина Валентина
		Дания Дина Динара Чулпан Сюмбель Ләйсән Гөлназ Әминә Рәмзия Алёна Олеся Ксения Дарья Полина Виктория Вера Любовь Раиса Нина Гөлнара Миләүшә Энҗе`)
	fathers = strings.Fields(`Александр Айрат Ильдар Рустем Марат Рашит Рамил Фарид Ринат Ильдус Камил Фанис Ильгиз Максим Азат Наил Иван Павл Владимир Николаев
		Михайл Виктор Анатоль Ильгизар Мансур Шамил Асхат Талгат Наил Рафик Радик Раис Равил Вагиз Габдулл Хамит Сергее Андрее Алексее Юрье Григорь Фёдор Семён Пётр
		Мөхәммәт Фәрит Әхмәт Нургали Зуфар Ильшат Тагир Ренат Идрис Минзагит Гумер Закир`)
)

// tail is how many made surnames there are beside the frequent ones.
var tail = len(stems) * len(middles) * len(endings) * 2

// payer is who pays: places in the lists above, and how the name was written.
type payer struct {
	last, second         int32 // second: of a double surname, -1 of a single one
	first, father        uint8
	woman, caps, kyzy, e bool // in capitals; «кызы» in place of «-овна»; ё written as е
}

const none = 255 // in place of a father's name

// rank draws from 0..n-1, the first the oftenest: about 1/(r+c).
func rank(r *rand.Rand, n int, c float64) int {
	return min(int(c*math.Pow((float64(n)+c)/c, r.Float64())-c), n-1)
}

// newPayer is the i-th of them; the same i gives the same one.
func newPayer(i int) payer {
	r := rand.New(rand.NewPCG(uint64(i), 16))
	p := payer{last: int32(rank(r, len(surnames)+tail, 12)), second: -1, woman: r.IntN(100) < 56}
	names := men
	if p.woman {
		names = women
	}
	p.first, p.father = uint8(rank(r, len(names), 8)), uint8(rank(r, len(fathers), 8))
	switch n := r.IntN(1000); {
	case n < 6:
		p.second = int32(rank(r, len(surnames)+tail, 12))
	case n < 13:
		p.father = none
	case n < 23:
		p.kyzy = true
	}
	p.caps, p.e = r.IntN(100) < 15, r.IntN(2) == 0
	return p
}

// surname is the i-th of the list.
func surname(i int32, woman bool) string {
	name := ""
	if int(i) < len(surnames) {
		name = surnames[i]
	} else {
		k := int(i) - len(surnames)
		name = stems[k%len(stems)]
		k /= len(stems)
		name += middles[k%len(middles)]
		k /= len(middles)
		if k >= len(endings) {
			name += middles[(k+int(i))%len(middles)]
		}
		name += endings[k%len(endings)]
	}
	if woman {
		name += "а"
	}
	return name
}

// spelling is a part of a name as it is written, and as it is found.
type spelling struct{ plain, folded string }

// spellings remembers them: there are far fewer parts than names.
type spellings map[string]spelling

func (m spellings) of(plain string) spelling {
	s, ok := m[plain]
	if !ok {
		s = spelling{plain, rus.FoldName(plain)}
		m[plain] = s
	}
	return s
}

// parts are the surname, name and patronymic of a payer.
type parts struct{ last, first, middle spelling }

func (m spellings) parts(p *payer) (n parts) {
	n.last, n.first = m.of(surname(p.last, p.woman)), m.of(men[int(p.first)%len(men)])
	if p.second >= 0 && p.second != p.last {
		n.last = m.of(n.last.plain + "-" + surname(p.second, p.woman))
	}
	if p.woman {
		n.first = m.of(women[p.first])
	}
	if p.father != none {
		n.middle = m.of(patronymic(fathers[p.father], p.woman, p.kyzy))
	}
	return n
}

var withoutYo = strings.NewReplacer("ё", "е", "Ё", "Е")

// written returns the name as it stands in the charge.
func (m spellings) written(p *payer) (last, first, middle string) {
	n := m.parts(p)
	last, first, middle = n.last.plain, n.first.plain, n.middle.plain
	if p.e {
		last, first, middle = withoutYo.Replace(last), withoutYo.Replace(first), withoutYo.Replace(middle)
	}
	if p.caps {
		last, first, middle = strings.ToUpper(last), strings.ToUpper(first), strings.ToUpper(middle)
	}
	return last, first, middle
}

func patronymic(father string, woman, kyzy bool) string {
	soft := strings.HasSuffix(father, "е") || strings.HasSuffix(father, "ь")
	switch {
	case kyzy && woman:
		return father + " кызы"
	case kyzy:
		return father + " улы"
	case woman && soft:
		return father + "вна"
	case woman:
		return father + "овна"
	case soft:
		return father + "вич"
	}
	return father + "ович"
}

// phone is made from the number of the payer; four of ten leave none.
func phone(i int) string {
	if i%10 >= 6 {
		return ""
	}
	return fmt.Sprintf("+79%09d", i)
}

// mistype makes one edit: a letter wrong, lost, added, or two that changed places.
func mistype(r *rand.Rand, word string) string {
	letters := []rune("абвгдежзийклмнопрстуфхцчшщыьэюя")
	for {
		runes := []rune(word)
		i := r.IntN(len(runes))
		other := letters[r.IntN(len(letters))]
		switch r.IntN(4) {
		case 0:
			runes[i] = other
		case 1:
			runes = append(runes[:i], runes[i+1:]...)
		case 2:
			runes = append(runes[:i], append([]rune{other}, runes[i:]...)...)
		default:
			if i == 0 {
				continue
			}
			runes[i-1], runes[i] = runes[i], runes[i-1]
		}
		if typo := string(runes); rus.FoldName(typo) != rus.FoldName(word) && len(runes) > 1 {
			return typo
		}
	}
}
