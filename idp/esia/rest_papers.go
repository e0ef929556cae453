package esia

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"tamga/idp/family"
	"tamga/idp/papers"
	"tamga/internal/rus"
)

// documentScopes says which scope opens which types of documents.
var documentScopes = map[string][]string{
	"id_doc":                  {"RF_PASSPORT", "FID_DOC"},
	"medical_doc":             {papers.MedicalPolicy},
	"military_doc":            {papers.MilitaryID},
	"foreign_passport_doc":    {papers.ForeignPassport},
	"drivers_licence_doc":     {papers.DrivingLicence},
	"birth_cert_doc":          {papers.BirthCertificate, papers.ForeignBirthCert},
	"residence_doc":           {papers.ResidencePermit},
	"temporary_residence_doc": {papers.TemporaryResidence},
	"history_passport_doc":    {},
}

// documents are those that the scopes open.
func (r *reader) documents() ([]element, error) {
	var types []string
	open := false
	for name, opened := range documentScopes {
		if r.rights.any(name) {
			types, open = append(types, opened...), true
		}
	}
	if !open {
		return nil, errNoScopeFor
	}
	found, err := papers.Documents(r.ctx, r.h.DB, r.h.Box, r.person.ID)
	if err != nil {
		return nil, err
	}
	var all []element
	for _, d := range found {
		if slices.Contains(types, d.Type) {
			all = append(all, element{r.path("docs", d.ID), r.document(&d)})
		}
	}
	if r.rights.any("history_passport_doc") {
		former, err := papers.Former(r.ctx, r.h.DB, r.h.Box, r.person.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range former {
			o := r.document(&d)
			all = append(all, element{r.path("docs", d.ID), o.set("type", "HSTR_"+d.Type)})
		}
	}
	return all, nil
}

// document is a document in ESIA's words.
func (r *reader) document(d *papers.Document) *object {
	o := newObject("EntityRoot").set("id", d.ID).set("type", d.Type).set("vrfStu", stateOf(d.State))
	o.text("series", d.Series).text("number", d.Number).text("issueDate", dayOf(d.IssuedOn))
	o.text("issueId", digits(d.Code)).text("issuedBy", d.IssuedBy).text("expiryDate", dayOf(d.ExpiresOn))
	o.text("lastName", d.LastName).text("firstName", d.FirstName).text("categories", d.Categories)
	return o.set("eTag", d.ETag)
}

// stateOf is the state of a check in ESIA's words.
func stateOf(s papers.State) string {
	switch s {
	case papers.Verified:
		return "VERIFIED"
	case papers.Checking:
		return "VERIFYING"
	}
	return "NOT_VERIFIED"
}

// digits are the digits of a code: "160-001" is 160001 there.
func digits(s string) string {
	var kept []byte
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			kept = append(kept, s[i])
		}
	}
	return string(kept)
}

// addresses are where the person lives and is registered.
func (r *reader) addresses() ([]element, error) {
	if !r.rights.any("addresses", "contacts") {
		return nil, errNoScopeFor
	}
	found, err := papers.Addresses(r.ctx, r.h.DB, r.h.Box, r.person.ID)
	if err != nil {
		return nil, err
	}
	var all []element
	for _, a := range found {
		o := newObject("Identifiable").set("id", a.ID).set("type", a.Type).text("addressStr", a.Text).text("fiasCode", a.FIAS)
		o.text("flat", a.Flat).text("countryId", a.CountryID).text("house", a.House).text("zipCode", a.Zip).text("city", a.City)
		o.text("street", a.Street).text("region", a.Region).text("district", a.District).text("settlement", a.Settlement)
		o.text("building", a.Building).text("frame", a.Frame).set("vrfDdt", "0,0,0").set("eTag", a.ETag)
		all = append(all, element{r.path("addrs", a.ID), o})
	}
	return all, nil
}

// vehicles are the person's cars.
func (r *reader) vehicles() ([]element, error) {
	if !r.rights.any("vehicles", "number_plate_doc", "vehicle_reg_cert_doc") {
		return nil, errNoScopeFor
	}
	found, err := papers.Vehicles(r.ctx, r.h.DB, r.h.Box, r.person.ID)
	if err != nil {
		return nil, err
	}
	var all []element
	for _, v := range found {
		o := newObject("Identifiable").set("id", v.ID).text("name", v.Name)
		if r.rights.any("vehicles", "number_plate_doc") {
			o.text("numberPlate", v.Plate)
		}
		if r.rights.any("vehicles", "vehicle_reg_cert_doc") {
			o.set("regCertificate", map[string]string{"series": v.Series, "number": v.Number})
		}
		all = append(all, element{r.path("vhls", v.ID), o.set("eTag", v.ETag)})
	}
	return all, nil
}

var kidScopes = []string{"kid_fullname", "kid_birthdate", "kid_gender", "kid_snils", "kid_inn", "kid_birth_cert_doc", "kid_medical_doc"}

// kids are the person's children, as far as the scopes go.
func (r *reader) kids() ([]element, error) {
	if !r.rights.any(kidScopes...) {
		return nil, errNoScopeFor
	}
	found, err := family.Children(r.ctx, r.h.DB, r.h.Box, r.person.ID)
	if err != nil {
		return nil, err
	}
	var all []element
	for _, k := range found {
		o, err := r.kid(&k)
		if err != nil {
			return nil, err
		}
		all = append(all, element{r.path("kids", k.OID), o})
	}
	return all, nil
}

func (r *reader) kid(k *family.Child) (*object, error) {
	o := newObject("EntityRoot").set("id", k.OID)
	if r.rights.any("kid_fullname") {
		o.text("firstName", k.FirstName).text("lastName", k.LastName).text("middleName", k.MiddleName)
	}
	if r.rights.any("kid_birthdate") {
		o.set("birthDate", day(k.BirthDate))
	}
	if r.rights.any("kid_gender") {
		o.text("gender", k.Sex)
	}
	if r.rights.any("kid_snils") && k.SNILS != "" {
		o.set("snils", rus.FormatSNILS(k.SNILS))
	}
	if r.rights.any("kid_inn") {
		inn, _, err := papers.Taxpayer(r.ctx, r.h.DB, r.h.Box, k.ID)
		if err != nil {
			return nil, err
		}
		o.text("inn", inn)
	}
	o.set("trusted", true).set("updatedOn", k.CreatedAt.Unix()).set("status", "REGISTERED")
	return r.tag(o), nil
}

// kidPart answers the documents of a child, or one of them.
func (r *reader) kidPart(base, kid string, path []string) (*answer, error) {
	oid, err := strconv.ParseInt(kid, 10, 64)
	if err != nil || path[0] != "docs" || len(path) > 2 {
		return nil, errNoSuch
	}
	var types []string
	if r.rights.any("kid_birth_cert_doc") {
		types = append(types, papers.BirthCertificate, papers.ForeignBirthCert)
	}
	if r.rights.any("kid_medical_doc") {
		types = append(types, papers.MedicalPolicy)
	}
	if len(types) == 0 {
		return nil, errNoScopeFor
	}
	k, err := family.ByOID(r.ctx, r.h.DB, r.h.Box, r.person.ID, oid)
	if err != nil {
		return nil, errNoSuch
	}
	base += "/kids/" + strconv.FormatInt(oid, 10) + "/docs"
	elements, err := r.kidDocuments(k.ID, types, base)
	if err != nil {
		return nil, err
	}
	if len(path) == 2 {
		return r.single(elements, base+"/"+path[1], "docs/Document-1")
	}
	return r.answerOf(r.collection(elements, r.embed.elements()), "docs/Documents-1"), nil
}

func (r *reader) kidDocuments(kid uuid.UUID, types []string, base string) ([]element, error) {
	found, err := papers.Documents(r.ctx, r.h.DB, r.h.Box, kid)
	var all []element
	for _, d := range found {
		if slices.Contains(types, d.Type) {
			all = append(all, element{base + "/" + strconv.FormatInt(d.ID, 10), r.document(&d)})
		}
	}
	return all, err
}
