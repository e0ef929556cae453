package workplace

import (
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"tamga/internal/cms"
	"tamga/internal/gost"
)

// What is known of the issuer of a signer's certificate.
const (
	Trusted   = "trusted"
	Foreign   = "foreign"   // no chain leads to a root that is trusted, or the certificate is not for signatures
	Unchecked = "unchecked" // no roots are set
)

// signature is what was found of a signature that came with a document.
type signature struct {
	DER    []byte
	Signer string
	Until  time.Time // of the certificate
	Trust  string
}

var (
	errSignature = errors.New("workplace: the signature is not of this document")
	errDates     = errors.New("workplace: the certificate of the signature is not in force")
)

// verify checks a detached signature by the certificate that it carries, tells whose it is and whether its issuer is trusted. A signature
// of something else, or of a certificate that is out of its dates, is none; one whose issuer is not trusted is shown as such.
func (h *Handler) verify(raw, content []byte, now time.Time) (*signature, error) {
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	s, err := cms.Parse(raw)
	if err != nil || !s.Detached {
		return nil, errSignature
	}
	err = errSignature
	for _, cert := range s.Certificates {
		if s.Verify(content, cert) != nil {
			continue
		}
		if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
			err = errDates
			continue
		}
		return &signature{DER: raw, Signer: signerOf(cert), Until: cert.NotAfter, Trust: h.trust(cert, now, s.Certificates)}, nil
	}
	return nil, err
}

func (h *Handler) trust(cert *gost.Certificate, now time.Time, between []*gost.Certificate) string {
	if len(h.Roots) == 0 {
		return Unchecked
	}
	if (&gost.Trust{Roots: h.Roots}).Check(cert, now, between...) != nil {
		return Foreign
	}
	return Trusted
}

func signerOf(cert *gost.Certificate) string {
	if name := strings.TrimSpace(cert.Holder.Surname + " " + cert.Holder.GivenName); name != "" {
		return name
	}
	return cert.Holder.CommonName
}
