package catalog

import (
	"net/url"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// Department is an authority that provides services.
type Department struct {
	Code    string    `yaml:"code"`
	Name    i18n.Text `yaml:"name"`
	Short   i18n.Text `yaml:"short"`
	Summary i18n.Text `yaml:"summary"`
	Phone   string    `yaml:"phone"`
	Email   string    `yaml:"email"`
	Head    *Head     `yaml:"head"` // nil for many bodies under one code: each has its own
	Offices []Office  `yaml:"offices"`
}

// Head is who answers for a department.
type Head struct {
	Name i18n.Text `yaml:"name"`
	Post i18n.Text `yaml:"post"`
}

// Office is a place where a department receives people.
type Office struct {
	ID         string      `yaml:"id"`
	Department string      `yaml:"-"`
	Name       i18n.Text   `yaml:"name"`
	District   i18n.Text   `yaml:"district"` // city or municipal district
	Address    i18n.Text   `yaml:"address"`
	Phone      string      `yaml:"phone"`
	Hours      []i18n.Text `yaml:"hours"`
	Slots      *SlotRule   `yaml:"slots"`
}

// PhoneText is the telephone as people read it.
func (o Office) PhoneText() string { return rus.FormatPhone(o.Phone) }

// MapHref is the office on a map.
func (o Office) MapHref() string {
	return "https://yandex.ru/maps/?" + url.Values{"text": {o.Address.RU}}.Encode()
}

// PhoneText is the telephone as people read it.
func (d Department) PhoneText() string { return rus.FormatPhone(d.Phone) }

// SlotRule is when an office has ceremonies.
type SlotRule struct {
	Weekdays []int    `yaml:"weekdays"` // 1 Monday … 7 Sunday
	From     string   `yaml:"from"`     // "10:00"
	Until    string   `yaml:"until"`    // end of the last slot: "16:00"
	Minutes  int      `yaml:"minutes"`
	Break    []string `yaml:"break"`  // "13:00", "14:00"
	Closed   []string `yaml:"closed"` // days off: "01-01" every year, or "2027-03-12"
}

// Days lists the times of an office from one day to another, both included. Times for which taken holds are left out, and so
// are days without a free time.
func (o *Office) Days(from, until time.Time, taken func(time.Time) bool) []Day {
	if o.Slots == nil {
		return nil
	}
	var days []Day
	for d := midnight(from); !d.After(until); d = d.AddDate(0, 0, 1) {
		free := Day{Date: d}
		for _, at := range o.Slots.times(d) {
			if taken == nil || !taken(at) {
				free.Slots = append(free.Slots, Slot{Value: at.Format(time.RFC3339), Label: at.Format("15:04")})
			}
		}
		if len(free.Slots) > 0 {
			days = append(days, free)
		}
	}
	return days
}

// midnight returns the start of t's day in Moscow.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(rus.Moscow).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, rus.Moscow)
}

// day returns t's date in Moscow as answers hold it.
func day(t time.Time) string { return t.In(rus.Moscow).Format(time.DateOnly) }
