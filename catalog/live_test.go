package catalog

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

// another copies the small service under another name into the folder.
func (b *bureau) another(id string, replace ...string) {
	b.t.Helper()
	text := strings.NewReplacer(append([]string{"id: small", "id: " + id}, replace...)...).Replace(small)
	b.folder["services/"+id+".yaml"] = &fstest.MapFile{Data: []byte(text)}
}

// TestOneBadVersionStopsNoOther: a running portal that cannot serve one version goes on with the one before, takes over the rest, and
// says so at the desk.
func TestOneBadVersionStopsNoOther(t *testing.T) {
	t.Parallel()
	b, ctx := openBureau(t), context.Background()
	b.another("second")
	running := b.portal()
	b.exec(`INSERT INTO catalog_version (service, version, sha256, definition, parameters)
		SELECT service, 2, repeat('0', 64), replace(definition, 'copies >= 10', 'copies >= nobody_knows'), parameters FROM catalog_version WHERE service = 'small'`)
	b.exec(`INSERT INTO catalog_publication (id, service, state, definition, sha256, version, actor, planned_at, created_at, done_at)
		SELECT gen_random_uuid(), service, 'published', definition, sha256, version, 'release', now(), now(), clock_timestamp()
		FROM catalog_version WHERE service = 'small' AND version = 2`)
	b.another("second", "count: 10", "count: 5")
	b.another("third")
	for _, id := range []string{"second", "third"} {
		form := b.do("GET", "/catalog/"+id, nil, http.StatusOK).Form("#publish").Values
		b.do("POST", "/catalog/"+id+"/publish", form, http.StatusSeeOther)
	}
	if changed, err := running.Refresh(ctx, b.pool); err != nil || !changed {
		t.Fatalf("%v, %v", changed, err)
	}
	for id, want := range map[string]struct{ version, days int }{"small": {1, 10}, "second": {2, 5}, "third": {1, 10}} {
		if s, err := running.Service(id, 0); err != nil || s.Version != want.version || s.Term.Count != want.days {
			t.Errorf("%s: %v, %v", id, s, err)
		}
	}
	if bad := running.Refused(); len(bad) != 1 || !strings.Contains(bad[0].Error(), "nobody_knows") {
		t.Errorf("refused: %v", bad)
	}
	if changed, err := running.Refresh(ctx, b.pool); err != nil || changed {
		t.Errorf("what is refused is tried again and again: %v", err)
	}
	if page := b.do("GET", "/catalog", nil, http.StatusOK); !strings.Contains(page.Text("#services"), "не подошла") {
		t.Errorf("the desk says %s", page.Text("#services"))
	}
	if why := b.do("GET", "/catalog/small", nil, http.StatusOK).Text("#refused"); !strings.Contains(why, "nobody_knows") {
		t.Errorf("the card says %q", why)
	}
	fresh := b.portal() // a process that starts now
	if s, err := fresh.Service("small", 0); err != nil || s.Version != 1 {
		t.Errorf("a new process serves %v, %v", s, err)
	}
	b.exec(`INSERT INTO catalog_publication (id, service, state, definition, sha256, version, actor, planned_at, created_at, done_at)
		SELECT gen_random_uuid(), service, 'published', definition, sha256, version, 'release', now(), now(), clock_timestamp()
		FROM catalog_version WHERE service = 'small' AND version = 1`)
	if changed, err := running.Refresh(ctx, b.pool); err != nil || !changed || len(running.Refused()) > 0 {
		t.Errorf("the good one again: %v, %v", running.Refused(), err)
	}
	if page := b.do("GET", "/catalog", nil, http.StatusOK); strings.Contains(page.Text("#services"), "не подошла") {
		t.Error("the desk still says it")
	}
}

// TestVersionKeepsItsParameters: what was seen once is computed for ever in the same way, and a parameter that a running portal has
// never heard of comes with the version that names it.
func TestVersionKeepsItsParameters(t *testing.T) {
	t.Parallel()
	b, ctx := openBureau(t), context.Background()
	running := b.portal()
	due := func(c *Catalog, version int) int64 {
		t.Helper()
		s, err := c.Service("small", version)
		if err != nil {
			t.Fatal(err)
		}
		bill, err := s.Bill(Set{Today: now, Shared: Answers{"copies": "2", "veteran": "no"}}, now)
		if err != nil {
			t.Fatal(err)
		}
		return bill.Full
	}
	if got := due(running, 1); got != 200_00 {
		t.Fatalf("%d", got)
	}
	b.folder["parameters.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(smallParameters, "value: 100,", "value: 120,", 1))}
	if got := due(b.portal(), 0); got != 200_00 {
		t.Errorf("a start with other parameters computes version 1 as %d", got)
	}
	if page := b.do("GET", "/catalog", nil, http.StatusOK); !strings.Contains(page.Text("#services"), "Есть изменения") {
		t.Errorf("a changed sum is no change of who reads it: %s", page.Text("#services"))
	}
	if diff := b.do("GET", "/catalog/small/diff", nil, http.StatusOK).Text("main"); !strings.Contains(diff, "120") || !strings.Contains(diff, "fee") {
		t.Errorf("the diff does not show it: %s", diff)
	}
	b.edit(`copies * param("fee")`, `copies * param("fee") + param("stamp")`)
	b.folder["parameters.yaml"].Data = append(b.folder["parameters.yaml"].Data, []byte(`
  - name: stamp
    about: {ru: "Печать", tt: "Мөһер", en: "Stamp"}
    unit: rubles
    values: [{from: 2020-01-01, value: 7, source: "Закон"}]
`)...)
	form := b.do("GET", "/catalog/small", nil, http.StatusOK).Form("#publish").Values
	b.do("POST", "/catalog/small/publish", form, http.StatusSeeOther)
	if changed, err := running.Refresh(ctx, b.pool); err != nil || !changed || len(running.Refused()) > 0 {
		t.Fatalf("%v, %v", running.Refused(), err)
	}
	if one, two := due(running, 1), due(running, 2); one != 200_00 || two != 247_00 {
		t.Errorf("version 1 computes %d, version 2 %d", one, two)
	}
}
