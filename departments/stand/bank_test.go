package stand

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/dbtest"
	"tamga/internal/web"
)

// newBank returns a bank whose merchant answers each call-back with what answer returns.
func newBank(t *testing.T, answer func(*http.Request) int) (*Bank, *fiber.App) {
	t.Helper()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	merchant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(answer(r)) }))
	t.Cleanup(merchant.Close)
	b := &Bank{DB: dbtest.DB(t, dbtest.Stand), Pages: pages, Secret: []byte("0123456789abcdef0123456789abcdef"), URL: "http://bank.test/bank",
		Callback: merchant.URL + "/hook", Now: time.Now}
	app := web.New(web.Config{Role: "stand", ShowError: pages.ShowError})
	b.Mount(app)
	return b, app
}

const bankOrder = `{"order_id":"a","receipt":"1","payee":"УФК","description":"Госпошлина","amount":35000,"currency":"RUB","return_url":"http://portal.test/"}`

// ask sends a signed request; damage changes it afterwards.
func (b *Bank) ask(t *testing.T, app *fiber.App, key, body string, damage func(*http.Request)) (int, string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, BankAPI+"/payments", strings.NewReader(body))
	stamp := strconv.FormatInt(b.Now().Unix(), 10)
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("Idempotence-Key", key)
	req.Header.Set("X-Signature", b.sign("request", stamp, http.MethodPost, BankAPI+"/payments", key, body))
	if damage != nil {
		damage(req)
	}
	res, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func TestBankAPI(t *testing.T) {
	t.Parallel()
	b, app := newBank(t, func(*http.Request) int { return 200 })
	status, first := b.ask(t, app, "k1", bankOrder, nil)
	if status != 200 || !strings.Contains(first, "http://bank.test/bank/pay/") || strings.Contains(first, "return_url") {
		t.Fatalf("create: %d %s", status, first)
	}
	if status, again := b.ask(t, app, "k1", bankOrder, nil); status != 200 || again != first {
		t.Errorf("the same order again: %d %s", status, again)
	}
	if status, _ := b.ask(t, app, "k1", strings.Replace(bankOrder, "35000", "1", 1), nil); status != 409 {
		t.Errorf("another order under the same key: %d", status)
	}
	if status, other := b.ask(t, app, "k2", bankOrder, nil); status != 200 || other == first {
		t.Errorf("the same order under another key: %d %s", status, other)
	}
	for name, damage := range map[string]func(*http.Request){
		"not signed":       func(r *http.Request) { r.Header.Del("X-Signature") },
		"other key signed": func(r *http.Request) { r.Header.Set("Idempotence-Key", "k9") },
		"no time":          func(r *http.Request) { r.Header.Del("X-Timestamp") },
		"another time":     func(r *http.Request) { r.Header.Set("X-Timestamp", strconv.FormatInt(b.Now().Unix()+1, 10)) },
	} {
		if status, _ := b.ask(t, app, "k3", bankOrder, damage); status != 403 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for name, body := range map[string]string{"no amount": strings.Replace(bankOrder, "35000", "0", 1), "not JSON": "x",
		"a script to return to": strings.Replace(bankOrder, "http://portal.test/", "javascript:alert(1)", 1)} {
		if status, _ := b.ask(t, app, "k4", body, nil); status != 422 {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// TestBankRepeats: until the merchant says 200, ever more rarely, and not for ever.
func TestBankRepeats(t *testing.T) {
	t.Parallel()
	calls, answer := 0, 500
	b, app := newBank(t, func(r *http.Request) int {
		body, _ := io.ReadAll(r.Body)
		if want := "callback\n" + r.Header.Get("X-Timestamp") + "\n" + string(body); r.Header.Get("X-Signature") != (&Bank{Secret: []byte("0123456789abcdef0123456789abcdef")}).sign(want) {
			t.Error("a call-back is not signed")
		}
		calls++
		return answer
	})
	now := time.Now()
	b.Now = func() time.Time { return now }
	b.ask(t, app, "k", bankOrder, nil)
	now = now.Add(2 * time.Hour) // nobody pays
	for range 60 {
		if err := b.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(20 * time.Second)
	}
	if calls < 5 || calls > 12 {
		t.Errorf("%d calls in 20 minutes", calls)
	}
	for range 60 {
		now = now.Add(2 * time.Hour)
		if err := b.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if calls != bankGiveUp {
		t.Errorf("%d calls in five days, want %d", calls, bankGiveUp)
	}
	var status, reason string
	if err := b.DB.QueryRow(t.Context(), `SELECT status, reason FROM bank_payment`).Scan(&status, &reason); err != nil || reason != bankExpired {
		t.Errorf("%s %s %v", status, reason, err)
	}
}

func TestBankPages(t *testing.T) {
	t.Parallel()
	b, app := newBank(t, func(*http.Request) int { return 200 })
	for _, err := range []error{bankPayView.Check(b.Pages), bankBooksView.Check(b.Pages)} {
		if err != nil {
			t.Error(err)
		}
	}
	b.ask(t, app, "k", bankOrder, nil)
	for _, lang := range []string{"ru", "tt", "en"} {
		res, err := app.Test(httptest.NewRequest(http.MethodGet, "/bank?lang="+lang, nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if page := string(raw); res.StatusCode != 200 || regexp.MustCompile(`\bbank\.[a-z]`).MatchString(page) || !strings.Contains(page, "Госпошлина") {
			t.Errorf("books in %s: %d", lang, res.StatusCode)
		}
	}
}
