package organisation

import (
	"time"

	"tamga/frontend"
	"tamga/internal/rus"
)

// openForm is what a person says about an organisation, as typed.
type openForm struct {
	OGRN, INN, KPP               string
	FullName, ShortName          string
	LegalForm                    string
	FoundingType, FoundingNumber string
	FoundingDate                 [3]string
	OKVED                        string
	LegalAddress, PostalAddress  string
	Phone, Email                 string
}

func readOpenForm(value func(string) string) openForm {
	return openForm{
		OGRN: value("ogrn") + value("ogrnip"), INN: value("inn") + value("inn_person"), KPP: value("kpp"),
		FullName: value("full_name"), ShortName: value("short_name"), LegalForm: value("legal_form"),
		FoundingType: value("founding_type"), FoundingNumber: value("founding_number"), FoundingDate: dateValues(value, "founding_date"),
		OKVED: value("okved"), LegalAddress: value("legal_address"), PostalAddress: value("postal_address"),
		Phone: value("phone"), Email: value("email"),
	}
}

// openFormOf shows what was said before.
func openFormOf(o *Organisation) openForm {
	return openForm{
		OGRN: o.OGRN, INN: o.INN, KPP: o.KPP, FullName: o.FullName, ShortName: o.ShortName, LegalForm: o.LegalForm,
		FoundingType: o.FoundingType, FoundingNumber: o.FoundingNumber, FoundingDate: dateParts(o.FoundingDate), OKVED: o.OKVED,
		LegalAddress: o.LegalAddress, PostalAddress: o.PostalAddress, Phone: rus.FormatPhone(o.Phone), Email: o.Email,
	}
}

// read takes the form over into o: all of it, or only what an active organisation may change by itself.
func (f openForm) read(r *reading, o *Organisation, now time.Time) {
	if o.State != Active {
		f.readNumbers(r, o)
	}
	if o.Type != Business {
		f.readFounding(r, o, now)
	}
	o.OKVED = r.need("okved", f.OKVED, okved)
	if o.State != Active && o.Type != Business {
		o.LegalAddress = r.need("legal_address", f.LegalAddress, plain(500))
	}
	o.PostalAddress = r.may("postal_address", f.PostalAddress, plain(500))
	o.Phone = r.need("phone", f.Phone, rus.Phone)
	o.Email = r.need("email", f.Email, email)
}

func (f openForm) readNumbers(r *reading, o *Organisation) {
	if o.Type == Business {
		o.OGRN = r.need("ogrnip", f.OGRN, rus.OGRNIP)
		o.INN = r.need("inn_person", f.INN, rus.INNPerson)
		o.LegalForm = ProprietorForm
		return
	}
	o.OGRN = r.need("ogrn", f.OGRN, rus.OGRN)
	o.INN = r.need("inn", f.INN, rus.INNOrg)
	o.KPP = r.need("kpp", f.KPP, rus.KPP)
	o.FullName = r.may("full_name", f.FullName, plain(500))
	o.ShortName = r.may("short_name", f.ShortName, plain(300))
	if o.FullName == "" && o.ShortName != "" && r.Text("full_name") == "" {
		r.Add("full_name", r.t("idp_org.full_name_missing"))
	}
	o.LegalForm = r.choice("legal_form", f.LegalForm, LegalForms)
}

func (f openForm) readFounding(r *reading, o *Organisation, now time.Time) {
	o.FoundingType = r.choice("founding_type", f.FoundingType, FoundingTypes)
	o.FoundingNumber = r.may("founding_number", f.FoundingNumber, plain(50))
	o.FoundingDate = r.day("founding_date", f.FoundingDate, true)
	if o.FoundingDate != nil && o.FoundingDate.After(now) {
		r.wrongDay("founding_date", "idp_org.date_future")
	}
}

// fields are the controls, in groups with a heading.
func (f openForm) fields(r *reading, o *Organisation) []frontend.Field {
	var all []frontend.Field
	head := func(key string) { all = append(all, frontend.Field{Heading: r.t("idp_org." + key)}) }
	if o.State != Active {
		head("part_numbers")
		all = append(all, f.numberFields(r, o)...)
	}
	if o.Type != Business {
		head("part_founding")
		all = append(all, r.list("founding_type", "founding", f.FoundingType, FoundingTypes),
			r.line("founding_number", f.FoundingNumber, "govuk-input--width-10", true), r.date("founding_date", f.FoundingDate))
	}
	head("part_activity")
	all = append(all, r.line("okved", f.OKVED, "govuk-input--width-10", true))
	head("part_contacts")
	if o.State != Active && o.Type != Business {
		all = append(all, r.line("legal_address", f.LegalAddress, "", true))
	}
	phone := r.line("phone", f.Phone, "govuk-input--width-20", false)
	phone.Input.Type, phone.Input.Autocomplete = "tel", "work tel"
	mailbox := r.line("email", f.Email, "", false)
	mailbox.Input.Type = "email"
	return append(all, r.line("postal_address", f.PostalAddress, "", true), phone, mailbox)
}

func (f openForm) numberFields(r *reading, o *Organisation) []frontend.Field {
	if o.Type == Business {
		return []frontend.Field{r.digits("ogrnip", f.OGRN, true), r.digits("inn_person", f.INN, true)}
	}
	return []frontend.Field{
		r.digits("ogrn", f.OGRN, true), r.digits("inn", f.INN, true), r.line("kpp", f.KPP, "govuk-input--width-10", true),
		r.list("legal_form", "form", f.LegalForm, LegalForms),
		r.line("full_name", f.FullName, "", true), r.line("short_name", f.ShortName, "", true),
	}
}

// legalFormText is the name of a form of ОКОПФ, or its code when the list has none.
func legalFormText(t texts, code string) string {
	if code == "" {
		return ""
	}
	if text := t("idp_org.form_" + code); text != "idp_org.form_"+code {
		return text
	}
	return code
}
