package oauth

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"
)

// requestMax is the farthest end of a request object.
const requestMax = time.Hour

// requestObject is the head of a request that a client signed (RFC 9101); the other members are the parameters.
type requestObject struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"`
	Audience  anyOf        `json:"aud"`
	Expires   *numericDate `json:"exp"`
	NotBefore *numericDate `json:"nbf"`
	IssuedAt  *numericDate `json:"iat"`
}

// anyOf is a JSON string or list of strings. Here several are no danger: a request object proves nothing to anybody else.
type anyOf []string

// UnmarshalJSON is json.Unmarshaler.
func (a *anyOf) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*a = anyOf{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(a))
}

func wrongObject(hint string) error { return fosite.ErrInvalidRequestObject.WithHint(hint) }

// readObject replaces the parameters of a request by those of its request object. What stands outside of it is not signed and
// does not count (RFC 9101 section 6.3). An object that nobody signed is refused: fosite would take it (F11).
func (h *Handler) readObject(ctx context.Context, of *client, form url.Values) (url.Values, error) {
	token := form.Get("request")
	if parts := strings.Split(token, "."); len(parts) != 3 || parts[2] == "" || len(token) > assertionSize {
		return nil, fosite.ErrRequestNotSupported.WithHint("Only request objects that the client has signed are taken: no 'none', no encryption.")
	}
	if of.JWKS == nil && of.JWKSURI == "" {
		return nil, wrongObject("The client has registered no keys.")
	}
	payload, err := h.clientKeys.verify(ctx, of, token, of.RequestAlg)
	if err != nil {
		return nil, fosite.ErrInvalidRequestObject.WithHint("The signature of the request object cannot be verified.").WithDebug(err.Error())
	}
	var head requestObject
	if err := json.Unmarshal(payload, &head); err != nil {
		return nil, wrongObject("The request object is no JWT.")
	}
	if err := h.checkObject(&head, of, time.Now()); err != nil {
		return nil, err
	}
	inner, err := objectForm(payload)
	if err != nil {
		return nil, err
	}
	if inner.Get("client_id") != of.ID || form.Get("client_id") != of.ID {
		return nil, wrongObject("'client_id' in the request object is another than outside.")
	}
	return inner, nil
}

func (h *Handler) checkObject(head *requestObject, of *client, now time.Time) error {
	late := func(d *numericDate) bool { return d != nil && d.time().After(now.Add(clockSkew)) }
	ours := false
	for _, one := range head.Audience {
		ours = ours || strings.TrimSuffix(one, "/") == h.Issuer
	}
	switch {
	case head.Issuer != of.ID:
		return wrongObject("'iss' of a request object is the client_id.")
	case head.Subject == of.ID:
		// It travels through browsers, and would pass for a client_assertion there and then (RFC 9101 section 10.8).
		return wrongObject("'sub' of a request object is not the client_id.")
	case !ours:
		return wrongObject("'aud' of a request object is the issuer.")
	case head.Expires != nil && head.Expires.time().Before(now.Add(-clockSkew)):
		return wrongObject("The request object has expired.")
	case head.Expires != nil && head.Expires.time().After(now.Add(requestMax+clockSkew)):
		return wrongObject("The request object is good for too long: an hour is the most.")
	case late(head.NotBefore) || late(head.IssuedAt):
		return wrongObject("The request object comes from the future.")
	}
	return nil
}

// objectHead are members that are about the object and no parameters.
var objectHead = map[string]bool{"iss": true, "aud": true, "exp": true, "nbf": true, "iat": true, "jti": true, "sub": true}

// objectForm writes the members as parameters. Numbers and nested objects stay the JSON that they are: fosite would print them
// as Go does, and max_age and claims would be lost (F11).
func objectForm(payload []byte) (url.Values, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, wrongObject("The request object is no JWT.")
	}
	form := url.Values{}
	for name, raw := range members {
		var text string
		switch {
		case name == "request" || name == "request_uri":
			return nil, wrongObject("A request object has no 'request' and no 'request_uri'.")
		case objectHead[name] || string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			form.Set(name, text)
		default:
			form.Set(name, string(raw))
		}
	}
	return form, nil
}
