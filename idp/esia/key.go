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
	Retired     bool
}

const (
	keysFresh = time.Minute // how long keys in memory are believed: another machine's are seen this soon
	keyYears  = 5           // systems keep the certificate in a file; the real provider renews its own every year or so
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
	for i := range all {
		if all[i].Kind == kind && !all[i].Retired {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("no key signs by %s", kind)
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
	return &key{row.ID, row.Kind, private, certificate, row.RetiredAt != nil}, nil
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
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(keyYears, 0, 0),
	}, private.Public(), nil, private)
	if err != nil {
		return err
	}
	return insertKey(ctx, k.DB, keyRow{
		Kind: kind, Private: k.Box.Seal(der, keyPlace(kind, certificate.Raw)), Certificate: certificate.Raw, CreatedAt: now,
	})
}

func generate(kind string) (crypto.Signer, error) {
	if kind == GOST {
		return gost.GenerateKey(rand.Reader, gost.CurveByName("A"))
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}
