package portal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// esiaServer is a small OpenID provider. Its one person is signed in and has agreed; the knobs make it lie.
type esiaServer struct {
	*httptest.Server
	key    *ecdsa.PrivateKey
	mu     sync.Mutex
	person map[string]any        // claims
	asked  map[string]url.Values // authorization requests by code
	last   url.Values            // the last of them
	left   url.Values            // the last sign-out

	nonce  string // instead of the one asked for
	issuer string // in the answer's iss, instead of its own
	deny   string // error to answer with
	other  bool   // userinfo tells of somebody else
}

func startESIA(t *testing.T) *esiaServer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &esiaServer{key: key, asked: map[string]url.Values{}, person: aliya()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", s.discovery)
	mux.HandleFunc("GET /auth", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /userinfo", s.userinfo)
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		send(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.left = r.URL.Query()
		http.Redirect(w, r, r.FormValue("post_logout_redirect_uri"), http.StatusSeeOther)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// aliya is a person of the standard level.
func aliya() map[string]any {
	return map[string]any{"sub": "1000299654", "level": "standard", "family_name": "Гарипова", "given_name": "Алия",
		"middle_name": "Маратовна", "birthdate": "1998-04-12", "gender": "female", "snils": "11223344595", "citizenship": "RUS",
		"birth_place": "г. Казань", "email": "aliya@esia.example", "email_verified": true, "phone_number": aliyaPhone,
		"phone_number_verified": true, "document": map[string]string{"type": "passport", "series": "9218", "number": "120001",
			"issued_on": "2018-05-01", "issued_by": "МВД по РТ", "code": "160-001"}}
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (s *esiaServer) discovery(w http.ResponseWriter, _ *http.Request) {
	send(w, map[string]any{"issuer": s.URL, "authorization_endpoint": s.URL + "/auth", "token_endpoint": s.URL + "/token",
		"userinfo_endpoint": s.URL + "/userinfo", "jwks_uri": s.URL + "/jwks", "end_session_endpoint": s.URL + "/logout",
		"id_token_signing_alg_values_supported":          []string{"ES256"},
		"authorization_response_iss_parameter_supported": true})
}

func (s *esiaServer) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	s.last = q
	answer := url.Values{"state": {q.Get("state")}, "iss": {s.URL}}
	if s.issuer != "" {
		answer.Set("iss", s.issuer)
	}
	if s.deny != "" {
		answer.Set("error", s.deny)
	} else {
		code := rand.Text()
		s.asked[code] = q
		answer.Set("code", code)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+answer.Encode(), http.StatusSeeOther)
}

func (s *esiaServer) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, pass, _ := r.BasicAuth()
	q, ok := s.asked[r.FormValue("code")]
	delete(s.asked, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || id != "portal" || pass != "s3cret" || q.Get("code_challenge_method") != "S256" ||
		q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || q.Get("redirect_uri") != r.FormValue("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		send(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": s.URL, "aud": "portal", "sub": s.person["sub"], "exp": time.Now().Add(time.Hour).Unix(),
		"iat": time.Now().Unix(), "nonce": q.Get("nonce"), "level": s.person["level"]}
	if s.nonce != "" {
		claims["nonce"] = s.nonce
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: s.key, KeyID: "k"}}, nil)
	if err != nil {
		panic(err)
	}
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	send(w, map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": raw})
}

func (s *esiaServer) userinfo(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := maps.Clone(s.person)
	if s.other {
		told["sub"] = "999"
	}
	send(w, told)
}

// visit goes to an address of the server as a browser would and returns where it leads.
func (s *esiaServer) visit(t *testing.T, address string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	next := got.Header.Get("Location")
	if !strings.HasPrefix(next, site) {
		t.Fatalf("ESIA leads to %q", next)
	}
	return next
}

// is changes the person.
func (s *esiaServer) is(claims ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i < len(claims); i += 2 {
		if claims[i+1] == "" {
			delete(s.person, claims[i])
			continue
		}
		s.person[claims[i]] = claims[i+1]
	}
}
