package account

import (
	"regexp"
	"strings"
	"time"

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
	date := func(name string) [3]string { return TypedDate(value, name) }
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
		Birth: DateParts(i.BirthDate.Format(time.DateOnly)), BirthPlace: i.BirthPlace, SNILS: rus.FormatSNILS(i.SNILS), Citizenship: Russia,
		Issued: DateParts(i.Document.IssuedOn), Expires: DateParts(i.Document.ExpiresOn), IssuedBy: i.Document.IssuedBy, Code: i.Document.Code,
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

// read checks everything at once: a person is told all mistakes on one page. What the registers have once confirmed and never changes
// is taken from inForce, which may be nil: otherwise an account could become another person's step by step.
func (f dataForm) read(t func(string, ...any) string, inForce *Identity, now time.Time) (*Identity, *Reading) {
	r := NewReading(t)
	i := &Identity{Citizenship: Russia, Sex: f.Sex}
	i.LastName = r.Text("last_name", f.LastName, "idp.last_name_missing", rus.Name)
	i.FirstName = r.Text("first_name", f.FirstName, "idp.first_name_missing", rus.Name)
	if !f.NoMiddle {
		i.MiddleName = r.Text("middle_name", f.MiddleName, "idp.middle_name_missing", rus.Name)
	}
	if f.Sex != "M" && f.Sex != "F" {
		r.Errors.Add("sex", t("idp.sex_missing"))
	}
	if inForce != nil {
		i.BirthDate, i.SNILS = inForce.BirthDate, inForce.SNILS
	} else if i.BirthDate = r.Date("birth", f.Birth, now); r.Clean("birth") && rus.Age(i.BirthDate, now) < 14 {
		r.Errors.AddAt("birth", "birth-year", t("idp.birth_young"))
	}
	i.BirthPlace = r.Text("birth_place", f.BirthPlace, "idp.birth_place_missing", PlainText)
	if inForce == nil {
		i.SNILS = r.Text("snils", f.SNILS, "idp.snils_missing", rus.SNILS)
	}
	switch f.Citizenship {
	case Russia:
		f.readPassport(i, r, now)
	case other:
		if i.Citizenship = f.Country; !knownCountry(f.Country) {
			r.Errors.Add("country", t("idp_data.country_missing"))
		}
		f.readForeign(i, r, now)
	default:
		r.Errors.Add("citizenship", t("idp.citizenship_missing"))
		f.readPassport(i, r, now)
	}
	return i, r
}

func (f dataForm) readPassport(i *Identity, r *Reading, now time.Time) {
	passport := r.Text("passport", f.Passport, "idp.passport_missing", rus.Passport)
	series, number, _ := strings.Cut(passport, " ")
	issued := r.Date("issued", f.Issued, now)
	if r.Clean("issued") && r.Clean("birth") && rus.Age(i.BirthDate, issued) < 14 {
		r.Errors.AddAt("issued", "issued-year", r.t("idp.issued_early"))
	}
	i.Document = Document{
		Type: Passport, Series: series, Number: number, IssuedOn: issued.Format(time.DateOnly),
		IssuedBy: r.Text("issued_by", f.IssuedBy, "idp.issued_by_missing", PlainText),
		Code:     r.Text("code", f.Code, "idp.code_missing", rus.DivisionCode),
	}
}

// readForeign takes a document of any country as printed: their numbers have no common form.
func (f dataForm) readForeign(i *Identity, r *Reading, now time.Time) {
	i.Document = Document{Type: ForeignDocument, Number: r.Text("foreign_number", f.Foreign, "idp_data.foreign_number_missing", foreignNumber)}
	i.Document.IssuedOn = r.Date("issued", f.Issued, now).Format(time.DateOnly)
	if until := r.Until("expires", f.Expires, true, now); !until.IsZero() {
		i.Document.ExpiresOn = until.Format(time.DateOnly)
	}
	i.Document.IssuedBy = r.Text("issued_by", f.IssuedBy, "idp_data.foreign_issued_by_missing", PlainText)
}

var foreignShape = regexp.MustCompile(`^[\pL\d][\pL\d /-]{2,29}$`)

func foreignNumber(s string) (string, error) {
	s, err := PlainText(strings.ToUpper(strings.ReplaceAll(s, "№", " ")))
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
