package idp

import (
	"encoding/asn1"
	"encoding/base64"
	"path/filepath"
	"testing"
	"time"

	"tamga/internal/gost"
)

// What is wrong with a certificate the person reads in plain words; a list that is away refuses, and says so.
func TestSignatureByQualifiedCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ours, later := newAuthority(t), time.Now().Add(time.Hour)
	aliya := gost.Subject{CommonName: "Гарипова Алия Маратовна", Surname: "Гарипова", GivenName: "Алия Маратовна", SNILS: DemoAliyaSNILS}
	s.cfg.Roots, s.cfg.Qualified = []*gost.Certificate{ours.cert}, true
	s.restart(t)
	b := s.in(t, phoneAliya).get("/confirm/signature").want(200)
	text := b.textOf("text")
	send := func(message []byte) *browser {
		return b.fill("/confirm/signature", "signature", base64.StdEncoding.EncodeToString(message))
	}
	send(ours.sign(text, aliya, later)).want(422, "Нужен квалифицированный сертификат")
	s.cfg.Revoked = &gost.Revocations{Sources: []string{filepath.Join(t.TempDir(), "away.crl")}}
	s.restart(t)
	class := asn1.ObjectIdentifier{1, 2, 643, 100, 113, 1}
	send(ours.sign(text, aliya, later, class)).want(422, "не отозван ли сертификат")
	s.isAt(t, 1, "standard", "checks")
	s.cfg.Revoked = nil
	s.restart(t)
	send(ours.sign(text, aliya, later, class)).want(200, "Учётная запись подтверждена")
}
