package factor

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"tamga/internal/secret"
)

func fuzzHandler(f *testing.F) *Handler {
	f.Helper()
	box, err := secret.NewBox(bytes.Repeat([]byte("k"), secret.KeySize))
	if err != nil {
		f.Fatal(err)
	}
	return &Handler{Box: box, Now: time.Now, PublicURL: "https://id.example"}
}

// FuzzSignature: files that are said to be e-signatures. Without an authority that we trust none lets anybody in.
func FuzzSignature(f *testing.F) {
	h := fuzzHandler(f)
	f.Add([]byte("-----BEGIN CMS-----\r\nMIAGCSqGSIb3DQEHAqCAMIACAQE\r\n-----END CMS-----"), "Вход")
	f.Add([]byte{0x30, 0x80, 0x06, 0x09}, "")
	f.Fuzz(func(t *testing.T, file []byte, text string) {
		message, err := readSignature(file)
		if err != nil {
			return
		}
		if cert, err := h.signerOf(message, text); err == nil {
			t.Fatalf("%x is believed of %v", file, cert.Holder)
		}
	})
}

// FuzzSealed: what a page carries sealed comes back from anybody. Only what we sealed opens, and for its use only.
func FuzzSealed(f *testing.F) {
	h := fuzzHandler(f)
	good, err := seal(h, "use", "value", time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, "other")
	f.Add(good+"A", "use")
	f.Add("", "use")
	f.Fuzz(func(t *testing.T, text, use string) {
		if v, _, _, err := unseal[string](h, use, text); err == nil && (v != "value" || use != "use") {
			t.Fatalf("%q opens as %q for %q", text, v, use)
		}
	})
}

// FuzzPasskeyAnswer: what a browser says that an authenticator said.
func FuzzPasskeyAnswer(f *testing.F) {
	data := base64.RawURLEncoding.EncodeToString(make([]byte, 37))
	f.Add([]byte(`{"id":"eA","rawId":"eA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"` + data + `","signature":"eA","userHandle":"eA"}}`))
	f.Add([]byte(`{"id":"eA","rawId":"eA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		_, _ = protocol.ParseCredentialRequestResponseBytes(answer)
		_, _ = protocol.ParseCredentialCreationResponseBytes(answer)
	})
}

// FuzzOwnPage: where a person goes on after a proof. It is always a page of ours.
func FuzzOwnPage(f *testing.F) {
	for _, seed := range []string{"/profile/security?x=1", "/profile//evil.example", "//evil.example/profile", "/profile\\@evil.example", "https://evil.example/profile", "/profile\n"} {
		f.Add(seed)
	}
	base, _ := url.Parse("https://id.example/login/again")
	f.Fuzz(func(t *testing.T, next string) {
		u, err := base.Parse(ownPage(next))
		if err != nil || u.Host != "id.example" || !strings.HasPrefix(ownPage(next), "/profile") || strings.ContainsAny(ownPage(next), "\\\r\n") {
			t.Fatalf("%q leads to %v", next, u)
		}
	})
}

// FuzzDeviceName: the User-Agent of anybody stands in messages.
func FuzzDeviceName(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	f.Fuzz(func(t *testing.T, agent string) {
		if name := DeviceName(agent); len(name) > 100 || strings.ContainsAny(name, "\r\n<>") {
			t.Fatalf("%q is called %q", agent, name)
		}
	})
}
