package gost

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"time"
)

// Template says what a certificate to be made will hold.
type Template struct {
	Holder    Subject
	NotBefore time.Time
	NotAfter  time.Time
	CA        bool // may issue others; else it signs messages
	Policies  []asn1.ObjectIdentifier
}

type tbsCertificate struct {
	Version    int `asn1:"explicit,tag:0"`
	Serial     *big.Int
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	Validity   struct{ NotBefore, NotAfter time.Time }
	Subject    asn1.RawValue
	Public     asn1.RawValue
	Extensions []pkix.Extension `asn1:"explicit,tag:3"`
}

type signedCertificate struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

// Issue makes a certificate of the public key, signed by the issuer's key. Without an issuer the certificate names itself.
func Issue(random io.Reader, t Template, public crypto.PublicKey, issuer *Certificate, key crypto.Signer) (*Certificate, error) {
	if random == nil {
		random = rand.Reader
	}
	subject, err := t.Holder.name()
	if err != nil {
		return nil, err
	}
	spki, err := MarshalPublicKey(public)
	if err != nil {
		return nil, err
	}
	serial := make([]byte, 16)
	if _, err := io.ReadFull(random, serial); err != nil {
		return nil, err
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and of one length
	tbs := tbsCertificate{Version: 2, Serial: new(big.Int).SetBytes(serial)}
	tbs.Issuer.FullBytes, tbs.Subject.FullBytes, tbs.Public.FullBytes = subject, subject, spki
	tbs.Validity.NotBefore, tbs.Validity.NotAfter = t.NotBefore.UTC(), t.NotAfter.UTC()
	ownID := keyID(spki)
	issuerID := ownID
	if issuer != nil {
		tbs.Issuer.FullBytes, issuerID = issuer.RawSubject, issuer.SubjectKeyId
	}
	if tbs.Extensions, err = extensions(t, ownID, issuerID); err != nil {
		return nil, err
	}
	if tbs.Algorithm, err = signatureAlgorithm(key); err != nil {
		return nil, err
	}
	return tbs.sign(random, key)
}

func (tbs *tbsCertificate) sign(random io.Reader, key crypto.Signer) (*Certificate, error) {
	raw, err := asn1.Marshal(*tbs)
	if err != nil {
		return nil, err
	}
	signature, err := SignMessage(random, key, raw)
	if err != nil {
		return nil, err
	}
	der, err := asn1.Marshal(signedCertificate{asn1.RawValue{FullBytes: raw}, tbs.Algorithm,
		asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
	if err != nil {
		return nil, err
	}
	return ParseCertificate(der)
}

// SignMessage makes what VerifyMessage checks.
func SignMessage(random io.Reader, key crypto.Signer, message []byte) ([]byte, error) {
	if random == nil {
		random = rand.Reader
	}
	if k, ok := key.(*PrivateKey); ok {
		return Sign(random, k, k.Digest(message))
	}
	sum := sha256.Sum256(message)
	return key.Sign(random, sum[:], crypto.SHA256)
}

func signatureAlgorithm(key crypto.Signer) (a pkix.AlgorithmIdentifier, err error) {
	switch k := key.Public().(type) {
	case *PublicKey:
		a.Algorithm = OIDSignature256
		if k.Curve.size == 64 {
			a.Algorithm = OIDSignature512
		}
	case *rsa.PublicKey:
		a.Algorithm, a.Parameters = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, asn1.NullRawValue
	case *ecdsa.PublicKey:
		a.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	default:
		err = fmt.Errorf("gost: a key of a kind not supported: %T", k)
	}
	return a, err
}

func keyID(spki []byte) []byte {
	sum := sha256.Sum256(spki)
	return bytes.Clone(sum[:20])
}

// extensions of a certificate: the right to issue, the uses of the key, the ids of the key and of the issuer's.
func extensions(t Template, ownID, issuerID []byte) ([]pkix.Extension, error) {
	usage := asn1.BitString{Bytes: []byte{0xc0}, BitLength: 2} // digitalSignature, nonRepudiation
	if t.CA {
		usage = asn1.BitString{Bytes: []byte{0x06}, BitLength: 7} // keyCertSign, cRLSign
	}
	values := []struct {
		id       int
		critical bool
		value    any
	}{
		{19, true, struct {
			CA bool `asn1:"optional"`
		}{t.CA}},
		{15, true, usage},
		{14, false, ownID},
		{35, false, struct {
			ID []byte `asn1:"tag:0"`
		}{issuerID}},
		{32, false, policies(t.Policies)},
	}
	var list []pkix.Extension
	for _, v := range values {
		if v.id == 35 && len(issuerID) == 0 || v.id == 32 && len(t.Policies) == 0 {
			continue
		}
		raw, err := asn1.Marshal(v.value)
		if err != nil {
			return nil, err
		}
		list = append(list, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, v.id}, Critical: v.critical, Value: raw})
	}
	return list, nil
}

// policies are certificatePolicies of RFC 5280, without qualifiers.
func policies(oids []asn1.ObjectIdentifier) (list []struct{ Policy asn1.ObjectIdentifier }) {
	for _, oid := range oids {
		list = append(list, struct{ Policy asn1.ObjectIdentifier }{oid})
	}
	return list
}
