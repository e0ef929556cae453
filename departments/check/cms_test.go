package check_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/departments"
	"tamga/departments/check"
	"tamga/departments/stand"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/gost"
)

// site is a stand's pages, as its employee sees them.
type site struct {
	t       *testing.T
	address string
	client  *http.Client
}

func (s *site) get(path string) []byte {
	s.t.Helper()
	response, err := s.client.Get(s.address + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %v", path, response.StatusCode, err)
	}
	return raw
}

func (s *site) choose(form string) {
	s.t.Helper()
	token := htmltest.Parse(s.t, string(s.get("/zags"))).Attr("input[name=_csrf]", "value")
	response, err := s.client.PostForm(s.address+"/zags/signature", url.Values{"_csrf": {token}, "signature": {form}})
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%v %v", response, err)
	}
	_ = response.Body.Close()
}

// By GOST CMS the stand passes, once it is told to sign so; told otherwise, it breaks what is about signatures.
func TestStandPassesInCMS(t *testing.T) {
	t.Parallel()
	ln, portal := listen(t)
	standLn, address := listen(t)
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	app, err := stand.New(stand.Config{DB: dbtest.DB(t, dbtest.Stand), Pages: pages, Now: time.Now, Secret: bytes.Repeat([]byte("s"), 32),
		Portal: portal, AutoAccept: true})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(standLn) }()
	t.Cleanup(func() {
		_ = app.Shutdown()
		<-done
	})
	jar, _ := cookiejar.New(nil)
	s := &site{t, address, &http.Client{Jar: jar}}
	s.choose(departments.FormCMS)
	theirs, err := gost.ParseCertificates(s.get("/zags/certificates.pem"))
	if err != nil {
		t.Fatal(err)
	}
	run := func(ln net.Listener, wait time.Duration) (broken, unseen []string, said string) {
		found, err := check.Run(t.Context(), check.Config{URL: address + "/zags", Code: "zags", Portal: portal, Wait: wait,
			Signature: departments.FormCMS, Certificate: theirs[0]}, ln)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			said += f.Rule + ": " + f.Got + "\n"
			if !f.OK {
				broken = append(broken, f.Rule)
			} else if !f.Seen {
				unseen = append(unseen, f.Rule)
			}
		}
		return broken, unseen, said
	}
	if broken, unseen, said := run(ln, 20*time.Second); len(broken)+len(unseen) > 0 || !strings.Contains(said, "JWS in place of CMS") {
		t.Errorf("broken %q, not seen %q\n%s", broken, unseen, said)
	}
	s.choose(departments.FormJWS)
	ln, err = net.Listen("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if broken, _, said := run(ln, time.Second); !slices.Contains(broken, "submitted") || !slices.Contains(broken, "signed answers") {
		t.Errorf("broken %q\n%s", broken, said)
	}
}
