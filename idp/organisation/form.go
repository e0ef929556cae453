package organisation

import (
	"errors"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"tamga/frontend"
	"tamga/internal/rus"
)

// texts gives a text in the reader's language.
type texts = func(string, ...any) string

// reading parses a form and collects what is wrong, in the order of the page: a person is told all mistakes at once.
type reading struct {
	frontend.Errors
	t     texts
	dates map[string]rus.DateProblem
}

func newReading(t texts) *reading { return &reading{t: t, dates: map[string]rus.DateProblem{}} }

// need parses a value that must be there. The text for a missing one is idp_org.<field>_missing.
func (r *reading) need(field, value string, parse func(string) (string, error)) string {
	if strings.TrimSpace(value) == "" {
		r.Add(field, r.t("idp_org."+field+"_missing"))
		return ""
	}
	return r.may(field, value, parse)
}

// may parses a value that may be left out.
func (r *reading) may(field, value string, parse func(string) (string, error)) string {
	if strings.TrimSpace(value) == "" {
		return ""
	}
	parsed, err := parse(value)
	var format *rus.FormatError
	switch {
	case err == nil:
		return parsed
	case errors.As(err, &format):
		r.Add(field, r.t(format.Key, format.Args...))
	default:
		r.Add(field, r.t("idp_org."+field+"_wrong"))
	}
	return ""
}

// choice takes one of a list.
func (r *reading) choice(field, value string, list []string) string {
	for _, v := range list {
		if v == value {
			return v
		}
	}
	r.Add(field, r.t("idp_org."+field+"_missing"))
	return ""
}

// day parses a date. An empty one is nil, and a mistake when it is needed.
func (r *reading) day(field string, typed [3]string, needed bool) *time.Time {
	if !needed && strings.TrimSpace(typed[0]+typed[1]+typed[2]) == "" {
		return nil
	}
	at, problem := rus.ParseDate(typed[0], typed[1], typed[2])
	if !problem.OK() {
		r.dates[field] = problem
		r.AddAt(field, field+"-"+problem.Parts[0], r.t("idp_org.date_"+problem.Kind))
		return nil
	}
	return &at
}

// wrongDay adds what is wrong with a date as a whole.
func (r *reading) wrongDay(field, key string) { r.AddAt(field, field+"-day", r.t(key)) }

var errFormat = errors.New("wrong format")

// plain is any text of one line, with single spaces.
func plain(most int) func(string) (string, error) {
	return func(s string) (string, error) {
		s = strings.Join(strings.Fields(s), " ")
		if len([]rune(s)) > most {
			return "", &rus.FormatError{Key: "idp_org.long", Args: []any{most}}
		}
		return s, nil
	}
}

var okvedShape = regexp.MustCompile(`^\d{2}(\.\d{1,2}){0,2}$`)

// okved is a code of activity: 62, 62.01, 62.01.1.
func okved(s string) (string, error) {
	s = strings.Trim(strings.ReplaceAll(strings.Join(strings.Fields(s), ""), ",", "."), ".")
	if !okvedShape.MatchString(s) {
		return "", errFormat
	}
	return s, nil
}

func email(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return "", errFormat
	}
	return s, nil
}

func dateValues(value func(string) string, name string) [3]string {
	return [3]string{value(name + "-day"), value(name + "-month"), value(name + "-year")}
}

func dateParts(at *time.Time) [3]string {
	if at == nil {
		return [3]string{}
	}
	return [3]string{at.Format("02"), at.Format("01"), at.Format("2006")}
}

// line is an input with the label idp_org.<name>, and with hint the hint idp_org.<name>_hint.
func (r *reading) line(name, value, class string, hint bool) frontend.Field {
	in := &frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: r.t("idp_org." + name)}, Classes: class,
		ErrorMessage: r.Message(name), Spellcheck: "false"}
	if hint {
		in.Hint.Text = r.t("idp_org." + name + "_hint")
	}
	return frontend.Field{Input: in}
}

// digits is a line for a number.
func (r *reading) digits(name, value string, hint bool) frontend.Field {
	f := r.line(name, value, "govuk-input--width-20", hint)
	f.Input.Inputmode = "numeric"
	return f
}

func (r *reading) date(name string, typed [3]string) frontend.Field {
	wrong := func(part string) bool {
		for _, p := range r.dates[name].Parts {
			if p == part {
				return true
			}
		}
		return false
	}
	return frontend.Field{DateInput: &frontend.DateInput{
		NamePrefix: name, Fieldset: frontend.Question(r.t("idp_org." + name)), ErrorMessage: r.Message(name),
		Hint:  frontend.Hint{Text: r.t("idp_org." + name + "_hint")},
		Day:   frontend.DatePart{Value: typed[0], Error: wrong(rus.PartDay)},
		Month: frontend.DatePart{Value: typed[1], Error: wrong(rus.PartMonth)},
		Year:  frontend.DatePart{Value: typed[2], Error: wrong(rus.PartYear)},
	}}
}

// list is a choice from a list; the texts are idp_org.<prefix>_<value>.
func (r *reading) list(name, prefix, value string, values []string) frontend.Field {
	items := []frontend.Option{{Value: "", Text: r.t("idp_org.choose")}}
	for _, v := range values {
		items = append(items, frontend.Option{Value: v, Text: r.t("idp_org." + prefix + "_" + v)})
	}
	return frontend.Field{Select: &frontend.Select{Name: name, Value: value, Items: items,
		Label: frontend.Label{Text: r.t("idp_org." + name)}, ErrorMessage: r.Message(name)}}
}
