package idp

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/idp/esia"
	"tamga/idp/organisation"
)

// A system whose line broke before the answer came asks once more, and gets that very answer: another family is not begun, and none
// dies. When it has used what it got, or comes later, it is a thief.
func TestESIALostRefreshAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	first := y.tokens(y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1()).Get("code"))
	refresh := func(token any) (int, map[string]any, url.Values) {
		form := y.v1("grant_type", "refresh_token", "refresh_token", token.(string))
		status, got := y.post("/aas/oauth2/te", form)
		return status, got, form
	}
	_, second, _ := refresh(first["refresh_token"])
	status, again, form := refresh(first["refresh_token"])
	if status != 200 || again["refresh_token"] != second["refresh_token"] || again["access_token"] != second["access_token"] || again["state"] != form.Get("state") {
		t.Fatalf("%d %v, want the answer of %v", status, again, second)
	}
	var kept int
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM esia_refresh WHERE encode(answer, 'escape') LIKE '%' || $1 || '%'`,
		second["refresh_token"]).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("the answer is readable in the database: %d, %v", kept, err)
	}
	status, third, _ := refresh(second["refresh_token"])
	if status != 200 {
		t.Fatalf("%d %v", status, third)
	}
	if status, got, _ := refresh(first["refresh_token"]); status != 400 {
		t.Errorf("who had the answer got it again: %v", got)
	}
	if status, got, _ := refresh(third["refresh_token"]); status != 400 {
		t.Errorf("the family lives on: %v", got)
	}
}

// The signature of an address line redeems a code in its own second, once, and gets the system itself nothing.
func TestESIASecretOfAddressLineIsNoKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	form := y.v1("scope", "openid fullname")
	code := y.authorize(s.browser(t), "/aas/oauth2/ac", form).Get("code")
	form.Set("grant_type", "client_credentials")
	_, got := y.post("/aas/oauth2/te", form)
	isCode(t, "for the system itself", got["error_description"], "ESIA-007005: The client is not authorized")
	form.Set("grant_type", "refresh_token")
	form.Set("refresh_token", "x")
	_, got = y.post("/aas/oauth2/te", form)
	isCode(t, "for a refresh token", got["error_description"], "ESIA-007005")
	form.Set("grant_type", "authorization_code")
	form.Set("code", code)
	if status, got := y.post("/aas/oauth2/te", form); status != 200 {
		t.Errorf("a quick system: %d %v", status, got)
	}
	time.Sleep(time.Millisecond)
	_, got = y.post("/aas/oauth2/te", form)
	isCode(t, "twice", got["error_description"], "ESIA-007005")
}

// New certificates lie beside the old before their keys sign; the old ones stay while what they signed lives.
func TestESIAKeysAreRotatedWithOverlap(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	keys := &esia.Keys{DB: s.db, Box: s.box, Issuer: s.issuer, Now: time.Now}
	for _, alg := range []string{esia.RS256, esia.GOST} {
		y := s.newSystem(t, alg, nil)
		before := y.tokens(y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1()).Get("code"))["access_token"]
		base := map[string]string{esia.RS256: "RSA_TAMGA", esia.GOST: "GOST_TAMGA"}[alg]
		old := s.browser(t).get("/public/" + base + ".cer").Body
		if alg == esia.RS256 {
			if err := keys.Rotate(t.Context(), esia.KeyNotice); err != nil {
				t.Fatal(err)
			}
		}
		s.restart(t)
		b := s.browser(t)
		b.get("/public/").want(200, base+"_NEXT.cer", "установите заранее")
		if b.get("/public/"+base+".cer").Body != old {
			t.Fatalf("%s: an announced key signs", alg)
		}
		next := b.get("/public/" + base + "_NEXT.cer").Body
		b.get("/public/esia.zip")
		packed, err := zip.NewReader(bytes.NewReader([]byte(b.Body)), int64(len(b.Body)))
		if err != nil || !slices.ContainsFunc(packed.File, func(f *zip.File) bool { return f.Name == base+"_NEXT.cer" }) {
			t.Errorf("%s: the archive has no new certificate, %v", alg, err)
		}
		s.exec(t, `UPDATE esia_key SET active_at = now() WHERE active_at > now() AND kind = $1`, alg)
		s.restart(t)
		if b.get("/public/"+base+".cer").Body != next || b.get("/public/"+base+"_OLD.cer").Body != old {
			t.Fatalf("%s: the new key does not sign, or the old certificate is gone", alg)
		}
		if status, got, _ := y.read(before, s.issuer+aliyaOID); status != 200 {
			t.Errorf("%s: a token of the old key: %d %v", alg, status, got)
		}
		after := y.tokens(y.authorize(s.browser(t), "/aas/oauth2/ac", y.v1()).Get("code"))["access_token"]
		y.claims(after, base+".cer") // checks the signature
	}
	s.exec(t, `UPDATE esia_key SET active_at = active_at - interval '1 day'`)
	if _, err := s.cfg.River.Insert(t.Context(), esia.PurgeArgs{}, nil); err != nil {
		t.Fatal(err)
	}
	s.waitCount(t, `SELECT count(*) FROM esia_key WHERE retired_at IS NOT NULL`, 2)
	s.restart(t)
	b := s.browser(t)
	b.get("/public/RSA_TAMGA_OLD.cer").want(404)
	b.get("/public/RSA_TAMGA.cer").want(200)
	states := ""
	list, err := keys.List(t.Context())
	for _, one := range list {
		states += one.State + " "
	}
	if err != nil || states != "signing signing retired retired " {
		t.Errorf("%s, %v", states, err)
	}
}

// What is known of an organisation is in its collections; of what is not they say that it is none.
func TestESIAOrganisationCollections(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	y := s.newSystem(t, esia.RS256, nil)
	amina := s.in(t, "+79172000004")
	amina.invites(1, "kamil@example.ru", "last_name", "Камалов", "first_name", "Камил")
	org := fmt.Sprint(DemoOrganisations()[0].Organisation.OID)
	var scopes []string
	for _, name := range []string{"org_shortname", "org_agencytype", "org_ctts", "org_addrs", "org_emps", "org_grps", "org_invts", "org_brhs", "org_brhs_ctts",
		"org_brhs_addrs", "org_vhls", "org_rcs", "org_agencyterrange"} {
		scopes = append(scopes, "http://esia.gosuslugi.ru/"+name+"?org_oid="+org)
	}
	token := y.tokenFor(amina, "openid "+strings.Join(scopes, " "))
	read := func(path string) map[string]any {
		t.Helper()
		status, got, _ := y.read(token, s.issuer+"/rs/orgs/"+org+path)
		if status != 200 {
			t.Fatalf("%s: %d %v", path, status, got)
		}
		return got
	}
	for part, want := range map[string]float64{"ctts": 2, "addrs": 1, "emps": 2, "grps": 5, "invts": 1, "brhs": 2, "vhls": 0, "rcs": 0,
		"brhs/999999511/ctts": 2, "brhs/999999511/addrs": 1, "brhs/999999512/ctts": 0} {
		got := read("/" + part)
		if got["size"] != want {
			t.Errorf("%s: size %v, want %v", part, got["size"], want)
		}
		if elements, _ := got["elements"].([]any); want > 0 {
			address, _ := elements[0].(string)
			if !strings.HasPrefix(address, s.issuer+"/rs/orgs/"+org+"/"+part+"/") {
				t.Fatalf("%s: %v", part, elements)
			}
			if one := read(strings.TrimPrefix(address, s.issuer+"/rs/orgs/"+org)); one["eTag"] == nil {
				t.Errorf("%s: %v", address, one)
			}
		}
	}
	submit := read("/grps/SUBMIT")
	if submit["name"] != "Подавать заявления" || fmt.Sprint(submit["members"]) != fmt.Sprint([]any{float64(999999004), float64(999999002)}) {
		t.Errorf("%v", submit)
	}
	letter := read("/invts?embed=(elements)")["elements"].([]any)[0].(map[string]any)
	if letter["email"] != "kamil@example.ru" {
		t.Errorf("%v", letter)
	}
	whole := read("?embed=(groups.elements,invitations,branches)")
	if groups, _ := whole["groups"].(map[string]any); groups["size"] != float64(5) || whole["invitations"] == nil || whole["branches"] == nil ||
		whole["staffCount"] != float64(2) || whole["branchesCount"] != float64(2) {
		t.Errorf("%v", whole)
	}
	if branch := read("/brhs/999999511"); branch["kpp"] != "165843001" || branch["name"] != "Казанский филиал" {
		t.Errorf("%v", branch)
	}
	before := read("/ctts")["eTag"]
	if before == read("/addrs")["eTag"] || before == read("/ctts?embed=(elements)")["eTag"] {
		t.Error("collections that differ have one eTag")
	}
	s.exec(t, `UPDATE organisation SET phone = '+78435559988' WHERE oid = 999999501`)
	if read("/ctts")["eTag"] == before {
		t.Error("the eTag does not change with what is behind the addresses")
	}
	narrow := y.tokenFor(amina, "openid http://esia.gosuslugi.ru/org_brhs?org_oid="+org)
	for path, want := range map[string]int{"/brhs/999999511": 200, "/brhs/999999511/ctts": 403, "/brhs/999999511/vhls": 404, "/brhs/1": 404, "/emps": 403} {
		if status, got, _ := y.read(narrow, s.issuer+"/rs/orgs/"+org+path); status != want {
			t.Errorf("%s: %d %v", path, status, got)
		}
	}
	if all, err := organisation.WaitingInvitations(t.Context(), s.db, DemoOrganisations()[0].Organisation.OID, time.Now().AddDate(0, 1, 0)); err != nil || len(all) != 0 {
		t.Errorf("letters that expired wait: %v, %v", all, err)
	}
}
