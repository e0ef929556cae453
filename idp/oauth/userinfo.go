package oauth

import (
	"github.com/ory/fosite"

	"tamga/idp/account"
)

// profileOf returns the claims of a person that the scopes open. Personal data that no register has confirmed are not told:
// an account of the simplified level gives its name, phone and e-mail, and says by its level that nobody has checked them.
func profileOf(a *account.Account, i *account.Identity, scopes fosite.Arguments) map[string]any {
	claims := map[string]any{"sub": a.Subject(), "level": string(a.Level), "acr": a.Level.ACR()}
	if scopes.Has("profile") {
		claims["family_name"], claims["given_name"] = a.LastName, a.FirstName
		claims["name"] = a.FullName()
		if a.MiddleName != "" {
			claims["middle_name"] = a.MiddleName
		}
	}
	if scopes.Has("email") {
		claims["email"], claims["email_verified"] = a.Email, a.EmailConfirmed
	}
	if scopes.Has("phone") {
		claims["phone_number"], claims["phone_number_verified"] = a.Phone, true
	}
	if i != nil && a.Level.AtLeast(account.Standard) {
		addChecked(claims, i, scopes)
	}
	return claims
}

func addChecked(claims map[string]any, i *account.Identity, scopes fosite.Arguments) {
	if scopes.Has("profile") {
		claims["birthdate"] = i.BirthDate.Format("2006-01-02")
		claims["gender"] = i.Gender()
		claims["birth_place"], claims["citizenship"] = i.BirthPlace, i.Citizenship
	}
	if scopes.Has("snils") {
		claims["snils"] = i.SNILS
	}
	if scopes.Has("document") {
		claims["document"] = i.Document
	}
}
