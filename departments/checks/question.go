package checks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tamga/internal/rus"
)

// Question is what a register is asked.
type Question interface {
	// plain is the question in one form: two that mean the same are equal then.
	plain() Question
	// wrong names the fields that cannot be asked so.
	wrong() []string
}

// typed reads questions and answers of a kind.
type typed struct {
	fields   []string // of the form, in order; optional ones end with "?"
	question func(raw []byte) (Question, error)
	answer   func(raw []byte) (Answer, error)
}

func of[Q Question, A Answer](fields ...string) typed {
	return typed{fields,
		func(raw []byte) (Question, error) { var q Q; err := strict(raw, &q); return q, err },
		func(raw []byte) (Answer, error) { var a A; err := json.Unmarshal(raw, &a); return a, err }}
}

var names = []string{"last_name", "first_name", "middle_name?", "birth_date"}

func with(fields ...string) []string { return append(append([]string{}, names...), fields...) }

// types are the questions and answers of each kind.
var types = map[string]typed{
	"person":       of[PersonQuestion, PersonAnswer](with("snils?")...),
	"snils":        of[SNILSQuestion, SNILSAnswer](with("snils")...),
	"passport":     of[PassportQuestion, PassportAnswer]("series", "number", "issued_on?", "last_name", "first_name", "middle_name?", "birth_date?"),
	"inn":          of[INNQuestion, INNAnswer](with("inn?")...),
	"marriage":     of[MarriageQuestion, MarriageAnswer](names...),
	"birth":        of[BirthQuestion, BirthAnswer]("certificate", "last_name", "first_name", "middle_name?", "birth_date"),
	"residence":    of[ResidenceQuestion, ResidenceAnswer](with("snils?")...),
	"income":       of[IncomeQuestion, IncomeAnswer]("snils", "last_name", "first_name", "middle_name?", "birth_date?", "from", "until"),
	"organisation": of[OrganisationQuestion, OrganisationAnswer]("inn", "ogrn?"),
}

// strict reads our own JSON: nothing that we do not know is in it.
func strict(raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if d.More() {
		return errors.New("checks: more than one question")
	}
	return nil
}

// Who is whom a question is about. The date is 2006-01-02.
type Who struct {
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name,omitempty"`
	BirthDate  string `json:"birth_date,omitempty"`
}

func (w Who) plain() Who {
	return Who{oneLine(w.LastName), oneLine(w.FirstName), oneLine(w.MiddleName), strings.TrimSpace(w.BirthDate)}
}

func (w Who) wrong(born bool) (list []string) {
	list = add(list, w.LastName == "" || len(w.LastName) > 200, "last_name")
	list = add(list, w.FirstName == "" || len(w.FirstName) > 200, "first_name")
	list = add(list, len(w.MiddleName) > 200, "middle_name")
	return add(list, (born || w.BirthDate != "") && !isDay(w.BirthDate), "birth_date")
}

// same tells whether the names are those of somebody else's record.
func (w Who) same(last, first, middle string) bool {
	return rus.FoldName(w.LastName) == rus.FoldName(last) && rus.FoldName(w.FirstName) == rus.FoldName(first) && rus.FoldName(w.MiddleName) == rus.FoldName(middle)
}

func oneLine(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func isDay(s string) bool {
	at, err := time.Parse(time.DateOnly, s)
	return err == nil && at.Year() > 1850 && at.Year() < 2200
}

func bad(read func(string) (string, error), s string) bool {
	_, err := read(s)
	return err != nil
}

func add(list []string, bad bool, name string) []string {
	if bad {
		return append(list, name)
	}
	return list
}

// PersonQuestion asks whether somebody is known and lives.
type PersonQuestion struct {
	Who
	SNILS string `json:"snils,omitempty"`
}

func (q PersonQuestion) plain() Question { return PersonQuestion{q.Who.plain(), digitsOf(q.SNILS)} }
func (q PersonQuestion) wrong() []string {
	return add(q.Who.wrong(true), q.SNILS != "" && bad(rus.SNILS, q.SNILS), "snils")
}

// SNILSQuestion asks whether a number is somebody's.
type SNILSQuestion struct {
	Who
	SNILS string `json:"snils"`
}

func (q SNILSQuestion) plain() Question { return SNILSQuestion{q.Who.plain(), digitsOf(q.SNILS)} }
func (q SNILSQuestion) wrong() []string {
	return add(q.Who.wrong(true), bad(rus.SNILS, q.SNILS), "snils")
}

// PassportQuestion asks about a passport of Russia.
type PassportQuestion struct {
	Who
	Series   string `json:"series"`
	Number   string `json:"number"`
	IssuedOn string `json:"issued_on,omitempty"`
}

func (q PassportQuestion) plain() Question {
	return PassportQuestion{q.Who.plain(), digitsOf(q.Series), digitsOf(q.Number), strings.TrimSpace(q.IssuedOn)}
}

func (q PassportQuestion) wrong() []string {
	list := add(q.Who.wrong(false), len(q.Series) != 4, "series")
	return add(add(list, len(q.Number) != 6, "number"), q.IssuedOn != "" && !isDay(q.IssuedOn), "issued_on")
}

// INNQuestion asks for somebody's number of a taxpayer, or whether this is it.
type INNQuestion struct {
	Who
	INN string `json:"inn,omitempty"`
}

func (q INNQuestion) plain() Question { return INNQuestion{q.Who.plain(), digitsOf(q.INN)} }
func (q INNQuestion) wrong() []string {
	return add(q.Who.wrong(true), q.INN != "" && bad(rus.INNPerson, q.INN), "inn")
}

// MarriageQuestion asks whether somebody is married.
type MarriageQuestion struct{ Who }

func (q MarriageQuestion) plain() Question { return MarriageQuestion{q.Who.plain()} }
func (q MarriageQuestion) wrong() []string { return q.Who.wrong(true) }

// BirthQuestion asks for the record of a birth. Who is the child.
type BirthQuestion struct {
	Who
	Certificate string `json:"certificate"` // "II-КБ 123456"
}

func (q BirthQuestion) plain() Question {
	return BirthQuestion{q.Who.plain(), strings.ToUpper(oneLine(q.Certificate))}
}

func (q BirthQuestion) wrong() []string {
	return add(q.Who.wrong(true), q.Certificate == "" || len(q.Certificate) > 40, "certificate")
}

// ResidenceQuestion asks where somebody is registered.
type ResidenceQuestion struct {
	Who
	SNILS string `json:"snils,omitempty"`
}

func (q ResidenceQuestion) plain() Question {
	return ResidenceQuestion{q.Who.plain(), digitsOf(q.SNILS)}
}

func (q ResidenceQuestion) wrong() []string {
	return add(q.Who.wrong(true), q.SNILS != "" && bad(rus.SNILS, q.SNILS), "snils")
}

// IncomeQuestion asks for somebody's income by month. Months are 2006-01.
type IncomeQuestion struct {
	Who
	SNILS string `json:"snils"`
	From  string `json:"from"`
	Until string `json:"until"`
}

func (q IncomeQuestion) plain() Question {
	return IncomeQuestion{q.Who.plain(), digitsOf(q.SNILS), strings.TrimSpace(q.From), strings.TrimSpace(q.Until)}
}

// maxMonths is how far income may be asked at once: the tax service answers for three years.
const maxMonths = 36

func (q IncomeQuestion) wrong() []string {
	list := add(q.Who.wrong(false), bad(rus.SNILS, q.SNILS), "snils")
	from, err := time.Parse("2006-01", q.From)
	list = add(list, err != nil, "from")
	until, err2 := time.Parse("2006-01", q.Until)
	return add(list, err2 != nil || err == nil && (until.Before(from) || !until.Before(from.AddDate(0, maxMonths, 0))), "until")
}

// OrganisationQuestion asks about an organisation or a sole trader.
type OrganisationQuestion struct {
	INN  string `json:"inn"`
	OGRN string `json:"ogrn,omitempty"` // ОГРНИП of a sole trader
}

func (q OrganisationQuestion) plain() Question {
	return OrganisationQuestion{digitsOf(q.INN), digitsOf(q.OGRN)}
}

func (q OrganisationQuestion) wrong() []string {
	return add(add(nil, bad(rus.INN, q.INN), "inn"), q.OGRN != "" && bad(rus.AnyOGRN, q.OGRN), "ogrn")
}

// makeQuestion builds a question of its fields. The second value names what is wrong with them.
func (k *Kind) makeQuestion(fields map[string]string) (Question, []string, error) {
	own := map[string]string{}
	for _, f := range k.typ.fields {
		name := strings.TrimSuffix(f, "?")
		if v := strings.TrimSpace(fields[name]); v != "" {
			own[name] = v
		}
	}
	raw, err := json.Marshal(own)
	if err != nil {
		return nil, nil, err
	}
	q, err := k.typ.question(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("question %s: %w", k.ID, err)
	}
	q = q.plain()
	return q, q.wrong(), nil
}
