package oauth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// keysFresh is how long the keys in memory are believed: a rotation on another machine is seen this soon.
const keysFresh = time.Minute

// Keys are the provider's signing keys, kept sealed in the database and opened in memory.
type Keys struct {
	DB  db.DB
	Box *secret.Box
	Now func() time.Time

	mu     sync.Mutex
	loaded time.Time
	set    *keySet
}

// keySet is what one look into the database gave.
type keySet struct {
	signing map[string]jose.JSONWebKey // private, by algorithm
	public  map[string]jose.JSONWebKey // by kid
	jwks    []byte
}

// keysInHand is the key of the set that a context carries.
type keysInHand struct{}

// hold returns a context that carries the keys. Whoever is in a transaction must not ask the pool for a second connection: with
// all connections held by requests that wait for this one's locks, it would never get one.
func (k *Keys) hold(ctx context.Context) (context.Context, error) {
	set, err := k.current(ctx)
	if err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, keysInHand{}, set), nil
}

// current returns the keys: those that ctx carries, or those in memory when they are fresh.
func (k *Keys) current(ctx context.Context) (*keySet, error) {
	if set, ok := ctx.Value(keysInHand{}).(*keySet); ok {
		return set, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set != nil && k.Now().Sub(k.loaded) < keysFresh {
		return k.set, nil
	}
	set, err := k.load(ctx)
	if err != nil {
		if k.set != nil { // a database that is away for a moment does not take the keys away
			return k.set, nil
		}
		return nil, err
	}
	k.set, k.loaded = set, k.Now()
	return set, nil
}

func (k *Keys) load(ctx context.Context) (*keySet, error) {
	rows, err := listKeys(ctx, k.DB)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(rows, func(r keyRow) bool { return r.Algorithm == algUsual }) {
		if _, err := k.add(ctx, algUsual, k.Now(), true); err != nil {
			return nil, err
		}
		if rows, err = listKeys(ctx, k.DB); err != nil {
			return nil, err
		}
	}
	return k.open(rows)
}

// open unseals the keys; rows stand newest first.
func (k *Keys) open(rows []keyRow) (*keySet, error) {
	set := &keySet{signing: map[string]jose.JSONWebKey{}, public: map[string]jose.JSONWebKey{}}
	var all jose.JSONWebKeySet
	for _, row := range rows {
		der, err := k.Box.Open(row.Private, []byte("oauth_key:"+row.KID))
		if err != nil {
			return nil, fmt.Errorf("signing key %s: %w", row.KID, err)
		}
		parsed, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			return nil, fmt.Errorf("signing key %s: %w", row.KID, err)
		}
		private, ok := parsed.(crypto.Signer)
		if !ok {
			return nil, fmt.Errorf("signing key %s is a %T", row.KID, parsed)
		}
		public := jose.JSONWebKey{Key: private.Public(), KeyID: row.KID, Algorithm: row.Algorithm, Use: "sig"}
		set.public[row.KID] = public
		all.Keys = append(all.Keys, public)
		if set.signing[row.Algorithm].Key == nil && !row.ActiveAt.After(k.Now()) {
			set.signing[row.Algorithm] = jose.JSONWebKey{Key: private, KeyID: row.KID, Algorithm: row.Algorithm, Use: "sig"}
		}
	}
	if set.signing[algUsual].Key == nil {
		return nil, errors.New("no signing key is active")
	}
	var err error
	set.jwks, err = json.Marshal(all)
	return set, err
}

// KeyNotice is how long a new key stands in the JWKS before it signs: clients keep the JWKS for hours.
const KeyNotice = 24 * time.Hour

// keyRest is how long a key verifies after the next one has begun to sign: ID tokens count as hints long after they expire.
const keyRest = 30 * 24 * time.Hour

// KeyInfo is what operators see of a key.
type KeyInfo struct {
	KID       string     `json:"kid"`
	Algorithm string     `json:"alg"`
	State     string     `json:"state"` // announced, signing, verifying, retired
	CreatedAt time.Time  `json:"created_at"`
	ActiveAt  time.Time  `json:"active_at"`
	RetiredAt *time.Time `json:"retired_at,omitempty"`
}

// Rotate adds a key that begins to sign after a while, when clients have had time to see it. Older keys go on verifying.
func (k *Keys) Rotate(ctx context.Context, after time.Duration) (KeyInfo, error) {
	row, err := k.add(ctx, algUsual, k.Now().Add(after), false)
	if err != nil {
		return KeyInfo{}, err
	}
	rows, err := listKeys(ctx, k.DB)
	if err != nil {
		return KeyInfo{}, err
	}
	if slices.ContainsFunc(rows, func(r keyRow) bool { return r.Algorithm == algRSA }) {
		if _, err := k.add(ctx, algRSA, k.Now().Add(after), false); err != nil {
			return KeyInfo{}, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.loaded = time.Time{}
	state := "announced"
	if after <= 0 {
		state = "signing"
	}
	return KeyInfo{KID: row.KID, Algorithm: row.Algorithm, State: state, CreatedAt: row.CreatedAt, ActiveAt: row.ActiveAt}, nil
}

// List returns all keys, newest first.
func (k *Keys) List(ctx context.Context) ([]KeyInfo, error) {
	list, err := allKeys(ctx, k.DB)
	if err != nil {
		return nil, err
	}
	signing := map[string]bool{}
	for i := range list {
		switch key := &list[i]; {
		case key.RetiredAt != nil:
			key.State = "retired"
		case key.ActiveAt.After(k.Now()):
			key.State = "announced"
		case !signing[key.Algorithm]:
			key.State, signing[key.Algorithm] = "signing", true
		default:
			key.State = "verifying"
		}
	}
	return list, nil
}

// Retire takes keys out of the JWKS whose successor has signed for so long that nothing they signed is used any more.
func (k *Keys) Retire(ctx context.Context) error {
	return retireKeys(ctx, k.DB, k.Now().Add(-keyRest), k.Now())
}

// The algorithms that sign. RS256 costs ten times more, but OpenID Connect Core wants every provider to know it.
const (
	algUsual = "ES256"
	algRSA   = "RS256"
)

// signingAlgs are the algorithms by which ID tokens and UserInfo can be signed.
var signingAlgs = []string{algUsual, algRSA}

// signingKey returns the key that signs by an algorithm. The first of RS256 is made when it is first asked for.
func (k *Keys) signingKey(ctx context.Context, alg string) (jose.JSONWebKey, error) {
	set, err := k.current(ctx)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	if key := set.signing[alg]; key.Key != nil {
		return key, nil
	}
	if !slices.Contains(signingAlgs, alg) {
		return jose.JSONWebKey{}, fmt.Errorf("no key signs by %q", alg)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.set == nil || k.set.signing[alg].Key == nil {
		if _, err := k.add(ctx, alg, k.Now(), true); err != nil {
			return jose.JSONWebKey{}, err
		}
		if set, err = k.load(ctx); err != nil {
			return jose.JSONWebKey{}, err
		}
		k.set, k.loaded = set, k.Now()
	}
	return k.set.signing[alg], nil
}

// add makes a key and stores it. onlyFirst leaves the table alone when another process was quicker.
func (k *Keys) add(ctx context.Context, alg string, active time.Time, onlyFirst bool) (keyRow, error) {
	row, err := k.generate(alg, active)
	if err != nil {
		return keyRow{}, err
	}
	return row, insertKey(ctx, k.DB, row, onlyFirst)
}

func (k *Keys) generate(alg string, active time.Time) (keyRow, error) {
	var private any
	var err error
	if alg == algRSA {
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return keyRow{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return keyRow{}, err
	}
	kid := rand.Text()[:16]
	return keyRow{
		KID: kid, Algorithm: alg, Private: k.Box.Seal(der, []byte("oauth_key:"+kid)), CreatedAt: k.Now(), ActiveAt: active,
	}, nil
}
