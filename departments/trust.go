package departments

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tamga/internal/db"
)

// Trust verifies messages by the public keys of those who may send them. One Trust serves a process.
type Trust struct {
	Client *Client
	Now    func() time.Time
	Window time.Duration // how far a signature's time may be from ours; 5 minutes when 0
	DB     db.DB         // the portal's: which keys staff refuse, and which have signed. nil: only the JWKS says

	mu   sync.Mutex
	sets map[string]*keySet // by address
}

// keySet is a JWKS as it was fetched.
type keySet struct {
	mu      sync.Mutex // held while fetching, so that a burst of messages makes one request
	keys    []jose.JSONWebKey
	fetched time.Time
	tried   time.Time
}

const (
	keysFresh = 10 * time.Minute
	keysStale = 24 * time.Hour   // keys are used so long when their owner does not answer
	keysPause = 15 * time.Second // between requests, so that made-up key ids do not make us attack a department
	keysAgain = time.Second      // after a request that failed
)

var (
	errUnsigned = errors.New("signature is missing or malformed")
	errUnknown  = errors.New("signature is by an unknown key")
	errForged   = errors.New("signature does not fit the message")
	errClock    = errors.New("signature is too old, or from the future")
)

// maxSignature bounds the header before anything is decoded. An ES256 JWS takes about 300 bytes.
const maxSignature = 2 << 10

// Verify checks that signature is over body, by a key that the JWKS at address lists, and fresh. ErrKeys in the chain means
// that the keys could not be had: the message may be good, and should come again.
func (t *Trust) Verify(ctx context.Context, address, signature string, body []byte) error {
	if signature == "" || len(signature) > maxSignature {
		return errUnsigned
	}
	jws, err := jose.ParseDetached(signature, body, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(jws.Signatures) != 1 {
		return errUnsigned
	}
	header := jws.Signatures[0].Protected
	if typ, _ := header.ExtraHeaders[jose.HeaderType].(string); typ != signatureType || header.KeyID == "" {
		return errUnsigned
	}
	if !t.fresh(header.ExtraHeaders["iat"]) {
		return errClock
	}
	key, err := t.key(ctx, address, header.KeyID)
	if err != nil {
		return err
	}
	if err := jws.DetachedVerify(body, key); err != nil {
		return errForged
	}
	return t.use(ctx, address, header.KeyID)
}

func (t *Trust) fresh(iat any) bool {
	seconds, ok := iat.(float64)
	return ok && t.Now().Sub(time.Unix(int64(seconds), 0)).Abs() <= t.window()
}

func (t *Trust) window() time.Duration { return cmp.Or(t.Window, 5*time.Minute) }

// ErrKeys tells that a JWKS could not be fetched.
var ErrKeys = errors.New("public keys cannot be fetched")

func (t *Trust) key(ctx context.Context, address, kid string) (*jose.JSONWebKey, error) {
	set := t.set(address)
	set.mu.Lock()
	defer set.mu.Unlock()
	now := t.Now()
	found := set.find(kid)
	if found != nil && now.Sub(set.fetched) < keysFresh {
		return found, nil
	}
	var err error
	if now.Sub(set.tried).Abs() >= keysPause {
		set.tried = now
		var keys []jose.JSONWebKey
		if keys, err = t.fetch(ctx, address); err == nil {
			set.keys, set.fetched = keys, now
			found = set.find(kid)
		} else {
			set.tried = now.Add(keysAgain - keysPause) // an owner that restarts is back in a moment
		}
	}
	switch {
	case found != nil && now.Sub(set.fetched) < keysStale:
		return found, nil
	case err != nil || set.fetched.IsZero():
		return nil, fmt.Errorf("%w: %v", ErrKeys, err)
	}
	return nil, errUnknown
}

func (t *Trust) set(address string) *keySet {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sets == nil {
		t.sets = map[string]*keySet{}
	}
	if t.sets[address] == nil {
		t.sets[address] = &keySet{}
	}
	return t.sets[address]
}

func (s *keySet) find(kid string) *jose.JSONWebKey {
	for i := range s.keys {
		if s.keys[i].KeyID == kid {
			return &s.keys[i]
		}
	}
	return nil
}

// fetch keeps only keys that may sign messages: public, ES256, not meant for encryption.
func (t *Trust) fetch(ctx context.Context, address string) ([]jose.JSONWebKey, error) {
	a, err := t.Client.Get(ctx, address)
	if err != nil {
		return nil, err
	}
	if a.Status != 200 {
		return nil, fmt.Errorf("%s answers %d", address, a.Status)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(a.Body, &set); err != nil {
		return nil, err
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		// A key of a kind that we do not know is not an error: the set may serve others too.
		if key.UnmarshalJSON(raw) != nil || !key.Valid() || !key.IsPublic() || key.Use == "enc" {
			continue
		}
		if key.Algorithm != "" && key.Algorithm != string(jose.ES256) {
			continue
		}
		keys = append(keys, key)
	}
	return keys, nil
}
