package catalog

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// How long texts may be where the definition does not say.
const (
	maxText     = 300
	maxTextarea = 4000
)

var validate = validator.New(validator.WithRequiredStructEnabled())

// typed returns what was typed, without the signs that a database refuses and nobody types on purpose.
func (r *reading) typed(name string) string {
	text := strings.ToValidUTF8(r.form.Get(name), "")
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			return c
		case unicode.IsControl(c) && c != '\t', c == '\ufeff':
			return -1
		}
		return c
	}, strings.ReplaceAll(text, "\r\n", "\n"))
	return strings.TrimSpace(text)
}

// missing is the answer to an empty field.
func (q *Question) missing(name, key string) (any, *Problem) {
	if q.Optional {
		return nil, nil
	}
	if q.unless != "" { // there is a box for those who have none
		key = "catalog_fields.missing_" + q.ID
	}
	p := q.problem(name, key, q.Missing)
	if example := examples[q.Type]; example != "" && key == "catalog.missing" {
		p.Key, p.Args = "catalog_fields.missing_example", append(p.Args, example)
	}
	return nil, &p
}

// examples are shown to who has left a field empty.
var examples = map[string]string{
	"snils": "112-233-445 95", "inn": "7707083893", "inn_org": "7707083893", "inn_person": "500100732259", "ogrn": "1027739326449",
	"ogrnip": "304500116000157", "ogrn_any": "1027739326449", "kpp": "165501001", "passport_series": "9204", "passport_number": "123456",
	"division_code": "160-001", "foreign_passport": "70 1234567", "residence_permit": "82 1234567", "military_id": "АК 1234567",
	"driving_licence": "99 01 123456", "birth_certificate": "II-КБ 123456", "plate": "А123ВС116", "sts": "16 ХХ 123456",
	"cadastral": "16:50:011102:33", "postal_index": "420074", "phone": "+7 917 123-45-67", "email": "name@mail.ru", "bik": "049205603",
	"account": "40817 810 …", "money": "12 500,50", "oms_policy": "1600 0000 0000 0012",
}

func readText(r *reading, q *Question, name string) (any, *Problem) {
	text := r.typed(name)
	limit := maxText
	if q.Type == "textarea" {
		limit = maxTextarea
	} else {
		text = strings.Join(strings.Fields(text), " ")
	}
	if q.Max > 0 {
		limit = q.Max
	}
	switch {
	case text == "":
		return q.missing(name, "catalog.missing")
	case utf8.RuneCountInString(text) > limit:
		p := q.problem(name, "catalog.too_long", i18n.Text{}, limit)
		return nil, &p
	}
	return text, nil
}

// readFormat reads the formats of internal/rus, which say themselves what is wrong.
func readFormat(r *reading, q *Question, name string) (any, *Problem) {
	text := r.typed(name)
	if text == "" {
		return q.missing(name, "catalog.missing")
	}
	value, err := rus.Normalize(q.kind.format, text)
	if err != nil {
		return nil, formatProblem(q, name, err)
	}
	return value, nil
}

func formatProblem(q *Question, name string, err error) *Problem {
	var wrong *rus.FormatError
	if errors.As(err, &wrong) {
		return &Problem{Field: name, Key: wrong.Key, Args: wrong.Args}
	}
	p := q.problem(name, "catalog.invalid", q.Invalid)
	return &p
}

func readPassportPart(r *reading, q *Question, name string) (any, *Problem) {
	text := r.typed(name)
	if text == "" {
		return q.missing(name, "catalog.missing")
	}
	// The other part is a good one, so that only this one is judged.
	series, number, key := text, "100001", "rus.passport.series"
	if q.Type == "passport_number" {
		series, number, key = "9204", text, "rus.passport.number"
	}
	whole, err := rus.PassportParts(series, number)
	if err != nil {
		return nil, &Problem{Field: name, Key: key}
	}
	if q.Type == "passport_number" {
		return whole[len(whole)-6:], nil
	}
	return whole[:4], nil
}

func readEmail(r *reading, q *Question, name string) (any, *Problem) {
	text := strings.ReplaceAll(r.typed(name), " ", "")
	switch {
	case text == "":
		return q.missing(name, "catalog.missing")
	case len(text) > 254 || validate.Var(text, "email") != nil:
		return nil, &Problem{Field: name, Key: "catalog.email"}
	}
	return text, nil
}

func readNumber(r *reading, q *Question, name string) (any, *Problem) {
	text := strings.Join(strings.Fields(r.typed(name)), "")
	if text == "" {
		return q.missing(name, "catalog.missing")
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil, &Problem{Field: name, Key: "catalog.number"}
	}
	if p := q.outside(name, float64(n)); p != nil {
		return nil, p
	}
	return strconv.Itoa(n), nil
}

func readDecimal(r *reading, q *Question, name string) (any, *Problem) {
	text := strings.ReplaceAll(strings.Join(strings.Fields(r.typed(name)), ""), ",", ".")
	if text == "" {
		return q.missing(name, "catalog.missing")
	}
	// Only plain digits with up to three places: ParseFloat alone would take "1e9", "inf" and "0x1p-2".
	whole, rest, _ := strings.Cut(text, ".")
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !digits(whole) || len(whole) > 9 || rest != "" && !digits(rest) || len(rest) > 3 {
		return nil, &Problem{Field: name, Key: "catalog.decimal"}
	}
	if p := q.outside(name, n); p != nil {
		return nil, p
	}
	return strconv.FormatFloat(n, 'f', -1, 64), nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// outside says that a number is too small or too great.
func (q *Question) outside(name string, n float64) *Problem {
	switch {
	case n < float64(q.Min):
		return &Problem{Field: name, Key: "catalog.number_min", Args: []any{q.Min}}
	case q.Max > 0 && n > float64(q.Max):
		return &Problem{Field: name, Key: "catalog.number_max", Args: []any{q.Max}}
	}
	return nil
}

func readMoney(r *reading, q *Question, name string) (any, *Problem) {
	text := r.typed(name)
	if text == "" {
		return q.missing(name, "catalog.missing")
	}
	kopecks, err := rus.ParseRubles(text)
	if err != nil {
		return nil, formatProblem(q, name, err)
	}
	if p := q.outside(name, float64(kopecks)/100); p != nil {
		return nil, p
	}
	return rubles(kopecks), nil
}

// rubles writes kopecks as answers hold them: "1234.50".
func rubles(kopecks int64) string {
	return strconv.FormatInt(kopecks/100, 10) + "." + strconv.FormatInt(100+kopecks%100, 10)[1:]
}

// readAccount checks the key of an account with the bank's code, which an earlier question holds.
func readAccount(r *reading, q *Question, name string) (any, *Problem) {
	text := r.typed(name)
	if text == "" {
		return q.missing(name, "catalog.missing")
	}
	if digits, err := rus.Normalize("bankcard", text); err == nil && len(digits) < 20 {
		return nil, &Problem{Field: name, Key: "catalog_fields.account_card"}
	}
	bik, _ := r.now[q.Bank].(string)
	if bik == "" {
		bik, _ = r.stored[q.Bank].(string)
	}
	if bik == "" { // the code itself is wrong and says so; only the length can be judged here
		bik = "049205603"
		if _, err := rus.Account(bik, text); err == nil || strings.HasSuffix(err.Error(), "rus.account.check") {
			return nil, nil
		}
	}
	account, err := rus.Account(bik, text)
	if err != nil {
		return nil, formatProblem(q, name, err)
	}
	return account, nil
}

func readDate(r *reading, q *Question, name string) (any, *Problem) {
	d, m, y := r.typed(name+"-day"), r.typed(name+"-month"), r.typed(name+"-year")
	if d == "" && m == "" && y == "" {
		if q.Optional {
			return nil, nil
		}
		p := q.problem(name+"-day", "catalog.missing_date", q.Missing)
		return nil, &p
	}
	date, wrong := rus.ParseDate(d, m, y)
	value := date.Format(time.DateOnly)
	switch {
	case wrong.Kind == rus.DateMissing:
		p := q.problem(name+"-"+wrong.Parts[0], "catalog.missing_"+strings.Join(wrong.Parts, "_"), i18n.Text{})
		p.Parts = wrong.Parts
		return nil, &p
	case wrong.Kind == rus.DateImpossible:
		p := q.problem(name+"-"+wrong.Parts[0], "catalog.impossible_date", i18n.Text{})
		p.Parts = wrong.Parts
		return nil, &p
	case q.Past && value > day(r.env.now()):
		p := q.problem(name+"-day", "catalog.future_date", i18n.Text{})
		return nil, &p
	}
	return value, nil
}

func readOption(r *reading, q *Question, name string) (any, *Problem) {
	value := r.typed(name)
	if value == "" {
		return q.missing(name, "catalog.missing_choice")
	}
	if q.option(value) == nil {
		p := q.problem(name, "catalog.missing_choice", q.Missing)
		return nil, &p
	}
	return value, nil
}

// readOptions keeps the order of the definition, so that equal choices are equal answers.
func readOptions(r *reading, q *Question, name string) (any, *Problem) {
	var chosen []string
	for _, o := range q.Options {
		if slices.Contains(r.form[name], o.Value) {
			chosen = append(chosen, o.Value)
		}
	}
	if chosen == nil {
		return q.missing(name, "catalog.missing_choices")
	}
	return chosen, nil
}

func readConsent(r *reading, q *Question, name string) (any, *Problem) {
	if r.typed(name) != "yes" {
		return q.missing(name, "catalog.missing_consent")
	}
	return "yes", nil
}

func (e Env) now() time.Time {
	if e.Now.IsZero() {
		return time.Now()
	}
	return e.Now
}
