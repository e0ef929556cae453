package esia

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// single are the parameters that the protocol knows. One that comes twice with different values makes the request ambiguous.
var single = []string{
	"client_id", "client_secret", "redirect_uri", "scope", "scope_org", "response_type", "state", "timestamp", "access_type",
	"client_certificate_hash", "permissions", "person_filter", "code_challenge", "code_challenge_method", "nonce", "grant_type", "code",
	"refresh_token", "code_verifier", "token_type",
}

// readParams merges the query and the body: some libraries send the parameters of a POST in its address, or some in both. What
// is odd in the encoding of one parameter costs that parameter only.
func readParams(query, body string) url.Values {
	form, _ := url.ParseQuery(query)
	sent, _ := url.ParseQuery(body)
	maps.Copy(form, sent)
	return form
}

// repeated returns a parameter that has two values, or "".
func repeated(form url.Values) string {
	for _, name := range single {
		if values := slices.Compact(slices.Clone(form[name])); len(values) > 1 {
			return name
		}
	}
	return ""
}

// tidy repairs what libraries are known to spoil, before anything is compared with a signature: a redirect_uri encoded twice,
// a timestamp whose plus became a space.
func tidy(form url.Values) {
	if address := form.Get("redirect_uri"); strings.HasPrefix(strings.ToLower(address), "http%3a%2f%2f") ||
		strings.HasPrefix(strings.ToLower(address), "https%3a%2f%2f") {
		if plain, err := url.QueryUnescape(address); err == nil {
			form.Set("redirect_uri", plain)
		}
	}
	if sent := form.Get("timestamp"); sent != "" {
		form.Set("timestamp", repairTimestamp(sent))
	}
}

// addBasic takes the client's name and secret from an Authorization header: generic OAuth libraries put them there.
func addBasic(form url.Values, header string) {
	kind, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(kind, "Basic") {
		return
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return
	}
	id, secret, _ := strings.Cut(string(raw), ":")
	for name, value := range map[string]string{"client_id": id, "client_secret": secret} {
		if plain, err := url.PathUnescape(value); err == nil { // PathUnescape leaves a plus alone: base64 has them
			value = plain
		}
		if form.Get(name) == "" {
			form.Set(name, value)
		}
	}
}
