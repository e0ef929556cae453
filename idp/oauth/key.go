package oauth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
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
	signing jose.JSONWebKey            // private
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
	if len(rows) == 0 {
		if _, err := k.add(ctx, k.Now(), true); err != nil {
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
	set := &keySet{public: map[string]jose.JSONWebKey{}}
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
		private, ok := parsed.(*ecdsa.PrivateKey)
		if !ok {
			return nil, fmt.Errorf("signing key %s is a %T", row.KID, parsed)
		}
		public := jose.JSONWebKey{Key: &private.PublicKey, KeyID: row.KID, Algorithm: row.Algorithm, Use: "sig"}
		set.public[row.KID] = public
		all.Keys = append(all.Keys, public)
		if set.signing.Key == nil && !row.ActiveAt.After(k.Now()) {
			set.signing = jose.JSONWebKey{Key: private, KeyID: row.KID, Algorithm: row.Algorithm, Use: "sig"}
		}
	}
	if set.signing.Key == nil {
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
	row, err := k.add(ctx, k.Now().Add(after), false)
	if err != nil {
		return KeyInfo{}, err
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
	signing := false
	for i := range list {
		switch key := &list[i]; {
		case key.RetiredAt != nil:
			key.State = "retired"
		case key.ActiveAt.After(k.Now()):
			key.State = "announced"
		case !signing:
			key.State, signing = "signing", true
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

// add makes a key. onlyFirst leaves the table alone when another process was quicker.
func (k *Keys) add(ctx context.Context, active time.Time, onlyFirst bool) (keyRow, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return keyRow{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return keyRow{}, err
	}
	kid := rand.Text()[:16]
	row := keyRow{
		KID: kid, Algorithm: "ES256", Private: k.Box.Seal(der, []byte("oauth_key:"+kid)), CreatedAt: k.Now(), ActiveAt: active,
	}
	return row, insertKey(ctx, k.DB, row, onlyFirst)
}
