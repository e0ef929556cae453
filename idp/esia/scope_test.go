package esia

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestScopesInAllTheirForms(t *testing.T) {
	t.Parallel()
	all, err := parseScopes("openid fullname  http://esia.gosuslugi.ru/usr_inf http://esia.gosuslugi.ru/org_inn?org_oid=1000000007 org_emps?org_oid=1000000007 fullname")
	if err != nil || len(all) != 5 {
		t.Fatalf("%v, %v", all, err)
	}
	got := strings.Join(granted(all, 1000000001), " ")
	want := "openid fullname?oid=1000000001 http://esia.gosuslugi.ru/usr_inf?oid=1000000001 http://esia.gosuslugi.ru/org_inn?org_oid=1000000007 org_emps?org_oid=1000000007"
	if got != want {
		t.Errorf("granted\n%s, want\n%s", got, want)
	}
	r := rightsOf(strings.Fields(want))
	if !r.any("snils") || !r.orgs[1000000007]["org_inn"] || r.any("org_inn") || r.any("kid_fullname") {
		t.Errorf("rights %v", r)
	}
	for _, bad := range []string{"nonsense", "fullname?oid=x", "org_inn?org_oid=-1", "ftp://esia.gosuslugi.ru/fullname", strings.Repeat("openid ", 201)} {
		if _, err := parseScopes(bad); !errors.Is(err, errScope) {
			t.Errorf("%.30s: %v", bad, err)
		}
	}
	if !covers(composite, "usr_inf") || covers([]string{"fullname"}, "usr_inf") || !covers([]string{"usr_inf"}, "snils") || covers([]string{"usr_inf"}, "kid_snils") {
		t.Error("usr_inf is not its parts")
	}
}

const consent = `{"responsibleObject":"ORG","sysname":"APIPGU","expire":%s,"actions":[{"sysname":"%s"}],"purposes":[%s],"scopes":[%s]}`

func permissionsText(expire, action, purposes, scopes string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("[" + fmt.Sprintf(consent, expire, action, purposes, scopes) + "]"))
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	purpose, scope := `{"sysname":"APIPGU"}`, `{"sysname":"fullname"},{"sysname":"ndfl_person"}`
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"as go-api-epgu sends":    {permissionsText("525600", "ALL_ACTIONS_TO_DATA", purpose, scope), nil},
		"number in quotes":        {permissionsText(`"60"`, "USE_DATA", purpose, scope), nil},
		"padded":                  {permissionsText("60", "USE_DATA", purpose, scope) + "=", nil},
		"not base64":              {"%%%", errUnreadable},
		"not JSON":                {base64.RawURLEncoding.EncodeToString([]byte("{}")), errUnreadable},
		"an empty list":           {base64.RawURLEncoding.EncodeToString([]byte("[]")), nil},
		"too long":                {strings.Repeat("A", maxPermissionsText+1), errUnreadable},
		"no type":                 {base64.RawURLEncoding.EncodeToString([]byte(`[{}]`)), errNoConsentType},
		"no scope":                {permissionsText("60", "USE_DATA", purpose, ""), errConsentScopes},
		"foreign scope":           {permissionsText("60", "USE_DATA", purpose, `{"sysname":"org_emps"}`), errConsentForeign},
		"action":                  {permissionsText("60", "STEAL_DATA", purpose, scope), errAction},
		"no purpose":              {permissionsText("60", "USE_DATA", "", scope), errNoPurpose},
		"two purposes":            {permissionsText("60", "USE_DATA", purpose+","+purpose, scope), errOnePurpose},
		"expiry below nothing":    {permissionsText("-5", "USE_DATA", purpose, scope), errExpiry},
		"expiry beyond all bound": {permissionsText("99999999999999", "USE_DATA", purpose, scope), errExpiry},
		"expiry no number":        {permissionsText(`"soon"`, "USE_DATA", purpose, scope), errExpiry},
	} {
		if _, err := parsePermissions(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	all, err := parsePermissions(permissionsText("60", "USE_DATA", purpose, scope))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(scopesOf(all)); !slices.Equal(got, []string{"fullname", "ndfl_person"}) {
		t.Errorf("scopes %v", got)
	}
	now := time.Now()
	if got := until(all, now).Sub(now); got != time.Hour {
		t.Errorf("ends in %v", got)
	}
}

func FuzzPermissions(f *testing.F) {
	f.Add([]byte(`[{"sysname":"A","expire":1,"actions":[{"sysname":"USE_DATA"}],"purposes":[{"sysname":"P"}],"scopes":[{"sysname":"fullname"}]}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, err := parsePermissions(base64.RawURLEncoding.EncodeToString(raw))
		if err != nil {
			return
		}
		if len(all) > maxPermissions {
			t.Errorf("%d consents are taken", len(all))
		}
		for _, p := range all {
			if p.Expire <= 0 || p.Expire > maxExpire || len(p.Scopes) > maxNamed || p.Sysname == "" {
				t.Errorf("%+v is taken", p)
			}
		}
	})
}

func TestEmbed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"(elements)", "elements", "(elements-1)", " (elements) "} {
		if !embedOf(text).elements() {
			t.Errorf("%q is not read", text)
		}
	}
	if embedOf("()").elements() || embedOf("").elements() || embedOf("(contacts.elements)").elements() {
		t.Error("elements out of nothing")
	}
	e := embedOf("(contacts.elements,documents.elements-2,vehicles)")
	for name, want := range map[string][2]bool{"contacts": {true, true}, "documents": {true, true}, "vehicles": {true, false}, "kids": {false, false}} {
		if wanted, whole := e.of(name); wanted != want[0] || whole != want[1] {
			t.Errorf("%s: %t, %t", name, wanted, whole)
		}
	}
}
