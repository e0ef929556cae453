package rus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestName(t *testing.T) {
	t.Parallel()
	check(t, Name, []typed{
		{"a name", "Салават", "Салават", ""},
		{"spaces around and inside", "  Алиев   Вагиф оглы ", "Алиев Вагиф оглы", ""},
		{"Tatar letters", "Җәүдәт Һидиятуллин", "Җәүдәт Һидиятуллин", ""},
		{"й in two marks", "Андреи\u0306", "Андрей", ""},
		{"a long dash in a double surname", "Римский — Корсаков", "Римский-Корсаков", ""},
		{"a curly apostrophe", "Д’Артаньян", "Д'Артаньян", ""},
		{"a roman number", "Иванов IV", "Иванов IV", ""},
		{"brackets", "Петрова (Иванова)", "Петрова (Иванова)", ""},
		{"the ё stays", "Алёна", "Алёна", ""},
		{"Latin letters", "Ivanov", "", "rus.name.char"},
		{"one Latin letter among Cyrillic ones", "Cалават", "", "rus.name.char"},
		{"a digit", "Иванов2", "", "rus.name.char"},
		{"markup", "<b>Иван</b>", "", "rus.name.char"},
		{"a hundred letters", strings.Repeat("ж", 100), strings.Repeat("ж", 100), ""},
		{"one more", strings.Repeat("ж", 101), "", "rus.name.long"},
		{"only signs", " - ", "", "rus.name.empty"},
		{"nothing", "", "", "rus.name.empty"},
	})
}

func TestFoldNameFindsOtherSpellings(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why       string
		spellings []string
		key       string
	}{
		{"case and ё", []string{"Фёдоров", "ФЕДОРОВ", "фе\u0308доров"}, "федоров"},
		{"Tatar letters", []string{"Мөхәммәт", "Мохаммат"}, "мохаммат"},
		{"the rest of them", []string{"Җиңү Һади", "Жину Хади"}, "жину хади"},
		{"the Latin schwa", []string{"Əминə", "Әминә"}, "амина"},
		{"Latin twins", []string{"Cepгeeв", "СEPГЕЕB", "Сергеев"}, "сергеев"},
		{"dashes", []string{"Иванова—Петрова", "Иванова - Петрова", "Иванова- петрова"}, "иванова-петрова"},
		{"spaces", []string{" Салават  Юлаев ", "Салават\u00a0Юлаев"}, "салават юлаев"},
		{"apostrophes", []string{"Д'Артаньян", "Д’Артаньян", "Дартаньян"}, "дартаньян"},
		{"initials", []string{"Иванов И.И.", "Иванов И. И."}, "иванов и и"},
		{"signs at the ends", []string{"-Иванов-", "(Иванов)"}, "иванов"},
		{"hard and soft signs stay", []string{"Подъячев"}, "подъячев"},
		{"nothing", []string{"", " — ", "'"}, ""},
	} {
		t.Run(row.why, func(t *testing.T) {
			t.Parallel()
			for _, spelling := range row.spellings {
				if got := FoldName(spelling); got != row.key {
					t.Errorf("%q folds to %q, want %q", spelling, got, row.key)
				}
			}
		})
	}
}

func TestNameKeys(t *testing.T) {
	t.Parallel()
	name := "Иванова-Петрова Гөлнара Вәли кызы"
	words := []string{"иванова-петрова", "голнара", "вали", "кызы"}
	if diff := cmp.Diff(words, SplitFullName(name)); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	keys := []string{"иванова-петрова", "иванова", "петрова", "голнара", "вали", "кызы"}
	if diff := cmp.Diff(keys, NameKeys(name)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestTransliterate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Щукин":           "Shchukin",
		"ЩУКИН":           "SHCHUKIN",
		"Юлия Подъячева":  "Iuliia Podieiacheva",
		"Наталья":         "Natalia",
		"Семён Цой":       "Semen Tsoi",
		"ХӘЙРУЛЛИН":       "KHAIRULLIN",
		"Җәүдәт Һидиятов": "Zhaudat Khidiiatov",
		"Римский-Эйхе":    "Rimskii-Eikhe",
		"Пётр I":          "Petr I",
	} {
		if got := Transliterate(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestFullName(t *testing.T) {
	t.Parallel()
	if got := FullName("Тукай", "Габдулла", ""); got != "Тукай Габдулла" {
		t.Errorf("without a patronymic: %q", got)
	}
	if got := FullName(" Тукаев ", "Габдулла", "Мөхәммәтгариф улы"); got != "Тукаев Габдулла Мөхәммәтгариф улы" {
		t.Errorf("whole: %q", got)
	}
}

func BenchmarkFoldName(b *testing.B) {
	for name, in := range map[string]string{
		"russian": "Иванов Иван Иванович",
		"tatar":   "Мөхәммәтҗанова Гөлнара Вәли кызы",
		"mixed":   "Cepгeeвa—Пeтpoвa  АННА",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				FoldName(in)
			}
		})
	}
}
