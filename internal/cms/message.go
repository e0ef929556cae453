package cms

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tamga/internal/gost"
)

// Why a message is refused; the errors of Parse and Verify wrap one of these.
var (
	ErrSyntax    = errors.New("not a CMS signed message")
	ErrAlgorithm = errors.New("algorithm not supported")
	ErrWeak      = errors.New("algorithm too weak")
	ErrContent   = errors.New("the message signed is another one")
	ErrSignature = errors.New("the signature is not of this certificate's key")
)

// What a message holds at the most: who sends it must not choose how long we work.
const (
	maxSigners      = 8
	maxCertificates = 16
)

// SignedData is a signed message.
type SignedData struct {
	Content      []byte // nil when detached
	Detached     bool
	Certificates []*gost.Certificate // inside the message, trusted for nothing; unreadable ones are left out
	Signers      []*Signer

	contentType asn1.ObjectIdentifier
}

// Signer is one signature of a message. What it says of itself is proved by Verify alone.
type Signer struct {
	Issuer      []byte    // of the signer's certificate, a name in DER; nil when KeyID names the certificate
	Serial      *big.Int  // of the signer's certificate; nil when KeyID names it
	KeyID       []byte    // the signer's certificate by the id of its key
	SigningTime time.Time // zero when not said; the signer's own word
	Attributes  bool      // whether attributes are signed, which in turn hold the content's digest

	info   signerInfo
	signed signedAttributes
}

// signedAttributes are those that verification needs.
type signedAttributes struct {
	contentType asn1.ObjectIdentifier
	digest      []byte
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      contentInfo
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Revocations  asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version    int
	Name       asn1.RawValue
	Digest     pkix.AlgorithmIdentifier
	Attributes asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm  pkix.AlgorithmIdentifier
	Signature  []byte
	Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue // a SET
}

var (
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
)

// Parse reads a message in DER or BER. Nothing of it is proved before Verify.
func Parse(message []byte) (*SignedData, error) {
	der, err := normalised(message)
	if err != nil {
		return nil, err
	}
	var outer contentInfo
	if err := unmarshal(der, &outer); err != nil {
		return nil, err
	}
	if !outer.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("%w: its type is %v", ErrSyntax, outer.Type)
	}
	var inner signedData
	if err := unmarshal(outer.Content.Bytes, &inner); err != nil {
		return nil, err
	}
	if len(inner.Signers) > maxSigners {
		return nil, fmt.Errorf("%w: %d signers", ErrSyntax, len(inner.Signers))
	}
	s := &SignedData{contentType: inner.Content.Type, Detached: len(inner.Content.Content.FullBytes) == 0}
	if !s.Detached {
		s.Content = []byte{}
		if err := unmarshal(inner.Content.Content.Bytes, &s.Content); err != nil {
			return nil, err
		}
	}
	if s.Certificates, err = certificates(inner.Certificates.Bytes); err != nil {
		return nil, err
	}
	for _, info := range inner.Signers {
		signer, err := newSigner(info)
		if err != nil {
			return nil, err
		}
		s.Signers = append(s.Signers, signer)
	}
	return s, nil
}

// certificates reads a set of certificates, and passes over what is none: attribute certificates, keys of kinds not known.
func certificates(set []byte) (list []*gost.Certificate, err error) {
	for count := 0; len(set) > 0; count++ {
		if count == maxCertificates {
			return nil, fmt.Errorf("%w: too many certificates", ErrSyntax)
		}
		var raw asn1.RawValue
		if set, err = asn1.Unmarshal(set, &raw); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		if cert, err := gost.ParseCertificate(raw.FullBytes); err == nil {
			list = append(list, cert)
		}
	}
	return list, nil
}

func newSigner(info signerInfo) (*Signer, error) {
	s := &Signer{info: info, Attributes: len(info.Attributes.FullBytes) > 0}
	if info.Name.Class == asn1.ClassContextSpecific && info.Name.Tag == 0 {
		s.KeyID = info.Name.Bytes
	} else {
		var name issuerAndSerial
		if err := unmarshal(info.Name.FullBytes, &name); err != nil {
			return nil, err
		}
		s.Issuer, s.Serial = name.Issuer.FullBytes, name.Serial
	}
	if s.Attributes {
		return s, s.readAttributes()
	}
	return s, nil
}

// readAttributes takes what it knows from the signed attributes. RFC 5652, 11: each at most once, each of one value.
func (s *Signer) readAttributes() error {
	list, err := attributes(s.info.Attributes)
	if err != nil {
		return err
	}
	known := map[string]any{
		oidContentType.String(): &s.signed.contentType,
		oidDigest.String():      &s.signed.digest,
		oidSigningTime.String(): &s.SigningTime,
	}
	for _, a := range list {
		id := a.Type.String()
		target, ok := known[id]
		if !ok {
			continue
		}
		if target == nil {
			return fmt.Errorf("%w: attribute %v twice", ErrSyntax, a.Type)
		}
		if err := unmarshal(a.Values.Bytes, target); err != nil {
			return err
		}
		known[id] = nil
	}
	return nil
}

// attributes reads a set of attributes under whatever tag.
func attributes(set asn1.RawValue) (list []attribute, err error) {
	rest := set.Bytes
	for len(rest) > 0 {
		var a attribute
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		if a.Values.Class != asn1.ClassUniversal || a.Values.Tag != asn1.TagSet {
			return nil, fmt.Errorf("%w: attribute %v without a set of values", ErrSyntax, a.Type)
		}
		list = append(list, a)
	}
	return list, nil
}

// Names tells whether the signer says that cert is its certificate.
func (s *Signer) Names(cert *gost.Certificate) bool {
	if s.Serial == nil {
		return bytes.Equal(s.KeyID, cert.SubjectKeyId)
	}
	return s.Serial.Cmp(cert.SerialNumber) == 0 && bytes.Equal(s.Issuer, cert.RawIssuer)
}

// unmarshal reads DER to its end.
func unmarshal(der []byte, value any) error {
	rest, err := asn1.Unmarshal(der, value)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: bytes after the end", ErrSyntax)
	}
	return nil
}
