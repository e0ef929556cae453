package stand

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/fault"
)

// checkMerchant refuses a request that the merchant has not signed, or not lately.
func (b *Bank) checkMerchant(c *fiber.Ctx) ([]byte, error) {
	stamp, body := c.Get("X-Timestamp"), bytes.Clone(c.Request().Body())
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return nil, fault.New(fault.Forbidden, "bank.not_signed")
	}
	if age := b.Now().Sub(time.Unix(seconds, 0)); age > bankWindow || age < -bankWindow {
		return nil, fault.New(fault.Forbidden, "bank.not_signed")
	}
	want := b.sign("request", stamp, c.Method(), c.Path(), c.Get("Idempotence-Key"), string(body))
	if !hmac.Equal([]byte(c.Get("X-Signature")), []byte(want)) {
		return nil, fault.New(fault.Forbidden, "bank.not_signed")
	}
	return body, nil
}

// createPayment books a payment. The same key gives the same payment, however often it is asked for.
func (b *Bank) createPayment(c *fiber.Ctx) error {
	body, err := b.checkMerchant(c)
	if err != nil {
		return err
	}
	var order struct {
		OrderID     string `json:"order_id"`
		Receipt     string `json:"receipt"`
		Payee       string `json:"payee"`
		Description string `json:"description"`
		Amount      int64  `json:"amount"`
		Currency    string `json:"currency"`
		Method      string `json:"method"`
		ReturnURL   string `json:"return_url"`
		Save        bool   `json:"save_card"`
		Card        string `json:"card_id"`
	}
	key := c.Get("Idempotence-Key")
	if err := json.Unmarshal(body, &order); err != nil || key == "" || len(key) > 64 || order.OrderID == "" || order.Amount <= 0 ||
		len(order.Currency) != 3 || !strings.HasPrefix(order.ReturnURL, "http") {
		return fault.New(fault.Invalid, "bank.bad_order")
	}
	if order.Method != "sbp" {
		order.Method = "card"
	}
	now, hash := b.Now(), sha256.Sum256(body)
	p, err := insertBankPayment(c.UserContext(), b.DB, &bankPayment{
		// Random, not in order of time: whoever knows the address of a payment's page may pay it.
		ID: uuid.New(), OrderID: order.OrderID, Receipt: order.Receipt, Payee: order.Payee, Description: order.Description,
		Amount: order.Amount, Currency: order.Currency, Method: order.Method, ReturnURL: order.ReturnURL, Save: order.Save, CreatedAt: now, ExpiresAt: now.Add(bankPayWithin),
	}, key, hash[:])
	if err == nil && order.Card != "" {
		p, err = b.payByCard(c.UserContext(), p, order.Card)
	}
	if err != nil {
		return err
	}
	return c.JSON(b.shown(p))
}

func (b *Bank) readPayment(c *fiber.Ctx) error {
	if _, err := b.checkMerchant(c); err != nil {
		return err
	}
	p, err := b.payment(c)
	if err != nil {
		return err
	}
	return c.JSON(b.shown(p))
}

func (b *Bank) payment(c *fiber.Ctx) (*bankPayment, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "bank.no_payment")
	}
	return bankPaymentByID(c.UserContext(), b.DB, id)
}

// shown adds where the payment is made.
func (b *Bank) shown(p *bankPayment) *bankPayment {
	p.Confirm = b.URL + "/pay/" + p.ID.String()
	if p.Method == "sbp" {
		p.QR = p.Confirm // a real one is https://qr.nspk.ru/…; this one opens the sandbox, also from a phone's camera
	}
	return p
}
