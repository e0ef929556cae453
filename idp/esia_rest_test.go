package idp

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/idp/esia"
)

const aliyaOID = "/rs/prns/999999001"

// tokenFor signs Aliya in for scopes and returns the access token.
func (y *system) tokenFor(b *browser, scope string) any {
	y.t.Helper()
	return y.tokens(y.authorize(b, "/aas/oauth2/ac", y.v1("scope", scope)).Get("code"))["access_token"]
}

// A scope opens its fields and nothing else.
func TestESIAScopesDecideFields(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	always := []string{"stateFacts", "trusted", "updatedOn", "status", "verifying", "rIdDoc", "containsUpCfmCode", "eTag", "rfgUOperatorCheck", "kidAccCreatedByParent"}
	for scope, opened := range map[string][]string{
		"openid": {}, "fullname": {"firstName", "lastName", "middleName"}, "birthdate gender": {"birthDate", "gender"},
		"snils birthplace": {"snils", "birthPlace"}, "id_doc": {"citizenship"},
		"http://esia.gosuslugi.ru/usr_inf": {"firstName", "lastName", "middleName", "birthDate", "gender", "snils", "birthPlace", "citizenship", "inn"},
	} {
		_, prn, _ := y.read(y.tokenFor(b, scope), s.issuer+aliyaOID)
		may := map[string]bool{}
		for _, name := range append(always, opened...) {
			may[name] = true
			if _, there := prn[name]; !there && name != "inn" {
				t.Errorf("%s: no %s in %v", scope, name, prn)
			}
		}
		for name := range prn {
			if !may[name] {
				t.Errorf("%s opens %s", scope, name)
			}
		}
	}
	_, prn, head := y.read(y.tokenFor(b, "snils birthdate gender"), s.issuer+aliyaOID)
	if prn["snils"] != "112-112-445 75" || prn["birthDate"] != "12.04.1998" || prn["gender"] != "F" {
		t.Errorf("%v", prn)
	}
	if head.Get("ETag") != prn["eTag"] || len(head.Get("ETag")) != 40 || !strings.Contains(head.Get("Content-Type"), "/rs/model/prn/Person-3") ||
		head.Get("Location") != "" || len(head.Values("Link")) != 7 {
		t.Errorf("headers %v", head)
	}
}

// A collection is a list of absolute addresses, each of which answers by itself; or with embed the elements.
func TestESIACollections(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	token := y.tokenFor(b, "openid id_doc contacts vehicles usr_org addresses kid_fullname")
	_, list, _ := y.read(token, s.issuer+aliyaOID+"/ctts")
	elements := list["elements"].([]any)
	if list["size"] != float64(len(elements)) || len(elements) != 2 || list["eTag"] == nil {
		t.Fatalf("%v", list)
	}
	types := ""
	for _, address := range elements {
		if !strings.HasPrefix(address.(string), s.issuer+aliyaOID+"/ctts/") {
			t.Fatalf("element %v is no absolute address", address)
		}
		_, one, _ := y.read(token, address.(string))
		types += fmt.Sprint(one["type"], one["value"], one["vrfStu"], " ")
	}
	if types != "MBT+7(917)2000001VERIFIED EMLaliya@demo.tamga.exampleVERIFIED " {
		t.Errorf("contacts are %s", types)
	}
	for _, path := range []string{"/docs?embed=(elements)", "/docs/?embed=%28elements%29", "//docs?embed=(elements)", "/docs%3Fembed=(elements)", "/docs?embed=(elements-1)"} {
		_, list, _ := y.read(token, s.issuer+aliyaOID+path)
		docs, _ := list["elements"].([]any)
		passport := docs[0].(map[string]any)
		if passport["type"] != "RF_PASSPORT" || passport["series"] != "9218" || passport["issueId"] != "160001" || passport["issueDate"] != "15.06.2018" || passport["vrfStu"] != "VERIFIED" {
			t.Errorf("%s: %v", path, passport)
		}
		_, prn, _ := y.read(token, s.issuer+aliyaOID)
		if prn["rIdDoc"] != passport["id"] {
			t.Errorf("rIdDoc %v, id %v", prn["rIdDoc"], passport["id"])
		}
	}
	for _, path := range []string{"?embed=()", "//", "/?embed=(contacts.elements,documents.elements,vehicles)"} {
		status, prn, _ := y.read(token, s.issuer+aliyaOID+path)
		_, embedded := prn["contacts"].(map[string]any)
		if status != 200 || embedded != strings.Contains(path, "contacts") {
			t.Errorf("%s: %d %v", path, status, prn)
		}
	}
	for path, want := range map[string]int{"/vhls": 200, "/roles": 200, "/orgs": 200, "/kids": 200, "/addrs": 200, "/nonsense": 404, "/docs/1": 404, "/kids/1/docs": 403} {
		if status, got, _ := y.read(token, s.issuer+aliyaOID+path); status != want {
			t.Errorf("%s: %d %v", path, status, got)
		}
	}
}

func TestESIARESTRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	token := y.tokenFor(b, "openid email").(string)
	parts := strings.Split(token, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"ver":1,"typ":"JWT","sbt":"access","alg":"none"}`))
	other := base64.RawURLEncoding.EncodeToString([]byte(`{"ver":1,"typ":"JWT","sbt":"access","alg":"GOST3410_2012_256"}`))
	for name, bad := range map[string]string{
		"nothing": "", "nonsense": "x.y.z", "no signature": parts[0] + "." + parts[1] + ".", "alg none": none + "." + parts[1] + ".",
		"another alg": other + "." + parts[1] + "." + parts[2], "another payload": parts[0] + "." + none + "." + parts[2],
	} {
		if status, got, _ := y.read(bad, s.issuer+aliyaOID); status != 401 || got["code"] != "ESIA-005011" {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	if status, got, _ := y.read(token, s.issuer+"/rs/prns/999999002"); status != 403 {
		t.Errorf("somebody else: %d %v", status, got)
	}
	if status, got, _ := y.read(token, s.issuer+aliyaOID+"/docs"); status != 403 || got["code"] != "ESIA-005029" {
		t.Errorf("without scope: %d %v", status, got)
	}
	_, list, _ := y.read(token, s.issuer+aliyaOID+"/ctts?embed=(elements)")
	if size := list["size"]; size != 1.0 { // e-mail, not the phone
		t.Errorf("%v", list)
	}
	if status, got, _ := y.read(token, s.issuer+"/rs/orgs/999999001"); status != 403 {
		t.Errorf("an organisation: %d %v", status, got)
	}
	// What the person takes back is closed at once.
	if _, err := s.db.Exec(t.Context(), `DELETE FROM oauth_consent WHERE client_id = $1`, y.id); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := y.read(token, s.issuer+aliyaOID); status != 401 {
		t.Errorf("after the consent: %d", status)
	}
}

// The session is one for all: its end ends what systems got by it.
func TestESIALogout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	got := y.tokens(y.authorize(b, "/aas/oauth2/ac", y.v1()).Get("code"))
	for _, bad := range []string{"https://evil.example/", "https://site.example@evil.example/", "http://site.example/"} {
		b.get("/idp/ext/Logout?client_id=" + y.id + "&redirect_url=" + url.QueryEscape(bad))
		if b.Location != "" {
			t.Errorf("%s leads to %s", bad, b.Location)
		}
	}
	if status, _, _ := y.read(got["access_token"], s.issuer+aliyaOID); status != 200 {
		t.Fatalf("a wrong address signed the person out: %d", status)
	}
	for i, name := range []string{"redirect_url", "redirect_uri"} {
		b.get("/idp/ext/Logout?client_id=" + y.id + "&" + name + "=" + url.QueryEscape("https://site.example/bye?x=1"))
		if b.Location != "https://site.example/bye?x=1" {
			t.Errorf("%s leads to %q", name, b.Location)
		}
		if status, _, _ := y.read(got["access_token"], s.issuer+aliyaOID); status != 401 {
			t.Errorf("after logout: %d", status)
		}
		if status, got := y.post("/aas/oauth2/te", y.v1("grant_type", "refresh_token", "refresh_token", got["refresh_token"].(string))); i == 0 && status != 400 {
			t.Errorf("after logout: %v", got)
		}
	}
}

// Parameters come in the address of a POST, in both places, as multipart, with the secret in a header, by POST at ac, under
// doubled slashes, with an address encoded twice.
func TestESIAOddRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	code := func() string { return y.authorize(b, "/aas/oauth2/ac", y.v1()).Get("code") }
	form := func() url.Values { return y.v1("grant_type", "authorization_code", "code", code()) }
	send := func(name, path, body, kind, user, secret string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, s.issuer+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		if user != "" {
			r.SetBasicAuth(user, secret)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if status, got := readObject(t, answer); status != 200 {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	const encoded = "application/x-www-form-urlencoded"
	send("in the address", "/aas/oauth2/te?"+form().Encode(), "", "", "", "")
	both := form()
	send("in both", "/aas/oauth2/te?"+url.Values{"timestamp": both["timestamp"]}.Encode(), both.Encode(), encoded, "", "")
	send("slashes", "//aas//oauth2/te", form().Encode(), encoded, "", "")
	basic := form()
	secret := basic.Get("client_secret")
	basic.Del("client_secret")
	basic.Del("client_id")
	send("in a header", "/aas/oauth2/te", basic.Encode(), encoded, y.id, secret)
	twice := form()
	twice.Set("redirect_uri", url.QueryEscape(twice.Get("redirect_uri")))
	send("encoded twice", "/aas/oauth2/te", twice.Encode(), encoded, "", "")
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, values := range form() {
		_ = parts.WriteField(name, values[0])
	}
	_ = parts.Close()
	send("multipart", "/aas/oauth2/te", body.String(), parts.FormDataContentType(), "", "")
	fresh := y.authorize(b, "/aas/oauth2/ac", y.v1("redirect_uri", y.redirect+"?data=one"))
	send("changing query", "/aas/oauth2/te", y.v1("grant_type", "authorization_code", "code", fresh.Get("code"), "redirect_uri", y.redirect+"?data=two").Encode(), encoded, "", "")
	b.post("/aas/oauth2/ac", y.v1())
	if back := y.callback(b); back.Get("code") == "" {
		t.Errorf("by POST: %v", back)
	}
	stranger := s.browser(t).post("/aas/oauth2/ac", y.v1()).want(200)
	if stranger.URL.Path != "/login" {
		t.Errorf("by POST, not signed in: at %s", stranger.URL)
	}
}

func TestESIAErrorsOfTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	for code, form := range map[string]url.Values{
		"ESIA-007014 grant_type": y.v1(), "ESIA-007012 grant": y.v1("grant_type", "password"), "ESIA-007014 code": y.v1("grant_type", "authorization_code"),
		"ESIA-007011 code": y.v1("grant_type", "authorization_code", "code", "x"), "ESIA-007011 refresh": y.v1("grant_type", "refresh_token", "refresh_token", "x"),
		"ESIA-007015 time":  y.v1("grant_type", "authorization_code", "code", "x", "timestamp", "2013.01.25 14:36:11 +0400"),
		"ESIA-007005 who":   y.v1("grant_type", "authorization_code", "code", "x", "client_id", "NOBODY"),
		"ESIA-007013 scope": y.v1("grant_type", "client_credentials", "scope", ""), "ESIA-007019 person": y.v1("grant_type", "client_credentials"),
		"ESIA-007019 org": y.v1("grant_type", "client_credentials", "scope", "org_emps?org_oid=1000000001"),
	} {
		status, got := y.post("/aas/oauth2/te", form)
		isCode(t, code, got["error_description"], code[:11])
		if status != 400 || got["state"] != form.Get("state") || got["error"] == nil {
			t.Errorf("%s: %d %v", code, status, got)
		}
	}
	v3 := y.v2("grant_type", "authorization_code", "code", "x")
	v3.Del("client_certificate_hash")
	_, got := y.post("/aas/oauth2/v3/te", v3)
	isCode(t, "no hash", got["error_description"], "ESIA-007014")
	v3.Set("client_certificate_hash", strings.Repeat("ab", 32))
	_, got = y.post("/aas/oauth2/v3/te", v3)
	isCode(t, "wrong hash", got["error_description"], "ESIA-007053: OAuthErrorEnum.clientSecretWrong")
	if got["error"] != "access_denied" {
		t.Errorf("%v", got)
	}
}

// A code that another system, or the same with another address, brings is worth nothing; the right one may still bring it.
func TestESIACodeIsBound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, func(c *esia.Client) { c.Redirects = append(c.Redirects, "https://site.example/other") })
	other := s.newSystem(t, esia.RS256, nil)
	code := y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1()).Get("code")
	_, got := other.post("/aas/oauth2/te", other.v1("grant_type", "authorization_code", "code", code))
	isCode(t, "another system", got["error_description"], "ESIA-007011")
	_, got = y.post("/aas/oauth2/te", y.v1("grant_type", "authorization_code", "code", code, "redirect_uri", "https://site.example/other"))
	isCode(t, "another address", got["error_description"], "ESIA-007011")
	if y.tokens(code)["access_token"] == nil {
		t.Error("no token")
	}
	code = y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1()).Get("code")
	if _, err := s.db.Exec(t.Context(), `UPDATE esia_grant SET code_expires_at = now() - interval '1 second' WHERE code_used_at IS NULL`); err != nil {
		t.Fatal(err)
	}
	_, got = y.post("/aas/oauth2/te", y.v1("grant_type", "authorization_code", "code", code))
	isCode(t, "after four minutes", got["error_description"], "ESIA-007011")
}

// A signature that was read off an address line buys no token but its own request's, even in the second in which a quick system signs
// the same string twice.
func TestESIASecretBuysItsOwnCodeOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	own := y.v1()
	mine := y.authorize(s.browser(t), "/aas/oauth2/ac", own)
	stolen := y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1()).Get("code")
	if _, err := s.db.Exec(t.Context(), `UPDATE esia_seen SET seen_at = now() + interval '1 minute'`); err != nil { // the second lasts
		t.Fatal(err)
	}
	own.Set("grant_type", "authorization_code")
	own.Set("code", stolen)
	_, got := y.post("/aas/oauth2/te", own)
	isCode(t, "another's code", got["error_description"], "ESIA-007005")
	own.Set("code", mine.Get("code"))
	if status, got := y.post("/aas/oauth2/te", own); status != 200 {
		t.Errorf("its own code: %d %v", status, got)
	}
}

// A signature that was read off an address line buys no token.
func TestESIASecretOfAddressLine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	form := y.v1()
	back := y.authorize(s.browser(t), "/aas/oauth2/ac", form)
	if _, err := s.db.Exec(t.Context(), `UPDATE esia_seen SET seen_at = seen_at - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	form.Set("grant_type", "authorization_code")
	form.Set("code", back.Get("code"))
	_, got := y.post("/aas/oauth2/te", form)
	isCode(t, "replayed", got["error_description"], "ESIA-007005")
}

// Consents of the digital profile: agreed to once with their term, then good for the system's own requests.
func TestESIADigitalProfile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	b := s.browser(t)
	permissions := base64.RawURLEncoding.EncodeToString([]byte(`[{"responsibleObject":"ORG","sysname":"APIPGU","expire":525600,
		"actions":[{"sysname":"ALL_ACTIONS_TO_DATA"}],"purposes":[{"sysname":"APIPGU"}],"scopes":[{"sysname":"fullname"},{"sysname":"ndfl_person"}]}]`))
	b.get("/aas/oauth2/v2/ac?"+y.v2("scope", "openid", "permissions", permissions).Encode()).fill("/login", "login", "+79172000001", "password", DemoPassword)
	b.want(200, "справку о доходах", "APIPGU").fill("/aas/consent")
	status, got := y.post("/aas/oauth2/v3/te", y.v2("scope", "openid", "grant_type", "authorization_code", "code", y.callback(b).Get("code")))
	if status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	_, access := y.claims(got["access_token"], "RSA_TAMGA.cer")
	if access["permissions"] == nil || access["permissions_url"] == nil || !strings.Contains(access["scope"].(string), "ndfl_person?oid=999999001") {
		t.Errorf("%v", access)
	}
	own := y.v2("scope", "prm_chg?oid=999999001", "grant_type", "client_credentials")
	status, got = y.post("/aas/oauth2/v3/te", own)
	if status != 200 || got["state"] != own.Get("state") {
		t.Fatalf("%d %v", status, got)
	}
	if status, prn, _ := y.read(got["access_token"], s.issuer+aliyaOID); status != 200 || prn["lastName"] != "Гарипова" {
		t.Errorf("%d %v", status, prn)
	}
	time.Sleep(time.Millisecond)
	_, got = y.post("/aas/oauth2/v3/te", own)
	isCode(t, "the same again", got["error_description"], "ESIA-007053")
	_, got = y.post("/aas/oauth2/v3/te", y.v2("scope", "prm_chg?oid=999999002", "grant_type", "client_credentials"))
	isCode(t, "somebody who did not agree", got["error_description"], "ESIA-007019")
	if _, err := s.db.Exec(t.Context(), `UPDATE esia_agreement SET expires_at = now()`); err != nil {
		t.Fatal(err)
	}
	_, got = y.post("/aas/oauth2/v3/te", y.v2("scope", "prm_chg?oid=999999001", "grant_type", "client_credentials"))
	isCode(t, "after the term", got["error_description"], "ESIA-007019")
}

// Whoever looks after a system sees why its signatures are refused, and mends it. Others do not know that it is there.
func TestESIATechnologyPortal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	stranger := s.newSystem(t, esia.RS256, nil)
	page := "/console/tech/" + y.id
	s.browser(t).get(page).want(401)
	aliya := s.browser(t)
	aliya.signIn("+79172000001", DemoPassword)
	aliya.get(page).want(404)
	aliya.get("/console/tech").want(200, "не закреплено")
	wrong := y.v2()
	wrong.Set("client_secret", stranger.v2().Get("client_secret"))
	aliya.get("/aas/oauth2/v2/ac?" + wrong.Encode())
	if err := esia.AddManager(t.Context(), s.db, y.id, DemoPeople()[0].Account.ID); err != nil {
		t.Fatal(err)
	}
	aliya.get(page).want(200, "Подпись не подходит ни к одному сертификату", y.id+"openid fullname"+wrong.Get("timestamp")+wrong.Get("state")+y.redirect)
	aliya.fill(page, "redirects", "not an address").want(422, "Введите хотя бы один домен")
	aliya.get(page).fill(page, "redirects", "https://new.example/", "alg", "RS256", "legacy", "on", "scopes", "snils", "issuer", "https://evil.example/").want(200, "Настройки сохранены")
	changed, err := esia.ClientByMnemonic(t.Context(), s.db, y.id)
	if err != nil || changed.Redirects[0] != "https://new.example/" || changed.Issuer != "" || len(changed.Scopes) < 10 {
		t.Errorf("a manager changed %+v, %v", changed, err)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	_ = parts.WriteField("_csrf", aliya.value("_csrf"))
	file, _ := parts.CreateFormFile("certificate", "cert.pem")
	_ = pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: stranger.cert.Raw})
	_ = parts.Close()
	answer, err := aliya.client.Post(s.issuer+page+"/certificates", parts.FormDataContentType(), &body)
	aliya.read(answer, err).want(200, "Сертификат добавлен")
	wrong.Del("client_certificate_hash")
	if changed, _ = esia.ClientByMnemonic(t.Context(), s.db, y.id); len(changed.Certificates) != 2 {
		t.Errorf("%d certificates", len(changed.Certificates))
	}
	timur := s.browser(t)
	timur.signIn("+79172000002", DemoPassword)
	timur.get("/console/tech").want(200, y.id, stranger.id, DemoSystem)
	timur.get(page).fill(page, "redirects", "https://site.example/", "alg", "GOST3410_2012_256", "scopes", "openid snils", "issuer", "").want(200, "Настройки сохранены")
	if changed, _ = esia.ClientByMnemonic(t.Context(), s.db, y.id); changed.Legacy || changed.Alg != esia.GOST || len(changed.Scopes) != 2 {
		t.Errorf("%+v", changed)
	}
}

// Servers that start on an empty table at one moment come to one key.
func TestESIAKeysUnderConcurrency(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			other := s.cfg
			app, err := New(other)
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := app.Test(mustRequest(t, "/public/RSA_TAMGA.cer"), 60_000)
			if err != nil || answer.StatusCode != 200 {
				t.Errorf("%v %v", answer, err)
			}
		})
	}
	all.Wait()
	var count int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM esia_key`).Scan(&count); err != nil || count != 2 {
		t.Errorf("%d keys, %v", count, err)
	}
	b := s.browser(t)
	b.get("/public/").want(200, "RSA_TAMGA_JWK.jwk", "GOST_TAMGA.cer")
	for _, name := range []string{"RSA_TAMGA_JWK.jwk", "GOST_TAMGA_KEY.pem", "esia.zip"} {
		if b.get("/public/" + name); b.Status != 200 || len(b.Body) < 100 {
			t.Errorf("%s: %d", name, b.Status)
		}
	}
	b.get("/public/" + uuid.NewString()).want(404)
}

func mustRequest(t *testing.T, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
