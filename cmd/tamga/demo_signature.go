package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tamga/idp"
	"tamga/internal/gost"
	"tamga/internal/rus"
)

// The files of the demo's e-signature, below its data: an authority that only this demo trusts, and Aliya's certificate of it.
const (
	signatureFolder = "signature"
	authorityFile   = "authority.pem"
	signerFile      = "aliya.pem"
	signerKeyFile   = "aliya.key"
)

// demoSignature makes an authority and a certificate for Aliya, so that a newcomer can sign by OpenSSL, and returns the authority's
// file. The authority's key is thrown away: it signs nothing more. What is there already stays.
func demoSignature(data string, now time.Time) (string, error) {
	folder := filepath.Join(data, signatureFolder)
	file := filepath.Join(folder, authorityFile)
	if _, err := os.Stat(file); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	root, rootKey, err := certify(gost.Template{Holder: gost.Subject{CommonName: "Учебный удостоверяющий центр"}, CA: true}, nil, nil, now)
	if err != nil {
		return "", err
	}
	i := idp.DemoPeople()[0].Identity
	signer, key, err := certify(gost.Template{Holder: gost.Subject{CommonName: rus.FullName(i.LastName, i.FirstName, i.MiddleName), Surname: i.LastName,
		GivenName: i.FirstName + " " + i.MiddleName, SNILS: i.SNILS}}, root, rootKey, now)
	if err != nil {
		return "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	// The authority's file is the last: a demo that is killed here makes all of them again.
	for _, f := range []struct {
		name, kind string
		der        []byte
	}{{signerKeyFile, "PRIVATE KEY", private}, {signerFile, "CERTIFICATE", signer.Raw}, {authorityFile, "CERTIFICATE", root.Raw}} {
		if err := os.WriteFile(filepath.Join(folder, f.name), pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.der}), 0o600); err != nil {
			return "", fmt.Errorf("e-signature of the demo: %w", err)
		}
	}
	return file, nil
}

func certify(t gost.Template, issuer *gost.Certificate, issuerKey crypto.Signer, now time.Time) (*gost.Certificate, crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	t.NotBefore, t.NotAfter = now.Add(-time.Hour), now.AddDate(10, 0, 0)
	if issuer == nil {
		issuerKey = key
	}
	cert, err := gost.Issue(rand.Reader, t, key.Public(), issuer, issuerKey)
	return cert, key, err
}

// signatureHint is how a newcomer signs the text of the page.
func signatureHint(data string) string {
	folder := filepath.Join(data, signatureFolder)
	return fmt.Sprintf("openssl cms -sign -binary -outform PEM -signer %s -inkey %s -in tamga-confirm.txt -out tamga-confirm.p7s",
		filepath.Join(folder, signerFile), filepath.Join(folder, signerKeyFile))
}
