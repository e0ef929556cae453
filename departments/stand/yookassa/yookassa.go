// Package yookassa is a small stand of the API of YooKassa, version 3: payments in one and two stages, refunds, lists,
// Idempotence-Key, call-backs, cards that it remembers. It keeps its books in memory and hands every change to Keep, so that they may
// be loaded again; and it fails in the ways that its documentation promises.
package yookassa

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Stand serves the API below /v3. Its fields are set before it serves.
type Stand struct {
	Shop, Secret string
	Webhook      string // where call-backs go; "" sends none
	Now          func() time.Time
	PageSize     int              // of lists, 100 when 0
	Checkout     string           // address of the page where one pays, without the id; one of nowhere when ""
	Keep         func(Kept) error // is told of each change; may be nil

	mu       sync.Mutex
	payments []*Payment
	refunds  []*Refund
	keys     map[string]answer
	trouble  []int
}

// Amount is a sum of money.
type Amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// Payment is a payment in the stand's books.
type Payment struct {
	ID           string            `json:"id"`
	Status       string            `json:"status"`
	Paid         bool              `json:"paid"`
	Amount       Amount            `json:"amount"`
	Income       *Amount           `json:"income_amount,omitempty"`
	Confirmation map[string]string `json:"confirmation,omitempty"`
	Created      time.Time         `json:"created_at"`
	Captured     *time.Time        `json:"captured_at,omitempty"`
	Cancelled    map[string]string `json:"cancellation_details,omitempty"`
	Metadata     map[string]string `json:"metadata"`
	Cheque       string            `json:"receipt_registration,omitempty"`
	Description  string            `json:"description,omitempty"`
	Method       *Method           `json:"payment_method,omitempty"`

	capture, save bool
	back          string
}

// Method is a means of payment: a card.
type Method struct {
	Type  string `json:"type"`
	ID    string `json:"id"`
	Saved bool   `json:"saved"`
	Title string `json:"title"`
}

// Refund is a refund in the stand's books.
type Refund struct {
	ID          string    `json:"id"`
	PaymentID   string    `json:"payment_id"`
	Status      string    `json:"status"`
	Amount      Amount    `json:"amount"`
	Created     time.Time `json:"created_at"`
	Description string    `json:"description"`
}

type answer struct {
	hash   [32]byte
	status int
	body   any
}

// Fail makes the next requests end with these statuses. After -1 the request is done and its answer lost.
func (s *Stand) Fail(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = append(s.trouble, statuses...)
}

// Forget drops the keys that were used, as the real one does after a day.
func (s *Stand) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = nil
}

// Payments returns the books.
func (s *Stand) Payments() []Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Payment
	for _, p := range s.payments {
		all = append(all, *p)
	}
	return all
}

// Refunds returns the refunds.
func (s *Stand) Refunds() []Refund {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Refund
	for _, r := range s.refunds {
		all = append(all, *r)
	}
	return all
}

// Pay is the payer's yes: the money is taken, or held when the merchant asked for two stages.
func (s *Stand) Pay(id string) error {
	return s.decide(id, func(p *Payment) {
		if p.Status != "pending" {
			return
		}
		p.Paid, p.Status = true, "waiting_for_capture"
		if p.capture {
			s.take(p)
		}
	})
}

// Cancel ends a payment that was not paid, with the reason of cancellation_details.
func (s *Stand) Cancel(id, reason string) error {
	return s.decide(id, func(p *Payment) {
		p.Status, p.Cancelled = "canceled", map[string]string{"party": "payment_network", "reason": reason}
	})
}

func (s *Stand) take(p *Payment) {
	if p.save && p.Method == nil {
		p.Method = &Method{Type: "bank_card", ID: "m" + p.ID, Saved: true, Title: "Bank card *4477"}
	}
	now := s.Now()
	p.Status, p.Captured = "succeeded", &now
	n := parse(p.Amount.Value)
	p.Income = &Amount{format(n - n*28/1000), p.Amount.Currency}
}

// decide changes a payment and calls back about it.
func (s *Stand) decide(id string, change func(*Payment)) error {
	s.mu.Lock()
	p := s.payment(id)
	if p == nil {
		s.mu.Unlock()
		return fmt.Errorf("no payment %s", id)
	}
	change(p)
	copied := *p
	err := s.keep(p)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.Call("payment."+copied.Status, copied)
}

// Call sends a call-back; a test also sends what a stranger might.
func (s *Stand) Call(event string, object any) error {
	if s.Webhook == "" {
		return nil
	}
	body, err := json.Marshal(map[string]any{"type": "notification", "event": event, "object": object})
	if err != nil {
		return err
	}
	res, err := http.Post(s.Webhook, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the call-back was answered with %d", res.StatusCode)
	}
	return nil
}

func (s *Stand) payment(id string) *Payment {
	for _, p := range s.payments {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(http.MaxBytesReader(w, r.Body, 1<<20)); err != nil {
		reply(w, 400, fail("invalid_request"))
		return
	}
	trouble := 0
	if len(s.trouble) > 0 {
		trouble, s.trouble = s.trouble[0], s.trouble[1:]
	}
	if trouble > 0 {
		reply(w, trouble, fail("internal_server_error"))
		return
	}
	status, body := s.answer(r, raw.Bytes())
	if trouble < 0 {
		panic(http.ErrAbortHandler) // the answer is lost
	}
	reply(w, status, body)
}

func (s *Stand) answer(r *http.Request, raw []byte) (int, any) {
	if shop, secret, ok := r.BasicAuth(); !ok || shop != s.Shop || secret != s.Secret {
		return 401, fail("invalid_credentials")
	}
	if r.Method == http.MethodGet {
		return s.read(r)
	}
	key := r.Header.Get("Idempotence-Key")
	if r.Method != http.MethodPost || key == "" || len(key) > 64 {
		return 400, fail("invalid_request")
	}
	hash := sha256.Sum256(append([]byte(r.URL.Path+"\n"), raw...))
	if known, ok := s.keys[key]; ok {
		if known.hash != hash {
			return 400, fail("invalid_request")
		}
		return known.status, known.body
	}
	status, body := s.write(r.URL.Path, raw)
	if s.keys == nil {
		s.keys = map[string]answer{}
	}
	s.keys[key] = answer{hash, status, body}
	return status, body
}

func (s *Stand) write(path string, raw []byte) (int, any) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "/v3/payments":
		return s.create(raw)
	case path == "/v3/refunds":
		return s.refund(raw)
	case len(parts) == 4 && parts[1] == "payments":
		p := s.payment(parts[2])
		if p == nil {
			return 404, fail("not_found")
		}
		if p.Status != "waiting_for_capture" {
			return 400, fail("invalid_request")
		}
		if parts[3] == "capture" {
			s.take(p)
		} else {
			p.Status, p.Cancelled = "canceled", map[string]string{"party": "merchant", "reason": "canceled_by_merchant"}
		}
		return s.kept(p)
	}
	return 404, fail("not_found")
}

func (s *Stand) create(raw []byte) (int, any) {
	var o struct {
		Amount       Amount            `json:"amount"`
		Capture      bool              `json:"capture"`
		Confirmation map[string]string `json:"confirmation"`
		Metadata     map[string]string `json:"metadata"`
		Receipt      json.RawMessage   `json:"receipt"`
		Description  string            `json:"description"`
		Save         bool              `json:"save_payment_method"`
		Method       string            `json:"payment_method_id"`
	}
	if json.Unmarshal(raw, &o) != nil || parse(o.Amount.Value) <= 0 || o.Amount.Currency != "RUB" {
		return 400, fail("invalid_request")
	}
	p := &Payment{ID: fmt.Sprintf("2f%06d-000f-5000-8000-000000000000", len(s.payments)), Status: "pending", Amount: o.Amount, Created: s.Now(),
		Metadata: o.Metadata, capture: o.Capture, save: o.Save, Description: o.Description, back: o.Confirmation["return_url"]}
	checkout, qr := s.Checkout, s.Checkout
	if checkout == "" {
		checkout, qr = "https://yoomoney.test/checkout?orderId=", "https://qr.nspk.test/"
	}
	switch kind := o.Confirmation["type"]; {
	case o.Method != "":
		if !s.charge(p, o.Method) {
			return 400, fail("invalid_request")
		}
	case kind == "redirect":
		p.Confirmation = map[string]string{"type": "redirect", "confirmation_url": checkout + p.ID}
	case kind == "qr":
		p.Confirmation = map[string]string{"type": "qr", "confirmation_data": qr + p.ID}
	default:
		return 400, fail("invalid_request")
	}
	if len(o.Receipt) > 0 {
		p.Cheque = "pending"
	}
	s.payments = append(s.payments, p)
	return s.kept(p)
}

// charge pays with a card that an earlier payment has left: nobody is asked. A card that was blocked since says no.
func (s *Stand) charge(p *Payment, method string) bool {
	for _, known := range s.payments {
		if known.Method == nil || known.Method.ID != method {
			continue
		}
		m := *known.Method
		p.Method, p.Paid, p.Status = &m, true, "waiting_for_capture"
		switch {
		case !m.Saved:
			p.Paid, p.Status, p.Cancelled = false, "canceled", map[string]string{"party": "yoo_money", "reason": "permission_revoked"}
		case p.capture:
			s.take(p)
		}
		return true
	}
	return false
}

func (s *Stand) refund(raw []byte) (int, any) {
	var o struct {
		PaymentID   string `json:"payment_id"`
		Amount      Amount `json:"amount"`
		Description string `json:"description"`
	}
	if json.Unmarshal(raw, &o) != nil {
		return 400, fail("invalid_request")
	}
	p := s.payment(o.PaymentID)
	if p == nil {
		return 404, fail("not_found")
	}
	left := parse(p.Amount.Value)
	for _, r := range s.refunds {
		if r.PaymentID == p.ID {
			left -= parse(r.Amount.Value)
		}
	}
	if n := parse(o.Amount.Value); p.Status != "succeeded" || n <= 0 || n > left {
		return 400, fail("invalid_request")
	}
	r := &Refund{ID: fmt.Sprintf("r%d", len(s.refunds)), PaymentID: p.ID, Status: "succeeded", Amount: o.Amount, Created: s.Now(), Description: o.Description}
	s.refunds = append(s.refunds, r)
	if s.Keep != nil && s.Keep(Kept{Refund: r}) != nil {
		return 500, fail("internal_server_error")
	}
	return 200, r
}

func (s *Stand) read(r *http.Request) (int, any) {
	q := r.URL.Query()
	within := func(field string, at *time.Time) bool {
		from, err1 := time.Parse(time.RFC3339, q.Get(field+".gte"))
		to, err2 := time.Parse(time.RFC3339, q.Get(field+".lt"))
		return err1 != nil || err2 != nil || at != nil && !at.Before(from) && at.Before(to)
	}
	items := []any{}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/v3/payments/"):
		if p := s.payment(strings.TrimPrefix(path, "/v3/payments/")); p != nil {
			return 200, p
		}
		return 404, fail("not_found")
	case path == "/v3/payments":
		for _, p := range s.payments {
			if (q.Get("status") == "" || q.Get("status") == p.Status) && within("captured_at", p.Captured) {
				items = append(items, p)
			}
		}
	case path == "/v3/refunds":
		for _, f := range s.refunds {
			if (q.Get("payment_id") == "" || q.Get("payment_id") == f.PaymentID) && within("created_at", &f.Created) {
				items = append(items, f)
			}
		}
	default:
		return 404, fail("not_found")
	}
	return 200, s.page(items, q.Get("cursor"))
}

func (s *Stand) page(items []any, cursor string) any {
	size, from := s.PageSize, 0
	if size == 0 {
		size = 100
	}
	_, _ = fmt.Sscanf(cursor, "%d", &from) // no cursor is the first page
	page := map[string]any{"type": "list", "items": items[min(from, len(items)):min(from+size, len(items))]}
	if from+size < len(items) {
		page["next_cursor"] = fmt.Sprint(from + size)
	}
	return page
}

func fail(code string) any { return map[string]string{"type": "error", "id": "0", "code": code} }

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever has gone away does not need it
}

// parse reads "350.00" as kopecks, 0 when it is none.
func parse(value string) int64 {
	var rubles, kopecks int64
	if n, err := fmt.Sscanf(value, "%d.%02d", &rubles, &kopecks); n != 2 || err != nil {
		return 0
	}
	return rubles*100 + kopecks
}

func format(kopecks int64) string { return fmt.Sprintf("%d.%02d", kopecks/100, kopecks%100) }
