package idp

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// userinfo is what a client hears with an access token.
func (s *site) organisationClaim(t *testing.T, token string) map[string]any {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.issuer+"/oauth2/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	raw, _ := io.ReadAll(got.Body)
	var claims struct {
		Organisation map[string]any `json:"organisation"`
	}
	if err := json.Unmarshal(raw, &claims); err != nil || got.StatusCode != 200 {
		t.Fatalf("userinfo answered %d %s", got.StatusCode, raw)
	}
	return claims.Organisation
}

// A client that asks for the organisation hears in whose name the person came, as chosen on the way; and no more from the moment
// they are dismissed, with the same token.
func TestClientHearsOrganisation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.party(t)
	b := s.browser(t)
	b.get(p.address("scope", "openid organisation")).want(200).fill("/login", "login", phoneTimur, "password", DemoPassword)
	b.want(200, "Войти как", "Портал государственных услуг", "ООО «Кырлай»")
	if policy := b.Header.Get("Content-Security-Policy"); !strings.Contains(policy, portalURL) {
		t.Errorf("the form cannot end at the client: %s", policy)
	}
	b.fill("/organisations/as", "as", "999999501").want(200, "от имени какой организации").fill("/oauth2/consent")
	token, _ := p.exchange(p.answer(b).Get("code"))
	claim := s.organisationClaim(t, token.AccessToken)
	if claim["ogrn"] != kyrlayOGRN || claim["short_name"] != "ООО «Кырлай»" || claim["chief"] != false || claim["type"] != "LEGAL" {
		t.Errorf("claim %v", claim)
	}

	// Another request asks again: for oneself this time. Without a page, the person comes as before.
	b.get(p.address("scope", "openid organisation")).want(200, "Войти как").fill("/organisations/as", "as", "self")
	own, _ := p.exchange(p.answer(b).Get("code"))
	if claim := s.organisationClaim(t, own.AccessToken); claim != nil {
		t.Errorf("who came for himself has the claim %v", claim)
	}
	b.get(p.address("scope", "openid organisation", "prompt", "none"))
	if p.answer(b).Get("code") == "" {
		t.Errorf("a silent request was not answered: %s", b.Location)
	}

	page := s.employee(t, 2)
	s.in(t, phoneAmina).get(page+"/dismiss").fill(page+"/dismiss").want(200, "Сотрудник исключён")
	if claim := s.organisationClaim(t, token.AccessToken); claim != nil {
		t.Errorf("a dismissed employee still has the claim %v", claim)
	}
	b.get(p.address("scope", "openid organisation"))
	if p.answer(b).Get("code") == "" { // nothing to choose from any more
		t.Errorf("asked to choose among nothing: %s", b.text())
	}
}

// Who has no organisation is not asked in whose name they come.
func TestNothingToChoose(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.party(t)
	token, _ := p.exchange(p.code(s.browser(t), "scope", "openid organisation"))
	if claim := s.organisationClaim(t, token.AccessToken); claim != nil {
		t.Errorf("claim %v", claim)
	}
}
