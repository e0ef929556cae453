package cms

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"testing"
	"time"

	"tamga/internal/gost"
)

var text = []byte("openid")

// hand makes messages by hand, with a good signature over whatever they hold.
type hand struct {
	t    *testing.T
	key  *gost.PrivateKey
	cert *gost.Certificate
}

func newHand(t *testing.T) hand {
	t.Helper()
	key, err := gost.GenerateKey(nil, gost.CurveByName("CryptoPro-A"))
	if err != nil {
		t.Fatal(err)
	}
	form := gost.Template{Holder: gost.Subject{CommonName: "Иванов"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	cert, err := gost.Issue(nil, form, key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	return hand{t, key, cert}
}

func (h hand) marshal(value any, params string) []byte {
	h.t.Helper()
	der, err := asn1.MarshalWithParams(value, params)
	if err != nil {
		h.t.Fatal(err)
	}
	return der
}

// is an attribute of so many values.
func (h hand) is(oid asn1.ObjectIdentifier, values ...any) attribute {
	h.t.Helper()
	var inside []byte
	for _, v := range values {
		inside = append(inside, h.marshal(v, "")...)
	}
	return attribute{oid, asn1.RawValue{FullBytes: encoded(asn1.TagSet|constructed, inside)}}
}

func (h hand) signerOf(attributes ...attribute) signerInfo {
	h.t.Helper()
	set := h.marshal(attributes, "set")
	signature, err := gost.Sign(nil, h.key, h.key.Digest(set))
	if err != nil {
		h.t.Fatal(err)
	}
	set[0] = 0xa0
	return signerInfo{
		Version: 1, Signature: signature,
		Name:       asn1.RawValue{FullBytes: h.marshal(issuerAndSerial{asn1.RawValue{FullBytes: h.cert.RawIssuer}, h.cert.SerialNumber}, "")},
		Digest:     pkix.AlgorithmIdentifier{Algorithm: gost.OIDDigest256},
		Algorithm:  pkix.AlgorithmIdentifier{Algorithm: gost.OIDSignature256},
		Attributes: asn1.RawValue{FullBytes: set},
	}
}

func (h hand) message(certificates int, signers ...signerInfo) []byte {
	h.t.Helper()
	inner := signedData{Version: 1, Content: contentInfo{Type: oidData}, Signers: signers}
	if certificates > 0 {
		inner.Certificates.FullBytes = encoded(0xa0, slices.Concat(slices.Repeat([][]byte{h.cert.Raw}, certificates)...))
	}
	return h.marshal(contentInfo{oidSignedData, asn1.RawValue{FullBytes: encoded(0xa0, h.marshal(inner, ""))}}, "")
}

func parseAndVerify(message []byte, cert *gost.Certificate) error {
	s, err := Parse(message)
	if err != nil {
		return err
	}
	return s.Verify(text, cert)
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	right := gost.Sum256(text)
	wrong := gost.Sum256([]byte("another"))
	kind, digest := h.is(oidContentType, oidData), h.is(oidDigest, right[:])
	at := h.is(oidSigningTime, time.Now().UTC())
	other := h.is(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 15}, "S/MIME capabilities")
	for name, c := range map[string]struct {
		attributes []attribute
		want       error
	}{
		"as they must be":        {[]attribute{kind, digest}, nil},
		"with others":            {[]attribute{at, other, kind, digest}, nil},
		"no digest":              {[]attribute{kind, at}, ErrContent},
		"no type":                {[]attribute{digest, at}, ErrSyntax},
		"another type":           {[]attribute{h.is(oidContentType, oidSignedData), digest}, ErrSyntax},
		"another digest":         {[]attribute{kind, h.is(oidDigest, wrong[:])}, ErrContent},
		"half a digest":          {[]attribute{kind, h.is(oidDigest, right[:16])}, ErrContent},
		"two digests":            {[]attribute{kind, digest, h.is(oidDigest, wrong[:])}, ErrSyntax},
		"a digest of two values": {[]attribute{kind, h.is(oidDigest, right[:], wrong[:])}, ErrSyntax},
		"a digest of no value":   {[]attribute{kind, h.is(oidDigest)}, ErrSyntax},
		"a digest that is text":  {[]attribute{kind, h.is(oidDigest, "digest")}, ErrSyntax},
		"a value without a set":  {[]attribute{kind, {oidDigest, asn1.RawValue{FullBytes: h.marshal(right[:], "")}}}, ErrSyntax},
		"a time that is none":    {[]attribute{kind, digest, h.is(oidSigningTime, "вчера")}, ErrSyntax},
	} {
		if err := parseAndVerify(h.message(0, h.signerOf(c.attributes...)), h.cert); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCrowds: as many signers and certificates as are allowed, and one more. One good signature among bad ones is enough.
func TestCrowds(t *testing.T) {
	t.Parallel()
	h, stranger := newHand(t), newHand(t)
	right := gost.Sum256(text)
	attributes := []attribute{h.is(oidContentType, oidData), h.is(oidDigest, right[:])}
	good, bad := h.signerOf(attributes...), stranger.signerOf(attributes...)
	crowd := append(slices.Repeat([]signerInfo{bad}, maxSigners-1), good)
	for name, c := range map[string]struct {
		message []byte
		want    error
	}{
		"the last of eight":    {h.message(0, crowd...), nil},
		"the first of eight":   {h.message(0, append([]signerInfo{good}, crowd[:maxSigners-1]...)...), nil},
		"seven strangers":      {h.message(0, crowd[:maxSigners-1]...), ErrSignature},
		"nine signers":         {h.message(0, append(crowd, good)...), ErrSyntax},
		"sixteen certificates": {h.message(maxCertificates, good), nil},
		"one more certificate": {h.message(maxCertificates+1, good), ErrSyntax},
	} {
		if err := parseAndVerify(c.message, h.cert); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
