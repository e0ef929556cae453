package access_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"

	"tamga/internal/secret"
	"tamga/payments/lookup"
	"tamga/payments/paytest"
)

// keyStart is what each key begins with.
const keyStart = "tpk_"

// call asks the API with a key.
func (b *bureau) call(key, body string) (int, map[string]any) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.url+lookup.APIPath+"lookups", bytes.NewReader([]byte(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal(raw, &said); err != nil {
		b.t.Fatalf("%d %s: %v", res.StatusCode, raw, err)
	}
	return res.StatusCode, said
}

func TestAPI(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	p := paytest.Book(t, b.db, "Гарипова", "Алия", "Рашитовна", "registered", "paid")
	desk := b.as(b.desk)
	paytest.Want(t, b.as(b.head).Get("/payment-clients"), 403)
	until := b.now().AddDate(0, 1, 0).Format("02.01.2006")
	page := desk.Post("/payment-clients", "/payment-clients", "organisation", b.body.String(), "name", "АИС ЗАГС", "limit", "5", "until", until)
	paytest.Want(t, page, 200, "АИС ЗАГС", keyStart)
	key := keyStart + strings.SplitN(strings.SplitN(page.Text, keyStart, 2)[1], "<", 2)[0]
	if strings.Contains(desk.Get("/payment-clients").Text, key) {
		t.Error("the key is shown twice")
	}
	ask := func(query string) string {
		raw, _ := json.Marshal(map[string]any{"query": query, "purpose": "visit", "employee": map[string]string{"name": "Сафина Ляйсан", "post": "специалист"}})
		return string(raw)
	}
	for _, wrong := range []string{"", "x", keyStart + "wrong"} {
		if status, _ := b.call(wrong, ask(p.Receipt)); status != 401 {
			t.Errorf("key %q: %d", wrong, status)
		}
	}
	status, said := b.call(key, ask("гарипова алия рашитовна"))
	found, _ := said["payments"].([]any)
	if status != 200 || len(found) != 1 || found[0].(map[string]any)["receipt"] != p.Receipt || said["kind"] != "name" {
		t.Fatalf("%d %v", status, said)
	}
	var actor, purpose string
	if err := b.db.QueryRow(t.Context(), `SELECT actor, purpose FROM journal WHERE subject = $1 AND action = 'payments.seen'`, p.Payer.String()).
		Scan(&actor, &purpose); err != nil || !strings.HasPrefix(actor, "system:") || purpose != "Гражданин на приёме" {
		t.Errorf("the payer reads %q %q (%v)", actor, purpose, err)
	}
	for _, wrong := range []string{`{`, `{"query":"x","who":1}`, `{"query":"Каримов","purpose":"visit","employee":{"name":"Сафина"}}`} {
		if status, _ := b.call(key, wrong); status != 400 && status != 422 {
			t.Errorf("%s: %d", wrong, status)
		}
	}
	if status, said := b.call(key, ask("1000-0000-9999-x")); status != 422 || said["field"] != "query" {
		t.Errorf("%d %v", status, said)
	}
	if status, _ := b.call(key, ask(p.Receipt)); status != 429 {
		t.Errorf("sixth request of a minute: %d", status)
	}
	var id uuid.UUID
	if err := b.db.QueryRow(t.Context(), `SELECT id FROM payment_client`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	desk.Post("/payment-clients", "/payment-clients/"+id.String()+"/revoke")
	if status, _ := b.call(key, ask(p.Receipt)); status != 401 {
		t.Errorf("revoked key: %d", status)
	}
}

// TestAPIIsAsDescribed sends the example of the description and holds the answer's fields to it.
func TestAPIIsAsDescribed(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/openapi/payments.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct{ Example map[string]any }
				} `yaml:"requestBody"`
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	b := newBureau(t)
	paytest.Book(t, b.db, "Гарипова", "Алия", "Рашитовна", "registered", "paid")
	key := keyStart + secret.Token(32)
	if _, err := b.db.Exec(t.Context(), `
		INSERT INTO payment_client (id, organisation_id, name, key_hash, per_minute, issued_by, issued_at, ends_on)
		VALUES ($1, $2, 'АИС', $3, 5, $4, $5, $6)`, uuid.New(), b.body, secret.HashToken(key), b.desk, b.now(), b.now().AddDate(0, 0, 2)); err != nil {
		t.Fatal(err)
	}
	example, err := json.Marshal(doc.Paths[lookup.APIPath+"lookups"].Post.RequestBody.Content["application/json"].Example)
	if err != nil {
		t.Fatal(err)
	}
	status, said := b.call(key, string(example))
	found, _ := said["payments"].([]any)
	if status != 200 || len(found) != 1 {
		t.Fatalf("the example: %d %v", status, said)
	}
	described := func(schema string, object map[string]any) {
		for name := range object {
			if _, ok := doc.Components.Schemas[schema].Properties[name]; !ok {
				t.Errorf("%s has %q, which is not described", schema, name)
			}
		}
	}
	described("Answer", said)
	described("Payment", found[0].(map[string]any))
}
