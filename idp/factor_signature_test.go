package idp

import (
	"crypto/rand"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"testing"
	"time"

	"tamga/internal/cms"
	"tamga/internal/gost"
)

// authority issues certificates of e-signatures.
type authority struct {
	t    *testing.T
	cert *gost.Certificate
	key  *gost.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key := gostKey(t)
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: "УЦ"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), CA: true}, key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{t, cert, key}
}

func gostKey(t *testing.T) *gost.PrivateKey {
	t.Helper()
	key, err := gost.GenerateKey(rand.Reader, gost.CurveByName("256-A"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign is somebody's detached signature, in DER.
func (a *authority) sign(text string, holder gost.Subject, ends time.Time, policies ...asn1.ObjectIdentifier) []byte {
	a.t.Helper()
	key := gostKey(a.t)
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: holder, NotBefore: time.Now().Add(-30 * time.Minute), NotAfter: ends,
		Policies: policies}, key.Public(), a.cert, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	message, err := cms.Sign(rand.Reader, []byte(text), cert, key, cms.Signing{})
	if err != nil {
		a.t.Fatal(err)
	}
	return message
}

func TestSignatureSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ours, foreign, later := newAuthority(t), newAuthority(t), time.Now().Add(time.Hour)
	s.browser(t).get("/login/signature").want(404) // nobody is trusted yet
	s.cfg.Roots = []*gost.Certificate{ours.cert}
	s.restart(t)
	b := s.browser(t).get("/login").want(200)
	b.get(b.link("Электронной подписью")).want(200)
	text := b.textOf("text")
	state := b.value("state")
	if b.get("/login/signature/text?state=" + state).want(200); b.Body != text {
		t.Fatalf("the file holds %q, the page %q", b.Body, text)
	}
	aliya := gost.Subject{CommonName: "Гарипова Алия Маратовна", Surname: "Гарипова", GivenName: "Алия Маратовна", SNILS: DemoAliyaSNILS}
	changed := func(change func(*gost.Subject)) gost.Subject {
		other := aliya
		change(&other)
		return other
	}
	send := func(message []byte) *browser {
		b.get("/login/signature").want(200)
		return b.fill("/login/signature", "state", state, "signature", base64.StdEncoding.EncodeToString(message))
	}
	send([]byte("nonsense")).want(422, "не похоже на подпись")
	send(ours.sign(text+"!", aliya, later)).want(422, "не подошла к этому тексту")
	send(foreign.sign(text, aliya, later)).want(422, "не аккредитованным")
	send(ours.sign(text, aliya, time.Now().Add(-time.Minute))).want(422, "Срок действия")
	send(ours.sign(text, changed(func(s *gost.Subject) { s.SNILS = "" }), later)).want(422, "нет СНИЛС")
	send(ours.sign(text, changed(func(s *gost.Subject) { s.SNILS = DemoPyotrSNILS }), later)).want(422, "Учётной записи") // typed, never checked
	send(ours.sign(text, changed(func(s *gost.Subject) { s.Surname = "Петрова" }), later)).want(422, "не совпадает")
	s.browserLike(b).get("/profile").want(401)
	right := ours.sign(text+"\r\n", aliya, later) // as an editor saves it
	b.get("/login/signature").fill("/login/signature", "state", state, "signature",
		string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: right}))).want(200, "Гарипова Алия Маратовна", "Стандартный")
	if n := s.count(t, `SELECT count(*) FROM session WHERE methods = '{DS}'`); n != 1 {
		t.Errorf("%d sessions by a signature", n)
	}
	b = s.browser(t)
	send(right).want(200, "Вход с электронной подписью") // used up: a fresh text
	b.get("/profile").want(401)
}
