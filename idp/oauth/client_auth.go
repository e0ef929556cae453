package oauth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"

	"tamga/internal/secret"
)

// clientCheck finds out which client a server-to-server request comes from. It stands in for fosite's, which knows assertions
// only with holes (F14).
type clientCheck struct {
	store  *store
	keys   *clientKeys
	issuer string
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// credentials are what a request shows.
type credentials struct {
	id, secret, assertion string
	hasSecret             bool
}

// authenticate is fosite.ClientAuthenticationStrategy.
func (a *clientCheck) authenticate(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	shown, err := readCredentials(r, form)
	if err != nil {
		return nil, err
	}
	if shown.assertion != "" {
		return a.byAssertion(ctx, shown)
	}
	c, err := a.client(ctx, shown.id)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Public() && !shown.hasSecret:
		return c, nil
	case c.AuthMethod != AuthSecretBasic && c.AuthMethod != AuthSecretPost || !shown.hasSecret:
		return nil, fosite.ErrInvalidClient.WithHintf("The client is registered for the method '%s'.", c.AuthMethod)
	case subtle.ConstantTimeCompare(c.SecretHash, secret.HashToken(shown.secret)) != 1:
		return nil, fosite.ErrInvalidClient
	}
	return c, nil
}

// readCredentials finds them in the header or in the body. A client registered for one of the two places of the secret may use
// the other: the secret is the same.
func readCredentials(r *http.Request, form url.Values) (credentials, error) {
	shown := credentials{id: form.Get("client_id"), secret: form.Get("client_secret"), assertion: form.Get("client_assertion")}
	shown.hasSecret = form.Has("client_secret") && shown.secret != ""
	ways := 0
	if shown.hasSecret {
		ways++
	}
	if shown.assertion != "" || form.Has("client_assertion_type") {
		if form.Get("client_assertion_type") != assertionType || shown.assertion == "" {
			return shown, fosite.ErrInvalidRequest.WithHintf("A client_assertion needs the client_assertion_type '%s'.", assertionType)
		}
		ways++
	}
	if id, key, ok := r.BasicAuth(); ok {
		if err := shown.fromHeader(id, key); err != nil {
			return shown, err
		}
		ways++
	}
	if ways > 1 {
		return shown, fosite.ErrInvalidRequest.WithHint("The client proves itself in more than one way.")
	}
	return shown, nil
}

// fromHeader takes the header's two parts, which are URL-encoded before they are put together (RFC 6749 section 2.3.1).
func (s *credentials) fromHeader(id, key string) error {
	id, errID := url.QueryUnescape(id)
	key, errKey := url.QueryUnescape(key)
	if err := errors.Join(errID, errKey); err != nil {
		return fosite.ErrInvalidRequest.WithHint("The Authorization header is not URL-encoded.")
	}
	if s.id != "" && s.id != id {
		return fosite.ErrInvalidRequest.WithHint("The Authorization header and client_id name different clients.")
	}
	s.id, s.secret, s.hasSecret = id, key, true
	return nil
}

func (a *clientCheck) client(ctx context.Context, id string) (*client, error) {
	if id == "" {
		return nil, fosite.ErrInvalidClient.WithHint("No client is named.")
	}
	found, err := a.store.GetClient(ctx, id)
	if errors.Is(err, fosite.ErrNotFound) || errors.Is(err, pgx.ErrNoRows) {
		return nil, fosite.ErrInvalidClient
	}
	if err != nil {
		return nil, err
	}
	return found.(*client), nil
}
