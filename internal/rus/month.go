package rus

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// monthNames holds the month in each language: the stem that all its case forms begin with, and the whole word that an
// abbreviation is cut from.
var monthNames = [][]struct {
	month      time.Month
	stem, word string
}{
	{{1, "январ", "январь"}, {1, "гыйнвар", "гыйнвар"}, {1, "january", "january"}},
	{{2, "феврал", "февраль"}, {2, "february", "february"}},
	{{3, "март", "март"}, {3, "march", "march"}},
	{{4, "апрел", "апрель"}, {4, "april", "april"}},
	{{5, "май", "май"}, {5, "мая", "мая"}, {5, "мае", "мае"}, {5, "маю", "маю"}, {5, "may", "may"}},
	{{6, "июн", "июнь"}, {6, "june", "june"}},
	{{7, "июл", "июль"}, {7, "july", "july"}},
	{{8, "август", "август"}, {8, "august", "august"}},
	{{9, "сентябр", "сентябрь"}, {9, "september", "september"}},
	{{10, "октябр", "октябрь"}, {10, "october", "october"}},
	{{11, "ноябр", "ноябрь"}, {11, "november", "november"}},
	{{12, "декабр", "декабрь"}, {12, "december", "december"}},
}

// longestEnding is the length of the longest case ending after a stem: Tatar "ноябр-ендә".
const longestEnding = 4

// parseMonth returns the month of a number or a name, or 0. Names may be in any of the three languages, in any case form, or
// cut to three letters and more.
func parseMonth(s string) time.Month {
	s = strings.ToLower(strings.TrimRight(tidy(s), "."))
	if allDigits(s) && len(s) <= 2 {
		n, err := strconv.Atoi(s)
		if err != nil || n > 12 {
			return 0
		}
		return time.Month(n)
	}
	if utf8.RuneCountInString(s) < 3 {
		return 0
	}
	for _, names := range monthNames {
		for _, name := range names {
			ending, inflected := strings.CutPrefix(s, name.stem)
			if strings.HasPrefix(name.word, s) || inflected && isEnding(ending) {
				return name.month
			}
		}
	}
	return 0
}

// isEnding tells whether s can be a case ending: a few Cyrillic letters. Words of English have none.
func isEnding(s string) bool {
	if utf8.RuneCountInString(s) > longestEnding {
		return false
	}
	for _, r := range s {
		if !isRussianLetter(r) && !isTatarLetter(r) {
			return false
		}
	}
	return true
}
