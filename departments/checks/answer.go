package checks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tamga/internal/rus"
)

// Answer is what a register says when it has found something.
type Answer interface {
	// check tells why the answer cannot be what the contract says, whatever was asked.
	check() error
	// against compares with the question: what does not agree, by the keys of texts. told is false when there was nothing to agree with.
	against(q Question) (differs []string, told bool)
	// facts are what it says, for people.
	facts() []Fact
}

// Fact is a line of an answer: Key names its label, and Word, when there is one, the text that is its value.
type Fact struct {
	Key, Value, Word string
	Day              bool // Value is 2006-01-02
}

const maxFact = 1000 // characters of one value

func texts(values ...string) error {
	for _, v := range values {
		if utf8.RuneCountInString(v) > maxFact || strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
			return errors.New("a text is too long, or no text")
		}
	}
	return nil
}

func oneOf(name, got string, words ...string) error {
	if !slices.Contains(words, got) {
		return fmt.Errorf("%s is none of %s", name, strings.Join(words, ", "))
	}
	return nil
}

func days(values ...string) error {
	for _, v := range values {
		if v != "" && !isDay(v) {
			return errors.New("a day is not 2006-01-02")
		}
	}
	return nil
}

func known(list []Fact) []Fact {
	return slices.DeleteFunc(list, func(f Fact) bool { return f.Value == "" && f.Word == "" })
}

// PersonAnswer is a line of the register of people.
type PersonAnswer struct {
	State       string `json:"state"` // alive, dead
	DiedOn      string `json:"died_on,omitempty"`
	Sex         string `json:"sex,omitempty"` // male, female
	Citizenship string `json:"citizenship,omitempty"`
}

func (a PersonAnswer) check() error {
	return errors.Join(oneOf("state", a.State, "alive", "dead"), oneOf("sex", a.Sex, "", "male", "female"), days(a.DiedOn), texts(a.Citizenship))
}

func (a PersonAnswer) against(Question) ([]string, bool) {
	return add(nil, a.State == "dead", "dead"), true
}
func (a PersonAnswer) facts() []Fact {
	list := []Fact{{Key: "state", Word: a.State}, {Key: "died_on", Value: a.DiedOn, Day: true}, {Key: "citizenship", Value: a.Citizenship}}
	if a.Sex != "" {
		list = append(list, Fact{Key: "sex", Word: a.Sex})
	}
	return known(list)
}

// SNILSAnswer tells what of the question is not as the register has it: name, birth_date, sex.
type SNILSAnswer struct {
	Differs []string `json:"differs"`
}

func (a SNILSAnswer) check() error {
	for _, d := range a.Differs {
		if err := oneOf("differs", d, "name", "birth_date", "sex"); err != nil {
			return err
		}
	}
	return nil
}

func (a SNILSAnswer) against(Question) ([]string, bool) { return a.Differs, true }
func (a SNILSAnswer) facts() []Fact {
	if len(a.Differs) == 0 {
		return []Fact{{Key: "match", Word: "yes"}}
	}
	return []Fact{{Key: "match", Word: "no"}}
}

// PassportAnswer tells whether a passport is valid and whether it is that person's.
type PassportAnswer struct {
	State    string   `json:"state"`             // valid, expired, lost, replaced, void
	Since    string   `json:"since,omitempty"`   // when it came to that state
	Differs  []string `json:"differs,omitempty"` // name, birth_date, issued_on
	IssuedBy string   `json:"issued_by,omitempty"`
}

func (a PassportAnswer) check() error {
	err := errors.Join(oneOf("state", a.State, "valid", "expired", "lost", "replaced", "void"), days(a.Since), texts(a.IssuedBy))
	for _, d := range a.Differs {
		err = errors.Join(err, oneOf("differs", d, "name", "birth_date", "issued_on"))
	}
	return err
}

func (a PassportAnswer) against(Question) ([]string, bool) {
	return add(slices.Clone(a.Differs), a.State != "valid", "passport_"+a.State), true
}

func (a PassportAnswer) facts() []Fact {
	return known([]Fact{{Key: "state", Word: a.State}, {Key: "since", Value: a.Since, Day: true}, {Key: "issued_by", Value: a.IssuedBy}})
}

// INNAnswer is the number of a taxpayer.
type INNAnswer struct {
	INN string `json:"inn"`
}

func (a INNAnswer) check() error {
	if bad(rus.INNPerson, a.INN) {
		return errors.New("inn is no number of a person")
	}
	return nil
}

func (a INNAnswer) against(q Question) ([]string, bool) {
	asked, _ := q.(INNQuestion)
	return add(nil, asked.INN != "" && asked.INN != a.INN, "inn"), asked.INN != ""
}
func (a INNAnswer) facts() []Fact { return []Fact{{Key: "inn", Value: a.INN}} }

// MarriageAnswer is the last record of marriage of somebody.
type MarriageAnswer struct {
	State  string `json:"state"` // married, dissolved, widowed, none
	Record string `json:"record,omitempty"`
	On     string `json:"on,omitempty"`
	Office string `json:"office,omitempty"`
	Spouse string `json:"spouse,omitempty"` // full name
}

func (a MarriageAnswer) check() error {
	err := errors.Join(oneOf("state", a.State, "married", "dissolved", "widowed", "none"), days(a.On), texts(a.Record, a.Office, a.Spouse))
	if a.State == "married" && (a.Record == "" || a.On == "") {
		err = errors.Join(err, errors.New("a marriage needs record and on"))
	}
	return err
}
func (a MarriageAnswer) against(Question) ([]string, bool) { return nil, false }
func (a MarriageAnswer) facts() []Fact {
	return known([]Fact{{Key: "state", Word: a.State}, {Key: "record", Value: a.Record}, {Key: "on", Value: a.On, Day: true}, {Key: "office", Value: a.Office},
		{Key: "spouse", Value: a.Spouse}})
}

// BirthAnswer is the record of a birth.
type BirthAnswer struct {
	Who
	Record  string   `json:"record"`
	On      string   `json:"on,omitempty"` // of the record
	Office  string   `json:"office,omitempty"`
	Parents []string `json:"parents"` // full names
}

func (a BirthAnswer) check() error {
	err := errors.Join(texts(append([]string{a.Record, a.Office, a.LastName, a.FirstName, a.MiddleName}, a.Parents...)...), days(a.On))
	if a.Record == "" || len(a.Who.wrong(true)) > 0 || len(a.Parents) > 4 {
		err = errors.Join(err, errors.New("a record of birth needs record, names and birth_date"))
	}
	return err
}

func (a BirthAnswer) against(q Question) ([]string, bool) {
	asked, _ := q.(BirthQuestion)
	list := add(nil, !asked.same(a.LastName, a.FirstName, a.MiddleName), "name")
	return add(list, asked.BirthDate != a.BirthDate, "birth_date"), true
}

func (a BirthAnswer) facts() []Fact {
	return known([]Fact{{Key: "child", Value: rus.FullName(a.LastName, a.FirstName, a.MiddleName)}, {Key: "birth_date", Value: a.BirthDate, Day: true},
		{Key: "record", Value: a.Record}, {Key: "on", Value: a.On, Day: true}, {Key: "office", Value: a.Office},
		{Key: "parents", Value: strings.Join(a.Parents, "\n")}})
}

// ResidenceAnswer is where somebody is registered.
type ResidenceAnswer struct {
	Address string `json:"address"`
	Kind    string `json:"kind"` // permanent, temporary
	Since   string `json:"since,omitempty"`
	Until   string `json:"until,omitempty"`
}

func (a ResidenceAnswer) check() error {
	err := errors.Join(oneOf("kind", a.Kind, "permanent", "temporary"), days(a.Since, a.Until), texts(a.Address))
	if a.Address == "" {
		err = errors.Join(err, errors.New("a registration needs an address"))
	}
	return err
}
func (a ResidenceAnswer) against(Question) ([]string, bool) { return nil, false }
func (a ResidenceAnswer) facts() []Fact {
	return known([]Fact{{Key: "address", Value: a.Address}, {Key: "kind", Word: a.Kind}, {Key: "since", Value: a.Since, Day: true}, {Key: "until", Value: a.Until, Day: true}})
}

// IncomeAnswer is what was earned, by month and payer.
type IncomeAnswer struct {
	Months []Income `json:"months"`
}

// Income is what one payer paid in one month, in kopecks before tax.
type Income struct {
	Month  string `json:"month"` // 2006-01
	Amount int64  `json:"amount"`
	Payer  string `json:"payer"`
}

func (a IncomeAnswer) check() error {
	if len(a.Months) > maxMonths*20 {
		return errors.New("too many months")
	}
	for _, m := range a.Months {
		if _, err := time.Parse("2006-01", m.Month); err != nil || m.Amount < 0 || m.Amount > 1e15 {
			return errors.New("a month or an amount cannot be understood")
		}
		if err := texts(m.Payer); err != nil {
			return err
		}
	}
	return nil
}

// against refuses months that were not asked for.
func (a IncomeAnswer) against(q Question) ([]string, bool) {
	asked, _ := q.(IncomeQuestion)
	other := slices.ContainsFunc(a.Months, func(m Income) bool { return m.Month < asked.From || m.Month > asked.Until })
	return add(nil, other, "months"), false
}

func (a IncomeAnswer) facts() (list []Fact) {
	var sum int64
	for _, m := range a.Months {
		sum += m.Amount
		list = append(list, Fact{Key: "month", Value: shownMonth(m.Month) + ": " + rus.FormatRubles(m.Amount) + "\n" + m.Payer})
	}
	return append(list, Fact{Key: "sum", Value: rus.FormatRubles(sum)})
}

// OrganisationAnswer is a line of the register of organisations and sole traders.
type OrganisationAnswer struct {
	Name    string `json:"name"`
	INN     string `json:"inn"`
	OGRN    string `json:"ogrn"`
	KPP     string `json:"kpp,omitempty"`
	State   string `json:"state"` // active, closing, closed
	Since   string `json:"since,omitempty"`
	Address string `json:"address,omitempty"`
	Head    string `json:"head,omitempty"`
}

func (a OrganisationAnswer) check() error {
	err := errors.Join(oneOf("state", a.State, "active", "closing", "closed"), days(a.Since), texts(a.Name, a.Address, a.Head, a.KPP))
	if a.Name == "" || bad(rus.INN, a.INN) || bad(rus.AnyOGRN, a.OGRN) {
		err = errors.Join(err, errors.New("an organisation needs name, inn and ogrn"))
	}
	return err
}

func (a OrganisationAnswer) against(q Question) ([]string, bool) {
	asked, _ := q.(OrganisationQuestion)
	list := add(nil, asked.INN != a.INN, "inn")
	list = add(list, asked.OGRN != "" && asked.OGRN != a.OGRN, "ogrn")
	return add(list, a.State != "active", "organisation_"+a.State), true
}

func (a OrganisationAnswer) facts() []Fact {
	return known([]Fact{{Key: "name", Value: a.Name}, {Key: "state", Word: a.State}, {Key: "since", Value: a.Since, Day: true}, {Key: "inn", Value: a.INN},
		{Key: "ogrn", Value: a.OGRN}, {Key: "kpp", Value: a.KPP}, {Key: "address", Value: a.Address}, {Key: "head", Value: a.Head}})
}
