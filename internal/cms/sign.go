package cms

import (
	"crypto"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"time"

	"tamga/internal/gost"
)

// Signing says how Sign does it. The zero value makes a detached message with attributes and the signer's certificate.
type Signing struct {
	Attached      bool
	NoAttributes  bool // the signature is over the content itself
	NoCertificate bool
	Chain         []*gost.Certificate // to go with the signer's own
	Hash          crypto.Hash         // for RSA and ECDSA; SHA-256 when zero
	Time          time.Time           // of signing; now when zero
}

// Sign makes a message in DER, signed by key, which is cert's.
func Sign(random io.Reader, content []byte, cert *gost.Certificate, key crypto.Signer, how Signing) ([]byte, error) {
	if random == nil {
		random = rand.Reader
	}
	d, algorithm, err := how.algorithms(key)
	if err != nil {
		return nil, err
	}
	info := signerInfo{Version: 1, Digest: pkix.AlgorithmIdentifier{Algorithm: d.oid}, Algorithm: algorithm}
	if info.Name.FullBytes, err = asn1.Marshal(issuerAndSerial{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber}); err != nil {
		return nil, err
	}
	sum := d.sum(content)
	if !how.NoAttributes {
		set, err := how.attributes(sum)
		if err != nil {
			return nil, err
		}
		sum = d.sum(set)
		set[0] = asn1.ClassContextSpecific<<6 | constructed
		info.Attributes.FullBytes = set
	}
	if info.Signature, err = key.Sign(random, sum, d.hash); err != nil {
		return nil, err
	}
	return how.message(content, cert, info)
}

// algorithms are those of the key: Streebog and the identifier that OpenSSL writes for GOST, the chosen SHA for the others.
func (how Signing) algorithms(key crypto.Signer) (d digest, a pkix.AlgorithmIdentifier, err error) {
	want := how.Hash
	if want == 0 {
		want = crypto.SHA256
	}
	name, only := kind(key.Public())
	for _, d = range digests {
		if only != nil && only.Equal(d.oid) || only == nil && d.hash == want {
			break
		}
	}
	for _, f := range families {
		ecdsa := name == "ECDSA" && f.key == name && f.hash == d.hash && f.hash != 0
		if f.key == name && name != "ECDSA" || ecdsa {
			a.Algorithm = f.oid
			if name == "RSA" {
				a.Parameters = asn1.NullRawValue
			}
			return d, a, nil
		}
	}
	return d, a, fmt.Errorf("%w: %s with %v", ErrAlgorithm, name, want)
}

func (how Signing) attributes(sum []byte) ([]byte, error) {
	at := how.Time
	if at.IsZero() {
		at = time.Now()
	}
	var list []attribute
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidSigningTime, at.UTC()}, {oidDigest, sum}} {
		raw, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		list = append(list, attribute{a.oid, asn1.RawValue{FullBytes: encoded(asn1.TagSet|constructed, raw)}})
	}
	return asn1.MarshalWithParams(list, "set")
}

func (how Signing) message(content []byte, cert *gost.Certificate, info signerInfo) ([]byte, error) {
	inner := signedData{
		Version: 1,
		Digests: []pkix.AlgorithmIdentifier{info.Digest},
		Content: contentInfo{Type: oidData},
		Signers: []signerInfo{info},
	}
	if how.Attached {
		inner.Content.Content.FullBytes = encoded(0xa0, encoded(octetString, content))
	}
	var certs []byte
	if !how.NoCertificate {
		certs = append(certs, cert.Raw...)
	}
	for _, c := range how.Chain {
		certs = append(certs, c.Raw...)
	}
	if len(certs) > 0 {
		inner.Certificates.FullBytes = encoded(0xa0, certs)
	}
	raw, err := asn1.Marshal(inner)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{FullBytes: encoded(0xa0, raw)}})
}
