package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/idp/esia"
	"tamga/idp/oauth"
	"tamga/idp/safety"
	"tamga/internal/db"
	"tamga/internal/fault"
)

func (a *clientAdd) addESIA(ctx context.Context, pool *pgxpool.Pool) error {
	if a.ID != "" || a.JWKS != "" || a.JWKSURI != "" {
		return errors.New("--id, --jwks and --jwks-uri are for --oidc: a system of ESIA has --mnemonic and --cert")
	}
	if a.Mnemonic == "" || len(a.Cert) == 0 || len(a.Redirect) == 0 {
		return errors.New("a system of ESIA needs --mnemonic, --cert and --redirect")
	}
	c := esia.Client{
		Mnemonic: a.Mnemonic, Name: a.Name, Redirects: a.Redirect, Scopes: words(a.Scopes), Issuer: a.Issuer, Alg: a.Alg,
		Legacy: !a.NoLegacy, SkipConsent: a.SkipConsent,
	}
	for _, path := range a.Cert {
		found, err := readCertificates(path)
		if err != nil {
			return err
		}
		c.Certificates = append(c.Certificates, found...)
	}
	if err := esia.PutClient(ctx, pool, c); err != nil {
		return plain(err, a.Mnemonic)
	}
	for _, name := range a.Manager {
		id, err := safety.Find(ctx, pool, name)
		if err != nil {
			return fmt.Errorf("no account %q", name)
		}
		if err := esia.AddManager(ctx, pool, a.Mnemonic, id); err != nil {
			return err
		}
	}
	stored, err := oauth.ClientByID(ctx, pool, a.Mnemonic)
	if err != nil {
		return err
	}
	one, err := described(ctx, pool, stored)
	if err != nil {
		return err
	}
	return a.print(one)
}

// readCertificates returns the certificates of a file in DER.
func readCertificates(path string) ([][]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for rest := raw; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			found = append(found, block.Bytes)
		}
	}
	if found == nil && len(raw) > 0 && raw[0] != '-' {
		found = [][]byte{raw}
	}
	if found == nil {
		return nil, fmt.Errorf("%s has no certificate", path)
	}
	return found, nil
}

// system is a client of ESIA as it is printed.
type system struct {
	Mnemonic     string   `json:"mnemonic"`
	Protocol     string   `json:"protocol"`
	Name         string   `json:"name"`
	Redirects    []string `json:"redirects"`
	Scope        string   `json:"scope"`
	Issuer       string   `json:"issuer"`
	Alg          string   `json:"alg"`
	Legacy       bool     `json:"legacy"`
	Certificates []string `json:"certificates"` // SHA-256
}

// described is a client in the words of its protocol.
func described(ctx context.Context, d db.DB, c *oauth.Client) (any, error) {
	if c.Protocol != oauth.ProtocolESIA {
		return oauth.Describe(*c), nil
	}
	s, err := esia.ClientByMnemonic(ctx, d, c.ID)
	if err != nil {
		return nil, err
	}
	one := system{c.ID, c.Protocol, s.Name, s.Redirects, strings.Join(s.Scopes, " "), s.Issuer, s.Alg, s.Legacy, nil}
	for _, der := range s.Certificates {
		sum := sha256.Sum256(der)
		one.Certificates = append(one.Certificates, hex.EncodeToString(sum[:]))
	}
	return one, nil
}

// plain says in English what a page would say in the reader's language.
func plain(err error, id string) error {
	if errors.Is(err, fault.NotFound) {
		return fmt.Errorf("there is no client %q", id)
	}
	return err
}
