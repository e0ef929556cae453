package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"tamga/internal/dbtest"
)

// clientCLI runs "tamga idp client …" on a database as a shell would, and returns what it prints.
func clientCLI(t *testing.T, url string, args ...string) (any, error) {
	t.Helper()
	var c commands
	parser, err := kong.New(&c, kong.Name("tamga"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(append([]string{"idp", "client"}, args...))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	of := &c.IDP.Client
	for _, p := range []*providerDB{&of.Add.providerDB, &of.List.providerDB, &of.Show.providerDB, &of.Remove.providerDB, &of.Token.providerDB} {
		p.DatabaseURL, p.out = url, &out
	}
	parsed.BindTo(t.Context(), (*context.Context)(nil))
	if err := parsed.Run(); err != nil {
		return nil, err
	}
	var printed any
	if err := json.Unmarshal(out.Bytes(), &printed); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return printed, nil
}

// certificate writes a certificate of a system as PEM.
func certificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "IS"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "is.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestClientCommands(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.IDP)
	url := pool.Config().ConnString()
	must := func(args ...string) any {
		t.Helper()
		printed, err := clientCLI(t, url, args...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return printed
	}
	made := must("add", "--oidc", "--redirect", "https://rp.example/cb?a=1,2", "--auth", "secret", "--id", "shop", "--scopes", "openid profile").(map[string]any)
	if secret, _ := made["client_secret"].(string); len(secret) < 40 || made["client_id"] != "shop" || made["scope"] != "openid profile" ||
		made["redirect_uris"].([]any)[0] != "https://rp.example/cb?a=1,2" {
		t.Errorf("added %v", made)
	}
	if public := must("add", "--oidc", "--redirect", "http://localhost:3000/cb", "--auth", "none").(map[string]any); public["client_secret"] != nil ||
		public["client_id"] == "" || public["token_endpoint_auth_method"] != "none" {
		t.Errorf("added %v", public)
	}
	system := must("add", "--esia", "--mnemonic", "SYS01", "--cert", certificate(t), "--redirect", "https://is.example/back", "--scopes", "openid fullname").(map[string]any)
	if system["mnemonic"] != "SYS01" || len(system["certificates"].([]any)) != 1 || system["scope"] != "openid fullname" {
		t.Errorf("added %v", system)
	}
	if shown := must("show", "shop").(map[string]any); shown["client_secret"] != nil || shown["client_id"] != "shop" {
		t.Errorf("shown %v", shown)
	}
	if list := must("list").([]any); len(list) != 3 {
		t.Errorf("%d clients are listed", len(list))
	}
	must("remove", "SYS01")
	if token := must("token", "--uses", "2").(map[string]any); len(token["initial_access_token"].(string)) < 40 {
		t.Errorf("token %v", token)
	}
	for wrong, says := range map[string]string{
		"add --redirect https://rp.example/":               "--oidc or --esia",
		"add --oidc --esia --redirect https://rp.example/": "can't be used together",
		"add --oidc": "redirect_uris is missing",
		"add --oidc --redirect http://rp.example/":                                          "web applications use https",
		"add --oidc --redirect https://rp.example/ --mnemonic X":                            "for --esia",
		"add --esia --mnemonic X --redirect https://is.example/":                            "--cert",
		"add --oidc --redirect https://rp.example/ --auth none --grants client_credentials": "prove themselves",
		"show SYS01":   "no client",
		"remove SYS01": "no client",
	} {
		if _, err := clientCLI(t, url, strings.Fields(wrong)...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := clientCLI(t, "", "list", "--data", t.TempDir()); err == nil || !strings.Contains(err.Error(), "make run") {
		t.Errorf("without a database: %v", err)
	}
}
