package cms

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"encoding/asn1"
	"fmt"
	"slices"

	"tamga/internal/gost"
)

// Option loosens Verify.
type Option int

// AllowSHA1 lets signatures over SHA-1 pass, for clients of 2014–2018.
const AllowSHA1 Option = 1

// Verify checks that the key of cert signed content. Content is nil for an attached message whose own Content the caller will
// take; given, it must equal what is attached. Which certificate the message says it is signed with does not matter, and cert
// itself is taken as good: its dates and its issuer are the caller's care.
func (s *SignedData) Verify(content []byte, cert *gost.Certificate, options ...Option) error {
	switch {
	case s.Detached && content == nil:
		return fmt.Errorf("%w: the message is detached, and no content is at hand", ErrContent)
	case !s.Detached && content == nil:
		content = s.Content
	case !s.Detached && !bytes.Equal(content, s.Content):
		return fmt.Errorf("%w: another one is attached", ErrContent)
	}
	why := fmt.Errorf("%w: nobody signed it", ErrSyntax)
	named := false
	for _, signer := range s.Signers {
		err := s.verify(signer, content, cert, options)
		if err == nil {
			return nil
		}
		if !named { // the reason to tell is that of the signer who names the certificate, if there is one
			why, named = err, signer.Names(cert)
		}
	}
	if len(s.Signers) > 0 && !named {
		why = fmt.Errorf("%w; the message names another certificate, %s", why, s.Signers[0].says())
	}
	return why
}

func (s *Signer) says() string {
	if s.Serial == nil {
		return fmt.Sprintf("key id %x", s.KeyID)
	}
	return fmt.Sprintf("serial %x", s.Serial)
}

func (s *SignedData) verify(signer *Signer, content []byte, cert *gost.Certificate, options []Option) error {
	d, err := digestOf(signer.info.Digest)
	if err != nil {
		return err
	}
	if d.hash == crypto.SHA1 && !slices.Contains(options, AllowSHA1) {
		return fmt.Errorf("%w: SHA-1", ErrWeak)
	}
	sum := d.sum(content)
	switch {
	case signer.Attributes:
		if !signer.signed.contentType.Equal(s.contentType) {
			return fmt.Errorf("%w: attribute content-type is absent or another", ErrSyntax)
		}
		if subtle.ConstantTimeCompare(signer.signed.digest, sum) != 1 {
			return fmt.Errorf("%w: its digest differs", ErrContent)
		}
		sum = d.sum(asSet(signer.info.Attributes))
	case !s.contentType.Equal(oidData) || looksLikeAttributes(content):
		return fmt.Errorf("%w: attributes are not signed where they must be", ErrSyntax)
	}
	return check(signer.info.Algorithm, d, cert.Public, sum, signer.info.Signature)
}

// asSet is the encoding of attributes that is signed: under the tag of a SET in place of [0] (RFC 5652, 5.4).
func asSet(attributes asn1.RawValue) []byte {
	set := bytes.Clone(attributes.FullBytes)
	set[0] = asn1.TagSet | constructed
	return set
}

// looksLikeAttributes guards from a signature over attributes being shown as one over content: who takes the attributes of a
// good message for the content of a message without attributes has a signature of it that nobody made.
func looksLikeAttributes(content []byte) bool {
	var set asn1.RawValue
	if rest, err := asn1.Unmarshal(content, &set); err != nil || len(rest) > 0 || set.Tag != asn1.TagSet || set.Class != asn1.ClassUniversal {
		return false
	}
	list, err := attributes(set)
	return err == nil && slices.ContainsFunc(list, func(a attribute) bool { return a.Type.Equal(oidDigest) })
}
