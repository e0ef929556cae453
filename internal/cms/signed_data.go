package cms

import (
	"crypto"
	"errors"
	"io"
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

// SignedData is a signed message.
type SignedData struct {
	Content      []byte // nil when detached
	Detached     bool
	Certificates []*gost.Certificate // inside the message, trusted for nothing; unreadable ones are left out
	Signers      []Signer
}

// Signer is one signature of a message. What it says of itself is proved by Verify alone.
type Signer struct {
	Issuer        []byte    // of the signer's certificate, DER; nil when it is named by its key's id
	Serial        string    // of the signer's certificate, hexadecimal
	KeyID         []byte    // the signer's certificate when it is named so
	SigningTime   time.Time // zero when not said; the signer's own word
	HasAttributes bool
}

// Option loosens Verify.
type Option int

// AllowSHA1 lets signatures over SHA-1 pass, for clients of 2014–2018.
const AllowSHA1 Option = 1

// Parse reads a message in DER or BER.
func Parse(message []byte) (*SignedData, error) { return nil, errors.ErrUnsupported }

// Verify checks that the key of cert signed content. Content is nil for an attached message whose own Content the caller will
// take; given, it must equal what is attached.
func (s *SignedData) Verify(content []byte, cert *gost.Certificate, options ...Option) error {
	return errors.ErrUnsupported
}

// Signing says how Sign does it. The zero value makes a detached message with attributes and the signer's certificate.
type Signing struct {
	Attached      bool
	NoAttributes  bool // the signature is over the content itself
	NoCertificate bool
	Chain         []*gost.Certificate // to go with the signer's own
	Hash          crypto.Hash         // for RSA and ECDSA; SHA-256 when zero
	Time          time.Time           // of signing; now when zero
}

// Sign makes a message signed by key, which is cert's.
func Sign(random io.Reader, content []byte, cert *gost.Certificate, key crypto.Signer, how Signing) ([]byte, error) {
	return nil, errors.ErrUnsupported
}
