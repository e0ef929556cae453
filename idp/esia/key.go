package esia

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/url"
	"sync"
	"time"

	"tamga/internal/db"
	"tamga/internal/gost"
	"tamga/internal/secret"
)

// Keys are the keys that sign tokens, kept sealed in the database and opened in memory.
type Keys struct {
	DB     db.DB
	Box    *secret.Box
	Issuer string // names the provider in its certificates
	Now    func() time.Time

	mu     sync.Mutex
	loaded time.Time
	all    []key
}

// key is one key of the provider.
type key struct {
	ID          int64
	Kind        string
	Signer      crypto.Signer
	Certificate *gost.Certificate
	ActiveAt    time.Time
}

const (
	keysFresh = time.Minute // how long keys in memory are believed: another machine's are seen this soon
	keyYears  = 5           // systems keep the certificate in a file; the real provider renews its own every year or so

	// KeyNotice is how long a new certificate lies in /public/ before its key signs: people install it by hand.
	KeyNotice = 30 * 24 * time.Hour

	// keyRest is how long a key verifies after the next one has begun to sign: what it signed lives three hours at the most, and
	// another machine may have signed by it for a minute longer.
	keyRest = idLife + time.Hour
)

// current returns the keys, making those that are missing.
func (k *Keys) current(ctx context.Context) ([]key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all != nil && k.Now().Sub(k.loaded) < keysFresh {
		return k.all, nil
	}
	all, err := k.load(ctx)
	if err != nil {
		if k.all != nil { // a database that is away for a moment does not take the keys away
			return k.all, nil
		}
		return nil, err
	}
	k.all, k.loaded = all, k.Now()
	return all, nil
}

// signing returns the key that signs by an algorithm.
func (k *Keys) signing(ctx context.Context, kind string) (*key, error) {
	all, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if i := signingAt(all, kind, k.Now()); i >= 0 {
		return &all[i], nil
	}
	return nil, fmt.Errorf("no key signs by %s", kind)
}

// signingAt finds the key of a kind that signs at a time: the newest whose time has come. Keys stand newest first. A clock that
// runs behind that of the machine which made the only key must not leave people without tokens.
func signingAt(all []key, kind string, now time.Time) int {
	oldest := -1
	for i := range all {
		if all[i].Kind != kind {
			continue
		}
		if !all[i].ActiveAt.After(now) {
			return i
		}
		oldest = i
	}
	return oldest
}

// KeyInfo is what operators see of a key.
type KeyInfo struct {
	ID        int64      `json:"id"`
	Algorithm string     `json:"alg"`
	State     string     `json:"state"` // announced, signing, verifying, retired
	CreatedAt time.Time  `json:"created_at"`
	ActiveAt  time.Time  `json:"active_at"`
	RetiredAt *time.Time `json:"retired_at,omitempty"`
}

// List returns all keys, newest first.
func (k *Keys) List(ctx context.Context) ([]KeyInfo, error) {
	list, err := keyInfos(ctx, k.DB)
	signing := map[string]bool{}
	for i := range list {
		switch one := &list[i]; {
		case one.RetiredAt != nil:
			one.State = "retired"
		case one.ActiveAt.After(k.Now()):
			one.State = "announced"
		case !signing[one.Algorithm]:
			one.State, signing[one.Algorithm] = "signing", true
		default:
			one.State = "verifying"
		}
	}
	return list, err
}

// Rotate adds a key of each kind that begins to sign after a while, when systems have had time to install its certificate. Older
// keys go on verifying, and their certificates stay in /public/, while what they signed lives.
func (k *Keys) Rotate(ctx context.Context, after time.Duration) error {
	if _, err := k.current(ctx); err != nil { // the first ones sign until then
		return err
	}
	for _, kind := range []string{RS256, GOST} {
		if err := k.add(ctx, kind, k.Now().Add(after), false); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.loaded = time.Time{}
	return nil
}

// retire takes keys away whose successor has signed for so long that nothing they signed is used any more.
func retire(ctx context.Context, d db.DB, now time.Time) error {
	return retireKeys(ctx, d, now.Add(-keyRest), now)
}

func (k *Keys) load(ctx context.Context) ([]key, error) {
	for _, kind := range []string{RS256, GOST} {
		if err := k.ensure(ctx, kind); err != nil {
			return nil, err
		}
	}
	rows, err := listKeys(ctx, k.DB)
	if err != nil {
		return nil, err
	}
	var all []key
	for _, row := range rows {
		one, err := k.open(row)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", row.ID, err)
		}
		all = append(all, *one)
	}
	return all, nil
}

func (k *Keys) open(row keyRow) (*key, error) {
	der, err := k.Box.Open(row.Private, keyPlace(row.Kind, row.Certificate))
	if err != nil {
		return nil, err
	}
	private, err := gost.ParsePrivateKey(der)
	if err != nil {
		return nil, err
	}
	certificate, err := gost.ParseCertificate(row.Certificate)
	if err != nil {
		return nil, err
	}
	return &key{row.ID, row.Kind, private, certificate, row.ActiveAt}, nil
}

// keyPlace binds a sealed key to its kind and certificate: moved elsewhere, it does not open.
func keyPlace(kind string, certificate []byte) []byte {
	sum := gost.Sum256(certificate)
	return append([]byte("esia_key:"+kind+":"), sum[:]...)
}

// ensure makes a key if none of the kind signs. It is made before the table is locked: an RSA key takes its time.
func (k *Keys) ensure(ctx context.Context, kind string) error {
	have, err := hasKey(ctx, k.DB, kind)
	if err != nil || have {
		return err
	}
	return k.add(ctx, kind, k.Now(), true)
}

func (k *Keys) add(ctx context.Context, kind string, active time.Time, onlyFirst bool) error {
	private, err := generate(kind)
	if err != nil {
		return err
	}
	der, err := gost.MarshalPrivateKey(private)
	if err != nil {
		return err
	}
	name := "Tamga"
	if u, err := url.Parse(k.Issuer); err == nil && u.Host != "" {
		name += " " + u.Host
	}
	now := k.Now()
	certificate, err := gost.Issue(rand.Reader, gost.Template{
		Holder:    gost.Subject{CommonName: name, Organization: "Tamga"},
		NotBefore: now.Add(-time.Hour), NotAfter: active.AddDate(keyYears, 0, 0),
	}, private.Public(), nil, private)
	if err != nil {
		return err
	}
	return insertKey(ctx, k.DB, keyRow{
		Kind: kind, Private: k.Box.Seal(der, keyPlace(kind, certificate.Raw)), Certificate: certificate.Raw, CreatedAt: now,
		ActiveAt: active,
	}, onlyFirst)
}

func generate(kind string) (crypto.Signer, error) {
	if kind == GOST {
		return gost.GenerateKey(rand.Reader, gost.CurveByName("A"))
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}
