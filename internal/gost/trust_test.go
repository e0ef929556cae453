package gost_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"tamga/internal/gost"
)

var kc1 = asn1.ObjectIdentifier{1, 2, 643, 100, 113, 1}

func policy(t *testing.T, arc, class uint64) []x509.OID {
	t.Helper()
	oid, err := x509.OIDFromInts([]uint64{1, 2, 643, 100, arc, class})
	if err != nil {
		t.Fatal(err)
	}
	return []x509.OID{oid}
}

func TestQualifiedCertificates(t *testing.T) {
	t.Parallel()
	root := link(t, "Головной УЦ", nil, nil)
	person := func(change func(*x509.Certificate)) *gost.Certificate {
		return link(t, "Человек", root, func(c *x509.Certificate) {
			c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment
			c.Policies = policy(t, 113, 1)
			change(c)
		}).Certificate
	}
	for name, c := range map[string]struct {
		change           func(*x509.Certificate)
		plain, qualified error
	}{
		"qualified":          {func(*x509.Certificate) {}, nil, nil},
		"of class KA1":       {func(c *x509.Certificate) { c.Policies = policy(t, 113, 6) }, nil, nil},
		"of no class":        {func(c *x509.Certificate) { c.Policies = nil }, nil, gost.ErrUnqualified},
		"of a made-up class": {func(c *x509.Certificate) { c.Policies = policy(t, 113, 7) }, nil, gost.ErrUnqualified},
		"of another arc":     {func(c *x509.Certificate) { c.Policies = policy(t, 114, 1) }, nil, gost.ErrUnqualified},
		"for keys":           {func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, gost.ErrUsage, gost.ErrUsage},
		"for it says not":    {func(c *x509.Certificate) { c.KeyUsage = 0 }, nil, gost.ErrUsage},
		"not yet":            {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }, gost.ErrExpired, gost.ErrExpired},
	} {
		one := person(c.change)
		for want, trust := range map[error]gost.Trust{c.plain: {}, c.qualified: {Qualified: true}} {
			trust.Roots = []*gost.Certificate{root.Certificate}
			if err := trust.Check(one, time.Now()); !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s, qualified %v: %v, want %v", name, trust.Qualified, err, want)
			}
		}
	}
}

// list is a list of revoked certificates of an authority.
func list(t *testing.T, by *authority, next time.Time, revoked ...*gost.Certificate) []byte {
	t.Helper()
	form := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: next}
	for _, c := range revoked {
		form.RevokedCertificateEntries = append(form.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, form, by.Certificate.Certificate, by.key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	ca := func(c *x509.Certificate) {
		c.KeyUsage |= x509.KeyUsageCRLSign
		c.SubjectKeyId = []byte(c.Subject.CommonName)
	}
	root, foreign := link(t, "УЦ", nil, ca), link(t, "УЦ", nil, ca) // of one name, with other keys
	serial := int64(10)
	person := func() *gost.Certificate {
		return link(t, "Человек", root, func(c *x509.Certificate) {
			serial++
			c.SerialNumber, c.IsCA, c.KeyUsage = big.NewInt(serial), false, x509.KeyUsageDigitalSignature
		}).Certificate
	}
	good, bad := person(), person()
	var body atomic.Pointer[[]byte]
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if raw := body.Load(); raw != nil {
			_, _ = w.Write(*raw)
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer server.Close()
	serve := func(raw []byte) { body.Store(&raw) }
	now := time.Now()
	known := &gost.Revocations{Sources: []string{server.URL}}
	trust := gost.Trust{Roots: []*gost.Certificate{root.Certificate}, Revoked: known}
	expect := func(what string, c *gost.Certificate, at time.Time, want error) {
		t.Helper()
		if err := trust.Check(c, at); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	expect("the list is away", good, now, gost.ErrRevocation)
	serve(list(t, root, now.Add(3*time.Hour), bad))
	expect("a source that failed is left alone for a while", good, now.Add(30*time.Second), gost.ErrRevocation)
	at := now.Add(2 * time.Minute)
	expect("revoked", bad, at, gost.ErrRevoked)
	expect("not revoked", good, at, nil)
	if n := asked.Load(); n != 2 {
		t.Errorf("the list was fetched %d times", n)
	}
	body.Store(nil)
	expect("away again, within its date", good, now.Add(50*time.Minute), nil)

	file := filepath.Join(t.TempDir(), "crl.der")
	write := func(raw []byte) {
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		trust.Revoked = &gost.Revocations{Sources: []string{file}}
	}
	write(list(t, root, now.Add(-time.Minute), bad))
	expect("out of date", good, now, gost.ErrRevocation)
	write(list(t, foreign, now.Add(time.Hour)))
	expect("signed by somebody else of that name", bad, now, gost.ErrRevocation)
	write([]byte("no list"))
	expect("no list", good, now, gost.ErrRevocation)
}

// The lists of Russian authorities are signed by GOST, which the standard library does not know.
func TestRevocationByGOST(t *testing.T) {
	t.Parallel()
	key, err := gost.GenerateKey(rand.Reader, gost.CurveByName("256-A"))
	if err != nil {
		t.Fatal(err)
	}
	issue := func(form gost.Template, by *gost.Certificate) *gost.Certificate {
		form.NotBefore, form.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		c, err := gost.Issue(rand.Reader, form, key.Public(), by, key)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := issue(gost.Template{Holder: gost.Subject{CommonName: "УЦ"}, CA: true}, nil)
	bad := issue(gost.Template{Holder: gost.Subject{CommonName: "Человек"}, Policies: []asn1.ObjectIdentifier{kc1}}, root)
	var name pkix.RDNSequence
	if _, err := asn1.Unmarshal(root.RawSubject, &name); err != nil {
		t.Fatal(err)
	}
	algorithm := pkix.AlgorithmIdentifier{Algorithm: gost.OIDSignature256}
	tbs, err := asn1.Marshal(tbsList{Version: 1, Signature: algorithm, Issuer: name, ThisUpdate: time.Now().Add(-time.Hour).UTC(),
		NextUpdate: time.Now().Add(time.Hour).UTC(), RevokedCertificates: []pkix.RevokedCertificate{{SerialNumber: bad.SerialNumber, RevocationTime: time.Now().UTC()}}})
	if err != nil {
		t.Fatal(err)
	}
	sum := gost.Sum256(tbs)
	signature, err := key.Sign(rand.Reader, sum[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: tbs}, algorithm, asn1.BitString{Bytes: signature, BitLength: len(signature) * 8}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "crl.der")
	for want, text := range map[error][]byte{gost.ErrRevoked: raw, gost.ErrRevocation: append(raw[:len(raw)-1:len(raw)-1], raw[len(raw)-1]^1)} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		trust := gost.Trust{Roots: []*gost.Certificate{root}, Qualified: true, Revoked: &gost.Revocations{Sources: []string{file}}}
		if err := trust.Check(bad, time.Now()); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// tbsList is the TBSCertList of RFC 5280, 5.1: the standard library makes whole lists only, and none with a signature of GOST.
type tbsList struct {
	Version                int
	Signature              pkix.AlgorithmIdentifier
	Issuer                 pkix.RDNSequence
	ThisUpdate, NextUpdate time.Time
	RevokedCertificates    []pkix.RevokedCertificate
}
