package idp

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/idp/esia"
	"tamga/internal/cms"
	"tamga/internal/gost"
)

// system is an information system with its key, as a library of ESIA works for it.
type system struct {
	t        *testing.T
	site     *site
	id       string
	redirect string
	key      crypto.Signer
	cert     *gost.Certificate
}

// newSystem registers a system with an RSA or a GOST key. change may alter what is registered.
func (s *site) newSystem(t *testing.T, alg string, change func(*esia.Client)) *system {
	t.Helper()
	var key crypto.Signer
	var err error
	if alg == esia.GOST {
		key, err = gost.GenerateKey(rand.Reader, gost.CurveByName("A"))
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: "Система"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}, key.Public(), nil, key)
	if err != nil {
		t.Fatal(err)
	}
	c := esia.Client{Mnemonic: "SYS" + uuid.NewString()[:8], Name: "Проверочная система", Certificates: [][]byte{cert.Raw},
		Redirects: []string{"https://site.example/back"}, Scopes: esia.Scopes(), Alg: alg, Legacy: true}
	if change != nil {
		change(&c)
	}
	if err := esia.PutClient(t.Context(), s.db, c); err != nil {
		t.Fatal(err)
	}
	return &system{t, s, c.Mnemonic, "https://site.example/back", key, cert}
}

func stamp() string { return time.Now().Format("2006.01.02 15:04:05 -0700") }

// v1 are the parameters of a request of the first version, signed as CMS.
func (y *system) v1(more ...string) url.Values {
	y.t.Helper()
	form := y.params(more...)
	message := form.Get("scope") + form.Get("timestamp") + form.Get("client_id") + form.Get("state")
	signed, err := cms.Sign(rand.Reader, []byte(message), y.cert, y.key, cms.Signing{NoAttributes: true})
	if err != nil {
		y.t.Fatal(err)
	}
	form.Set("client_secret", base64.RawURLEncoding.EncodeToString(signed))
	return form
}

// v2 are those of the second and third, with a bare signature.
func (y *system) v2(more ...string) url.Values {
	y.t.Helper()
	form := y.params(more...)
	sum := gost.Sum256(y.cert.Raw)
	form.Set("client_certificate_hash", strings.ToUpper(hex.EncodeToString(sum[:])))
	message := form.Get("client_id") + form.Get("scope") + form.Get("scope_org") + form.Get("timestamp") + form.Get("state") + form.Get("redirect_uri") +
		form.Get("code")
	signed, err := gost.SignMessage(rand.Reader, y.key, []byte(message))
	if err != nil {
		y.t.Fatal(err)
	}
	form.Set("client_secret", base64.URLEncoding.EncodeToString(signed))
	return form
}

func (y *system) params(more ...string) url.Values {
	form := url.Values{"client_id": {y.id}, "scope": {"openid fullname"}, "timestamp": {stamp()}, "state": {uuid.NewString()},
		"redirect_uri": {y.redirect}, "response_type": {"code"}, "access_type": {"offline"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
		if more[i+1] == "" {
			form.Del(more[i])
		}
	}
	return form
}

// authorize lets a browser that is signed in bring the request, and agree to it.
func (y *system) authorize(b *browser, path string, form url.Values) url.Values {
	y.t.Helper()
	b.get(path + "?" + form.Encode())
	if b.Status == 200 && b.has("loginByPwdButton") {
		b.fill("/login", "login", "+79172000001", "password", DemoPassword)
	}
	if b.Status == 200 && b.has("grantAuthorization") {
		b.fill("/aas/consent")
	}
	return y.callback(b)
}

// callback is what the system got back.
func (y *system) callback(b *browser) url.Values {
	y.t.Helper()
	if !strings.HasPrefix(b.Location, y.redirect) {
		y.t.Fatalf("did not get back to the system, but %d %q:\n%s", b.Status, b.Location, b.text())
	}
	u, err := url.Parse(b.Location)
	if err != nil {
		y.t.Fatal(err)
	}
	return u.Query()
}

// post sends a form from the system's server.
func (y *system) post(path string, form url.Values) (int, map[string]any) {
	y.t.Helper()
	answer, err := http.PostForm(y.site.issuer+path, form)
	if err != nil {
		y.t.Fatal(err)
	}
	return readObject(y.t, answer)
}

func readObject(t *testing.T, answer *http.Response) (int, map[string]any) {
	t.Helper()
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatalf("%d %s: %s", answer.StatusCode, answer.Header.Get("Content-Type"), raw)
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") || answer.Header.Get("Date") == "" {
		t.Errorf("headers %v", answer.Header)
	}
	return answer.StatusCode, object
}

// tokens buys tokens for a code in the first version, and fails unless it gets them.
func (y *system) tokens(code string) map[string]any {
	y.t.Helper()
	status, got := y.post("/aas/oauth2/te", y.v1("grant_type", "authorization_code", "code", code, "token_type", "Bearer"))
	if status != 200 {
		y.t.Fatalf("%d %v", status, got)
	}
	return got
}

func (y *system) read(token any, path string) (int, map[string]any, http.Header) {
	y.t.Helper()
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		y.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token.(string))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		y.t.Fatal(err)
	}
	if answer.StatusCode == 401 && answer.Status != "401 Unauthorized" {
		y.t.Errorf("status line %q", answer.Status)
	}
	status, object := readObject(y.t, answer)
	return status, object, answer.Header
}

// claims verifies a token by a certificate of /public/ and returns what it says.
func (y *system) claims(token any, file string) (header, payload map[string]any) {
	y.t.Helper()
	got, err := http.Get(y.site.issuer + "/public/" + file)
	if err != nil {
		y.t.Fatal(err)
	}
	defer got.Body.Close()
	raw, _ := io.ReadAll(got.Body)
	certs, err := gost.ParseCertificates(raw)
	if err != nil {
		y.t.Fatal(err)
	}
	parts := strings.Split(token.(string), ".")
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	if err := certs[0].VerifyMessage([]byte(parts[0]+"."+parts[1]), signature); err != nil {
		y.t.Fatalf("%s: %v", file, err)
	}
	for i, to := range []*map[string]any{&header, &payload} {
		part, _ := base64.RawURLEncoding.DecodeString(parts[i])
		if err := json.Unmarshal(part, to); err != nil {
			y.t.Fatal(err)
		}
	}
	return header, payload
}

func isCode(t *testing.T, what string, got any, code string) {
	t.Helper()
	if text, _ := got.(string); !strings.HasPrefix(text, code) {
		t.Errorf("%s: %v, want %s", what, got, code)
	}
}

func TestESIAFirstVersion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	form := y.v1()
	b.get("/aas/oauth2/ac?" + form.Encode()).want(200)
	if b.URL.RequestURI() != "/login" || !strings.Contains(b.text(), "Проверочная система") {
		t.Fatalf("not at the sign-in page of the system: %s", b.URL)
	}
	b.fill("/login", "login", "+79172000001", "password", DemoPassword).want(200, "фамилию, имя и отчество")
	b.fill("/aas/consent")
	back := y.callback(b)
	if back.Get("state") != form.Get("state") || back.Get("code") == "" {
		t.Fatalf("got back %v", back)
	}
	// At te the scope is another, the state is new, and a refresh token is sent that means nothing: libraries do all of it.
	te := y.v1("grant_type", "authorization_code", "code", back.Get("code"), "scope", "openid", "refresh_token", "bogus")
	status, got := y.post("/aas/oauth2/te", te)
	if status != 200 || got["state"] != te.Get("state") || got["token_type"] != "Bearer" || got["expires_in"] != 3600.0 {
		t.Fatalf("%d %v", status, got)
	}
	head, access := y.claims(got["access_token"], "RSA_TAMGA.cer")
	if head["sbt"] != "access" || head["alg"] != "RS256" || access["scope"] != "openid fullname?oid=999999001" || access["urn:esia:sbj_id"] != 999999001.0 ||
		access["iss"] != s.issuer+"/" || access["client_id"] != y.id || access["exp"].(float64)-access["iat"].(float64) != 3600 {
		t.Errorf("access token %v %v", head, access)
	}
	head, id := y.claims(got["id_token"], "RSA_TAMGA.pem")
	person := id["urn:esia:sbj"].(map[string]any)
	_, trusted := person["urn:esia:sbj:is_tru"]
	if head["sbt"] != "id" || id["aud"] != y.id || id["sub"] != 999999001.0 || id["amr"] != "PWD" || id["urn:esia:sid"] != access["urn:esia:sid"] ||
		person["urn:esia:sbj:oid"] != 999999001.0 || person["urn:esia:sbj:lvl"] != "P" || trusted {
		t.Errorf("ID token %v", id)
	}
	status, prn, _ := y.read(got["access_token"], s.issuer+"/rs/prns/999999001")
	if status != 200 || prn["lastName"] != "Гарипова" || prn["snils"] != nil || prn["trusted"] != false {
		t.Errorf("%d %v", status, prn)
	}
	// The second time nothing is asked.
	if again := y.authorize(b, "/aas/oauth2/ac", y.v1()); again.Get("code") == "" {
		t.Errorf("got back %v", again)
	}
}

func TestESIASecondVersionWithGOST(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.GOST, func(c *esia.Client) { c.Legacy, c.Issuer, c.StringSubject = false, "http://esia.gosuslugi.ru/", true })
	b := s.browser(t)
	verifier := strings.Repeat("v", 43)
	challenge := "KfZ2_Gv4PvhKzNTCPi7qyt7RwJw_Q_QwZ_9d7c0tW5A"
	form := y.v2("scope_org", "", "code_challenge", challenge, "code_challenge_method", "S256", "nonce", "n-1")
	back := y.authorize(b, "/aas/oauth2/v2/ac", form)
	status, got := y.post("/aas/oauth2/v3/te", y.v2("grant_type", "authorization_code", "code", back.Get("code"), "code_verifier", verifier))
	if status != 400 {
		t.Fatalf("a wrong verifier got %d %v", status, got)
	}
	isCode(t, "wrong verifier", got["error_description"], "ESIA-007040")
	form = y.v2("nonce", "n-1")
	back = y.authorize(b, "/aas/oauth2/v2/ac", form)
	status, got = y.post("/aas/oauth2/v3/te", y.v2("grant_type", "authorization_code", "code", back.Get("code")))
	if status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	head, id := y.claims(got["id_token"], "GOST_TAMGA.cer")
	if head["alg"] != "GOST3410_2012_256" || id["iss"] != "http://esia.gosuslugi.ru/" || id["nonce"] != "n-1" || id["sub"] != "999999001" {
		t.Errorf("%v %v", head, id)
	}
	y.claims(got["access_token"], "GOST_TAMGA.pem")
	if status, prn, _ := y.read(got["access_token"], s.issuer+"/rs/prns/999999001/"); status != 200 || prn["firstName"] != "Алия" {
		t.Errorf("%d %v", status, prn)
	}
	old := got["refresh_token"].(string)
	status, got = y.post("/aas/oauth2/v3/te", y.v2("grant_type", "refresh_token", "refresh_token", old))
	if status != 200 || got["refresh_token"] == old || got["id_token"] == nil {
		t.Fatalf("%d %v", status, got)
	}
	// The first version's string is legacy, which this system has switched off.
	form = y.v1()
	b.get("/aas/oauth2/v2/ac?" + form.Encode())
	isCode(t, "without hash", y.callback(b).Get("error_description"), "ESIA-007014")
	form.Set("client_certificate_hash", y.v2().Get("client_certificate_hash"))
	b.get("/aas/oauth2/v2/ac?" + form.Encode())
	isCode(t, "legacy", y.callback(b).Get("error_description"), "ESIA-007053")
}

// What is wrong with a request goes back to the system, unless its address is not to be trusted.
func TestESIAErrorsOfAuthorization(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, func(c *esia.Client) { c.Scopes = []string{"openid", "fullname"} })
	b := s.browser(t)
	for code, form := range map[string]url.Values{
		"ESIA-007014 state":         y.v1("state", ""),
		"ESIA-007014 timestamp":     y.v1("timestamp", ""),
		"ESIA-007009 response_type": y.v1("response_type", "token"),
		"ESIA-007015 an hour ago":   y.v1("timestamp", time.Now().Add(-time.Hour).Format("2006.01.02 15:04:05 -0700")),
		"ESIA-007013 no scope":      y.v1("scope", ""),
		"ESIA-007006 unknown scope": y.v1("scope", "openid nonsense"),
		"ESIA-007006 not its scope": y.v1("scope", "openid snils"),
		"ESIA-007003 access_type":   y.v1("access_type", "sometimes"),
		"ESIA-007003 person_filter": y.v1("person_filter", "x"),
		"ESIA-007003 challenge":     y.v1("code_challenge", "short"),
		"ESIA-036701 permissions":   y.v1("permissions", base64.RawURLEncoding.EncodeToString([]byte(`[{"sysname":"?"}]`))),
	} {
		b.get("/aas/oauth2/ac?" + form.Encode())
		back := y.callback(b)
		isCode(t, code, back.Get("error_description"), code[:11])
		if back.Get("state") != form.Get("state") || back.Get("error") == "" || back.Get("code") != "" {
			t.Errorf("%s: %v", code, back)
		}
	}
	spoilt := y.v1()
	spoilt.Set("state", "other")
	b.get("/aas/oauth2/ac?" + spoilt.Encode())
	isCode(t, "spoilt", y.callback(b).Get("error_description"), "ESIA-007005")
	double := y.v1()
	double.Add("scope", "openid")
	b.get("/aas/oauth2/ac?" + double.Encode())
	isCode(t, "repeated", y.callback(b).Get("error_description"), "ESIA-007003")
	for code, form := range map[string]url.Values{
		"ESIA-007005": y.v1("client_id", "NOBODY"),
		"ESIA-007014": y.v1("redirect_uri", ""),
		"ESIA-007023": y.v1("redirect_uri", "https://site.example.evil.example/back"),
	} {
		b.get("/aas/oauth2/ac?"+form.Encode()).want(400, code)
		if b.URL.Path != "/aas/oauth2/" {
			t.Errorf("%s is shown at %s", code, b.URL.Path)
		}
	}
	b.get("/aas/oauth2/?error_description=ESIA-000000%3A+Call+evil&error=x").want(400)
	if strings.Contains(b.text(), "evil") {
		t.Error("the page repeats what its address says")
	}
}

func TestESIAPersonRefusesOrIsNotWanted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	b.get("/aas/oauth2/ac?"+y.v1("scope", "openid birthdate").Encode()).fill("/login", "login", "+79172000001", "password", DemoPassword).want(200)
	request := b.value("request")
	b.fill("/aas/cancel")
	back := y.callback(b)
	isCode(t, "refused", back.Get("error_description"), "ESIA-007004")
	if back.Get("error") != "access_denied" {
		t.Errorf("%v", back)
	}
	b.get("/aas/consent?request=" + request).want(409) // the back button
	confirmed := base64.StdEncoding.EncodeToString([]byte("conf_acc"))
	b.get("/aas/oauth2/ac?" + y.v1("person_filter", confirmed).Encode())
	isCode(t, "not confirmed", y.callback(b).Get("error_description"), "ESIA-007055")
	b.get("/aas/oauth2/ac?" + y.v1("scope", "openid org_inn").Encode())
	isCode(t, "no employee", y.callback(b).Get("error_description"), "ESIA-007194")
	amina := s.browser(t)
	amina.get("/aas/oauth2/ac?"+y.v1("person_filter", confirmed).Encode()).fill("/login", "login", "+79172000004", "password", DemoPassword)
	amina.fill("/aas/consent")
	got := y.tokens(y.callback(amina).Get("code"))
	_, id := y.claims(got["id_token"], "RSA_TAMGA.cer")
	if person := id["urn:esia:sbj"].(map[string]any); person["urn:esia:sbj:is_tru"] != true || person["urn:esia:sbj:lvl"] != "PR" {
		t.Errorf("%v", person)
	}
}

// Twenty servers redeem one code at one moment: one gets tokens, and as somebody replayed it, none can use them.
func TestESIACodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	back := y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1())
	form := y.v1("grant_type", "authorization_code", "code", back.Get("code"))
	var all sync.WaitGroup
	var mu sync.Mutex
	var won []map[string]any
	for range 20 {
		all.Go(func() {
			answer, err := http.PostForm(s.issuer+"/aas/oauth2/te", form)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			var got map[string]any
			_ = json.NewDecoder(answer.Body).Decode(&got)
			mu.Lock()
			defer mu.Unlock()
			if answer.StatusCode == 200 {
				won = append(won, got)
			} else {
				isCode(t, "replay", got["error_description"], "ESIA-007011")
			}
		})
	}
	all.Wait()
	if len(won) != 1 {
		t.Fatalf("%d got tokens", len(won))
	}
	if status, got, _ := y.read(won[0]["access_token"], s.issuer+"/rs/prns/999999001"); status != 401 || got["code"] != "ESIA-005011" {
		t.Errorf("after the replay: %d %v", status, got)
	}
	var noted int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM journal WHERE action = 'idp.token_replayed' AND details->>'client' = $1 AND subject <> ''`,
		y.id).Scan(&noted); err != nil || noted != 19 {
		t.Errorf("%d replays are in the journal, %v", noted, err)
	}
}

func TestESIARefreshIsRotated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	first := y.tokens(y.authorize(b, "/aas/oauth2/ac", y.v1()).Get("code"))
	refresh := func(token any) (int, map[string]any) {
		return y.post("/aas/oauth2/te", y.v1("grant_type", "refresh_token", "refresh_token", token.(string)))
	}
	status, second := refresh(first["refresh_token"])
	if status != 200 || second["refresh_token"] == first["refresh_token"] {
		t.Fatalf("%d %v", status, second)
	}
	other := s.newSystem(t, esia.RS256, nil)
	status, got := other.post("/aas/oauth2/te", other.v1("grant_type", "refresh_token", "refresh_token", second["refresh_token"].(string)))
	if status != 400 {
		t.Errorf("another system got %v", got)
	}
	s.exec(t, `UPDATE esia_refresh SET used_at = used_at - interval '31 seconds' WHERE used_at IS NOT NULL`)
	status, got = refresh(first["refresh_token"]) // stolen, or replayed: who can tell
	isCode(t, "reuse", got["error_description"], "ESIA-007011")
	if status != 400 || got["error"] != "invalid_grant" {
		t.Errorf("%d %v", status, got)
	}
	if status, got = refresh(second["refresh_token"]); status != 400 {
		t.Errorf("the family lives on: %v", got)
	}
	online := y.tokens(y.authorize(b, "/aas/oauth2/ac", y.v1("access_type", "online")).Get("code"))
	if online["refresh_token"] != nil {
		t.Errorf("online access got %v", online["refresh_token"])
	}
	var stored int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM esia_refresh r WHERE r::text LIKE '%' || $1 || '%'`, first["refresh_token"]).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("refresh tokens are stored as they are: %d, %v", stored, err)
	}
}
