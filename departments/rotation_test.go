package departments_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"tamga/departments"
)

var freshSecret = []byte(strings.Repeat("f", 32))

func (b *bench) derive(purpose string, secrets ...[]byte) *departments.Keys {
	b.t.Helper()
	k, err := departments.DeriveKeys(purpose, secrets...)
	b.must(err)
	return k
}

// A department changes its key: both are good while both are published, then the old one is not. What staff refuse is refused at once.
func TestDepartmentChangesItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	d := o.delivered()
	old, fresh := o.keys, b.derive("office", freshSecret)
	says := func(step string, k *departments.Keys, want int) {
		t.Helper()
		o.keys = k
		if got, text := o.says(d, departments.TypeMessage, departments.SaidData{Text: step}); got != want {
			t.Errorf("%s: %d %s, want %d", step, got, text, want)
		}
	}
	says("the old key alone", old, 200)
	says("a key that is not published yet", fresh, 401)
	o.public.Store(b.derive("office", freshSecret, officeSecret))
	b.forward(20 * time.Second)
	says("the new key beside the old", fresh, 200)
	says("the old key beside the new", old, 200)

	form := url.Values{"kid": {old.Public().Keys[0].KeyID}, "do": {"refuse"}}
	page := "/deliveries/departments/office"
	if status := b.press(page+"/key", form); status != 303 {
		t.Fatalf("refuse: %d", status)
	}
	says("a refused key that is still published", old, 401)
	says("the other key meanwhile", fresh, 200)
	if _, html := b.get(page); !strings.Contains(html.Text("main"), "Не принимаем") || !strings.Contains(html.Text("main"), form.Get("kid")) {
		t.Errorf("the page says %s", html.Text("main"))
	}
	form.Set("do", "restore")
	if status := b.press(page+"/key", form); status != 303 {
		t.Fatalf("restore: %d", status)
	}
	says("a key that is taken again", old, 200)

	o.public.Store(fresh)
	b.forward(11 * time.Minute)
	says("the new key alone", fresh, 200)
	says("the old key, withdrawn", old, 401)
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_key WHERE department = 'office'`); n != 2 {
		t.Errorf("%d keys are known", n)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action IN ('department.key_refuse', 'department.key_restore')`); n != 2 {
		t.Errorf("%d entries in the journal", n)
	}
	if status := b.press(page+"/key", url.Values{"kid": {"unheard of"}}); status != 404 {
		t.Errorf("a key that never was: %d", status)
	}
}

// We change ours: TAMGA_KEY=old,new publishes both and signs with the old; =new,old signs with the new; =new refuses the old.
func TestPortalChangesItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	published := newKeyServer(t, b.jobs.Keys)
	trust := &departments.Trust{Client: b.jobs.Client, Now: b.now}
	sends := func(step string, k *departments.Keys) {
		t.Helper()
		b.jobs.Keys = k
		published.keys.Store(k)
		stop := b.work()
		d := b.submit("office", uuid.Nil)
		b.wantTold(d, "sent")
		stop()
		last := len(o.bodies) - 1
		if err := trust.Verify(t.Context(), published.URL, o.seals[last], o.bodies[last]); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		if got, want := kidOf(t, o.seals[last]), k.Public().Keys[0].KeyID; got != want {
			t.Errorf("%s: signed by %s", step, got)
		}
	}
	old, both, turned := b.derive("portal", portalSecret), b.derive("portal", portalSecret, freshSecret), b.derive("portal", freshSecret, portalSecret)
	sends("the old key alone", old)
	b.forward(11 * time.Minute)
	sends("the new key is published beside the old", both)
	b.forward(11 * time.Minute)
	sends("the new key signs", turned)
	bySigned := func(k *departments.Keys) error {
		seal, err := k.Sign([]byte("x"), b.now())
		b.must(err)
		return trust.Verify(t.Context(), published.URL, seal, []byte("x"))
	}
	if err := bySigned(old); err != nil {
		t.Errorf("the old key while both are published: %v", err)
	}
	b.forward(11 * time.Minute)
	sends("the new key alone", b.derive("portal", freshSecret))
	if err := bySigned(old); err == nil {
		t.Error("the old key still passes")
	}
}

// kidOf reads the key's name out of a signature.
func kidOf(t *testing.T, seal string) string {
	t.Helper()
	jws, err := jose.ParseDetached(seal, []byte("any"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	return jws.Signatures[0].Protected.KeyID
}
