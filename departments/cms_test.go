package departments_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/cms"
	"tamga/internal/gost"
	"tamga/internal/gost/gosttest"
	"tamga/internal/i18n"
)

// pair is a certificate with its key.
type pair struct {
	cert *gost.Certificate
	key  crypto.Signer
}

// certified makes a pair of GOST R 34.10-2012 that is good between two moments, counted from now.
func (b *bench) certified(holder string, from, until time.Duration) *pair {
	b.t.Helper()
	key, err := gost.GenerateKey(rand.Reader, gost.CurveByName("tc26-gost-3410-2012-512-A"))
	b.must(err)
	return b.issued(gost.Template{Holder: gost.Subject{CommonName: holder}, NotBefore: b.now().Add(from), NotAfter: b.now().Add(until)}, key)
}

func (b *bench) issued(t gost.Template, key crypto.Signer) *pair {
	b.t.Helper()
	cert, err := gost.Issue(rand.Reader, t, key.Public(), nil, key)
	b.must(err)
	return &pair{cert, key}
}

func (p *pair) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
}

// sign is the value of the header, signed as how says.
func (p *pair) sign(t testing.TB, body []byte, how cms.Signing) string {
	t.Helper()
	raw, err := cms.Sign(nil, body, p.cert, p.key, how)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// speakCMS makes the portal sign by GOST CMS with a department at an address, and returns the portal's certificate.
func (b *bench) speakCMS(code, address string) *pair {
	b.t.Helper()
	ours := b.certified("Портал", -time.Hour, 1000*time.Hour)
	key, err := gost.MarshalPrivateKey(ours.key)
	b.must(err)
	b.jobs.Keys.CMS, err = departments.ReadSignet(ours.pem(), key)
	b.must(err)
	b.jobs.Trust = &departments.Trust{Client: b.jobs.Client, Now: b.now, DB: b.portal}
	b.must(departments.SaveEndpoints(b.t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: code, Name: i18n.Text{RU: "Ведомство"}, URL: address, Signature: departments.FormCMS}}, b.now()))
	return ours
}

// upload registers a file as a certificate, as staff do.
func (b *bench) upload(code string, file []byte) (int, string) {
	b.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if file != nil {
		part, err := w.CreateFormFile("certificate", "certificate.cer")
		b.must(err)
		_, _ = part.Write(file)
	}
	b.must(w.Close())
	request := httptest.NewRequest("POST", "/deliveries/departments/"+code+"/certificate", &form)
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Accept", "text/html")
	response, err := b.staffSite().Test(request, -1)
	b.must(err)
	page, err := io.ReadAll(response.Body)
	b.must(err)
	return response.StatusCode, string(page)
}

// The whole conversation with the stand, both sides by GOST CMS: until its certificate is registered the stand is not believed.
func TestConversationInCMS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.speakCMS("zags", b.standURL+"/zags")
	cookie, form := b.form("/zags")
	form.Set("signature", departments.FormCMS)
	if status, text := b.post(b.standURL+"/zags/signature", cookie, form); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, text)
	}
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.until("the answer is not believed", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT coalesce(sum(count), 0)::int FROM department_refusal WHERE code = 'answer'`) > 0
	})
	if b.state(d) != "waiting" || b.told(d) != "" {
		t.Fatalf("%s, told %q", b.state(d), b.told(d))
	}
	response, err := http.Get(b.standURL + "/zags/certificates.pem")
	b.must(err)
	certificate, err := io.ReadAll(response.Body)
	b.must(err)
	if status, page := b.upload("zags", certificate); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, page)
	}
	b.wantTold(d, "sent")
	b.decide(d, "accept", "")
	b.wantTold(d, "sent accepted")
	for _, form := range []url.Values{{"action": {"ask"}, "text": {"Какого числа вам удобно?"}}, {"action": {"issue"}, "text": {"Готово"}}} {
		if status, text := b.speak(d, form); status != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", form, status, text)
		}
	}
	b.wantTold(d, "sent accepted message result")
	b.exec(b.portal, `UPDATE delivery_attempt SET at = at - interval '1 hour'`)
	if status := b.press("/deliveries/departments/zags/digest", nil); status != http.StatusSeeOther {
		t.Fatalf("digest: %d", status)
	}
	b.until("the comparison is made", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT count(*) FROM department_digest WHERE problem = ''`) == 1
	})
	_, page := b.get("/deliveries/departments/zags")
	if text := page.Text("main"); !strings.Contains(text, "Учебный стенд: zags") || !strings.Contains(text, "CMS по ГОСТ") || !strings.Contains(text, "Первая подпись") {
		t.Errorf("the page says %s", text)
	}
}

// cmsOffice is a department under the tester's control, with a registered certificate.
func cmsOffice(b *bench) (*office, *pair) {
	b.t.Helper()
	o := newOffice(b)
	b.speakCMS("office", o.URL)
	p := b.certified("Отдел", -time.Hour, 100*time.Hour)
	if status, page := b.upload("office", p.pem()); status != http.StatusSeeOther {
		b.t.Fatalf("%d %s", status, page)
	}
	o.reply = func(e *departments.Event) (int, string) { return 202, fmt.Sprintf(`{"id":%q,"status":202}`, e.ID) }
	o.signs = func(body []byte, now time.Time) (string, error) {
		return p.sign(b.t, body, cms.Signing{Time: now}), nil
	}
	return o, p
}

// calls posts what the office says, under a signature of the test's making.
func (o *office) calls(d departments.Delivery, spoil func(*departments.Event), sign func(body []byte) string) (int, string) {
	o.t.Helper()
	e, err := departments.NewEvent(departments.TypeMessage, uuid.NewString(), departments.Source("office"), o.portalURL, d.ApplicationID.String(), o.now(),
		departments.SaidData{Text: "Здравствуйте"})
	o.must(err)
	if spoil != nil {
		spoil(e)
	}
	body, err := json.Marshal(e)
	o.must(err)
	return o.deliverRaw("office", sign(body), body)
}

// Nothing passes that is not signed now, by a registered certificate that is good, in the form that is registered; each is counted.
func TestForgedCMS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, own := cmsOffice(b)
	d := o.delivered()
	stranger, expiring := b.certified("Отдел", -time.Hour, 100*time.Hour), b.certified("Отдел", -100*time.Hour, time.Hour)
	twin := *stranger // signs with its own key in the name of the registered certificate
	twin.cert = own.cert
	ahead := b.certified("Отдел", time.Hour, 100*time.Hour)
	for _, p := range []*pair{expiring, ahead} {
		if status, page := b.upload("office", p.pem()); status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, page)
		}
	}
	by := func(p *pair, how cms.Signing) func([]byte) string {
		return func(body []byte) string {
			if how.Time.IsZero() {
				how.Time = b.now()
			}
			return p.sign(t, body, how)
		}
	}
	good := by(own, cms.Signing{})
	if status, text := o.calls(d, nil, good); status != 200 {
		t.Fatalf("the good one: %d %s", status, text)
	}
	if status, text := o.calls(d, nil, by(own, cms.Signing{NoCertificate: true})); status != 200 {
		t.Errorf("without the certificate: %d %s", status, text)
	}
	if status, text := o.calls(d, nil, by(expiring, cms.Signing{})); status != 200 {
		t.Errorf("while the certificate is good: %d %s", status, text)
	}
	refused := map[string]struct {
		spoil func(*departments.Event)
		sign  func([]byte) string
		want  int
	}{
		"no signature":         {nil, func([]byte) string { return "" }, 401},
		"garbage":              {nil, func([]byte) string { return "AAAA" }, 401},
		"not base64":           {nil, func([]byte) string { return "!" }, 401},
		"a huge signature":     {nil, func([]byte) string { return strings.Repeat("A", 20_000) }, 401},
		"another body":         {nil, func([]byte) string { return good([]byte("{}")) }, 401},
		"a strange key":        {nil, by(stranger, cms.Signing{}), 401},
		"in another's name":    {nil, by(&twin, cms.Signing{}), 401},
		"before its time":      {nil, by(ahead, cms.Signing{}), 401},
		"signed an hour ago":   {nil, by(own, cms.Signing{Time: b.now().Add(-time.Hour)}), 401},
		"signed in the future": {nil, by(own, cms.Signing{Time: b.now().Add(time.Hour)}), 401},
		"without the time":     {nil, by(own, cms.Signing{NoAttributes: true}), 401},
		"attached":             {nil, by(own, cms.Signing{Attached: true}), 401},
		"JWS": {nil, func(body []byte) string {
			signature, err := o.keys.Sign(body, b.now())
			b.must(err)
			return signature
		}, 401},
		"for another portal":  {func(e *departments.Event) { e.Audience = "https://other.example" }, good, 403},
		"another application": {func(e *departments.Event) { e.Subject = uuid.NewString() }, good, 403},
	}
	for name, c := range refused {
		if got, text := o.calls(d, c.spoil, c.sign); got != c.want {
			t.Errorf("%s: %d %s, want %d", name, got, text, c.want)
		}
	}
	b.forward(2 * time.Hour)
	if got, text := o.calls(d, nil, by(expiring, cms.Signing{})); got != 401 || !strings.Contains(text, "dates") {
		t.Errorf("after the certificate's time: %d %s", got, text)
	}
	if got := b.told(d); got != "sent message message message" {
		t.Errorf("told %q", got)
	}
	if n := one[int](b, b.portal, `SELECT sum(count)::int FROM department_refusal WHERE department = 'office'`); n != len(refused)+1 {
		t.Errorf("%d of %d are counted", n, len(refused)+1)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action = 'department.refused'`); n < 3 {
		t.Errorf("%d kinds are in the journal", n)
	}
}

// What was overheard is worth nothing, by GOST CMS as by JWS; and a department of JWS is not heard by CMS.
func TestReplayedCMS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, own := cmsOffice(b)
	d := o.delivered()
	var body []byte
	signature := ""
	if status, text := o.calls(d, nil, func(raw []byte) string {
		body, signature = raw, own.sign(t, raw, cms.Signing{Time: b.now()})
		return signature
	}); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := b.deliverRaw("office", signature, body); status != 200 || !strings.Contains(text, "known") {
		t.Errorf("at once: %d %s", status, text)
	}
	b.forward(6 * time.Minute)
	if status, text := b.deliverRaw("office", signature, body); status != 401 {
		t.Errorf("later: %d %s", status, text)
	}
	fresh := own.sign(t, body, cms.Signing{Time: b.now()})
	if status, _ := b.deliverRaw("office", fresh, bytes.Replace(body, []byte("Здравствуйте"), []byte("До свидания!"), 1)); status != 401 {
		t.Errorf("a changed body: %d", status)
	}
	if status, _ := b.deliverRaw("social", fresh, body); status != 401 {
		t.Errorf("to a department of JWS: %d", status)
	}
	if got := b.told(d); got != "sent message" {
		t.Errorf("told %q", got)
	}
}

// Several certificates are good at once; a refused one is refused at once, whatever its dates.
func TestCertificatesRotate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, old := cmsOffice(b)
	d := o.delivered()
	says := func(step string, p *pair, want int) {
		t.Helper()
		if got, text := o.calls(d, nil, func(body []byte) string { return p.sign(t, body, cms.Signing{Time: b.now()}) }); got != want {
			t.Errorf("%s: %d %s, want %d", step, got, text, want)
		}
	}
	fresh := b.certified("Отдел, новый", -time.Hour, 1000*time.Hour)
	says("the old one", old, 200)
	says("one that is not registered", fresh, 401)
	if status, page := b.upload("office", fresh.cert.Raw); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, page)
	}
	says("the old one beside the new", old, 200)
	says("the new one", fresh, 200)
	form := url.Values{"kid": {departments.Fingerprint(old.cert)}, "do": {"refuse"}}
	if status := b.press("/deliveries/departments/office/key", form); status != http.StatusSeeOther {
		t.Fatalf("refuse: %d", status)
	}
	says("a refused one", old, 401)
	says("the new one meanwhile", fresh, 200)
	if status, _ := b.upload("office", old.pem()); status != http.StatusUnprocessableEntity {
		t.Errorf("a refused one is registered again: %d", status)
	}
	says("a refused one that was brought again", old, 401)
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action IN ('department.certificate_add', 'department.key_refuse')`); n != 3 {
		t.Errorf("%d entries in the journal", n)
	}
}

// An answer that is not signed, or signed for another message, decides nothing.
func TestAnswersInCMS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, own := cmsOffice(b)
	signs := o.signs
	first := o.delivered()
	for name, c := range map[string]struct {
		reply string // %s is the message's id
		signs func([]byte, time.Time) (string, error)
	}{
		"not signed":             {`{"id":"%s","status":200}`, nil},
		"for another message":    {`{"id":"` + first.ID.String() + `","status":200,"x":"%s"}`, signs},
		"for another status":     {`{"id":"%s","status":422}`, signs},
		"without id":             {`{"x":"%s"}`, signs},
		"signed for another":     {`{"id":"%s","status":200}`, func([]byte, time.Time) (string, error) { return signs([]byte("{}"), b.now()) }},
		"signed by the key":      {`{"id":"%s","status":200}`, o.keys.Sign},
		"signed some time ago":   {`{"id":"%s","status":200}`, func(raw []byte, _ time.Time) (string, error) { return signs(raw, b.now().Add(-time.Hour)) }},
		"with all that it needs": {`{"id":"%s","status":200}`, signs},
	} {
		o.mu.Lock()
		o.reply, o.signs = func(e *departments.Event) (int, string) { return 200, fmt.Sprintf(c.reply, e.ID) }, c.signs
		o.mu.Unlock()
		stop := b.work()
		d := b.submit("office", uuid.Nil)
		if name == "with all that it needs" {
			b.wantTold(d, "sent accepted")
		} else {
			b.until("it is tried: "+name, func() (string, bool) {
				return "", one[int](b, b.portal, `SELECT count(*) FROM delivery_attempt WHERE delivery_id = $1`, d.ID) > 0
			})
			if b.state(d) != "waiting" || b.told(d) != "" {
				t.Errorf("%s: %s, told %q", name, b.state(d), b.told(d))
			}
		}
		stop()
		b.exec(b.portal, `UPDATE delivery SET state = 'stuck', reason = 'expired' WHERE state = 'waiting'`)
		b.exec(b.portal, `UPDATE department_endpoint SET failures = 0, open_until = '-infinity'`)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_refusal WHERE code = 'answer'`); n != 1 {
		t.Errorf("%d kinds of refusals", n)
	}
	_ = own
}

// The other side may be OpenSSL: it reads what we sign, and we read what it signs.
func TestOpenSSLDepartment(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"256-A", "512-A"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			tool := gosttest.New(t)
			b := setup(t)
			o := newOffice(b)
			ours := b.speakCMS("office", o.URL)
			tool.Key(kind)
			tool.Write("portal.pem", ours.pem())
			if status, page := b.upload("office", tool.Read("cert.pem")); status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, page)
			}
			sign := func(body []byte) string {
				tool.Write("body", body)
				tool.Run("cms", "-sign", "-binary", "-signer", "cert.pem", "-inkey", "key.pem", "-in", "body", "-outform", "DER", "-out", "body.p7s")
				return base64.StdEncoding.EncodeToString(tool.Read("body.p7s"))
			}
			verify := func(what, signature string, body []byte) {
				t.Helper()
				raw, err := base64.StdEncoding.DecodeString(signature)
				b.must(err)
				tool.Write("got.p7s", raw)
				tool.Write("got", body)
				if _, err := tool.Try("cms", "-verify", "-binary", "-inform", "DER", "-in", "got.p7s", "-content", "got", "-CAfile", "portal.pem",
					"-purpose", "any", "-out", "checked"); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			o.reply = func(e *departments.Event) (int, string) { return 202, fmt.Sprintf(`{"id":%q,"status":202}`, e.ID) }
			o.signs = func(body []byte, _ time.Time) (string, error) { return sign(body), nil }
			d := o.delivered()
			verify("our message", o.seals[0], o.bodies[0])
			var body []byte
			answer, err := b.jobs.Client.PostEvent(t.Context(), b.portalURL+"/api/departments/office/events", func() string {
				e, err := departments.NewEvent(departments.TypeMessage, "1", departments.Source("office"), b.portalURL, d.ApplicationID.String(), b.now(),
					departments.SaidData{Text: "Здравствуйте"})
				b.must(err)
				body, err = json.Marshal(e)
				b.must(err)
				return sign(body)
			}(), body)
			b.must(err)
			if answer.Status != 200 {
				t.Fatalf("%d %s", answer.Status, answer.Body)
			}
			verify("our answer", answer.Signature, answer.Body)
			published, err := b.jobs.Client.Get(t.Context(), b.portalURL+"/api/departments/certificates.pem")
			b.must(err)
			if !bytes.Equal(published.Body, ours.pem()) {
				t.Errorf("published %s", published.Body)
			}
		})
	}
}

// What is no certificate for messages is said beside the field, and nothing is kept.
func TestUploadCertificate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.speakCMS("office", "http://127.0.0.1:1/office")
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	b.must(err)
	soon := gost.Template{Holder: gost.Subject{CommonName: "x"}, NotBefore: b.now(), NotAfter: b.now().Add(time.Hour)}
	good := b.certified("Отдел", -time.Hour, time.Hour)
	authority := soon
	authority.CA = true
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"no file":         {nil, "Выберите файл"},
		"an empty file":   {[]byte{}, "Выберите файл"},
		"a picture":       {[]byte("\x89PNG\r\n"), "не сертификат"},
		"a key":           {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), "не сертификат"},
		"a huge file":     {make([]byte, 100_000), "не сертификат"},
		"two":             {append(good.pem(), good.pem()...), "несколько"},
		"ECDSA":           {b.issued(soon, foreign).pem(), "не по ГОСТ"},
		"one of the past": {b.certified("Отдел", -2*time.Hour, -time.Hour).pem(), "истёк"},
		"an authority":    {b.issued(authority, good.key).pem(), "не для подписи"},
	} {
		status, html := b.upload("office", c.file)
		if status != http.StatusUnprocessableEntity || !strings.Contains(html, c.says) || !strings.Contains(html, `id="certificate-error"`) {
			t.Errorf("%s: %d, want «%s»", name, status, c.says)
		}
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_key`); n != 0 {
		t.Errorf("%d are kept", n)
	}
	if status, html := b.upload("zags", good.pem()); status != http.StatusUnprocessableEntity || !strings.Contains(html, "не подписывает сообщения по ГОСТ") {
		t.Errorf("a department of JWS: %d", status)
	}
	for n := range 9 {
		status, html := b.upload("office", b.certified(fmt.Sprint("Отдел ", n), -time.Hour, time.Hour).pem())
		if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusUnprocessableEntity}[n < 8]; status != want {
			t.Errorf("certificate %d: %d", n+1, status)
		} else if n == 8 && !strings.Contains(html, "уже восемь") {
			t.Error("it does not say that there are eight")
		}
	}
}
