package oauth

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/ory/fosite"

	"tamga/idp/organisation"
)

// wanted is the parameter "claims" (OpenID Connect Core 5.5): what a client would like to hear, one by one.
type wanted struct {
	IDToken  wishes `json:"id_token"`
	UserInfo wishes `json:"userinfo"`
}

type wishes map[string]*wish

// wish is a wanted claim; nil asks for it in the ordinary way.
type wish struct {
	Essential bool  `json:"essential"`
	Value     any   `json:"value"`
	Values    []any `json:"values"`
}

// Bounds of what is read: a request waits in the database.
const (
	wantedSize = 8 << 10
	wantedMost = 64
)

// readWanted reads the parameter. What it asks for beyond what we know is ignored, as the standard says.
func readWanted(form url.Values) (*wanted, error) {
	w := &wanted{}
	text := form.Get("claims")
	if text == "" {
		return w, nil
	}
	if len(text) > wantedSize {
		return nil, fosite.ErrInvalidRequest.WithHint("Parameter 'claims' is too long.")
	}
	if err := json.Unmarshal([]byte(text), w); err != nil {
		return nil, fosite.ErrInvalidRequest.WithHint("Parameter 'claims' is not the JSON that OpenID Connect Core 5.5 describes.")
	}
	if len(w.IDToken)+len(w.UserInfo) > wantedMost {
		return nil, fosite.ErrInvalidRequest.WithHint("Parameter 'claims' asks for too much.")
	}
	return w, nil
}

// texts are the values that a claim should have, in the order of preference.
func (w *wish) texts() []string {
	if w == nil {
		return nil
	}
	var list []string
	for _, one := range append([]any{w.Value}, w.Values...) {
		if text, ok := one.(string); ok && text != "" {
			list = append(list, text)
		}
	}
	return list
}

// scopeOf is the scope that opens each claim about a person.
var scopeOf = map[string]string{
	"name": "profile", "family_name": "profile", "given_name": "profile", "middle_name": "profile", "birthdate": "profile",
	"gender": "profile", "birth_place": "profile", "citizenship": "profile", "locale": "profile", "zoneinfo": "profile",
	"updated_at": "profile", "email": "email", "email_verified": "email", "phone_number": "phone", "phone_number_verified": "phone",
	"address": "address", "snils": "snils", "document": "document",
	"organisation": organisation.Scope, "documents": scopePapers, "vehicles": scopePapers, "children": scopePapers,
}

// names are the claims about a person that a client asks for and may have: those of scopes that it is registered for.
func (w wishes) names(of *client) []string {
	var names []string
	for name := range w {
		if scope, known := scopeOf[name]; known && slices.Contains(of.Scopes, scope) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// scopes are the scopes that open the wanted claims: the person is asked about those.
func (w *wanted) scopes(of *client) []string {
	var scopes []string
	for _, name := range append(w.IDToken.names(of), w.UserInfo.names(of)...) {
		if !slices.Contains(scopes, scopeOf[name]) {
			scopes = append(scopes, scopeOf[name])
		}
	}
	return scopes
}

// subject is whose sign-in the client insists on, or "".
func (w *wanted) subject() string {
	for _, one := range []*wish{w.IDToken["sub"], w.UserInfo["sub"]} {
		if texts := one.texts(); len(texts) > 0 {
			return texts[0]
		}
	}
	return ""
}
