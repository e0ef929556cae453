package esia

import (
	"errors"
	"strconv"
	"time"

	"tamga/idp/account"
	"tamga/idp/confirm"
	"tamga/idp/papers"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// part is a collection of a person.
type part struct {
	Path   string // last part of the address: ctts
	Embed  string // name in embed: contacts
	Rel    string
	Schema string
	read   func(r *reader) ([]element, error)
}

// parts are the collections that have data here. The order is that of the real provider's Link headers.
func parts() []part {
	return []part{
		{"addrs", "addresses", "addresses", "addrs/Addresses-1", (*reader).addresses},
		{"roles", "roles", "roles", "roles/Roles-1", (*reader).roles},
		{"ctts", "contacts", "contacts", "ctts/Contacts-1", (*reader).contacts},
		{"docs", "documents", "documents", "docs/Documents-1", (*reader).documents},
		{"vhls", "vehicles", "vehicles", "vhls/Vehicles-1", (*reader).vehicles},
		{"kids", "kids", "kids", "kids/Kids-1", (*reader).kids},
		{"orgs", "organizations", "organizations", "orgs/Organizations-1", (*reader).organisations},
	}
}

// prns answers what is asked of the token's person: all, a collection, or an element.
func (r *reader) prns(path []string) (*answer, error) {
	base := "/prns/" + r.person.Subject()
	if len(path) == 0 {
		return r.personAnswer(base)
	}
	for _, p := range parts() {
		if p.Path != path[0] {
			continue
		}
		if p.Path == "kids" && len(path) > 2 {
			return r.kidPart(base, path[1], path[2:])
		}
		elements, err := p.read(r)
		if err != nil {
			return nil, err
		}
		switch len(path) {
		case 1:
			return r.answerOf(r.collection(elements, r.embed.elements()), p.Schema), nil
		case 2:
			return r.single(elements, base+"/"+p.Path+"/"+path[1], p.Schema)
		}
	}
	return nil, errNoSuch
}

// single answers one element of a collection.
func (r *reader) single(elements []element, path, schema string) (*answer, error) {
	for _, e := range elements {
		if e.Path == path {
			return r.answerOf(e.Value, schema), nil
		}
	}
	return nil, errNoSuch
}

// personAnswer answers the person, with the collections that embed names and the token opens.
func (r *reader) personAnswer(base string) (*answer, error) {
	o, err := r.personObject()
	if err != nil {
		return nil, err
	}
	a := r.answerOf(o, "prn/Person-3")
	for _, p := range parts() {
		a.Links = append(a.Links, "<"+r.rs+base+"/"+p.Path+">;rel="+p.Rel+";schema=\""+r.rs+"/model/"+p.Schema+"\"")
		wanted, whole := r.embed.of(p.Embed)
		if !wanted {
			continue
		}
		elements, err := p.read(r)
		if errors.Is(err, errNoScopeFor) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o.set(p.Embed, r.collection(elements, whole))
	}
	return a, nil
}

// identity returns the data in force, or nil when there are none.
func (r *reader) identity() (*account.Identity, error) {
	i, err := account.IdentityOf(r.ctx, r.h.DB, r.h.Box, r.person.ID)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return i, err
}

// personObject is the person as far as the scopes go: what they do not open is not there.
func (r *reader) personObject() (*object, error) {
	i, err := r.identity()
	if err != nil {
		return nil, err
	}
	o := newObject("EntityRoot")
	updated := r.person.LevelAt
	if r.rights.any("fullname") {
		o.text("firstName", r.person.FirstName).text("lastName", r.person.LastName).text("middleName", r.person.MiddleName)
	}
	if i != nil {
		if i.SubmittedAt.After(updated) {
			updated = i.SubmittedAt
		}
		if err := r.setIdentity(o, i); err != nil {
			return nil, err
		}
	}
	o.set("trusted", r.person.Level == account.Confirmed).set("updatedOn", updated.Unix()).set("status", "REGISTERED")
	o.set("verifying", i != nil && i.State == "checking")
	if i != nil && i.DocumentID != 0 {
		o.set("rIdDoc", i.DocumentID)
	}
	letter, err := confirm.LetterOutstanding(r.ctx, r.h.DB, r.person.ID)
	if err != nil {
		return nil, err
	}
	o.set("containsUpCfmCode", letter).set("rfgUOperatorCheck", false).set("kidAccCreatedByParent", false)
	return r.tag(o), nil
}

// setIdentity adds what is known from the checked data.
func (r *reader) setIdentity(o *object, i *account.Identity) error {
	if r.rights.any("birthdate") {
		o.set("birthDate", day(i.BirthDate))
	}
	if r.rights.any("birthplace") {
		o.text("birthPlace", i.BirthPlace)
	}
	if r.rights.any("gender") {
		o.text("gender", i.Sex)
	}
	if r.rights.any("citizenship", "id_doc") {
		o.text("citizenship", i.Citizenship)
	}
	if r.rights.any("snils") {
		o.text("snils", rus.FormatSNILS(i.SNILS))
	}
	if r.rights.any("inn") {
		inn, _, err := papers.Taxpayer(r.ctx, r.h.DB, r.h.Box, r.person.ID)
		if err != nil {
			return err
		}
		o.text("inn", inn)
	}
	return nil
}

// day is a date as ESIA writes it.
func day(t time.Time) string { return t.Format("02.01.2006") }

// dayOf turns a date of ours into one of ESIA's.
func dayOf(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return day(t)
}

// contactID numbers a person's contacts: a number that fits into 32 bits, as clients expect.
func contactID(oid int64, n int64) int64 { return oid%100_000_000*10 + n }

// contacts are the mobile phone and the e-mail address.
func (r *reader) contacts() ([]element, error) {
	if !r.rights.any("contacts", "mobile", "email") {
		return nil, errNoScopeFor
	}
	var all []element
	add := func(n int64, kind, value, state string) {
		id := contactID(r.person.OID, n)
		o := newObject("Identifiable").set("id", id).set("type", kind).set("vrfStu", state).set("value", value)
		all = append(all, element{r.path("ctts", id), r.tag(o)})
	}
	if r.person.Phone != "" && r.rights.any("contacts", "mobile") {
		add(1, "MBT", esiaPhone(r.person.Phone), "VERIFIED")
	}
	if r.person.Email != "" && r.rights.any("contacts", "email") {
		state := "NOT_VERIFIED"
		if r.person.EmailConfirmed {
			state = "VERIFIED"
		}
		add(2, "EML", r.person.Email, state)
	}
	return all, nil
}

// esiaPhone writes a phone as +7(917)2000001.
func esiaPhone(e164 string) string {
	if len(e164) == 12 && e164[:2] == "+7" {
		return "+7(" + e164[2:5] + ")" + e164[5:]
	}
	return e164
}

// path is the address of an element of the person, below /rs.
func (r *reader) path(collection string, id int64) string {
	return "/prns/" + r.person.Subject() + "/" + collection + "/" + strconv.FormatInt(id, 10)
}
