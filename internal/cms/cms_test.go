package cms_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/internal/cms"
	"tamga/internal/gost"
)

// signer is a key with a self-signed certificate of it.
type signer struct {
	*gost.Certificate
	key crypto.Signer
}

func newSigner(t testing.TB, key crypto.Signer) signer {
	t.Helper()
	cert, err := gost.Issue(nil, gost.Template{
		Holder:    gost.Subject{CommonName: "Иванов Иван Иванович", SNILS: "11223344595"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}, key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	return signer{cert, key}
}

func gostSigner(t testing.TB, curve string) signer {
	t.Helper()
	key, err := gost.GenerateKey(nil, gost.CurveByName(curve))
	if err != nil {
		t.Fatal(err)
	}
	return newSigner(t, key)
}

func rsaSigner(t testing.TB) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return newSigner(t, key)
}

func (s signer) sign(t testing.TB, content []byte, how cms.Signing) []byte {
	t.Helper()
	message, err := cms.Sign(nil, content, s.Certificate, s.key, how)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// TestPublishedMessages are the signed messages of TC26's recommendations on CMS (ТК26CMS), whose signers' private keys are
// printed there.
func TestPublishedMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ curve, private, message string }{
		{"CryptoPro-XchA", "BFCF1D623E5CDD3032A7C6EABB4A923C46E43D640FFEAAF2C3ED39A8FA399924", `
MIIBBQYJKoZIhvcNAQcCoIH3MIH0AgEBMQ4wDAYIKoUDBwEBAgIFADAbBgkqhkiG
9w0BBwGgDgQMVGVzdCBtZXNzYWdlMYHBMIG+AgEBMFswVjEpMCcGCSqGSIb3DQEJ
ARYaR29zdFIzNDEwLTIwMTJAZXhhbXBsZS5jb20xKTAnBgNVBAMTIEdvc3RSMzQx
MC0yMDEyICgyNTYgYml0KSBleGFtcGxlAgEBMAwGCCqFAwcBAQICBQAwDAYIKoUD
BwEBAQEFAARAkptb2ekZbC94FaGDQeP70ExvTkXtOY9zgz3cCco/hxPhXUVo3eCx
VNwDQ8enFItJZ8DEX4blZ8QtziNCMl5HbA==`},
		{"512-B", "3FC01CDCD4EC5F972EB482774C41E66DB7F380528DFE9E67992BA05AEE462435757530E641077CE587B976C8EEB48C48FD33FD175F0C7DE6A44E014E6BCB074B", `
MIIBSQYJKoZIhvcNAQcCoIIBOjCCATYCAQExDjAMBggqhQMHAQECAwUAMBsGCSqG
SIb3DQEHAaAOBAxUZXN0IG1lc3NhZ2UxggECMIH/AgEBMFswVjEpMCcGCSqGSIb3
DQEJARYaR29zdFIzNDEwLTIwMTJAZXhhbXBsZS5jb20xKTAnBgNVBAMTIEdvc3RS
MzQxMC0yMDEyICg1MTIgYml0KSBleGFtcGxlAgEBMAwGCCqFAwcBAQIDBQAwDAYI
KoUDBwEBAQIFAASBgFyVohNhMHUi/+RAF3Gh/cC7why6v+4jPWVlx1TYlXtV8Hje
hI2Y+rP52/LO6EUHG/XcwCBbUxmRWsbUSRRBAexmaafkSdvv2FFwC8kHOcti+UPX
PS+KRYxT8vhcsBLWWxDkc1McI7aF09hqtED36mQOfACzeJjEoUjALpmJob1V`},
	} {
		raw, err := hex.DecodeString(c.private)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(raw)
		key, err := gost.NewPrivateKey(gost.CurveByName(c.curve), raw)
		if err != nil {
			t.Fatal(err)
		}
		der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(c.message, "\n", ""))
		if err != nil {
			t.Fatal(err)
		}
		message := parse(t, c.curve, der)
		if string(message.Content) != "Test message" {
			t.Errorf("%s: %q", c.curve, message.Content)
		}
		if err := message.Verify(nil, newSigner(t, key).Certificate); err != nil {
			t.Errorf("%s: %v", c.curve, err)
		}
	}
}

// TestEveryByteCounts changes each byte of a message: what still verifies may differ only in what nobody signs, and says so by
// the same content and the same certificate.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	s := gostSigner(t, "CryptoPro-A")
	for _, how := range []cms.Signing{{NoCertificate: true}, {NoAttributes: true, NoCertificate: true}} {
		raw := s.sign(t, content, how)
		good := parse(t, "whole", raw)
		passed := 0
		for i := range raw {
			bad := bytes.Clone(raw)
			bad[i] ^= 1
			message, err := cms.Parse(bad)
			if err != nil || message.Verify(content, s.Certificate) != nil {
				continue
			}
			passed++
			if !message.Signers[0].SigningTime.Equal(good.Signers[0].SigningTime) {
				t.Errorf("byte %d: passes with another time of signing", i)
			}
		}
		if free := 60 + len(s.RawIssuer); passed > free {
			t.Errorf("%d of %d bytes may be changed", passed, len(raw))
		}
	}
}

func TestAlgorithmsThatDoNotGo(t *testing.T) {
	t.Parallel()
	person, machine := gostSigner(t, "256-A"), rsaSigner(t)
	old := machine.sign(t, content, cms.Signing{Hash: crypto.SHA1})
	if err := parse(t, "sha1", old).Verify(content, machine.Certificate); !errors.Is(err, cms.ErrWeak) {
		t.Errorf("SHA-1: %v", err)
	}
	if err := parse(t, "sha1", old).Verify(content, machine.Certificate, cms.AllowSHA1); err != nil {
		t.Errorf("SHA-1 let in: %v", err)
	}
	streebog, sha256 := marshal(t, gost.OIDDigest256), marshal(t, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1})
	md5 := marshal(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 5})
	for name, c := range map[string]struct {
		message []byte
		cert    *gost.Certificate
		want    error
	}{
		"a GOST message for an RSA certificate": {person.sign(t, content, cms.Signing{}), machine.Certificate, cms.ErrSignature},
		"an RSA message for a GOST certificate": {machine.sign(t, content, cms.Signing{}), person.Certificate, cms.ErrSignature},
		"a 512-bit key for a 256-bit message":   {person.sign(t, content, cms.Signing{}), gostSigner(t, "512-A").Certificate, cms.ErrSignature},
		"GOST over SHA-256":                     {replaced(t, person.sign(t, content, cms.Signing{NoAttributes: true}), streebog, sha256), person.Certificate, cms.ErrAlgorithm},
		"RSA over Streebog":                     {replaced(t, machine.sign(t, content, cms.Signing{NoAttributes: true}), sha256, streebog), machine.Certificate, cms.ErrAlgorithm},
		"RSA over MD5":                          {replaced(t, machine.sign(t, content, cms.Signing{NoAttributes: true}), sha256, md5), machine.Certificate, cms.ErrAlgorithm},
		"SHA-256 under the name of SHA-512 with RSA": {
			replaced(t, machine.sign(t, content, cms.Signing{}), marshal(t, rsaOID(1)), marshal(t, rsaOID(13))), machine.Certificate, cms.ErrAlgorithm},
		"a content type that asks for attributes": {
			replaced(t, person.sign(t, content, cms.Signing{NoAttributes: true}), marshal(t, data(1)), marshal(t, data(5))), person.Certificate, cms.ErrSyntax},
	} {
		if err := parse(t, name, c.message).Verify(content, c.cert); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func rsaOID(last int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, last}
}

func data(last int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, last}
}

// replaced puts one identifier in place of another throughout a message, and sets the lengths right.
func replaced(t *testing.T, der, old, fresh []byte) []byte {
	t.Helper()
	if bytes.Equal(der, old) {
		return fresh
	}
	var v asn1.RawValue
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		t.Fatal(err)
	}
	if !v.IsCompound {
		return der
	}
	var inside []byte
	for rest := v.Bytes; len(rest) > 0; {
		var child asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &child); err != nil {
			t.Fatal(err)
		}
		inside = append(inside, replaced(t, child.FullBytes, old, fresh)...)
	}
	return marshal(t, asn1.RawValue{Class: v.Class, Tag: v.Tag, IsCompound: true, Bytes: inside})
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestAttributesAsContent: the signature of a message with attributes is also one over the bytes of those attributes. Shown as a
// message without attributes, of that content, it must not pass.
func TestAttributesAsContent(t *testing.T) {
	t.Parallel()
	s := gostSigner(t, "CryptoPro-A")
	honest := s.sign(t, content, cms.Signing{})
	at := bytes.LastIndex(honest, []byte{0xa0}) // not sure of the place: look for [0] that holds the digest
	sum := gost.Sum256(content)
	for at >= 0 {
		var v asn1.RawValue
		if _, err := asn1.Unmarshal(honest[at:], &v); err == nil && v.Class == asn1.ClassContextSpecific && bytes.HasSuffix(v.Bytes, sum[:]) {
			forged := bytes.Clone(v.FullBytes)
			forged[0] = 0x31
			without := replaced(t, honest, v.FullBytes, nil)
			if err := parse(t, "forged", without).Verify(forged, s.Certificate); !errors.Is(err, cms.ErrSyntax) {
				t.Errorf("attributes passed as content: %v", err)
			}
			return
		}
		at = bytes.LastIndex(honest[:at], []byte{0xa0})
	}
	t.Fatal("no attributes found: the test proves nothing")
}

func TestNotMessages(t *testing.T) {
	t.Parallel()
	s := gostSigner(t, "CryptoPro-A")
	good := s.sign(t, content, cms.Signing{Attached: true})
	deep := bytes.Repeat([]byte{0x30, 0x80}, 100_000)
	for name, raw := range map[string][]byte{
		"empty": {}, "text": []byte("подпись"), "cut short": good[:len(good)-1], "with a tail": append(bytes.Clone(good), 0),
		"a certificate": s.Raw, "nested without end": deep, "a length beyond the end": {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff},
		"a length of eight bytes": {0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 0}, "no end mark": {0x30, 0x80, 0x02, 0x01, 0x00},
		"too long": make([]byte, 9<<20),
	} {
		if _, err := cms.Parse(raw); !errors.Is(err, cms.ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
	nobody := marshal(t, struct {
		Type    asn1.ObjectIdentifier
		Content any `asn1:"explicit,tag:0"`
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, struct {
		Version int
		Digests []asn1.RawValue `asn1:"set"`
		Content struct{ Type asn1.ObjectIdentifier }
		Signers []asn1.RawValue `asn1:"set"`
	}{Version: 1, Content: struct{ Type asn1.ObjectIdentifier }{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}}})
	if err := parse(t, "nobody", nobody).Verify(content, s.Certificate); !errors.Is(err, cms.ErrSyntax) {
		t.Errorf("a message that nobody signed: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	s, machine := gostSigner(f, "CryptoPro-A"), rsaSigner(f)
	for _, how := range []cms.Signing{{}, {NoAttributes: true}, {Attached: true}, {Attached: true, NoAttributes: true, NoCertificate: true}} {
		f.Add(s.sign(f, content, how))
		f.Add(machine.sign(f, content, how))
	}
	f.Add([]byte{0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 'x', 0x00, 0x00, 0x00, 0x00})
	stranger := gostSigner(f, "CryptoPro-A")
	f.Fuzz(func(t *testing.T, raw []byte) {
		message, err := cms.Parse(raw)
		if err != nil {
			if !errors.Is(err, cms.ErrSyntax) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if message.Verify(content, stranger.Certificate) == nil {
			t.Fatal("passes for a certificate that never signed")
		}
		if message.Verify([]byte("another"), s.Certificate) == nil {
			t.Fatal("passes for a content that was never signed")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	s := gostSigner(b, "CryptoPro-A")
	raw := s.sign(b, content, cms.Signing{})
	for b.Loop() {
		message, err := cms.Parse(raw)
		if err != nil || message.Verify(content, s.Certificate) != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkSign(b *testing.B) {
	s := gostSigner(b, "CryptoPro-A")
	for b.Loop() {
		s.sign(b, content, cms.Signing{})
	}
}
