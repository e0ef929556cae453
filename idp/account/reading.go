package account

import (
	"slices"
	"strings"
	"time"

	"tamga/frontend"
	"tamga/internal/rus"
)

// Reading takes values from a form and collects what is wrong with them, in the order of the page; then it makes the fields of the page
// that shows them again.
type Reading struct {
	Errors frontend.Errors
	t      func(string, ...any) string
	dates  map[string]rus.DateProblem
}

// NewReading begins to read a form in the reader's language.
func NewReading(t func(string, ...any) string) *Reading {
	return &Reading{t: t, dates: map[string]rus.DateProblem{}}
}

// Text brings a value to its stored form; missing is the key of what to say when there is none.
func (r *Reading) Text(field, value, missing string, parse func(string) (string, error)) string {
	if strings.TrimSpace(value) == "" {
		r.Errors.Add(field, r.t(missing))
		return ""
	}
	parsed, err := parse(value)
	if err != nil {
		r.Errors.Add(field, problemOf(r.t, err))
	}
	return parsed
}

// TypedDate returns the three boxes of a date.
func TypedDate(value func(string) string, name string) [3]string {
	return [3]string{value(name + "-day"), value(name + "-month"), value(name + "-year")}
}

// DateParts cuts YYYY-MM-DD for the three boxes.
func DateParts(date string) [3]string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return [3]string{}
	}
	return [3]string{t.Format("02"), t.Format("01"), t.Format("2006")}
}

// Date reads a day in the past.
func (r *Reading) Date(field string, typed [3]string, now time.Time) time.Time {
	return r.date(field, typed, func(at time.Time) string {
		if at.After(now) {
			return "idp.date_future"
		}
		return ""
	})
}

// Until reads the day on which something ends, and refuses one in the past. With optional it may be empty: then it is zero.
func (r *Reading) Until(field string, typed [3]string, optional bool, now time.Time) time.Time {
	if optional && strings.TrimSpace(strings.Join(typed[:], "")) == "" {
		return time.Time{}
	}
	return r.date(field, typed, func(at time.Time) string {
		if at.Before(now.AddDate(0, 0, -1)) {
			return "idp_data.expired"
		}
		return ""
	})
}

func (r *Reading) date(field string, typed [3]string, wrong func(time.Time) string) time.Time {
	at, problem := rus.ParseDate(typed[0], typed[1], typed[2])
	key := ""
	if !problem.OK() {
		key = "idp.date_" + problem.Kind
	} else if key = wrong(at); key != "" {
		problem = rus.DateProblem{Parts: []string{rus.PartYear}, Kind: rus.DateImpossible}
	}
	if key != "" {
		r.dates[field] = problem
		r.Errors.AddAt(field, field+"-"+problem.Parts[0], r.t(key))
	}
	return at
}

// Clean tells whether a date was read well.
func (r *Reading) Clean(field string) bool { return r.dates[field].OK() }

// Line is an input with a label.
func (r *Reading) Line(name, label, value, autocomplete string) frontend.Field {
	return frontend.Field{Input: &frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: r.t(label)},
		Autocomplete: autocomplete, ErrorMessage: r.Errors.Message(name), Spellcheck: "false"}}
}

// Choose are radios in one line.
func (r *Reading) Choose(name, legend, value string, items ...frontend.Choice) frontend.Field {
	return frontend.Field{Radios: &frontend.Radios{Name: name, Value: value, Fieldset: frontend.Question(r.t(legend)),
		Items: items, ErrorMessage: r.Errors.Message(name), Classes: "govuk-radios--inline"}}
}

// Sex asks for it.
func (r *Reading) Sex(value string) frontend.Field {
	return r.Choose("sex", "idp.sex", value, frontend.Choice{Value: "F", Text: r.t("idp.sex_f")}, frontend.Choice{Value: "M", Text: r.t("idp.sex_m")})
}

// Day are the three boxes of a date; the text of label + "_hint" stands above them.
func (r *Reading) Day(name, label string, typed [3]string, birthday bool) frontend.Field {
	wrong := func(part string) bool { return slices.Contains(r.dates[name].Parts, part) }
	r.Errors.Name(name, r.t(label))
	return frontend.Field{DateInput: &frontend.DateInput{
		NamePrefix: name, Fieldset: frontend.Question(r.t(label)), Hint: frontend.Hint{Text: r.t(label + "_hint")},
		ErrorMessage: r.Errors.Message(name), Birthday: birthday,
		Day:   frontend.DatePart{Value: typed[0], Error: wrong(rus.PartDay)},
		Month: frontend.DatePart{Value: typed[1], Error: wrong(rus.PartMonth)},
		Year:  frontend.DatePart{Value: typed[2], Error: wrong(rus.PartYear)},
	}}
}

// PlainText is any text of one line, with single spaces.
func PlainText(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if len([]rune(s)) > 300 {
		return "", &rus.FormatError{Key: "idp.text_long", Args: []any{300}}
	}
	return s, nil
}
