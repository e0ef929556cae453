package idp

import (
	"testing"
	"time"

	"tamga/idp/oauth"
)

// F10: several keys verify, the kid says which, and the signing one is chosen by its time: announced, signing, verifying, retired.
func TestF10KeyRotation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, old := s.signedIn(t)
	now := time.Now()
	s.exec(t, `UPDATE oauth_key SET active_at = active_at - interval '1 hour'`)
	keys := &oauth.Keys{DB: s.db, Box: s.box, Now: func() time.Time { return now }}
	added, err := keys.Rotate(t.Context(), oauth.KeyNotice)
	if err != nil {
		t.Fatal(err)
	}
	s.restart(t)
	if published(t, s)[added.KID] == false {
		t.Error("a new key is not announced")
	}
	if fresh := text(s.tokens(t, b, "openid"), "id_token"); kidOf(t, fresh) != kidOf(t, old) {
		t.Error("an announced key signs already")
	}
	s.exec(t, `UPDATE oauth_key SET active_at = now() - interval '1 second' WHERE kid = $1`, added.KID)
	s.restart(t)
	if fresh := text(s.tokens(t, b, "openid"), "id_token"); kidOf(t, fresh) != added.KID {
		t.Errorf("kid %q signs, want %q", kidOf(t, fresh), added.KID)
	}
	b.get(s.party(t).address("prompt", "none", "id_token_hint", old))
	if s.party(t).answer(b).Get("code") == "" {
		t.Errorf("a token of the previous key is not known: %s", b.Location)
	}
	now = now.Add(29 * 24 * time.Hour)
	if err := keys.Retire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.count(t, `SELECT count(*) FROM oauth_key WHERE retired_at IS NULL`); n != 2 {
		t.Errorf("%d keys are left after 29 days, want 2", n)
	}
	now = now.Add(2 * 24 * time.Hour)
	if err := keys.Retire(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := keys.List(t.Context())
	if err != nil || len(list) != 2 || list[0].State != "signing" || list[0].KID != added.KID || list[1].State != "retired" {
		t.Errorf("keys %+v, %v", list, err)
	}
	s.restart(t)
	if published(t, s)[kidOf(t, old)] {
		t.Error("a retired key is published")
	}
}

func published(t *testing.T, s *site) map[string]bool {
	t.Helper()
	_, document := s.getJSON(t, "/jwks.json")
	kids := map[string]bool{}
	list, _ := document["keys"].([]any)
	for _, one := range list {
		key, _ := one.(map[string]any)
		kids[text(key, "kid")] = true
		if key["d"] != nil {
			t.Error("a private key is published")
		}
	}
	return kids
}
