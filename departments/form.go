package departments

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The forms of signatures. Each department has one, for both directions.
const (
	FormJWS = "jws"
	FormCMS = "gost-cms"
)

// CMSHeader carries a detached CMS in base64, as SignatureHeader carries a JWS.
const CMSHeader = "X-CMS-Signature"

var errForm = errors.New("signature is not of the form that is registered for this department")

// formOf tells a JWS, which has dots, from the base64 of a CMS, which has none.
func formOf(signature string) string {
	if strings.Contains(signature, ".") {
		return FormJWS
	}
	return FormCMS
}

// HeaderFor names the header that carries signatures of a form.
func HeaderFor(form string) string {
	if form == FormCMS {
		return CMSHeader
	}
	return SignatureHeader
}

// HeaderOf names the header that carries a signature.
func HeaderOf(signature string) string {
	if signature == "" {
		return SignatureHeader
	}
	return HeaderFor(formOf(signature))
}

// checkForm tells whether an endpoint may have the form.
func checkForm(e *Endpoint) error {
	switch {
	case e.Signature != FormJWS && e.Signature != FormCMS:
		return fmt.Errorf("signature %q, want %s or %s", e.Signature, FormJWS, FormCMS)
	case e.Signature == FormCMS && strings.HasPrefix(e.URL, "workplace:"):
		return errors.New("the workplace signs nothing")
	}
	return nil
}

// In is how the keys sign in a form.
func (k *Keys) In(form string) func(body []byte, now time.Time) (string, error) {
	switch {
	case form != FormCMS:
		return k.Sign
	case k.CMS == nil:
		return func([]byte, time.Time) (string, error) {
			return "", fmt.Errorf("%w: no certificate is set to sign by", errOurs)
		}
	}
	return k.CMS.Sign
}
