package rus

import (
	"fmt"
	"time"
)

// The months as they stand in a date: in the genitive in Russian, with a possessive ending in Tatar.
var (
	russianMonths = [...]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября",
		"ноября", "декабря"}
	tatarMonths = [...]string{"гыйнвары", "феврале", "марты", "апреле", "мае", "июне", "июле", "августы", "сентябре", "октябре",
		"ноябре", "декабре"}
)

// FormatDate shows the day of t in Moscow: "22 ноября 2026 года", in Tatar ("tt") "2026 елның 22 ноябре", in English ("en")
// "22 November 2026". A date without time (midnight in UTC) is the same day in Moscow.
func FormatDate[L ~string](t time.Time, lang L) string {
	t = t.In(Moscow)
	switch lang {
	case "tt":
		return fmt.Sprintf("%d елның %d %s", t.Year(), t.Day(), tatarMonths[t.Month()-1])
	case "en":
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d %s %d года", t.Day(), russianMonths[t.Month()-1], t.Year())
}

// FormatDateTime is FormatDate with hours and minutes in Moscow: "22 ноября 2026 года, 14:05".
func FormatDateTime[L ~string](t time.Time, lang L) string {
	return FormatDate(t, lang) + t.In(Moscow).Format(", 15:04")
}
