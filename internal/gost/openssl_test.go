package gost_test

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/gost"
	"tamga/internal/gost/gosttest"
)

var ivanov = gost.Subject{
	CommonName: "Иванов Иван Иванович", Surname: "Иванов", GivenName: "Иван Иванович",
	SNILS: "11223344595", INN: "500100732259",
}

// TestOpenSSL has either side verify what the other signs, for every kind of key: bare signatures, keys and certificates.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	for kind := range gosttest.Keys {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			o := gosttest.New(t)
			o.Key(kind)
			message := []byte("openid fullname2026.11.22 06:45:00 +0300TAMGA")
			o.Write("message", message)
			cert := certificate(t, o.Read("cert.pem"))
			if diff := cmp.Diff(ivanov, cert.Holder); diff != "" {
				t.Error(diff)
			}
			if err := gost.VerifyChain(cert, []*gost.Certificate{cert}, time.Now()); err != nil {
				t.Error(err)
			}
			if err := cert.CheckIssuedBy(cert); err != nil {
				t.Errorf("OpenSSL's self-signed certificate: %v", err)
			}
			key, err := gost.ParsePrivateKey(o.Read("key.pem"))
			if err != nil {
				t.Fatal(err)
			}
			o.Run("dgst", "-"+gosttest.Digest(kind), "-sign", "key.pem", "-out", "signature", "message")
			if err := cert.VerifyMessage(message, o.Read("signature")); err != nil {
				t.Errorf("OpenSSL's signature: %v", err)
			}
			if err := cert.VerifyMessage(append(message, ' '), o.Read("signature")); err == nil {
				t.Error("OpenSSL's signature passed for another message")
			}
			opensslVerifies(t, o, kind, key, message)
			opensslTakesOurs(t, o, kind, key)
		})
	}
}

func opensslVerifies(t *testing.T, o *gosttest.OpenSSL, kind string, key crypto.Signer, message []byte) {
	t.Helper()
	ours, err := gost.SignMessage(nil, key, message)
	if err != nil {
		t.Fatal(err)
	}
	o.Write("ours", ours)
	o.Run("x509", "-in", "cert.pem", "-noout", "-pubkey", "-out", "public.pem")
	o.Run("dgst", "-"+gosttest.Digest(kind), "-verify", "public.pem", "-signature", "ours", "message")
}

// opensslTakesOurs has OpenSSL read a key that we wrote, and check a certificate that we issued with it.
func opensslTakesOurs(t *testing.T, o *gosttest.OpenSSL, kind string, key crypto.Signer) {
	t.Helper()
	der, err := gost.MarshalPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	o.Write("ours.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	theirs := o.Run("pkey", "-in", "key.pem", "-pubout")
	if got := o.Run("pkey", "-in", "ours.pem", "-pubout"); !bytes.Equal(got, theirs) {
		t.Errorf("our form of the key reads as another:\n%s\n%s", got, theirs)
	}
	root, err := gost.Issue(nil, template("Тестовый УЦ", true), key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	curve := gost.CurveByName("512-C")
	leafKey, err := gost.GenerateKey(nil, curve)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := gost.Issue(nil, template("Иванов", false), leafKey.Public(), root, key)
	if err != nil {
		t.Fatal(err)
	}
	o.Write("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}))
	o.Write("leaf.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}))
	if said := o.Run("verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"); !strings.Contains(string(said), "leaf.pem: OK") {
		t.Errorf("%s", said)
	}
	if err := gost.VerifyChain(leaf, []*gost.Certificate{root}, time.Now()); err != nil {
		t.Error(err)
	}
}

func template(name string, ca bool) gost.Template {
	return gost.Template{
		Holder: gost.Subject{CommonName: name}, CA: ca,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
}

func certificate(t *testing.T, file []byte) *gost.Certificate {
	t.Helper()
	list, err := gost.ParseCertificates(file)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d certificates, %v", len(list), err)
	}
	return list[0]
}

// TestStreebogIsOpenSSLs compares digests of messages of every length around a block.
func TestStreebogIsOpenSSLs(t *testing.T) {
	t.Parallel()
	o := gosttest.New(t)
	for _, length := range []int{0, 1, 63, 64, 65, 127, 128, 1000, 100_000} {
		message := bytes.Repeat([]byte{0xff, 0xee, 0x01}, length/3+1)[:length]
		o.Write("message", message)
		sum256, sum512 := gost.Sum256(message), gost.Sum512(message)
		for name, sum := range map[string][]byte{"md_gost12_256": sum256[:], "md_gost12_512": sum512[:]} {
			if said := string(o.Run("dgst", "-"+name, "message")); !strings.Contains(said, hex.EncodeToString(sum)) {
				t.Errorf("%s of %d bytes: we say %x, OpenSSL %s", name, length, sum, said)
			}
		}
	}
}
