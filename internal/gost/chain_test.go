package gost_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"tamga/internal/gost"
)

// link makes a certificate of the standard library's making, which can hold what Issue does not write.
func link(t *testing.T, name string, by *authority, change func(*x509.Certificate)) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if change != nil {
		change(form)
	}
	parent, signer := form, any(key)
	if by != nil {
		parent, signer = by.Certificate.Certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, form, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := gost.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

// TestRightToIssue changes one thing at a time in the authority between the root and the person.
func TestRightToIssue(t *testing.T) {
	t.Parallel()
	root := link(t, "Головной УЦ", nil, nil)
	for name, c := range map[string]struct {
		change func(*x509.Certificate)
		deep   bool // one more authority below
		good   bool
	}{
		"an authority":                 {nil, false, true},
		"an authority of an authority": {nil, true, true},
		"not an authority":             {func(c *x509.Certificate) { c.IsCA = false }, false, false},
		"no word of it":                {func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = false, false }, false, false},
		"a key for messages":           {func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }, false, false},
		"a key for everything":         {func(c *x509.Certificate) { c.KeyUsage = 0 }, false, true},
		"may certify persons alone":    {func(c *x509.Certificate) { c.MaxPathLenZero = true }, false, true},
		"may not certify authorities":  {func(c *x509.Certificate) { c.MaxPathLenZero = true }, true, false},
		"may certify one authority":    {func(c *x509.Certificate) { c.MaxPathLen = 1 }, true, true},
		"held to names": {func(c *x509.Certificate) {
			c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"tatar.ru"}, true
		}, false, false},
		"a critical extension unknown": {func(c *x509.Certificate) { c.ExtraExtensions = unknown(true) }, false, false},
		"an extension unknown":         {func(c *x509.Certificate) { c.ExtraExtensions = unknown(false) }, false, true},
	} {
		middle := link(t, "УЦ", root, c.change)
		between := []*gost.Certificate{middle.Certificate}
		if c.deep {
			middle = link(t, "Нижний УЦ", middle, nil)
			between = append(between, middle.Certificate)
		}
		person := link(t, "Иванов", middle, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature })
		err := gost.VerifyChain(person.Certificate, []*gost.Certificate{root.Certificate}, time.Now(), between...)
		if (err == nil) != c.good || err != nil && !errors.Is(err, gost.ErrUntrusted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The name of the issuer counts, even where the key is the same.
	renamed := &authority{&gost.Certificate{Certificate: &x509.Certificate{
		RawSubject: link(t, "УЦ", root, nil).RawSubject, PublicKey: root.PublicKey,
	}}, root.key}
	stolen := link(t, "Иванов", renamed, nil)
	if err := gost.VerifyChain(stolen.Certificate, []*gost.Certificate{root.Certificate}, time.Now()); !errors.Is(err, gost.ErrUntrusted) {
		t.Errorf("issued in another's name: %v", err)
	}
}

// TestChainIsBounded: certificates that could all have issued one another must not keep us busy.
func TestChainIsBounded(t *testing.T) {
	t.Parallel()
	key, err := gost.GenerateKey(nil, gost.CurveByName("CryptoPro-A"))
	if err != nil {
		t.Fatal(err)
	}
	var crowd []*gost.Certificate
	for range 15 {
		c, err := gost.Issue(nil, template("УЦ", true), key.Public(), nil, key)
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, c)
	}
	done := make(chan error, 1)
	go func() { done <- gost.VerifyChain(crowd[0], nil, time.Now(), crowd...) }()
	select {
	case err := <-done:
		if !errors.Is(err, gost.ErrUntrusted) {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("still at work")
	}
}

func unknown(critical bool) []pkix.Extension {
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 643, 100, 999}, Critical: critical, Value: []byte{5, 0}}}
}
