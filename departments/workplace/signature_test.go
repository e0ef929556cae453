package workplace

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"tamga/internal/gost"
	"tamga/internal/gost/gosttest"
)

// authority is a chain made by OpenSSL: a root, an authority below it, and Alsu's certificate of that, which holds for 30 days.
func authority(o *gosttest.OpenSSL, name, kind string) []byte {
	digest := "-" + gosttest.Digest(kind)
	key := func(file string) { o.Run(append([]string{"genpkey", "-out", file}, gosttest.Keys[kind]...)...) }
	issue := func(subject, file, ca, extensions string) {
		o.Write(name+".ext", []byte(extensions))
		key(file + ".key")
		o.Run("req", "-new", "-utf8", "-key", file+".key", digest, "-subj", subject, "-out", file+".csr")
		o.Run("x509", "-req", "-in", file+".csr", "-CA", ca+".pem", "-CAkey", ca+".key", "-CAcreateserial", "-days", "30", digest, "-extfile", name+".ext", "-out", file+".pem")
	}
	key(name + ".key")
	o.Run("req", "-x509", "-new", "-utf8", "-key", name+".key", digest, "-days", "300", "-subj", "/CN=Корень "+name, "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign", "-out", name+".pem")
	issue("/CN=УЦ "+name, name+"-between", name, "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n")
	issue("/CN=Минстрой/SN=Хасанова/GN=Алсу Ринатовна", name+"-alsu", name+"-between", "keyUsage=critical,digitalSignature\n")
	return o.Read(name + ".pem")
}

func signed(o *gosttest.OpenSSL, name, kind string) []byte {
	o.Write("result.pdf", pdf)
	o.Run("cms", "-sign", "-binary", "-outform", "DER", "-md", gosttest.Digest(kind), "-signer", name+"-alsu.pem", "-inkey", name+"-alsu.key",
		"-certfile", name+"-between.pem", "-in", "result.pdf", "-out", "result.p7s")
	return o.Read("result.p7s")
}

// TestSignatureIsCheckedAgainstRoots: good, of a foreign root, out of its dates and of another file, by chains that OpenSSL makes.
func TestSignatureIsCheckedAgainstRoots(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ecdsa", "256-A"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			o := gosttest.New(t)
			roots, err := gost.ParseCertificates(authority(o, "ours", kind))
			if err != nil {
				t.Fatal(err)
			}
			authority(o, "foreign", kind)
			h, now := &Handler{Roots: roots}, time.Now()
			good, foreign := signed(o, "ours", kind), signed(o, "foreign", kind)
			found, err := h.verify(good, pdf, now)
			if err != nil || found.Trust != Trusted || found.Signer != "Хасанова Алсу Ринатовна" || found.Until.Sub(now) < 29*24*time.Hour || !bytes.Equal(found.DER, good) {
				t.Errorf("good: %v", err)
			}
			if found, err := h.verify(foreign, pdf, now); err != nil || found.Trust != Foreign {
				t.Errorf("foreign: %v", err)
			}
			if found, err := (&Handler{}).verify(good, pdf, now); err != nil || found.Trust != Unchecked {
				t.Errorf("without roots: %v", err)
			}
			if _, err := h.verify(good, pdf, now.AddDate(0, 0, 31)); !errors.Is(err, errDates) {
				t.Errorf("expired: %v", err)
			}
			if _, err := h.verify(good, append(bytes.Clone(pdf), ' '), now); !errors.Is(err, errSignature) {
				t.Errorf("another file: %v", err)
			}
			spoilt := bytes.Clone(good)
			spoilt[len(spoilt)-5] ^= 1
			if _, err := h.verify(spoilt, pdf, now); !errors.Is(err, errSignature) {
				t.Errorf("tampered: %v", err)
			}
		})
	}
}

// TestPageSaysWhoSignedAndWhetherTrusted: a clerk uploads a result with its signature; a signature of something else comes back beside its field.
func TestPageSaysWhoSignedAndWhetherTrusted(t *testing.T) {
	t.Parallel()
	o := gosttest.New(t)
	root := authority(o, "ours", "ecdsa")
	w, id := withCase(t)
	w.clock = time.Now()
	var err error
	w.desk.Roots, err = gost.ParseCertificates(root)
	w.must(err)
	w.post(w.alsu, w.form(w.alsu, id, "accept"), url.Values{})
	signature := signed(o, "ours", "ecdsa")
	f := w.form(w.alsu, id, "result")
	bad := w.issue(f, "Разрешение", map[string][]byte{"file": append(bytes.Clone(pdf), '\n'), "signature": signature})
	if bad.Status != 422 || !strings.Contains(bad.Page.Text(".govuk-error-summary"), "Подпись не подходит") || !strings.Contains(bad.Body, `value="Разрешение"`) {
		t.Fatalf("%d %s", bad.Status, bad.Page.Text(".govuk-error-summary"))
	}
	if r := w.issue(f, "Разрешение", map[string][]byte{"file": pdf, "signature": signature}); r.Status != 303 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if words := w.get(w.alsu, "/workplace/"+id.String()).Page.Words(); !strings.Contains(words, "Подписал: Хасанова Алсу Ринатовна. Сертификат до ") || !strings.Contains(words, "Подписи доверяем") {
		t.Errorf("%s", words)
	}
}
