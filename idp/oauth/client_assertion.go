package oauth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/ory/fosite"

	"tamga/internal/secret"
)

const (
	assertionMax  = 10 * time.Minute // farthest end of an assertion: until then its jti is kept
	clockSkew     = 30 * time.Second
	assertionSize = 16 << 10
)

// audience is "aud": a string, or a list that is good only with one value (F14): an assertion made for several servers could be
// used by each of them at the others.
type audience string

// UnmarshalJSON is json.Unmarshaler.
func (a *audience) UnmarshalJSON(raw []byte) error {
	var list []string
	if bytes.HasPrefix(raw, []byte("[")) {
		if err := json.Unmarshal(raw, &list); err != nil || len(list) != 1 {
			return err
		}
		*a = audience(list[0])
		return nil
	}
	return json.Unmarshal(raw, (*string)(a))
}

// assertion is a client's signed word that it is itself (RFC 7523).
type assertion struct {
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	Audience  audience    `json:"aud"`
	ID        string      `json:"jti"`
	Expires   numericDate `json:"exp"`
	NotBefore numericDate `json:"nbf"`
	IssuedAt  numericDate `json:"iat"`
}

// numericDate is seconds, whole or not (RFC 7519).
type numericDate float64

func (d numericDate) time() time.Time { return time.UnixMilli(int64(float64(d) * 1000)) }

// unverified reads the payload of a compact JWS before its signature: it says whose key to look for.
func unverified(token string, into any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > assertionSize {
		return fosite.ErrInvalidRequest
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func (a *clientCheck) byAssertion(ctx context.Context, shown credentials) (*client, error) {
	var claimed assertion
	if err := unverified(shown.assertion, &claimed); err != nil {
		return nil, fosite.ErrInvalidClient.WithHint("The client_assertion is no JWT.")
	}
	if claimed.Subject == "" || claimed.Issuer != claimed.Subject || shown.id != "" && shown.id != claimed.Subject {
		return nil, fosite.ErrInvalidClient.WithHint("'iss' and 'sub' of a client_assertion are the client_id.")
	}
	c, err := a.client(ctx, claimed.Subject)
	if err != nil {
		return nil, err
	}
	if c.AuthMethod != AuthPrivateKeyJWT {
		return nil, fosite.ErrInvalidClient.WithHintf("The client is registered for the method '%s'.", c.AuthMethod)
	}
	payload, err := a.keys.verify(ctx, c, shown.assertion, c.AuthAlg)
	if err != nil {
		return nil, fosite.ErrInvalidClient.WithHint("The signature of the client_assertion cannot be verified.").WithDebug(err.Error())
	}
	var said assertion
	if err := json.Unmarshal(payload, &said); err != nil {
		return nil, fosite.ErrInvalidClient.WithHint("The client_assertion is no JWT.")
	}
	if hint := a.wrong(&said, time.Now()); hint != "" {
		return nil, fosite.ErrInvalidClient.WithHint(hint)
	}
	// Only now: a jti of somebody who cannot sign, or who meant another server, is not burned.
	fresh, err := useAssertion(ctx, a.store.conn(ctx), c.ID, secret.HashToken(said.ID), said.Expires.time().Add(clockSkew))
	if err != nil {
		return nil, err
	}
	if !fresh {
		return nil, fosite.ErrInvalidClient.WithHint("This client_assertion was used before.")
	}
	return c, nil
}

// wrong says what is wrong with an assertion, or nothing.
func (a *clientCheck) wrong(s *assertion, now time.Time) string {
	switch s.Audience {
	case audience(a.issuer), audience(a.issuer + "/oauth2/token"), audience(a.issuer + "/oauth2/par"):
	default:
		return "'aud' of a client_assertion is the issuer or the token endpoint, and nothing else."
	}
	switch end := s.Expires.time(); {
	case s.Expires == 0 || end.Before(now.Add(-clockSkew)):
		return "The client_assertion has expired."
	case end.After(now.Add(assertionMax + clockSkew)):
		return "The client_assertion is good for too long: ten minutes are the most."
	case s.NotBefore.time().After(now.Add(clockSkew)) || s.IssuedAt.time().After(now.Add(clockSkew)):
		return "The client_assertion comes from the future."
	case s.ID == "" || len(s.ID) > 512:
		return "The client_assertion has no 'jti'."
	}
	return ""
}
