// Package gosttest runs OpenSSL with the GOST engine in tests, as the second opinion on what we make and read, and as the
// clients' own tool.
package gosttest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const config = `openssl_conf = init
[init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = name
[name]
`

var engine = sync.OnceValue(func() error { return exec.Command("openssl", "engine", "gost").Run() })

// OpenSSL is the command line at work in a folder of its own.
type OpenSSL struct {
	t   testing.TB
	dir string
}

// New finds OpenSSL with its GOST engine. Without them the test is skipped, and fails where CI is set: there they must be.
func New(t testing.TB) *OpenSSL {
	t.Helper()
	if err := engine(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("openssl has no GOST engine (%v): ./scripts/need openssl-gost", err)
		}
		t.Skipf("openssl has no GOST engine (%v): ./scripts/need openssl-gost brings it", err)
	}
	o := &OpenSSL{t, t.TempDir()}
	o.Write("openssl.cnf", []byte(config))
	return o
}

// Write puts a file into the folder.
func (o *OpenSSL) Write(name string, content []byte) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(o.dir, name), content, 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// Read returns a file of the folder.
func (o *OpenSSL) Read(name string) []byte {
	o.t.Helper()
	content, err := os.ReadFile(filepath.Join(o.dir, name))
	if err != nil {
		o.t.Fatal(err)
	}
	return content
}

// Run runs openssl in the folder, fails the test when it fails, and returns what it prints.
func (o *OpenSSL) Run(args ...string) []byte {
	o.t.Helper()
	out, err := o.Try(args...)
	if err != nil {
		o.t.Fatalf("openssl %q: %v", args, err)
	}
	return out
}

// Try runs openssl in the folder. The error is what it said.
func (o *OpenSSL) Try(args ...string) ([]byte, error) {
	command := exec.Command("openssl", args...)
	command.Dir = o.dir
	command.Env = append(os.Environ(), "OPENSSL_CONF="+filepath.Join(o.dir, "openssl.cnf"))
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		o.t.Logf("openssl %q: %s", args, said.Bytes())
	}
	return out, err
}

// Keys are the kinds of keys that Key makes.
var Keys = map[string][]string{
	"rsa":     {"-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"},
	"ecdsa":   {"-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"},
	"256-A":   {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:A"},
	"256-B":   {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:B"},
	"256-C":   {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:C"},
	"256-XA":  {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:XA"},
	"256-XB":  {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:XB"},
	"256-TCA": {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA"},
	"256-TCB": {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCB"},
	"256-TCC": {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCC"},
	"256-TCD": {"-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCD"},
	"512-A":   {"-algorithm", "gost2012_512", "-pkeyopt", "paramset:A"},
	"512-B":   {"-algorithm", "gost2012_512", "-pkeyopt", "paramset:B"},
	"512-C":   {"-algorithm", "gost2012_512", "-pkeyopt", "paramset:C"},
}

// Digest is the name of the hash that goes with a kind of key.
func Digest(kind string) string {
	switch kind[:3] {
	case "256":
		return "md_gost12_256"
	case "512":
		return "md_gost12_512"
	}
	return "sha256"
}

// Key makes the files key.pem and cert.pem (self-signed, to Иванов with a SNILS) of a kind of Keys.
func (o *OpenSSL) Key(kind string) {
	o.t.Helper()
	o.Run(append([]string{"genpkey", "-out", "key.pem"}, Keys[kind]...)...)
	o.Run("req", "-x509", "-new", "-key", "key.pem", "-"+Digest(kind), "-days", "30", "-utf8", "-addext", "subjectKeyIdentifier=hash", "-out", "cert.pem",
		"-subj", "/CN=Иванов Иван Иванович/SN=Иванов/GN=Иван Иванович/1.2.643.100.3=11223344595/1.2.643.3.131.1.1=500100732259")
}
