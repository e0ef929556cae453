package account

import (
	"strings"
	"time"

	"tamga/frontend"
	"tamga/internal/rus"
)

// dataForm is the page of personal data as typed.
type dataForm struct {
	LastName, FirstName, MiddleName string
	NoMiddle                        bool
	Sex                             string
	Birth                           [3]string // day, month, year
	BirthPlace                      string
	SNILS                           string
	Citizenship                     string
	Passport                        string
	Issued                          [3]string
	IssuedBy, Code                  string
}

func readDataForm(value func(string) string) dataForm {
	date := func(name string) [3]string {
		return [3]string{value(name + "-day"), value(name + "-month"), value(name + "-year")}
	}
	return dataForm{
		LastName: value("last_name"), FirstName: value("first_name"), MiddleName: value("middle_name"),
		NoMiddle: value("no_middle") != "", Sex: value("sex"), Birth: date("birth"), BirthPlace: value("birth_place"),
		SNILS: value("snils"), Citizenship: value("citizenship"), Passport: value("passport"), Issued: date("issued"),
		IssuedBy: value("issued_by"), Code: value("code"),
	}
}

// dataFormOf shows data that were sent before.
func dataFormOf(i *Identity) dataForm {
	issued, _ := time.Parse(time.DateOnly, i.Document.IssuedOn)
	return dataForm{
		LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName, NoMiddle: i.MiddleName == "", Sex: i.Sex,
		Birth: dateParts(i.BirthDate), BirthPlace: i.BirthPlace, SNILS: rus.FormatSNILS(i.SNILS), Citizenship: i.Citizenship,
		Passport: i.Document.Series + " " + i.Document.Number, Issued: dateParts(issued), IssuedBy: i.Document.IssuedBy,
		Code: i.Document.Code,
	}
}

func dateParts(t time.Time) [3]string {
	return [3]string{t.Format("02"), t.Format("01"), t.Format("2006")}
}

// reading turns the form into an Identity and collects what is wrong, in the order of the page.
type reading struct {
	t      func(string, ...any) string
	errors frontend.Errors
	dates  map[string]rus.DateProblem
}

func (r *reading) text(field, value, missing string, parse func(string) (string, error)) string {
	if strings.TrimSpace(value) == "" {
		r.errors.Add(field, r.t(missing))
		return ""
	}
	parsed, err := parse(value)
	if err != nil {
		r.errors.Add(field, problemOf(r.t, err))
	}
	return parsed
}

func (r *reading) date(field string, typed [3]string, now time.Time) time.Time {
	at, problem := rus.ParseDate(typed[0], typed[1], typed[2])
	key := ""
	switch {
	case !problem.OK():
		key = "idp.date_" + problem.Kind
	case at.After(now):
		problem = rus.DateProblem{Parts: []string{rus.PartYear}, Kind: rus.DateImpossible}
		key = "idp.date_future"
	}
	if key != "" {
		r.dates[field] = problem
		r.errors.AddAt(field, field+"-"+problem.Parts[0], r.t(key))
	}
	return at
}

// read checks everything at once: a person is told all mistakes on one page.
func (f dataForm) read(t func(string, ...any) string, now time.Time) (*Identity, *reading) {
	r := &reading{t: t, dates: map[string]rus.DateProblem{}}
	i := &Identity{Citizenship: f.Citizenship, Sex: f.Sex}
	i.LastName = r.text("last_name", f.LastName, "idp.last_name_missing", rus.Name)
	i.FirstName = r.text("first_name", f.FirstName, "idp.first_name_missing", rus.Name)
	if !f.NoMiddle {
		i.MiddleName = r.text("middle_name", f.MiddleName, "idp.middle_name_missing", rus.Name)
	}
	if f.Sex != "M" && f.Sex != "F" {
		r.errors.Add("sex", t("idp.sex_missing"))
	}
	i.BirthDate = r.date("birth", f.Birth, now)
	if r.dates["birth"].OK() && rus.Age(i.BirthDate, now) < 14 {
		r.errors.AddAt("birth", "birth-year", t("idp.birth_young"))
	}
	i.BirthPlace = r.text("birth_place", f.BirthPlace, "idp.birth_place_missing", plainText)
	i.SNILS = r.text("snils", f.SNILS, "idp.snils_missing", rus.SNILS)
	switch f.Citizenship {
	case "RUS":
	case "other":
		r.errors.Add("citizenship", t("idp.citizenship_other_error"))
	default:
		r.errors.Add("citizenship", t("idp.citizenship_missing"))
	}
	f.readDocument(i, r, now)
	return i, r
}

func (f dataForm) readDocument(i *Identity, r *reading, now time.Time) {
	passport := r.text("passport", f.Passport, "idp.passport_missing", rus.Passport)
	series, number, _ := strings.Cut(passport, " ")
	issued := r.date("issued", f.Issued, now)
	if r.dates["issued"].OK() && r.dates["birth"].OK() && rus.Age(i.BirthDate, issued) < 14 {
		r.errors.AddAt("issued", "issued-year", r.t("idp.issued_early"))
	}
	i.Document = Document{
		Type: "RF_PASSPORT", Series: series, Number: number, IssuedOn: issued.Format(time.DateOnly),
		IssuedBy: r.text("issued_by", f.IssuedBy, "idp.issued_by_missing", plainText),
		Code:     r.text("code", f.Code, "idp.code_missing", rus.DivisionCode),
	}
}

// plainText is any text of one line, with single spaces.
func plainText(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if len([]rune(s)) > 300 {
		return "", &rus.FormatError{Key: "idp.text_long", Args: []any{300}}
	}
	return s, nil
}
