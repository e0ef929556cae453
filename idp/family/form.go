package family

import (
	"strings"
	"time"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/papers"
	"tamga/internal/rus"
)

// childForm is the page of a child's data as typed.
type childForm struct {
	ID                              string // of the child to be made
	LastName, FirstName, MiddleName string
	NoMiddle                        bool
	Sex                             string
	Birth                           [3]string
	SNILS                           string
	CertKind, CertNumber            string
	Issued                          [3]string
	IssuedBy                        string
}

func readChildForm(value func(string) string) childForm {
	return childForm{
		ID: value("id"), LastName: value("last_name"), FirstName: value("first_name"), MiddleName: value("middle_name"),
		NoMiddle: value("no_middle") != "", Sex: value("sex"), Birth: account.TypedDate(value, "birth"), SNILS: value("snils"),
		CertKind: value("certificate_kind"), CertNumber: value("certificate"), Issued: account.TypedDate(value, "issued"), IssuedBy: value("issued_by"),
	}
}

func formOf(d *Draft) childForm {
	f := childForm{LastName: d.LastName, FirstName: d.FirstName, MiddleName: d.MiddleName, NoMiddle: d.MiddleName == "", Sex: d.Sex,
		Birth: account.DateParts(d.BirthDate), CertKind: d.CertKind, CertNumber: d.CertNumber, Issued: account.DateParts(d.IssuedOn), IssuedBy: d.IssuedBy}
	if d.SNILS != "" {
		f.SNILS = rus.FormatSNILS(d.SNILS)
	}
	return f
}

// read checks everything at once. A child whose account is being made must be under AdultAge; one that has it may have grown older.
func (f childForm) read(t func(string, ...any) string, made bool, now time.Time) (*Draft, *account.Reading) {
	r := account.NewReading(t)
	d := &Draft{Sex: f.Sex, CertKind: f.CertKind}
	d.LastName = r.Text("last_name", f.LastName, "idp_family.last_name_missing", rus.Name)
	d.FirstName = r.Text("first_name", f.FirstName, "idp_family.first_name_missing", rus.Name)
	if !f.NoMiddle {
		d.MiddleName = r.Text("middle_name", f.MiddleName, "idp_family.middle_name_missing", rus.Name)
	}
	if f.Sex != "M" && f.Sex != "F" {
		r.Errors.Add("sex", t("idp.sex_missing"))
	}
	born := r.Date("birth", f.Birth, now)
	if d.BirthDate = born.Format(time.DateOnly); r.Clean("birth") && !made && rus.Age(born, now) >= AdultAge {
		r.Errors.AddAt("birth", "birth-year", t("idp_family.too_old"))
	}
	if strings.TrimSpace(f.SNILS) != "" {
		d.SNILS = r.Text("snils", f.SNILS, "", rus.SNILS)
	}
	number := rus.BirthCertificate
	switch f.CertKind {
	case papers.BirthCertificate:
	case papers.ForeignBirthCert:
		number = account.PlainText
	default:
		r.Errors.Add("certificate_kind", t("idp_family.certificate_kind_missing"))
		number = account.PlainText
	}
	d.CertNumber = r.Text("certificate", f.CertNumber, "idp_papers.certificate_missing", number)
	issued := r.Date("issued", f.Issued, now)
	if d.IssuedOn = issued.Format(time.DateOnly); r.Clean("issued") && r.Clean("birth") && issued.Before(born) {
		r.Errors.AddAt("issued", "issued-year", t("idp_family.issued_early"))
	}
	d.IssuedBy = r.Text("issued_by", f.IssuedBy, "idp_papers.issued_by_missing", account.PlainText)
	return d, r
}

func (f childForm) fields(t func(string, ...any) string, r *account.Reading) (child, certificate []frontend.Field) {
	snils := r.Line("snils", "idp.snils", f.SNILS, "")
	snils.Input.Label.Text = t("idp_papers.optional", t("idp.snils"))
	snils.Input.Hint.Text, snils.Input.Classes, snils.Input.Inputmode = t("idp.snils_hint"), "govuk-input--width-20", "numeric"
	child = []frontend.Field{
		r.Line("last_name", "idp.last_name", f.LastName, ""), r.Line("first_name", "idp.first_name", f.FirstName, ""),
		r.Line("middle_name", "idp.middle_name", f.MiddleName, ""),
		{Checkboxes: &frontend.Checkboxes{Name: "no_middle", Classes: "govuk-checkboxes--small",
			Items: []frontend.Choice{{Value: "yes", Text: t("idp_family.no_middle"), Checked: f.NoMiddle}}}},
		r.Sex(f.Sex), r.Day("birth", "idp.birth", f.Birth, false), snils,
	}
	number := r.Line("certificate", "idp_papers.certificate", f.CertNumber, "")
	number.Input.Hint.Text, number.Input.Classes = t("idp_papers.certificate_hint"), "govuk-input--width-20"
	kind := r.Choose("certificate_kind", "idp_family.certificate_kind", f.CertKind,
		frontend.Choice{Value: papers.BirthCertificate, Text: t("idp_family.certificate_russian")},
		frontend.Choice{Value: papers.ForeignBirthCert, Text: t("idp_family.certificate_foreign")})
	certificate = []frontend.Field{kind, number, r.Day("issued", "idp.issued", f.Issued, false), r.Line("issued_by", "idp.issued_by", f.IssuedBy, "")}
	return child, certificate
}
