package esia

import (
	"errors"
	"net/url"
	"slices"

	"tamga/internal/cms"
	"tamga/internal/gost"
)

// shape is one reading of a client_secret: a CMS message, or a bare signature.
type shape struct {
	Raw     []byte
	Message *cms.SignedData // nil: bare
}

// shapesOf reads what came out of base64. What is no CMS message is taken for a bare signature.
func shapesOf(read [][]byte) []shape {
	var all []shape
	for _, raw := range read {
		if signed, err := cms.Parse(raw); err == nil {
			return []shape{{raw, signed}}
		}
		if len(raw) <= 1024 { // a signature of an RSA key of 8192 bits
			all = append(all, shape{Raw: raw})
		}
	}
	return all
}

func (s *shape) raw() bool { return s.Message == nil }

func (s *shape) name() string {
	switch {
	case s.raw():
		return "raw"
	case !s.Message.Detached:
		return "cms-attached"
	}
	return "cms"
}

// verify checks the signature by a registered certificate; what a message carries inside is not believed. Libraries of ten years
// ago sign over SHA-1: that is legacy.
func (s *shape) verify(message []byte, one certificate, legacy bool) error {
	if s.raw() {
		return one.VerifyMessage(message, s.Raw)
	}
	if legacy {
		return s.Message.Verify(message, one.Certificate, cms.AllowSHA1)
	}
	return s.Message.Verify(message, one.Certificate)
}

// diagnose finds out why no variant matched, in the key of a text.
func (v *verdict) diagnose(form url.Values, certificates []certificate, shapes []shape) string {
	if v.Reason != "" {
		return v.Reason
	}
	if len(shapes) == 0 {
		return "not_signature"
	}
	texts := slangs(form)
	for _, s := range shapes {
		for _, one := range certificates {
			if reason := s.why(texts, one); reason != "" {
				return reason
			}
		}
	}
	return "mismatch"
}

// why tries the mistakes that integrators make.
func (s *shape) why(texts []string, one certificate) string {
	reversed := slices.Clone(s.Raw)
	slices.Reverse(reversed)
	for _, text := range texts {
		if s.raw() {
			if _, russian := one.Public.(*gost.PublicKey); russian && one.VerifyMessage([]byte(text), reversed) == nil {
				return "reversed"
			}
		}
		if s.verify([]byte(text), one, true) == nil {
			return "other_string"
		}
	}
	if s.raw() {
		return ""
	}
	err := s.Message.Verify([]byte(texts[0]), one.Certificate, cms.AllowSHA1)
	switch {
	case errors.Is(err, cms.ErrContent):
		return "content_differs"
	case errors.Is(err, cms.ErrAlgorithm), errors.Is(err, cms.ErrWeak):
		return "algorithm"
	}
	return ""
}

// slangs are strings that are signed by mistake: those of the other endpoints, and with a part left out or in another order.
func slangs(form url.Values) []string {
	var all []string
	for _, e := range []endpoint{ac1, ac2, te3} {
		for _, m := range messages(e, form) {
			all = append(all, m.Text)
		}
	}
	get := form.Get
	return append(all,
		get("client_id")+get("scope")+get("timestamp")+get("state"),
		get("client_id")+get("scope")+get("timestamp")+get("state")+get("redirect_uri"),
		get("scope")+get("timestamp")+get("client_id")+get("state")+get("redirect_uri"),
		get("client_id")+" "+get("scope")+" "+get("timestamp")+" "+get("state"),
	)
}
