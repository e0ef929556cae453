package banks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
)

// YooKassa is a client of the API of YooKassa, version 3, and of whoever speaks the same. Its call-backs are not signed: what
// they claim is never believed, and the payment that they name is read again.
type YooKassa struct {
	URL       string // "https://api.yookassa.ru/v3"
	Shop      string
	Secret    string
	TwoStages bool // hold the money first, then take it
	Cheques   bool // let YooKassa make the cheque of 54-ФЗ: not needed for money of a budget
	VATCode   int  // of the cheque's line, 1 is without VAT
	Client    *http.Client
	Now       func() time.Time
}

var (
	_ Acquirer = (*YooKassa)(nil)
	_ Holder   = (*YooKassa)(nil)
)

// Name returns "yookassa".
func (y *YooKassa) Name() string { return "yookassa" }

type yooAmount struct {
	Value    string `json:"value"` // "350.00"
	Currency string `json:"currency"`
}

func yooRubles(kopecks int64) yooAmount {
	return yooAmount{fmt.Sprintf("%d.%02d", kopecks/100, kopecks%100), currency}
}

// kopecks reads an amount without ever making it a fraction.
func (a yooAmount) kopecks() (int64, error) {
	var whole, part int64
	rubles, cents, ok := strings.Cut(a.Value, ".")
	if !ok || len(cents) != 2 || len(rubles) == 0 || len(rubles) > 15 || strings.Trim(rubles+cents, "0123456789") != "" {
		return 0, fmt.Errorf("amount %q", a.Value)
	}
	_, err := fmt.Sscanf(rubles+" "+cents, "%d %d", &whole, &part)
	return whole*100 + part, err
}

type yooPayment struct {
	ID           string     `json:"id"`
	Status       string     `json:"status"`
	Amount       yooAmount  `json:"amount"`
	Income       *yooAmount `json:"income_amount"`
	Confirmation struct {
		URL  string `json:"confirmation_url"`
		Data string `json:"confirmation_data"`
	} `json:"confirmation"`
	Captured *time.Time `json:"captured_at"`
	Method   *struct {
		ID    string `json:"id"`
		Saved bool   `json:"saved"`
		Title string `json:"title"`
	} `json:"payment_method"`
	Cancelled struct {
		Reason string `json:"reason"`
	} `json:"cancellation_details"`
	Metadata struct {
		Order string `json:"order_id"`
	} `json:"metadata"`
}

// verdicts are the words of YooKassa in ours.
var verdicts = map[string]Verdict{"pending": DealPending, "waiting_for_capture": DealHeld, "succeeded": DealSucceeded, "canceled": DealCanceled}

func (p *yooPayment) deal() (*Deal, error) {
	sum, err := p.Amount.kopecks()
	if err != nil {
		return nil, err
	}
	d := &Deal{ID: p.ID, Status: verdicts[p.Status], Reason: p.Cancelled.Reason, Amount: sum, Currency: p.Amount.Currency,
		Confirm: p.Confirmation.URL, QR: p.Confirmation.Data}
	if d.Status == "" {
		return nil, fmt.Errorf("payment %s has the unknown status %q", p.ID, p.Status)
	}
	if d.Order, err = uuid.Parse(p.Metadata.Order); err != nil {
		return nil, fmt.Errorf("payment %s is of no order of ours: %w", p.ID, err)
	}
	if p.Method != nil && p.Method.Saved {
		d.Card = &Card{p.Method.ID, strings.TrimPrefix(p.Method.Title, "Bank card ")}
	}
	if p.Captured != nil {
		d.At = *p.Captured
	}
	return d, nil
}

// Create registers an order.
func (y *YooKassa) Create(ctx context.Context, o Order) (*Deal, error) {
	order := map[string]any{
		"amount": yooRubles(o.Amount), "capture": !y.TwoStages, "description": cut(o.Purpose, 128),
		"confirmation": map[string]string{"type": "redirect", "return_url": o.Return},
		"metadata":     map[string]string{"order_id": o.ID.String(), "receipt": o.Receipt},
	}
	switch {
	case o.Card != "":
		order["payment_method_id"] = o.Card
		delete(order, "confirmation")
	case o.Save:
		order["save_payment_method"] = true
	}
	if o.Method == BySBP { // one stage only
		order["capture"], order["confirmation"] = true, map[string]string{"type": "qr"}
		order["payment_method_data"] = map[string]string{"type": "sbp"}
	}
	if y.Cheques && o.Email != "" {
		items := []any{y.item(o.Purpose, o.Amount-o.Fee)}
		if o.Fee > 0 {
			items = append(items, y.item("Комиссия", o.Fee))
		}
		order["receipt"] = map[string]any{"customer": map[string]string{"email": o.Email}, "items": items}
	}
	return y.payment(ctx, http.MethodPost, "/payments", o.ID.String(), order)
}

// item is a line of the cheque of 54-ФЗ.
func (y *YooKassa) item(what string, sum int64) map[string]any {
	return map[string]any{"description": cut(what, 128), "quantity": "1.00", "amount": yooRubles(sum), "vat_code": max(y.VATCode, 1),
		"payment_subject": "service", "payment_mode": "full_payment"}
}

// cut keeps the first n letters: more YooKassa does not take.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// Get reads a payment.
func (y *YooKassa) Get(ctx context.Context, id string) (*Deal, error) {
	d, err := y.payment(ctx, http.MethodGet, "/payments/"+url.PathEscape(id), "", nil)
	if err == nil && d.ID != id {
		return nil, fmt.Errorf("asked for payment %q, told of %q", id, d.ID)
	}
	return d, err
}

// Capture takes held money. The key is made of the payment's: a repeated capture is the same one.
func (y *YooKassa) Capture(ctx context.Context, id string, amount int64) (*Deal, error) {
	return y.payment(ctx, http.MethodPost, "/payments/"+url.PathEscape(id)+"/capture", "capture-"+id, map[string]any{"amount": yooRubles(amount)})
}

// Release lets held money go.
func (y *YooKassa) Release(ctx context.Context, id string) (*Deal, error) {
	return y.payment(ctx, http.MethodPost, "/payments/"+url.PathEscape(id)+"/cancel", "cancel-"+id, map[string]any{})
}

type yooRefund struct {
	ID        string    `json:"id"`
	PaymentID string    `json:"payment_id"`
	Status    string    `json:"status"`
	Amount    yooAmount `json:"amount"`
	Created   time.Time `json:"created_at"`
	Order     string    `json:"description"` // our key: refunds have no metadata
	Cancelled struct {
		Reason string `json:"reason"`
	} `json:"cancellation_details"`
}

// Refund sends money back, or tells how it stands. A key lives for a day at YooKassa; a refund older than that is looked for in
// the list of its payment, so that it is never made twice.
func (y *YooKassa) Refund(ctx context.Context, r RefundOrder) (*Back, error) {
	var known *Back
	err := list(ctx, y, "/refunds", url.Values{"payment_id": {r.Deal}}, func(f yooRefund) error {
		if f.Order == r.ID.String() {
			known = &Back{ID: f.ID, Status: verdicts[f.Status], Reason: f.Cancelled.Reason}
		}
		return nil
	})
	if err != nil || known != nil {
		return known, err
	}
	var made yooRefund
	err = y.call(ctx, http.MethodPost, "/refunds", r.ID.String(),
		map[string]any{"payment_id": r.Deal, "amount": yooRubles(r.Amount), "description": r.ID.String()}, &made)
	if err != nil {
		return nil, err
	}
	return &Back{ID: made.ID, Status: verdicts[made.Status], Reason: made.Cancelled.Reason}, nil
}

// Notice reads which payment a call-back is about. Nothing in it is signed; the rest is up to Get.
func (y *YooKassa) Notice(_ func(string) string, body []byte, _ time.Time) (*Notice, error) {
	var sent struct {
		Type   string     `json:"type"`
		Event  string     `json:"event"`
		Object yooPayment `json:"object"`
	}
	if err := json.Unmarshal(body, &sent); err != nil || sent.Type != "notification" {
		return nil, fmt.Errorf("read the call-back: %w", errors.Join(errors.New("not a notification"), err))
	}
	if !strings.HasPrefix(sent.Event, "payment.") {
		return &Notice{Ignore: true}, nil // refunds are asked about by their own job
	}
	order, err := uuid.Parse(sent.Object.Metadata.Order)
	if err != nil || sent.Object.ID == "" || len(sent.Object.ID) > 64 {
		return nil, fmt.Errorf("read the call-back: payment %q of order %q", sent.Object.ID, sent.Object.Metadata.Order)
	}
	return &Notice{ID: sent.Event, Deal: sent.Object.ID, Order: order}, nil
}

// Registry is made of the lists of a day's payments and refunds: YooKassa's own file comes by e-mail.
func (y *YooKassa) Registry(ctx context.Context, day time.Time) ([]byte, error) {
	from := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow)
	to := from.AddDate(0, 0, 1)
	if y.Now().Before(to) {
		return nil, ErrNoRegistry
	}
	var lines []string
	var sum int64
	add := func(kind, id, of, order string, a yooAmount, commission int64, at time.Time) error {
		n, err := a.kopecks()
		sum += n
		lines = append(lines, fmt.Sprintf("%s;%s;%s;%s;%d;%d;%s;%s\n", kind, id, of, order, n, commission, a.Currency, at.UTC().Format(time.RFC3339)))
		return err
	}
	within := func(field string) url.Values {
		return url.Values{"status": {"succeeded"}, field + ".gte": {from.UTC().Format(time.RFC3339)}, field + ".lt": {to.UTC().Format(time.RFC3339)}}
	}
	err := list(ctx, y, "/payments", within("captured_at"), func(p yooPayment) error {
		n, err := p.Amount.kopecks()
		commission := int64(0)
		if err == nil && p.Income != nil {
			var income int64
			income, err = p.Income.kopecks()
			commission = n - income
		}
		if err != nil || p.Captured == nil {
			return fmt.Errorf("payment %s of the list: %w", p.ID, errors.Join(errors.New("no amount or time"), err))
		}
		return add("payment", p.ID, "", p.Metadata.Order, p.Amount, commission, *p.Captured)
	})
	if err == nil {
		err = list(ctx, y, "/refunds", within("created_at"), func(r yooRefund) error {
			return add("refund", r.ID, r.PaymentID, r.Order, r.Amount, 0, r.Created)
		})
	}
	return []byte(fmt.Sprintf("%s;%s\n%sTOTAL;%d;%d\n", RegistryHead, from.Format(time.DateOnly), strings.Join(lines, ""), len(lines), sum)), err
}

// list walks the pages of a list.
func list[T any](ctx context.Context, y *YooKassa, path string, q url.Values, each func(T) error) error {
	q.Set("limit", "100")
	cursor := ""
	for {
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		var page struct {
			Items []T    `json:"items"`
			Next  string `json:"next_cursor"`
		}
		if err := y.call(ctx, http.MethodGet, path+"?"+q.Encode(), "", nil, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if page.Next == "" || page.Next == cursor {
			return nil
		}
		cursor = page.Next
	}
}

func (y *YooKassa) payment(ctx context.Context, method, path, key string, body any) (*Deal, error) {
	var p yooPayment
	if err := y.call(ctx, method, path, key, body, &p); err != nil {
		return nil, err
	}
	return p.deal()
}

// call asks once. Only 400 and 404 to a write are a no: after 500, 202 and silence nobody knows what was done, and the same
// question is asked again with the same key; 401, 403 and 429 are about us and not about the payment.
func (y *YooKassa) call(ctx context.Context, method, path, key string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, y.URL+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.SetBasicAuth(y.Shop, y.Secret)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotence-Key", key)
	}
	client := y.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask YooKassa: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err = io.ReadAll(io.LimitReader(res.Body, bodyLimit))
	switch {
	case err != nil:
		return fmt.Errorf("ask YooKassa: %w", err)
	case method == http.MethodPost && (res.StatusCode == http.StatusBadRequest || res.StatusCode == http.StatusNotFound):
		return fmt.Errorf("%w: status %d, %s", ErrRefused, res.StatusCode, yooCode(raw))
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("ask YooKassa: status %d, %s", res.StatusCode, yooCode(raw))
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read YooKassa's answer: %w", err)
	}
	return nil
}

func yooCode(raw []byte) string {
	var e struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(raw, &e) // an answer that is no error of theirs has no code
	return e.Code
}
