package portal

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"tamga/catalog"
	"tamga/internal/rus"
)

// districtTyped finds a district by what somebody typed: its name in any language, or the beginning of it. Several or none fit: nil.
func districtTyped(c *catalog.Catalog, typed string) *catalog.District {
	want := rus.FoldName(strings.TrimSpace(typed))
	if want == "" {
		return nil
	}
	var found *catalog.District
	all := c.Districts()
	for i := range all {
		for _, name := range []string{all[i].Name.RU, all[i].Name.TT, all[i].Name.EN} {
			folded := rus.FoldName(name)
			switch {
			case folded == want:
				return &all[i]
			case strings.HasPrefix(folded, want) && found == nil && all[i].In == "":
				found = &all[i]
			case strings.HasPrefix(folded, want) && found != nil && found.Code != all[i].Code && all[i].In != found.Code:
				return nil
			}
		}
	}
	return found
}

// reception is a line of an office's hours: «Понедельник–четверг, 8:00–17:00», «Приём: вторник–пятница, 8:00–17:00».
var reception = regexp.MustCompile(`(?i)^(?:приём: *)?([а-яё]+)(?: *[–—-] *([а-яё]+)| и ([а-яё]+))?, (\d{1,2}):(\d\d)[–—-](\d{1,2}):(\d\d)$`)

var weekdays = map[string]time.Weekday{"понедельник": 1, "вторник": 2, "среда": 3, "четверг": 4, "пятница": 5, "суббота": 6, "воскресенье": 0}

// openNow tells whether an office receives people at a moment, and until or from when; known is false when its hours are written in
// another way, and nothing is said then. Days off are the office's own matter: its telephone is shown.
func openNow(o *catalog.Office, at time.Time) (open bool, until string, known bool) {
	at = at.In(rus.Moscow)
	for _, line := range o.Hours {
		m := reception.FindStringSubmatch(strings.TrimSpace(line.RU))
		if m == nil {
			continue
		}
		first, ok := weekdays[strings.ToLower(m[1])]
		if !ok {
			continue
		}
		known = true
		last := first
		if day, ok := weekdays[strings.ToLower(m[2])]; ok {
			last = day
		}
		also, and := weekdays[strings.ToLower(m[3])]
		if !between(at.Weekday(), first, last) && !(and && at.Weekday() == also) {
			continue
		}
		now := at.Hour()*60 + at.Minute()
		if minutes(m[4], m[5]) <= now && now < minutes(m[6], m[7]) {
			return true, m[6] + ":" + m[7], true
		}
	}
	return false, "", known
}

func between(day, first, last time.Weekday) bool {
	mondayFirst := func(d time.Weekday) int { return (int(d) + 6) % 7 }
	return mondayFirst(first) <= mondayFirst(day) && mondayFirst(day) <= mondayFirst(last)
}

func minutes(hours, mins string) int {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(mins)
	return h*60 + m
}
