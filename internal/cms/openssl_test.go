package cms_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/internal/cms"
	"tamga/internal/gost"
	"tamga/internal/gost/gosttest"
)

// content has bytes that a mail program would change: OpenSSL must be told -binary.
var content = []byte("openid fullname2026.11.22 06:45:00 +0300TAMGA\n\r\nтатарча: ә җ ң\x00")

// variants are the ways of OpenSSL's command line that clients of ESIA go, and some more.
var variants = []struct {
	name     string
	args     string
	attached bool
	kinds    string // of keys; all when empty
}{
	{"smime", "smime -sign -binary", false, ""},
	{"smime without attributes", "smime -sign -binary -noattr", false, ""},
	{"smime attached", "smime -sign -binary -nodetach", true, ""},
	{"smime attached without attributes", "smime -sign -binary -nodetach -noattr", true, ""},
	{"cms", "cms -sign -binary", false, ""},
	{"cms without attributes", "cms -sign -binary -noattr", false, ""},
	{"cms attached", "cms -sign -binary -nodetach", true, ""},
	{"cms attached without attributes", "cms -sign -binary -nodetach -noattr", true, ""},
	{"cms without certificate", "cms -sign -binary -nocerts", false, ""},
	{"cms by key id", "cms -sign -binary -keyid", false, ""},
	{"cms, BER in a stream", "cms -sign -binary -nodetach -stream", true, ""},
	{"smime, BER in a stream", "smime -sign -binary -nodetach -stream -noattr", true, ""},
	{"cades", "cms -sign -binary -cades", false, ""},
	{"sha384", "cms -sign -binary -md sha384", false, "rsa ecdsa"},
	{"sha512", "cms -sign -binary -md sha512", false, "rsa ecdsa"},
	{"pss", "cms -sign -binary -keyopt rsa_padding_mode:pss", false, "rsa"},
	{"pss sha512", "cms -sign -binary -md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32", false, "rsa"},
}

func TestOpenSSLSigns(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa", "ecdsa", "256-A", "256-B", "256-XA", "256-TCA", "512-A", "512-C"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			o := gosttest.New(t)
			o.Key(kind)
			stranger := certificate(t, o.Read("cert.pem"))
			o.Key(kind)
			cert := certificate(t, o.Read("cert.pem"))
			o.Write("content", content)
			for _, v := range variants {
				if v.kinds != "" && !strings.Contains(v.kinds, kind) {
					continue
				}
				args := strings.Fields("-signer cert.pem -inkey key.pem -in content -outform DER -out message")
				args = append(strings.Fields(v.args)[:2], append(args, strings.Fields(v.args)[2:]...)...)
				if !strings.Contains(v.args, "-md") {
					args = append(args, "-md", gosttest.Digest(kind))
				}
				o.Run(args...)
				message := parse(t, v.name, o.Read("message"))
				if message.Detached == v.attached {
					t.Errorf("%s: attached is %v", v.name, !message.Detached)
				}
				accepted(t, v.name, message, cert)
				refused(t, v.name, message, cert, stranger)
			}
		})
	}
}

func parse(t *testing.T, name string, raw []byte) *cms.SignedData {
	t.Helper()
	message, err := cms.Parse(raw)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return message
}

func accepted(t *testing.T, name string, message *cms.SignedData, cert *gost.Certificate) {
	t.Helper()
	if err := message.Verify(content, cert); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if !message.Detached {
		if err := message.Verify(nil, cert); err != nil || !bytes.Equal(message.Content, content) {
			t.Errorf("%s: holds %q, %v", name, message.Content, err)
		}
	}
	if len(message.Certificates) > 0 && !bytes.Equal(message.Certificates[0].Raw, cert.Raw) {
		t.Errorf("%s: another certificate inside", name)
	}
	signer := message.Signers[0]
	if signer.Attributes && time.Since(signer.SigningTime).Abs() > time.Minute {
		t.Errorf("%s: signed at %v", name, signer.SigningTime)
	}
}

func refused(t *testing.T, name string, message *cms.SignedData, cert, stranger *gost.Certificate) {
	t.Helper()
	if err := message.Verify(content, stranger); !errors.Is(err, cms.ErrSignature) {
		t.Errorf("%s: a stranger's certificate: %v", name, err)
	}
	other := append(bytes.Clone(content), 'x')
	if err := message.Verify(other, cert); !errors.Is(err, cms.ErrContent) && !errors.Is(err, cms.ErrSignature) {
		t.Errorf("%s: another content: %v", name, err)
	}
	if err := message.Verify(other, cert); !message.Detached && !errors.Is(err, cms.ErrContent) {
		t.Errorf("%s: another content than the attached: %v", name, err)
	}
	if message.Detached {
		if err := message.Verify(nil, cert); !errors.Is(err, cms.ErrContent) {
			t.Errorf("%s: no content: %v", name, err)
		}
	}
}

// TestMixedPSS: two hashes in one signature are refused, whatever the signature.
func TestMixedPSS(t *testing.T) {
	t.Parallel()
	o := gosttest.New(t)
	o.Key("rsa")
	o.Write("content", content)
	o.Run(strings.Fields("cms -sign -binary -signer cert.pem -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha1 -inkey key.pem -in content -outform DER -out message")...)
	message := parse(t, "mixed", o.Read("message"))
	if err := message.Verify(content, certificate(t, o.Read("cert.pem"))); !errors.Is(err, cms.ErrAlgorithm) {
		t.Error(err)
	}
}

// TestOpenSSLVerifies has OpenSSL verify what we sign.
func TestOpenSSLVerifies(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa", "ecdsa", "256-A", "256-TCA", "512-B", "512-C"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			o := gosttest.New(t)
			o.Key(kind)
			cert := certificate(t, o.Read("cert.pem"))
			key, err := gost.ParsePrivateKey(o.Read("key.pem"))
			if err != nil {
				t.Fatal(err)
			}
			for _, how := range []cms.Signing{
				{}, {NoAttributes: true}, {Attached: true}, {Attached: true, NoAttributes: true}, {NoCertificate: true},
				{Chain: []*gost.Certificate{cert}},
			} {
				message, err := cms.Sign(nil, content, cert, key, how)
				if err != nil {
					t.Fatal(err)
				}
				o.Write("message", message)
				o.Write("content", content)
				args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", "message", "-CAfile", "cert.pem", "-certfile", "cert.pem", "-purpose", "any"}
				if !how.Attached {
					args = append(args, "-content", "content")
				}
				if got := o.Run(args...); !bytes.Equal(got, content) {
					t.Errorf("%+v: OpenSSL read %q", how, got)
				}
				o.Write("content", []byte("another"))
				if _, err := o.Try(args...); err == nil && !how.Attached {
					t.Errorf("%+v: passes for another content: the check proves nothing", how)
				}
				accepted(t, "ours", parse(t, "ours", message), cert)
			}
		})
	}
}

func certificate(t testing.TB, file []byte) *gost.Certificate {
	t.Helper()
	list, err := gost.ParseCertificates(file)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}
