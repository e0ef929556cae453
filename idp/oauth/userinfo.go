package oauth

import (
	"slices"
	"strings"

	"tamga/idp/account"
	"tamga/idp/organisation"
)

// Address is a postal address as OpenID Connect writes it.
type Address struct {
	Formatted  string `json:"formatted,omitempty"`
	Street     string `json:"street_address,omitempty"`
	Locality   string `json:"locality,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}

// person is what is known of somebody.
type person struct {
	account  *account.Account
	identity *account.Identity   // nil before the checks
	address  *Address            // nil when there is none
	papers   *Papers             // nil when they are not asked for
	acting   *organisation.Claim // nil when they came for themselves, or may not act for another any more
}

// about returns the claims of a person that the scopes open, and those named one by one. Personal data that no register has
// confirmed are not told: an account of the simplified level gives its name, phone and e-mail, and says by its level that nobody
// has checked them.
func (p *person) about(scopes, names []string) map[string]any {
	claims := map[string]any{}
	for name, value := range p.all() {
		if slices.Contains(scopes, scopeOf[name]) || slices.Contains(names, name) {
			claims[name] = value
		}
	}
	return claims
}

// all are all claims that there are about the person.
func (p *person) all() map[string]any {
	a := p.account
	claims := map[string]any{
		"family_name": a.LastName, "given_name": a.FirstName, "name": a.FullName(),
		"zoneinfo": "Europe/Moscow", "updated_at": a.LevelAt.Unix(),
		"phone_number": a.Phone, "phone_number_verified": true,
	}
	if a.Email != "" {
		claims["email"], claims["email_verified"] = a.Email, a.EmailConfirmed
	}
	if a.MiddleName != "" {
		claims["middle_name"] = a.MiddleName
	}
	if lang := string(a.Language); lang != "" {
		claims["locale"] = strings.Replace(lang, "_", "-", 1)
	}
	if p.address != nil {
		claims["address"] = p.address
	}
	p.papers.addTo(claims)
	if p.acting != nil {
		claims["organisation"] = p.acting
	}
	if i := p.identity; i != nil && a.Level.AtLeast(account.Standard) {
		claims["birthdate"], claims["gender"] = i.BirthDate.Format("2006-01-02"), i.Gender()
		claims["birth_place"], claims["citizenship"] = i.BirthPlace, i.Citizenship
		claims["snils"], claims["document"] = i.SNILS, i.Document
	}
	return claims
}
