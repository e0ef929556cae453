package portal

import (
	"maps"

	"tamga/applications"
	"tamga/catalog"
	"tamga/documents"
	"tamga/internal/rus"
)

// identity is a person as ESIA knows them.
type identity struct {
	Sub     string
	Level   catalog.Level
	Last    string
	First   string
	Middle  string
	Email   string            // "" unless confirmed
	Phone   string            // the same; E.164, mobile
	Profile map[string]string // by the keys of catalog.Question.Prefill

	Papers       []documents.Fact           // for «Мои документы»
	Organisation *applications.Organisation // in whose name the person came, nil for themselves
	Tokens       *tokenPair                 // to ask again whether they may still act so; nil for themselves
}

func (t *claims) identity() *identity {
	who := &identity{Sub: t.Sub, Level: t.level(), Last: t.FamilyName, First: t.GivenName, Middle: t.MiddleName,
		Organisation: t.Organisation.organisation()}
	if t.EmailVerified {
		who.Email = t.Email
	}
	if phone, err := rus.MobilePhone(t.Phone); err == nil && t.PhoneVerified {
		who.Phone = phone
	}
	snils, err := rus.SNILS(t.SNILS)
	if err != nil {
		snils = ""
	}
	who.Profile = map[string]string{
		"last_name": who.Last, "first_name": who.First, "middle_name": who.Middle, "birth_date": t.Birthdate, "sex": t.Gender,
		"birth_place": t.BirthPlace, "snils": snils, "citizenship": t.Citizenship, "phone": who.Phone, "email": who.Email,
		"passport_series": t.Document.Series, "passport_number": t.Document.Number, "passport_issued_on": t.Document.IssuedOn,
		"passport_issued_by": t.Document.IssuedBy, "passport_code": t.Document.Code,
	}
	maps.DeleteFunc(who.Profile, func(_, value string) bool { return value == "" })
	return who
}

// difference is something that the portal and ESIA know differently.
type difference struct {
	Key    string // locale key
	Portal string
	ESIA   string
}

// differences compares what both know. What only one knows is no difference: it is kept or filled in.
func (a *Account) differences(who *identity) []difference {
	var list []difference
	if a.named() {
		for _, d := range []difference{{"portal.last_name", a.LastName, who.Last}, {"portal.first_name", a.FirstName, who.First},
			{"portal.middle_name", a.MiddleName, who.Middle}} {
			if d.Portal != d.ESIA {
				list = append(list, d)
			}
		}
	}
	if a.Email != "" && who.Email != "" && a.Email != who.Email {
		list = append(list, difference{"portal.email", a.Email, who.Email})
	}
	return list
}

func (a *Account) named() bool { return a.LastName != "" || a.FirstName != "" }

// sameName tells whether the portal's name is ESIA's in another spelling. Only then may a person keep it: for a name that is
// really another one, ESIA would vouch for somebody else.
func (a *Account) sameName(who *identity) bool {
	same := func(x, y string) bool { return rus.FoldName(x) == rus.FoldName(y) }
	return same(a.LastName, who.Last) && same(a.FirstName, who.First) && (a.MiddleName == "" || same(a.MiddleName, who.Middle))
}
