package stand

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/secret"
)

func TestBankIDTemplates(t *testing.T) {
	t.Parallel()
	p := newStandPages(t)
	for _, err := range []error{postFile.Check(p), bankIDFile.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

// A letter that is sent again after a lost answer is one letter.
func TestPost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	letter := `{"id":"` + uuid.NewString() + `","to":"Җиһаншина Әминә","address":"г. Арск, ул. Тукая, 4","text":"Код\nABC"}`
	for range 2 {
		if status, said := s.postJSON("/post/letters", letter); status != 200 {
			t.Fatalf("%d %s", status, said)
		}
	}
	for _, bad := range []string{`{}`, `nonsense`, `{"id":"` + uuid.NewString() + `","to":"","address":"x","text":"y"}`} {
		if status, _ := s.postJSON("/post/letters", bad); status != 400 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	status, body := s.get("/post")
	if status != 200 || strings.Count(body, "ул. Тукая, 4") != 1 || !strings.Contains(body, "Җиһаншина Әминә") {
		t.Errorf("%d %s", status, body)
	}
}

// A code is good once, for the client, the address and the verifier that it was given to.
func TestBankIDCode(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Stand)
	b := &BankID{DB: tx, Pages: newStandPages(t), Secret: make([]byte, 32), URL: "http://bank/bank/id", Client: "http://provider", Now: time.Now}
	challenge := sha256.Sum256([]byte("verifier"))
	g := grant{Client: b.Client, Redirect: b.Client + "/back", Challenge: base64.RawURLEncoding.EncodeToString(challenge[:]), Nonce: "n", Claims: []byte(`{}`)}
	for name, row := range map[string]struct {
		change func(url.Values)
		want   int
	}{
		"right":            {func(url.Values) {}, 200},
		"another verifier": {func(v url.Values) { v.Set("code_verifier", "other") }, 400},
		"another client":   {func(v url.Values) { v.Set("client_id", "http://evil") }, 400},
		"another address":  {func(v url.Values) { v.Set("redirect_uri", "http://evil") }, 400},
		"no such code":     {func(v url.Values) { v.Set("code", "guess") }, 400},
	} {
		if err := saveGrant(t.Context(), tx, secret.HashToken(name), g, time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		form := url.Values{"code": {name}, "client_id": {g.Client}, "redirect_uri": {g.Redirect}, "code_verifier": {"verifier"}}
		row.change(form)
		for n, want := range []int{row.want, 400} { // the second time it is used up
			if got := b.answers(t, form); got != want {
				t.Errorf("%s, time %d: %d, want %d", name, n+1, got, want)
			}
		}
	}
	for _, a := range []asking{{Client: "http://evil"}, {b.Client, "http://evil/back", "s", "n", g.Challenge}, {b.Client, g.Redirect, "", "n", g.Challenge}} {
		if b.valid(a) {
			t.Errorf("%+v is taken", a)
		}
	}
}

func (b *BankID) answers(t *testing.T, form url.Values) int {
	t.Helper()
	app := fiber.New(fiber.Config{Immutable: true})
	b.Mount(app)
	r := httptest.NewRequest(http.MethodPost, BankIDToken, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode
}
