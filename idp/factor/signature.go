package factor

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"tamga/idp/account"
	"tamga/internal/cms"
	"tamga/internal/fault"
	"tamga/internal/gost"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

const (
	useSignature  = "signature"
	signatureLife = 15 * time.Minute
	signatureMax  = 256 << 10
)

// signatureText is what the person signs: one line, which says what for, and cannot be used for anything else or twice.
func (h *Handler) signatureText() string {
	return "Вход на " + h.PublicURL + ", " + h.now().In(rus.Moscow).Format("02.01.2006 15:04") + ", номер " + secret.Token(18)
}

// readSignature takes a message as programs give it: DER, PEM, or base64 in lines.
func readSignature(raw []byte) (*cms.SignedData, error) {
	if len(raw) > signatureMax {
		return nil, fault.New(fault.Invalid, "idp_factor.signature_long")
	}
	if message, err := cms.Parse(raw); err == nil {
		return message, nil
	}
	var text strings.Builder
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			text.WriteString(line)
		}
	}
	der, err := base64.StdEncoding.DecodeString(text.String())
	if err == nil {
		var message *cms.SignedData
		if message, err = cms.Parse(der); err == nil {
			return message, nil
		}
	}
	return nil, fault.New(fault.Invalid, "idp_factor.signature_unreadable")
}

// signerOf returns the certificate by which the text was signed, when it belongs to a person and comes from an authority that we
// trust. The reason that is told is that of the certificate which got furthest: the person holds it, and can do something about it.
func (h *Handler) signerOf(message *cms.SignedData, text string) (*gost.Certificate, error) {
	why := fault.New(fault.Invalid, "idp_factor.signature_wrong")
	for _, cert := range message.Certificates {
		if !signed(message, text, cert) {
			continue
		}
		trust := gost.Trust{Roots: h.Roots, Qualified: h.Qualified, Revoked: h.Revoked}
		switch err := trust.Check(cert, h.now(), message.Certificates...); {
		case errors.Is(err, gost.ErrExpired):
			why = fault.New(fault.Invalid, "idp_factor.signature_expired")
		case errors.Is(err, gost.ErrUsage):
			why = fault.New(fault.Invalid, "idp_factor.signature_usage")
		case errors.Is(err, gost.ErrUnqualified):
			why = fault.New(fault.Invalid, "idp_factor.signature_unqualified")
		case errors.Is(err, gost.ErrRevoked):
			why = fault.New(fault.Invalid, "idp_factor.signature_revoked")
		case errors.Is(err, gost.ErrRevocation):
			why = fault.New(fault.Invalid, "idp_factor.signature_unknown")
		case err != nil:
			why = fault.New(fault.Invalid, "idp_factor.signature_untrusted")
		case cert.Holder.SNILS == "" || cert.Holder.OGRN != "":
			why = fault.New(fault.Invalid, "idp_factor.signature_nobody")
		default:
			return cert, nil
		}
	}
	return nil, why
}

// signed tells whether the text was signed. Editors end a file's last line, each in its way.
func signed(message *cms.SignedData, text string, cert *gost.Certificate) bool {
	for _, end := range []string{"", "\n", "\r\n"} {
		content := []byte(text + end)
		if !message.Detached && !bytes.Equal(content, message.Content) {
			continue
		}
		if message.Verify(content, cert) == nil {
			return true
		}
	}
	return false
}

// sameName tells whether a certificate names the account's holder.
func sameName(a *account.Account, holder gost.Subject) bool {
	return rus.FoldName(holder.Surname) == rus.FoldName(a.LastName) &&
		rus.FoldName(holder.GivenName) == rus.FoldName(strings.TrimSpace(a.FirstName+" "+a.MiddleName))
}
