package catalog

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"time"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// offices returns the offices to choose from.
func (s *Service) offices(env Env, district string) []Office {
	if env.Offices != nil {
		return env.Offices
	}
	if s.catalog == nil {
		return nil
	}
	return s.officesNear(s.catalog.Offices(s.Department), district)
}

func readOffice(r *reading, q *Question, name string) (any, *Problem) {
	id := r.typed(name)
	if !slices.ContainsFunc(r.service.offices(r.env, chosenDistrict(r.vars)), func(o Office) bool { return o.ID == id }) {
		return q.missing(name, "catalog.missing_office")
	}
	return id, nil
}

func drawOffice(d *drawing, q *Question, name string) Field {
	radios := &frontend.Radios{Name: name, Value: d.values.Get(name), Fieldset: d.legend(q), Hint: d.hint(q), ErrorMessage: d.message(name)}
	for _, o := range d.service.offices(d.env, chosenDistrict(d.vars)) { // the address names the city
		radios.Items = append(radios.Items, frontend.Choice{Value: o.ID, Text: o.Name.In(d.tr.Lang), Hint: frontend.Hint{Text: o.Address.In(d.tr.Lang)}})
	}
	return Field{Field: frontend.Field{Radios: radios}}
}

func showOffice(s *Service, _ *Question, id string, tr Tr) string {
	if s.catalog != nil {
		if o := s.catalog.Office(id); o != nil {
			return o.Name.In(tr.Lang) + "\n" + o.Address.In(tr.Lang)
		}
	}
	return id
}

// slotDays returns the free days of an office, or those that a department's system gives, inside the window of a question.
func (s *Service) slotDays(q *Question, office string, answers Answers, env Env) (days []Day, err error) {
	first, last := q.Window.Range(env.now())
	switch {
	case q.Find != nil:
		days, err = s.foundDays(q, answers, env)
	case env.Slots != nil:
		days = slices.Clone(env.Slots(office))
	default:
		for _, o := range s.offices(env, "") {
			if o.ID == office {
				days = o.Days(first, last, nil)
			}
		}
	}
	return slices.DeleteFunc(days, func(d Day) bool { return d.Date.Before(first) || d.Date.After(last) }), err
}

func readSlot(r *reading, q *Question, name string) (any, *Problem) {
	value := r.typed(name)
	if value == "" {
		return q.missing(name, "catalog.missing_slot")
	}
	office, _ := r.now[q.Office].(string)
	if office == "" {
		office, _ = r.stored[q.Office].(string)
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return nil, &Problem{Field: name, Key: "catalog.missing_slot", Args: []any{q.Label}}
	}
	days, err := r.service.slotDays(q, office, r.stored, r.env)
	if err != nil {
		return nil, &Problem{Field: name, Key: "catalog_citizen.find_down"}
	}
	for _, d := range days {
		for _, slot := range d.Slots {
			if free, err := time.Parse(time.RFC3339, slot.Value); err == nil && free.Equal(at) {
				return slot.Value, nil
			}
		}
	}
	return nil, &Problem{Field: name, Key: "catalog.slot_gone"}
}

func showSlot(_ *Service, _ *Question, value string, tr Tr) string {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	return rus.FormatDateTime(at, tr.Lang)
}

// drawSlot shows one month of free times: the month asked for, that of the chosen time, or the first.
func drawSlot(d *drawing, q *Question, name string) Field {
	office, _ := d.stored[q.Office].(string)
	days, err := d.service.slotDays(q, office, d.stored, d.env)
	chosen := d.values.Get(name)
	month := firstNonEmpty(d.env.Month, d.values.Get(name+"-month"), monthOf(chosen))
	months := monthsOf(days)
	if !slices.Contains(months, month) && len(months) > 0 {
		month = months[0]
	}
	c := &Calendar{Name: name, Month: month, Message: d.message(name), Hint: q.Hint.In(d.tr.Lang), Legend: q.Label.In(d.tr.Lang)}
	for _, m := range months {
		first, _ := time.Parse("2006-01", m)
		c.Months = append(c.Months, MonthLink{Text: monthName(d.tr, first), Href: "?" + url.Values{"month": {m}}.Encode(), Current: m == month})
	}
	switch {
	case err != nil:
		c.Empty = d.tr.T("catalog_citizen.find_down")
	case len(months) == 0:
		c.Empty = d.tr.T("catalog.no_slots")
	}
	for _, free := range days {
		if free.Date.Format("2006-01") == month {
			c.Days = append(c.Days, slotRadios(d.tr, name, free, chosen, len(c.Days) == 0))
		}
	}
	return Field{Calendar: c}
}

// slotRadios are the times of one day. The first radio of the page has the id that the summary of errors leads to.
func slotRadios(tr Tr, name string, free Day, chosen string, first bool) frontend.Radios {
	prefix := name + "-" + free.Date.Format("0102")
	if first {
		prefix = name
	}
	legend := weekday(tr, free.Date) + ", " + dayAndMonth(tr, free.Date)
	radios := frontend.Radios{Name: name, IDPrefix: prefix, Value: chosen, Classes: "govuk-radios--inline govuk-radios--small",
		Fieldset: &frontend.Fieldset{Legend: frontend.Legend{Text: legend, Classes: "govuk-fieldset__legend--s"}}}
	for _, slot := range free.Slots {
		spoken := template.HTML(`<span class="govuk-visually-hidden">` + template.HTMLEscapeString(legend) + `, </span>` +
			template.HTMLEscapeString(slot.Label))
		radios.Items = append(radios.Items, frontend.Choice{Value: slot.Value, HTML: spoken})
	}
	return radios
}

func monthsOf(days []Day) []string {
	var months []string
	for _, d := range days {
		if m := d.Date.Format("2006-01"); !slices.Contains(months, m) {
			months = append(months, m)
		}
	}
	return months
}

func monthOf(slot string) string {
	if len(slot) < len("2006-01") {
		return ""
	}
	return slot[:len("2006-01")]
}

// monthName is "Февраль 2027": the words are in catalog.month_1 to catalog.month_12.
func monthName(tr Tr, t time.Time) string {
	return fmt.Sprintf("%s %d", tr.T(fmt.Sprintf("catalog.month_%d", t.Month())), t.Year())
}

func weekday(tr Tr, t time.Time) string { return tr.T(fmt.Sprintf("catalog.weekday_%d", t.Weekday())) }

// dayAndMonth is a date without its year: "5 февраля".
func dayAndMonth(tr Tr, t time.Time) string {
	switch tr.Lang {
	case i18n.EN:
		return t.Format("2 January")
	default:
		return fmt.Sprintf("%d %s", t.Day(), tr.T(fmt.Sprintf("catalog.of_month_%d", t.Month())))
	}
}

func firstNonEmpty(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
