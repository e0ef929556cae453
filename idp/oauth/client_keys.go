package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Keys that were fetched are believed for so long. A key that is not among them makes us look again, but not more often than
// every fetchPause, so that nobody can make us call a client's server for each forged assertion.
const (
	fetchedFresh = 5 * time.Minute
	fetchedStale = 24 * time.Hour // believed when the client's server does not answer
	fetchPause   = 10 * time.Second
	fetchedMost  = 1000 // clients
)

// clientAlgs are the algorithms that clients may sign with.
var clientAlgs = []jose.SignatureAlgorithm{jose.ES256, jose.RS256, jose.PS256, jose.EdDSA}

// clientKeys finds the public keys of clients.
type clientKeys struct {
	http  *http.Client
	inner bool // also on loopback and in private networks
	now   func() time.Time

	mu      sync.Mutex
	fetched map[string]*fetchedKeys // by jwks_uri
}

type fetchedKeys struct {
	mu    sync.Mutex // held during a fetch: many requests of a client wait for one
	at    time.Time
	tried time.Time
	set   *jose.JSONWebKeySet
}

func newClientKeys(inner bool) *clientKeys {
	return &clientKeys{http: guarded(inner), inner: inner, now: time.Now, fetched: map[string]*fetchedKeys{}}
}

// verify returns the payload of a JWS that the client signed. only, if given, is the one algorithm that it may have used.
func (k *clientKeys) verify(ctx context.Context, c *client, token, only string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, clientAlgs)
	if err != nil {
		return nil, err
	}
	header := signed.Signatures[0].Protected
	if only != "" && only != header.Algorithm {
		return nil, fmt.Errorf("signed by %s, registered is %s", header.Algorithm, only)
	}
	set, err := k.of(ctx, c, false)
	if err != nil {
		return nil, err
	}
	payload, err := verifyWith(set, signed, header)
	if err == nil || c.JWKSURI == "" {
		return payload, err
	}
	again, err := k.of(ctx, c, true)
	if err != nil {
		return nil, err
	}
	if again == set {
		return nil, errors.New("no key of the client verifies the signature")
	}
	return verifyWith(again, signed, header)
}

// verifyWith tries the key that the header names, or all that could be meant when it names none.
func verifyWith(set *jose.JSONWebKeySet, signed *jose.JSONWebSignature, header jose.Header) ([]byte, error) {
	for _, key := range set.Keys {
		if header.KeyID != "" && key.KeyID != header.KeyID || key.Use == "enc" || !key.IsPublic() {
			continue
		}
		if key.Algorithm != "" && key.Algorithm != header.Algorithm {
			continue
		}
		if payload, err := signed.Verify(key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("no key of the client verifies the signature")
}

// of returns the client's keys. again asks for newer ones than those in memory.
func (k *clientKeys) of(ctx context.Context, c *client, again bool) (*jose.JSONWebKeySet, error) {
	if c.JWKSURI == "" {
		return parseKeys(c.JWKS)
	}
	f := k.entry(c.JWKSURI)
	f.mu.Lock()
	defer f.mu.Unlock()
	age := k.now().Sub(f.at)
	if f.set != nil && age < fetchedFresh && !again || k.now().Sub(f.tried) < fetchPause {
		if f.set == nil {
			return nil, errors.New("the keys of the client could not be fetched a moment ago")
		}
		return f.set, nil
	}
	f.tried = k.now()
	set, err := k.fetch(ctx, c.JWKSURI)
	if err != nil {
		if f.set != nil && age < fetchedStale {
			return f.set, nil
		}
		return nil, fmt.Errorf("keys of client %s: %w", c.ID, err)
	}
	f.set, f.at = set, k.now()
	return set, nil
}

func (k *clientKeys) entry(uri string) *fetchedKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fetched[uri] == nil {
		if len(k.fetched) >= fetchedMost {
			clear(k.fetched)
		}
		k.fetched[uri] = &fetchedKeys{}
	}
	return k.fetched[uri]
}

func (k *clientKeys) fetch(ctx context.Context, uri string) (*jose.JSONWebKeySet, error) {
	if err := checkFetchURL(uri, k.inner); err != nil {
		return nil, err
	}
	raw, err := fetch(ctx, k.http, uri)
	if err != nil {
		return nil, err
	}
	return parseKeys(raw)
}

// keysMost bounds a set: each key that could be meant is tried.
const keysMost = 20

// parseKeys reads a JWK set. Keys of kinds that we do not know are left out (RFC 7517 section 5); private ones are refused: whoever
// sends them should know that they are no secret any more.
func parseKeys(raw []byte) (*jose.JSONWebKeySet, error) {
	var outer struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(raw, &outer); err != nil {
		return nil, fmt.Errorf("a JWK set: %w", err)
	}
	if len(outer.Keys) > keysMost {
		return nil, fmt.Errorf("a JWK set of more than %d keys", keysMost)
	}
	set := &jose.JSONWebKeySet{}
	for _, one := range outer.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(one) != nil {
			continue
		}
		if !key.Valid() || !key.IsPublic() {
			return nil, errors.New("a JWK set with a key that is no public key")
		}
		set.Keys = append(set.Keys, key)
	}
	if len(set.Keys) == 0 {
		return nil, errors.New("a JWK set without a usable key")
	}
	return set, nil
}
