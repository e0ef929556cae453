package oauth

import (
	"net/url"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"tamga/idp/account"
)

// acrTwo is the acr of a sign-in by proofs of two kinds: the client asks for it to step up.
const acrTwo = "urn:tamga:mfa"

// knownACR are the values that we can promise.
var knownACR = []string{account.Simplified.ACR(), account.Standard.ACR(), account.Confirmed.ACR(), acrTwo}

// askedACR are the values that a request names, in the order of preference, and whether one of them must be held: then those
// that we do not know are an error and not a wish.
func askedACR(of *client, form url.Values) (values []string, essential bool, err error) {
	w, err := readWanted(form)
	if err != nil {
		return nil, false, err
	}
	for _, one := range []*wish{w.IDToken["acr"], w.UserInfo["acr"]} {
		values = append(values, one.texts()...)
		essential = essential || one != nil && one.Essential && len(one.texts()) > 0
	}
	if essential && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(knownACR, v) }) {
		return nil, true, errUnmet.WithHint("None of the essential values of 'acr' is known here.")
	}
	values = append(values, strings.Fields(form.Get("acr_values"))...)
	if len(values) == 0 {
		values = of.DefaultACR
	}
	return values, essential, nil
}

// errUnmet is the error of OpenID Connect Core Unmet Authentication Requirements 1.0.
var errUnmet = &fosite.RFC6749Error{
	ErrorField: "unmet_authentication_requirements", CodeField: 400,
	DescriptionField: "The authorization server cannot meet the requirements for the authentication of the person.",
}

// levelOf is the least level among the values; names of others are ignored, as the standard says.
func levelOf(values []string) account.Level {
	least := account.Level("")
	for _, value := range values {
		name, ours := strings.CutPrefix(value, account.ACRPrefix)
		if level := account.Level(name); ours && level.Known() && (least == "" || least.AtLeast(level)) {
			least = level
		}
	}
	return least
}

// acrOf is the acr of the answer: of the values asked for the first that is held, else the level of the account. An essential
// value is answered literally also by a level above it.
func acrOf(v *visit, values []string, essential bool) string {
	own := v.Account.Level.ACR()
	for _, value := range values {
		if value == own || value == acrTwo && v.SignIn.Strong() {
			return value
		}
	}
	if level := levelOf(values); essential && level != "" && v.Account.Level.AtLeast(level) {
		return level.ACR()
	}
	return own
}
