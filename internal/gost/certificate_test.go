package gost_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/gost"
)

// authority is a certificate with its key.
type authority struct {
	*gost.Certificate
	key crypto.Signer
}

// issue makes a certificate; by may be nil for a self-signed one.
func issue(t testing.TB, name string, ca bool, by *authority, change ...func(*gost.Template)) *authority {
	t.Helper()
	key, err := gost.GenerateKey(nil, gost.CurveByName("256-B"))
	if err != nil {
		t.Fatal(err)
	}
	form := template(name, ca)
	for _, c := range change {
		c(&form)
	}
	if by == nil {
		by = &authority{nil, key}
	}
	cert, err := gost.Issue(nil, form, key.Public(), by.Certificate, by.key)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func TestChain(t *testing.T) {
	t.Parallel()
	now := time.Now()
	old := func(form *gost.Template) { form.NotBefore, form.NotAfter = now.Add(-2*time.Hour), now.Add(-time.Hour) }
	root := issue(t, "Головной УЦ", true, nil)
	middle := issue(t, "УЦ", true, root)
	person := issue(t, "Иванов", false, middle)
	namesake := issue(t, "Головной УЦ", true, nil)
	expired := issue(t, "УЦ", true, root, old)
	for name, c := range map[string]struct {
		leaf    *gost.Certificate
		root    *authority
		between []*gost.Certificate
		at      time.Time
		want    error
	}{
		"root trusted as it is":        {root.Certificate, root, nil, now, nil},
		"one step":                     {middle.Certificate, root, nil, now, nil},
		"two steps":                    {person.Certificate, root, []*gost.Certificate{middle.Certificate}, now, nil},
		"the step between is missing":  {person.Certificate, root, nil, now, gost.ErrUntrusted},
		"another root of that name":    {middle.Certificate, namesake, nil, now, gost.ErrUntrusted},
		"a root brought along":         {person.Certificate, namesake, []*gost.Certificate{middle.Certificate, root.Certificate}, now, gost.ErrUntrusted},
		"self-signed":                  {namesake.Certificate, root, nil, now, gost.ErrUntrusted},
		"not yet good":                 {person.Certificate, root, []*gost.Certificate{middle.Certificate}, now.Add(-3 * time.Hour), gost.ErrExpired},
		"good no more":                 {person.Certificate, root, []*gost.Certificate{middle.Certificate}, now.Add(3 * time.Hour), gost.ErrExpired},
		"issued by a person":           {issue(t, "Петров", false, person).Certificate, root, []*gost.Certificate{middle.Certificate, person.Certificate}, now, gost.ErrUntrusted},
		"the step between has expired": {issue(t, "Петров", false, expired).Certificate, root, []*gost.Certificate{expired.Certificate}, now, gost.ErrExpired},
	} {
		if err := gost.VerifyChain(c.leaf, []*gost.Certificate{c.root.Certificate}, c.at, c.between...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHolder(t *testing.T) {
	t.Parallel()
	whole := gost.Subject{
		CommonName: "ООО «Тамга»", Surname: "Хәйруллин", GivenName: "Җәүдәт Әнәсович", Organization: "ООО «Тамга»", Title: "Директор",
		Email: "info@tamga.example", SNILS: "11223344595", INN: "500100732259", LegalINN: "7707083893", OGRN: "1027700132195", OGRNIP: "304500116000157",
	}
	older := whole
	older.INN, older.LegalINN = "007707083893", ""
	after2021 := whole
	after2021.INN = ""
	for name, c := range map[string]struct{ given, want gost.Subject }{
		"every field":                      {whole, whole},
		"nothing":                          {gost.Subject{}, gost.Subject{}},
		"a legal entity's INN before 2021": {older, after2021},
		"a SNILS with spaces":              {gost.Subject{CommonName: "И", SNILS: "112 233 445 95"}, gost.Subject{CommonName: "И", SNILS: "11223344595"}},
	} {
		got := issue(t, "", false, nil, func(form *gost.Template) { form.Holder = c.given })
		if diff := cmp.Diff(c.want, got.Holder); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRSACertificate(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := gost.Issue(nil, template("RSA", true), key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := cert.CheckIssuedBy(cert); err != nil {
		t.Error(err)
	}
	other := issue(t, "ГОСТ", false, &authority{cert, key})
	if err := gost.VerifyChain(other.Certificate, []*gost.Certificate{cert}, time.Now()); err != nil {
		t.Errorf("a GOST key certified by an RSA authority: %v", err)
	}
	signature, err := gost.SignMessage(nil, key, []byte("тамга"))
	if err != nil || cert.VerifyMessage([]byte("тамга"), signature) != nil || cert.VerifyMessage([]byte("тамгы"), signature) == nil {
		t.Errorf("%v", err)
	}
}

func TestParseCertificates(t *testing.T) {
	t.Parallel()
	one, two := issue(t, "1", false, nil), issue(t, "2", false, nil)
	key, _ := gost.MarshalPrivateKey(one.key)
	var file bytes.Buffer
	file.WriteString("subject=CN = 1\n")
	for _, block := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: key}, {Type: "CERTIFICATE", Bytes: one.Raw}, {Type: "CERTIFICATE", Bytes: two.Raw}} {
		pem.Encode(&file, block)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"DER": {one.Raw, "1"}, "PEM with a key and two certificates": {file.Bytes(), "1 2"},
		"a key alone": {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), ""}, "text": {[]byte("certificate"), ""}, "empty": {nil, ""},
		"DER with a tail": {append(bytes.Clone(one.Raw), 0), ""},
	} {
		list, err := gost.ParseCertificates(c.file)
		var names []string
		for _, cert := range list {
			names = append(names, cert.Holder.CommonName)
		}
		if got := strings.Join(names, " "); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzParseCertificate(f *testing.F) {
	for _, e := range examples {
		f.Add(e.der(f))
	}
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	cert, err := gost.Issue(nil, template("RSA", true), key.Public(), nil, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(cert.Raw)
	f.Add(issue(f, "Иванов", false, nil).Raw)
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := gost.ParseCertificate(der)
		if err != nil {
			return
		}
		cert.CheckIssuedBy(cert)
		cert.VerifyMessage(der, cert.Signature)
		gost.VerifyChain(cert, []*gost.Certificate{cert}, time.Now(), cert)
		if _, err := gost.MarshalPublicKey(cert.Public); err != nil {
			t.Fatalf("its key is read and cannot be written: %v", err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	signer := issue(f, "Иванов", false, nil)
	message := []byte("тамга")
	signature, _ := gost.SignMessage(nil, signer.key, message)
	f.Add(message, signature)
	f.Fuzz(func(t *testing.T, other, forged []byte) {
		if signer.VerifyMessage(other, forged) == nil && !(bytes.Equal(other, message) && bytes.Equal(forged, signature)) {
			t.Fatalf("forged: %q, %x", other, forged)
		}
	})
}
