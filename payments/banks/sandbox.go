package banks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Sandbox is the client of the sandbox bank (departments/stand). It speaks HTTP like a real bank's client would: signed
// requests, an Idempotence-Key, time limits, and no trust in what comes back unasked.
type Sandbox struct {
	URL    string // of the bank's API: "http://localhost:8083/bank/api"
	Secret []byte // shared with the bank, 32 bytes or more
	Client *http.Client
	Now    func() time.Time
}

var _ Acquirer = (*Sandbox)(nil)

const (
	patience     = 5 * time.Second // for one answer: a payer waits for it
	noticeWindow = 5 * time.Minute // how far the clocks may differ, and how long a recorded call-back could be replayed
	bodyLimit    = 32 << 20        // a registry of a busy day is long
)

// Name returns "sandbox".
func (s *Sandbox) Name() string { return "sandbox" }

type sandboxOrder struct {
	OrderID     string `json:"order_id"`
	Receipt     string `json:"receipt"`
	Payee       string `json:"payee"`
	Description string `json:"description"`
	Amount      int64  `json:"amount"`
	Currency    string `json:"currency"`
	Method      Method `json:"method,omitempty"`
	ReturnURL   string `json:"return_url"`
	Save        bool   `json:"save_card,omitempty"`
	Card        string `json:"card_id,omitempty"`
}

type sandboxDeal struct {
	ID              string     `json:"id"`
	OrderID         uuid.UUID  `json:"order_id"`
	Status          Verdict    `json:"status"`
	Reason          string     `json:"reason"`
	Amount          int64      `json:"amount"`
	Currency        string     `json:"currency"`
	ConfirmationURL string     `json:"confirmation_url"`
	QR              string     `json:"qr"`
	SettledAt       *time.Time `json:"settled_at"`
	Card            string     `json:"card_id"`
	CardTitle       string     `json:"card_title"`
}

// Create registers an order.
func (s *Sandbox) Create(ctx context.Context, o Order) (*Deal, error) {
	body, err := json.Marshal(sandboxOrder{OrderID: o.ID.String(), Receipt: o.Receipt, Payee: o.Payee, Description: o.Purpose,
		Amount: o.Amount, Currency: currency, Method: o.Method, ReturnURL: o.Return, Save: o.Save, Card: o.Card})
	if err != nil {
		return nil, err
	}
	return s.deal(ctx, http.MethodPost, "/payments", o.ID.String(), body)
}

// Get reads a payment.
func (s *Sandbox) Get(ctx context.Context, id string) (*Deal, error) {
	if _, err := uuid.Parse(id); err != nil {
		return nil, fmt.Errorf("bank payment %q: %w", id, err)
	}
	return s.deal(ctx, http.MethodGet, "/payments/"+id, "", nil)
}

// Refund sends money back, or tells how it stands when asked again.
func (s *Sandbox) Refund(ctx context.Context, r RefundOrder) (*Back, error) {
	if _, err := uuid.Parse(r.Deal); err != nil {
		return nil, fmt.Errorf("bank payment %q: %w", r.Deal, err)
	}
	body, err := json.Marshal(map[string]any{"payment_id": r.Deal, "amount": r.Amount, "description": r.Purpose})
	if err != nil {
		return nil, err
	}
	raw, err := s.call(ctx, http.MethodPost, "/refunds", r.ID.String(), body)
	if err != nil {
		return nil, err
	}
	var back struct {
		ID     string  `json:"id"`
		Status Verdict `json:"status"`
		Reason string  `json:"reason"`
	}
	if err := json.Unmarshal(raw, &back); err != nil {
		return nil, fmt.Errorf("read the bank's answer: %w", err)
	}
	return &Back{ID: back.ID, Status: back.Status, Reason: back.Reason}, nil
}

// Registry reads the file of a day.
func (s *Sandbox) Registry(ctx context.Context, day time.Time) ([]byte, error) {
	raw, err := s.call(ctx, http.MethodGet, "/registry/"+day.Format(time.DateOnly), "", nil)
	if errors.Is(err, ErrRefused) {
		return nil, fmt.Errorf("%w: %w", ErrNoRegistry, err)
	}
	return raw, err
}

func (s *Sandbox) deal(ctx context.Context, method, path, key string, body []byte) (*Deal, error) {
	raw, err := s.call(ctx, method, path, key, body)
	if err != nil {
		return nil, err
	}
	var deal sandboxDeal
	if err := json.Unmarshal(raw, &deal); err != nil {
		return nil, fmt.Errorf("read the bank's answer: %w", err)
	}
	return deal.deal(), nil
}

// call asks once. Other statuses than those of a bad order say nothing of the order: 401 and 403 are about the key and the clock, 409 that
// something stands under the key already, and the first answer may have been lost.
func (s *Sandbox) call(ctx context.Context, method, path, key string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(s.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Signature", s.sign("request", stamp, method, req.URL.Path, key, string(body)))
	if key != "" {
		req.Header.Set("Idempotence-Key", key)
	}
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the bank: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, bodyLimit))
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask the bank: %w", err)
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusUnprocessableEntity:
		return nil, fmt.Errorf("%w: status %d", ErrRefused, res.StatusCode)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("ask the bank: status %d", res.StatusCode)
	}
	return raw, nil
}

func (d sandboxDeal) deal() *Deal {
	deal := &Deal{ID: d.ID, Order: d.OrderID, Status: d.Status, Reason: d.Reason, Amount: d.Amount, Currency: d.Currency,
		Confirm: d.ConfirmationURL, QR: d.QR}
	if d.Card != "" {
		deal.Card = &Card{d.Card, d.CardTitle}
	}
	if d.SettledAt != nil {
		deal.At = *d.SettledAt
	}
	return deal
}

// sign joins the parts by line ends, which none but the last may hold. The first says what is signed, so that a signature of
// a request is none of a call-back.
func (s *Sandbox) sign(parts ...string) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

// Notice checks the signature over the exact body and its time, and reads which payment the call-back is about.
func (s *Sandbox) Notice(header func(string) string, body []byte, now time.Time) (*Notice, error) {
	stamp := header("X-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: no time", ErrForged)
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > noticeWindow || age < -noticeWindow {
		return nil, fmt.Errorf("%w: its time is off by %s", ErrForged, age.Round(time.Second))
	}
	if !hmac.Equal([]byte(header("X-Signature")), []byte(s.sign("callback", stamp, string(body)))) {
		return nil, fmt.Errorf("%w: wrong signature", ErrForged)
	}
	var sent struct {
		ID      string      `json:"id"`
		Payment sandboxDeal `json:"payment"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return nil, fmt.Errorf("read the call-back: %w", err)
	}
	return &Notice{ID: sent.ID, Deal: sent.Payment.ID, Order: sent.Payment.OrderID}, nil
}
