package account

import (
	"regexp"
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
	Citizenship                     string // "RUS", "other"
	Country                         string // of another citizenship
	Passport                        string // series and number of a Russian passport
	Foreign                         string // number of another document
	Issued, Expires                 [3]string
	IssuedBy, Code                  string
}

func readDataForm(value func(string) string) dataForm {
	date := func(name string) [3]string {
		return [3]string{value(name + "-day"), value(name + "-month"), value(name + "-year")}
	}
	return dataForm{
		LastName: value("last_name"), FirstName: value("first_name"), MiddleName: value("middle_name"),
		NoMiddle: value("no_middle") != "", Sex: value("sex"), Birth: date("birth"), BirthPlace: value("birth_place"),
		SNILS: value("snils"), Citizenship: value("citizenship"), Country: value("country"), Passport: value("passport"),
		Foreign: value("foreign_number"), Issued: date("issued"), Expires: date("expires"), IssuedBy: value("issued_by"), Code: value("code"),
	}
}

// dataFormOf shows data that were sent before.
func dataFormOf(i *Identity) dataForm {
	f := dataForm{
		LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName, NoMiddle: i.MiddleName == "", Sex: i.Sex,
		Birth: dateParts(i.BirthDate.Format(time.DateOnly)), BirthPlace: i.BirthPlace, SNILS: rus.FormatSNILS(i.SNILS), Citizenship: Russia,
		Issued: dateParts(i.Document.IssuedOn), Expires: dateParts(i.Document.ExpiresOn), IssuedBy: i.Document.IssuedBy, Code: i.Document.Code,
	}
	if i.Document.Type == ForeignDocument {
		f.Citizenship, f.Country, f.Foreign = other, i.Citizenship, i.Document.Number
	} else {
		f.Passport = i.Document.Series + " " + i.Document.Number
	}
	return f
}

// other is the choice of a citizenship that is not Russia's.
const other = "other"

// foreigner tells whether the form asks for a document of another country.
func (f dataForm) foreigner() bool { return f.Citizenship == other }

// dateParts cuts YYYY-MM-DD for the three boxes.
func dateParts(date string) [3]string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return [3]string{}
	}
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

// read checks everything at once: a person is told all mistakes on one page. What the registers have once confirmed and never changes
// is taken from inForce, which may be nil: otherwise an account could become another person's step by step.
func (f dataForm) read(t func(string, ...any) string, inForce *Identity, now time.Time) (*Identity, *reading) {
	r := &reading{t: t, dates: map[string]rus.DateProblem{}}
	i := &Identity{Citizenship: Russia, Sex: f.Sex}
	i.LastName = r.text("last_name", f.LastName, "idp.last_name_missing", rus.Name)
	i.FirstName = r.text("first_name", f.FirstName, "idp.first_name_missing", rus.Name)
	if !f.NoMiddle {
		i.MiddleName = r.text("middle_name", f.MiddleName, "idp.middle_name_missing", rus.Name)
	}
	if f.Sex != "M" && f.Sex != "F" {
		r.errors.Add("sex", t("idp.sex_missing"))
	}
	if inForce != nil {
		i.BirthDate, i.SNILS = inForce.BirthDate, inForce.SNILS
	} else if i.BirthDate = r.date("birth", f.Birth, now); r.dates["birth"].OK() && rus.Age(i.BirthDate, now) < 14 {
		r.errors.AddAt("birth", "birth-year", t("idp.birth_young"))
	}
	i.BirthPlace = r.text("birth_place", f.BirthPlace, "idp.birth_place_missing", plainText)
	if inForce == nil {
		i.SNILS = r.text("snils", f.SNILS, "idp.snils_missing", rus.SNILS)
	}
	switch f.Citizenship {
	case Russia:
		f.readPassport(i, r, now)
	case other:
		if i.Citizenship = f.Country; !knownCountry(f.Country) {
			r.errors.Add("country", t("idp_data.country_missing"))
		}
		f.readForeign(i, r, now)
	default:
		r.errors.Add("citizenship", t("idp.citizenship_missing"))
		f.readPassport(i, r, now)
	}
	return i, r
}

func (f dataForm) readPassport(i *Identity, r *reading, now time.Time) {
	passport := r.text("passport", f.Passport, "idp.passport_missing", rus.Passport)
	series, number, _ := strings.Cut(passport, " ")
	issued := r.date("issued", f.Issued, now)
	if r.dates["issued"].OK() && r.dates["birth"].OK() && rus.Age(i.BirthDate, issued) < 14 {
		r.errors.AddAt("issued", "issued-year", r.t("idp.issued_early"))
	}
	i.Document = Document{
		Type: Passport, Series: series, Number: number, IssuedOn: issued.Format(time.DateOnly),
		IssuedBy: r.text("issued_by", f.IssuedBy, "idp.issued_by_missing", plainText),
		Code:     r.text("code", f.Code, "idp.code_missing", rus.DivisionCode),
	}
}

// readForeign takes a document of any country as printed: their numbers have no common form.
func (f dataForm) readForeign(i *Identity, r *reading, now time.Time) {
	i.Document = Document{Type: ForeignDocument, Number: r.text("foreign_number", f.Foreign, "idp_data.foreign_number_missing", foreignNumber)}
	i.Document.IssuedOn = r.date("issued", f.Issued, now).Format(time.DateOnly)
	if strings.Join(f.Expires[:], "") != "" {
		until, problem := rus.ParseDate(f.Expires[0], f.Expires[1], f.Expires[2])
		switch {
		case !problem.OK():
			r.dates["expires"] = problem
			r.errors.AddAt("expires", "expires-"+problem.Parts[0], r.t("idp.date_"+problem.Kind))
		case until.Before(now.AddDate(0, 0, -1)):
			r.errors.AddAt("expires", "expires-year", r.t("idp_data.expired"))
		}
		i.Document.ExpiresOn = until.Format(time.DateOnly)
	}
	i.Document.IssuedBy = r.text("issued_by", f.IssuedBy, "idp_data.foreign_issued_by_missing", plainText)
}

var foreignShape = regexp.MustCompile(`^[\pL\d][\pL\d /-]{2,29}$`)

func foreignNumber(s string) (string, error) {
	s, err := plainText(strings.ToUpper(strings.ReplaceAll(s, "№", " ")))
	if err == nil && (!foreignShape.MatchString(s) || !strings.ContainsAny(s, "0123456789")) {
		err = &rus.FormatError{Key: "idp_data.foreign_number_wrong"}
	}
	return s, err
}

// same tells whether the registers would be asked what they have confirmed already.
func (i *Identity) same(o *Identity) bool {
	return i.LastName == o.LastName && i.FirstName == o.FirstName && i.MiddleName == o.MiddleName && i.Sex == o.Sex &&
		i.BirthDate.Equal(o.BirthDate) && i.BirthPlace == o.BirthPlace && i.Citizenship == o.Citizenship && i.SNILS == o.SNILS &&
		i.Document == o.Document
}

// plainText is any text of one line, with single spaces.
func plainText(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if len([]rune(s)) > 300 {
		return "", &rus.FormatError{Key: "idp.text_long", Args: []any{300}}
	}
	return s, nil
}
