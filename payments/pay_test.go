package payments

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/rus"
	"tamga/payments/paytest"
)

func TestPay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	paytest.Want(t, b.Get(c.path("")), 200, "350\u00a0₽", "Госпошлина за регистрацию брака", "Гарипова Алия Маратовна", rus.FormatUIN(c.UIN))
	page := b.toBank(c)
	paytest.Want(t, b.Get(page), 200, "Песочница банка", "Это не настоящий банк", "350\u00a0₽")
	back := b.atBank(page, "choice", "pay")
	if back != w.portal+c.path("/return") {
		t.Fatalf("the bank sends the payer to %q", back)
	}
	w.deliver()
	w.wantPaidOnce(c)
	if got := b.Get(back); got.Status != 303 || got.To != c.path("/receipt") {
		t.Errorf("return: %d to %q", got.Status, got.To)
	}
	paid, err := ChargeOf(t.Context(), w.db, c.Origin())
	if err != nil {
		t.Fatal(err)
	}
	paytest.Want(t, b.Get(c.path("/receipt")), 200, paid.Receipt, "350\u00a0₽", "Оплачено", "/applications/"+c.OriginID.String())
	if _, err := rus.Receipt(paid.Receipt); err != nil {
		t.Errorf("receipt number %q: %v", paid.Receipt, err)
	}
	if h := w.history(c); h != "create registered paid" {
		t.Errorf("history: %s", h)
	}
	// The back button: every page of the charge now leads to the receipt, and a click pays nothing.
	if got := b.Get(c.path("")); got.To != c.path("/receipt") {
		t.Errorf("charge page after payment leads to %q", got.To)
	}
	paytest.Want(t, b.Get(page), 200, "Этот платёж уже оплачен")
}

// TestPayFiftyTimes is a double click, two tabs and an impatient person at once.
func TestPayFiftyTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	token := b.Token(c.path(""))
	var group sync.WaitGroup
	answers := make([]paytest.Answer, 50)
	for i := range answers {
		group.Go(func() { answers[i] = b.Send(http.MethodPost, c.path("/pay"), paytest.Values(token)) })
	}
	group.Wait()
	for _, got := range answers {
		if got.Status != 303 || got.To != answers[0].To || !strings.Contains(got.To, "/bank/pay/") {
			t.Fatalf("one click leads to %d %q, another to %q", got.Status, got.To, answers[0].To)
		}
	}
	if n := w.count(w.bankDB, `SELECT count(*) FROM bank_payment`); n != 1 {
		t.Errorf("the bank has %d payments", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM payment`); n != 1 {
		t.Errorf("we have %d payments", n)
	}
	// And the same impatience at the bank.
	bankToken := b.Token(answers[0].To)
	for range 20 {
		group.Go(func() { b.Send(http.MethodPost, answers[0].To, paytest.Values(bankToken, "choice", "pay")) })
	}
	group.Wait()
	w.deliver()
	w.deliver()
	w.wantPaidOnce(c)
	if n := w.count(w.bankDB, `SELECT count(*) FROM bank_callback`); n != 1 {
		t.Errorf("the bank calls back %d times", n)
	}
}

func TestCallbackTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_callback SET next_at = created_at, delivered_at = NULL`); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	if n := w.count(w.bankDB, `SELECT sum(attempts)::int FROM bank_callback WHERE delivered_at IS NOT NULL`); n != 2 {
		t.Errorf("delivered in %d attempts, want 2", n)
	}
	w.wantPaidOnce(c)
	if h := w.history(c); h != "create registered paid" {
		t.Errorf("history: %s", h)
	}
}

// TestCallbackBeforeAnswer: the bank's notice overtakes the answer to the order, which is lost.
func TestCallbackBeforeAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	page := b.toBank(c)
	w.rewrite(`UPDATE payment SET state = 'created', bank_id = NULL, confirmation_url = NULL WHERE charge_id = $1`, c.ID)
	b.atBank(page, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
}

func TestCallbackLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deaf.Store(true)
	c, b := w.charge(), w.browser()
	back := b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	w.wantState(c, Pending)
	t.Run("the page of return asks the bank", func(t *testing.T) {
		if got := b.Get(back); got.To != c.path("/receipt") {
			t.Errorf("return leads to %d %q", got.Status, got.To)
		}
		w.wantPaidOnce(c)
	})
	// The portal hears again: the repeated call-back changes nothing more.
	w.deaf.Store(false)
	w.pass(time.Minute)
	w.deliver()
	if n := w.count(w.bankDB, `SELECT count(*) FROM bank_callback WHERE delivered_at IS NOT NULL AND attempts = 2`); n != 1 {
		t.Error("the bank did not repeat its call-back")
	}
	w.wantPaidOnce(c)
}

func TestCallbackForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	page := b.toBank(c)
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	notice := func(order uuid.UUID) []byte {
		raw, _ := json.Marshal(map[string]any{"id": uuid.New(), "event": "payment.succeeded", "payment": map[string]any{
			"id": *p.BankID, "order_id": order, "status": "succeeded", "amount": 35000, "currency": "RUB"}})
		return raw
	}
	bank, stranger := paytest.Key, []byte("somebody else's secret, as long as ours")
	sign := func(key []byte, at time.Time, body []byte) (string, string) {
		stamp := strconv.FormatInt(at.Unix(), 10)
		return stamp, bankSigned(key, "callback", stamp, string(body))
	}
	body := notice(p.ID)
	for name, test := range map[string]struct {
		signer []byte
		at     time.Time
		sent   []byte
		status int
	}{
		"signed by a stranger":               {stranger, w.now(), body, 403},
		"body changed after signing":         {bank, w.now(), append(bytes.Clone(body), ' '), 403},
		"recorded an hour ago":               {bank, w.now().Add(-time.Hour), body, 403},
		"from the future":                    {bank, w.now().Add(time.Hour), body, 403},
		"unknown payment":                    {bank, w.now(), notice(uuid.New()), 404},
		"signed, but the bank says no":       {bank, w.now(), body, 200}, // the truth is re-read: still pending there
		"signed, but not a call-back at all": {bank, w.now(), []byte("<xml/>"), 422},
	} {
		signed := body
		if test.status != 403 {
			signed = test.sent
		}
		stamp, signature := sign(test.signer, test.at, signed)
		if got := w.call(test.sent, stamp, signature); got != test.status {
			t.Errorf("%s: status %d, want %d", name, got, test.status)
		}
	}
	if got := w.call(body, "", ""); got != 403 {
		t.Errorf("not signed: status %d", got)
	}
	stamp := strconv.FormatInt(w.now().Unix(), 10)
	if got := w.call(body, stamp, bankSigned(bank, "request", stamp, string(body))); got != 403 {
		t.Errorf("signature of a request: status %d", got)
	}
	w.wantState(c, Pending)
	b.atBank(page, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
}

func (w *world) call(body []byte, stamp, signature string) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.portal+CallbackPath+"sandbox", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Signature", signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode
}

func TestDeclinedThenPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	back := b.atBank(b.toBank(c), "choice", "decline", "reason", "insufficient_funds")
	w.deliver()
	w.wantState(c, Failed)
	paytest.Want(t, b.Get(back), 200, "Оплата не прошла", "не хватает денег", "Попробовать ещё раз")
	got := b.Post(c.path("/return"), c.path("/pay"))
	if got.Status != 303 || !strings.Contains(got.To, "/bank/pay/") {
		t.Fatalf("again: %d %q", got.Status, got.To)
	}
	b.atBank(got.To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	if n := w.count(w.bankDB, `SELECT count(*) FROM bank_payment`); n != 2 {
		t.Errorf("the bank has %d payments, want one declined and one paid", n)
	}
}

func TestAmountDiffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	page := b.toBank(c)
	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_payment SET amount = 100`); err != nil {
		t.Fatal(err)
	}
	back := b.atBank(page, "choice", "pay")
	w.deliver()
	w.wantState(c, Mismatch)
	paytest.Want(t, b.Get(back), 200, "Сумма не совпала", "не платите ещё раз", "1\u00a0₽")
	if n := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.paid'`); n != 0 {
		t.Error("the origin was told that it is paid")
	}
	// It blocks a second attempt until a person has looked at it.
	if strings.Contains(b.Get(page).Text, `name="_csrf" value="`) {
		t.Error("the bank still offers to pay")
	}
	if n := w.count(w.bankDB, `SELECT count(*) FROM bank_payment`); n != 1 {
		t.Errorf("the bank has %d payments", n)
	}
}

func TestPaidLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	page := b.toBank(c)
	back := b.atBank(page, "choice", "later", "delay", "30")
	w.deliver()
	paytest.Want(t, b.Get(back), 200, "Проверяем оплату", `http-equiv="refresh"`, "не платите ещё раз")
	paytest.Want(t, b.Get(page), 200, "будет проведён немного позже")
	w.pass(31 * time.Second)
	w.deliver()
	w.wantPaidOnce(c)
}

// TestBankSilent: nobody is told "failed" because an answer is missing.
func TestBankSilent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	w.mute.Store(true)
	got := b.Post(c.path(""), c.path("/pay"), "email", "")
	if got.Status != 303 || got.To != c.path("/return") {
		t.Fatalf("pay: %d %q", got.Status, got.To)
	}
	paytest.Want(t, b.Get(got.To), 200, "Связываемся с банком", "Деньги не списаны")
	w.wantState(c, Created)
	w.mute.Store(false)
	page := b.Post(c.path("/return"), c.path("/pay")).To
	back := b.atBank(page, "choice", "pay")
	w.mute.Store(true)
	paytest.Want(t, b.Get(back), 200, "Проверяем оплату")
	w.deliver() // the call-back arrives, the re-reading does not: the bank has to call again
	w.wantState(c, Pending)
	w.mute.Store(false)
	w.pass(time.Minute)
	w.deliver()
	w.wantPaidOnce(c)
	if n := w.count(w.bankDB, `SELECT count(*) FROM bank_payment`); n != 1 {
		t.Errorf("the bank has %d payments", n)
	}
}

// TestBankRestart: what the bank owed before it died, its next process does.
func TestBankRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "later", "delay", "5")
	again := *w.bank // nothing but its tables is left of the first
	w.bank = &again
	w.pass(10 * time.Second)
	w.deaf.Store(true)
	w.deliver()
	w.deaf.Store(false)
	third := again
	w.bank = &third
	w.pass(10 * time.Second)
	w.deliver()
	w.wantPaidOnce(c)
}

func TestStrangersCharge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, stranger := w.charge(), w.browser()
	token := stranger.Token(c.path(""))
	stranger.User = uuid.New()
	for _, page := range []string{"", "/return", "/receipt", "/bill", "/qr.svg"} {
		if got := stranger.Get(c.path(page)); got.Status != 404 || strings.Contains(got.Text, "Гарипова") {
			t.Errorf("%q: status %d", page, got.Status)
		}
	}
	if got := stranger.Send(http.MethodPost, c.path("/pay"), paytest.Values(token)); got.Status != 404 {
		t.Errorf("pay: status %d", got.Status)
	}
}

func TestEmailIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	got := b.Post(c.path(""), c.path("/pay"), "email", "aliya@")
	paytest.Want(t, got, 422, "Введите адрес электронной почты", `value="aliya@"`, "Ошибка")
	if n := w.count(w.db, `SELECT count(*) FROM payment`); n != 0 {
		t.Error("a payment was begun")
	}
}

// TestReceiptIsSent: to the address given on the page, and the phone that the origin knew, once each.
func TestReceiptIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := newCharge(w.payer)
	n.Email, n.Phone = "old@example.com", "+79172000001"
	c, err := CreateCharge(t.Context(), w.db, n)
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	paytest.Want(t, b.Get(c.path("")), 200, `value="old@example.com"`)
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "aliya@example.com").To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	for channel, count := range map[string]int{"email": 1, "sms": 1} {
		if n := w.count(w.db, `SELECT count(*) FROM notification WHERE kind = 'payments.receipt' AND channel = $1`, channel); n != count {
			t.Errorf("%d receipts by %s, want %d", n, channel, count)
		}
	}
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "aliya@example.com")
}

// TestRefusalsAreJournalled: a forged call-back and one about an unknown payment leave a trace, an ordinary one none.
func TestRefusalsAreJournalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call([]byte("{}"), strconv.FormatInt(w.now().Unix(), 10), "00")
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	rows, _ := w.db.Query(t.Context(), `SELECT action FROM journal`)
	actions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(actions) != 1 || actions[0] != "payments.callback_forged" {
		t.Errorf("journal: %v, %v", actions, err)
	}
}

// TestEverybodyTellsAtOnce: call-backs, the page of return and the check job bring the same news at the same moment.
func TestEverybodyTellsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"id": uuid.New(), "payment": map[string]any{"id": *p.BankID, "order_id": p.ID}})
	if err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(w.now().Unix(), 10)
	signature := bankSigned(paytest.Key, "callback", stamp, string(body))
	var group sync.WaitGroup
	for range 15 {
		group.Go(func() {
			if got := w.call(body, stamp, signature); got != 200 {
				t.Errorf("call-back: status %d", got)
			}
		})
		group.Go(func() { b.Get(c.path("/return")) })
	}
	group.Go(func() { w.check(c) })
	group.Wait()
	w.wantPaidOnce(c)
	if h := w.history(c); h != "create registered paid" {
		t.Errorf("history: %s", h)
	}
}

// bankSigned is the sandbox bank's signature.
func bankSigned(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}
