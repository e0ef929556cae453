package main

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/internal/gost"
)

func TestTrustedRoots(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := rootPEM(t, "Первый УЦ"), rootPEM(t, "Второй УЦ")
	for name, text := range map[string]string{"both.pem": one + two, "folder/a.pem": one, "folder/b.crt": two, "folder/readme.txt": "not read",
		"broken.pem": "no certificate", "bad/a.pem": one, "bad/b.cer": "no certificate", "empty/readme.txt": "nothing"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]struct {
		count int
		wrong string // what the error names
	}{"both.pem": {2, ""}, "folder": {2, ""}, "empty": {0, "no certificates in "}, "broken.pem": {0, "broken.pem: "}, "bad": {0, "b.cer: "}, "absent": {0, "absent"}} {
		list, err := trustedRoots(filepath.Join(dir, name))
		if want.wrong == "" && (err != nil || len(list) != want.count) || want.wrong != "" && (err == nil || !strings.Contains(err.Error(), want.wrong)) {
			t.Errorf("%s: %d roots, %v", name, len(list), err)
		}
	}
	if list, err := trustedRoots(""); list != nil || err != nil {
		t.Errorf("none: %v %v", list, err)
	}
}

// rootPEM is a self-signed authority.
func rootPEM(t *testing.T, name string) string {
	t.Helper()
	key, err := gost.GenerateKey(nil, gost.CurveByName("256-B"))
	if err != nil {
		t.Fatal(err)
	}
	form := gost.Template{Holder: gost.Subject{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), CA: true}
	cert, err := gost.Issue(nil, form, key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
}
