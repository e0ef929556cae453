package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/payments"
)

// differences are the payments of which the bank's books and ours say different things.
func (k *killTown) differences() (found []string) {
	k.Helper()
	rows, _ := k.stand.Query(k.Context(), `SELECT order_id::uuid AS order, id::text AS bank_id, status, amount, currency, flip_at IS NOT NULL AS flips FROM bank_payment`)
	theirs, err := pgx.CollectRows(rows, pgx.RowToStructByName[bookLine])
	if err != nil {
		k.Fatal(err)
	}
	ours := k.ours()
	for _, b := range theirs {
		p, known := ours[b.Order]
		delete(ours, b.Order)
		took := p.Received != nil && *p.Received == b.Amount && p.Currency == b.Currency
		agrees := known && p.BankID != nil && *p.BankID == b.BankID && !b.Flips
		switch b.Status {
		case "succeeded":
			agrees = agrees && took && (p.State == "succeeded" || p.State == "surplus" || p.State == "mismatch")
		case "canceled":
			agrees = agrees && p.Received == nil && (p.State == "failed" || p.State == "expired")
		default:
			agrees = false
		}
		if !agrees {
			found = append(found, fmt.Sprintf("%s: the bank %s %d %s, we %s", b.Order, b.Status, b.Amount, b.Currency, p.State))
		}
	}
	for id, p := range ours { // the bank has never heard of it
		if p.State != "failed" && p.State != "expired" {
			found = append(found, fmt.Sprintf("%s: unknown to the bank, %s with us", id, p.State))
		}
	}
	return found
}

type ourLine struct {
	ID       uuid.UUID
	BankID   *string
	State    string
	Received *int64
	Currency string
}

func (k *killTown) ours() map[uuid.UUID]ourLine {
	k.Helper()
	rows, _ := k.portal.Query(k.Context(), `SELECT id, bank_id, state, received, currency FROM payment`)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[ourLine])
	if err != nil {
		k.Fatal(err)
	}
	byID := map[uuid.UUID]ourLine{}
	for _, p := range all {
		byID[p.ID] = p
	}
	return byID
}

// verify looks for what must never be, however it came.
func (k *killTown) verify() {
	k.Helper()
	faults, err := payments.CheckBooks(k.Context(), k.portal)
	if err != nil {
		k.Fatal(err)
	}
	for _, f := range faults {
		k.Errorf("the books: %s", f)
	}
	for what, sql := range map[string]string{
		"charges are paid twice":                     `SELECT count(*) FROM (SELECT FROM payment WHERE state = 'succeeded' AND NOT part GROUP BY charge_id HAVING count(*) > 1) x`,
		"charges got more or less than was credited": `SELECT count(*) FROM charge c WHERE paid <> (SELECT coalesce(sum(credited), 0) FROM payment p WHERE p.charge_id = c.id AND p.state = 'succeeded')`,
		"paid charges lack money":                    `SELECT count(*) FROM charge WHERE status = 'paid' AND paid + discounted + exempt <> amount`,
		"mismatches are before nobody":               `SELECT count(*) FROM payment p WHERE state = 'mismatch' AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payment_id = p.id AND resolution IS NULL)`,
		"surpluses are not on their way back":        `SELECT count(*) FROM payment p WHERE state = 'surplus' AND NOT EXISTS (SELECT FROM refund r WHERE r.payment_id = p.id) AND currency = 'RUB'`,
		"payments were noted as paid twice":          `SELECT count(*) FROM (SELECT FROM payment_event WHERE to_state IN ('succeeded', 'surplus') GROUP BY payment_id HAVING count(*) > 1) x`,
		"owners were told another sum":               `SELECT count(*) FROM payment p WHERE state = 'succeeded' AND credited <> (SELECT coalesce(sum(amount), 0) FROM quittance q WHERE q.payment_id = p.id AND kind = 'paid')`,
	} {
		if n := k.count(k.portal, sql); n > 0 {
			k.Errorf("%d %s", n, what)
		}
	}
	paid := k.count(k.portal, `SELECT count(*) FROM charge WHERE status = 'paid'`)
	all := k.count(k.portal, `SELECT count(*) FROM charge`)
	k.Logf("%d of %d charges are paid, %d waits were given up; %d surpluses and %d mismatches wait for the staff", paid, all, k.gaveUp.Load(),
		k.count(k.portal, `SELECT count(*) FROM payment WHERE state = 'surplus'`), k.count(k.portal, `SELECT count(*) FROM payment WHERE state = 'mismatch'`))
	if paid < all/2 {
		k.Errorf("only %d of %d charges are paid: the payers did not get through", paid, all)
	}
}

// pay has people pay the charges, some at a time.
func (k *killTown) pay(uins []string, payers int) {
	work := make(chan int)
	var paying sync.WaitGroup
	for range payers {
		paying.Go(func() {
			for i := range work {
				k.payer(i).pays(uins[i])
			}
		})
	}
	for i := range uins {
		work <- i
	}
	close(work)
	paying.Wait()
}

// killPayer is a person without an account at a browser, who presses again what does not answer.
type killPayer struct {
	k      *killTown
	client *http.Client
	from   string      // address
	gone   atomic.Bool // has given up
}

func (k *killTown) payer(i int) *killPayer {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &killPayer{k: k, client: &http.Client{Jar: jar, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, from: fmt.Sprintf("10.%d.%d.%d", i/65536, i/256%256, i%256)}
}

// reply is where a browser has got.
type reply struct {
	status   int
	text, to string
}

// ask asks until somebody answers: the portal may be dead for a while.
func (p *killPayer) ask(method, address string, form url.Values) reply {
	for began := time.Now(); time.Since(began) < 90*time.Second; time.Sleep(100 * time.Millisecond) {
		r, err := p.once(method, address, form)
		if err == nil && r.status < 500 {
			return r
		}
	}
	p.gone.Store(true) // has waited long enough: what the books say must hold all the same
	p.k.gaveUp.Add(1)
	return reply{}
}

func (p *killPayer) once(method, address string, form url.Values) (r reply, err error) {
	if strings.HasPrefix(address, "/") {
		address = "http://" + p.k.listen + address
	}
	req, err := http.NewRequestWithContext(p.k.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return r, err
	}
	req.Header.Set("X-Forwarded-For", p.from)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.client.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, string(raw), res.Header.Get("Location")}, err
}

var killToken = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// submit fills a form of a page and sends it; again from the page when the form was too old.
func (p *killPayer) submit(page, action string, fields ...string) reply {
	for range 5 {
		token := killToken.FindStringSubmatch(p.ask(http.MethodGet, page, nil).text)
		if token == nil {
			return reply{}
		}
		form := url.Values{"_csrf": {token[1]}}
		for i := 0; i < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		if r := p.ask(http.MethodPost, action, form); r.status != http.StatusForbidden {
			return r
		}
	}
	return reply{}
}

// pays looks the charge up and pays it, with the habits that people have: two clicks, parts, giving up and coming back.
func (p *killPayer) pays(uin string) {
	charge := p.submit("/payments", "/payments/find", "number", uin).to
	if charge == "" && !p.gone.Load() {
		p.k.Errorf("charge %s is not found", uin)
	}
	for range 6 {
		if p.gone.Load() || charge == "" {
			return
		}
		page := p.ask(http.MethodGet, charge, nil)
		if strings.HasSuffix(page.to, "/receipt") {
			return
		}
		sum := ""
		if strings.Contains(page.text, `name="sum"`) && rand.IntN(2) == 0 {
			sum = strconv.Itoa(100 + rand.IntN(200))
		}
		bank := p.clicks(charge, sum)
		if !strings.Contains(bank, "/bank/pay/") { // the bank does not answer, or thinks
			time.Sleep(200 * time.Millisecond)
			if r := p.ask(http.MethodGet, charge+"/return", nil); strings.HasSuffix(r.to, "/receipt") {
				return
			}
			continue
		}
		if rand.IntN(12) == 0 {
			return // closes the browser at the bank
		}
		p.decides(bank)
		if rand.IntN(4) > 0 {
			p.ask(http.MethodGet, charge+"/return", nil)
		}
	}
}

// clicks presses «Оплатить», at times twice at once.
func (p *killPayer) clicks(charge, sum string) string {
	if rand.IntN(4) == 0 {
		var second sync.WaitGroup
		second.Go(func() { p.submit(charge, charge+"/pay", "email", "", "sum", sum) })
		defer second.Wait()
	}
	return p.submit(charge, charge+"/pay", "email", "", "sum", sum).to
}

// decides pays at the bank, or has the bank decline, wait, or lie.
func (p *killPayer) decides(bank string) {
	fields := []string{"choice", "pay"}
	tricks := []string{"twice", "twice", "mute", "mute", "less", "more", "dollars", "deny", "deny"}
	switch n := rand.IntN(20); {
	case n < 2:
		fields = []string{"choice", "decline", "reason", "insufficient_funds"}
	case n == 2:
		fields = []string{"choice", "cancel"}
	case n < 6:
		fields = []string{"choice", "later", "delay", "5"}
	case n < 12:
		fields = []string{"choice", "trick", "trick", tricks[rand.IntN(len(tricks))]}
	}
	p.submit(bank, bank, fields...)
}
