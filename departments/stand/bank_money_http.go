package stand

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/fault"
	"tamga/internal/rus"
)

// bankRefund is money that the bank sends back.
type bankRefund struct {
	ID        uuid.UUID `json:"id"`
	Key       string    `json:"-"`
	PaymentID uuid.UUID `json:"payment_id"`
	Amount    int64     `json:"amount"`
	Status    string    `json:"status"`
	Reason    string    `json:"reason,omitempty"`
	At        time.Time `json:"created_at"`
}

// bankRefundDelay is how long a refund takes.
const bankRefundDelay = 3 * time.Second

// createRefund sends money back, or tells how it stands when the key is known.
func (b *Bank) createRefund(c *fiber.Ctx) error {
	body, err := b.checkMerchant(c)
	if err != nil {
		return err
	}
	var order struct {
		PaymentID uuid.UUID `json:"payment_id"`
		Amount    int64     `json:"amount"`
	}
	key := c.Get("Idempotence-Key")
	if err := json.Unmarshal(body, &order); err != nil || key == "" || order.Amount <= 0 {
		return fault.New(fault.Invalid, "bank.bad_order")
	}
	now := b.Now()
	r, err := bankRefundOf(c.UserContext(), b.DB, &bankRefund{ID: uuid.New(), Key: key, PaymentID: order.PaymentID, Amount: order.Amount, At: now},
		now, now.Add(bankRefundDelay))
	if err != nil {
		return err
	}
	return c.JSON(r)
}

// bankCommission is what the bank keeps, in thousandths.
const bankCommission = 8

// readRegistry writes the file of a day that is over: what came, and what went back.
func (b *Bank) readRegistry(c *fiber.Ctx) error {
	if _, err := b.checkMerchant(c); err != nil {
		return err
	}
	day, err := time.ParseInLocation(time.DateOnly, c.Params("day"), rus.Moscow)
	if err != nil || !b.Now().After(day.AddDate(0, 0, 1)) {
		return fault.New(fault.NotFound, "bank.no_payment")
	}
	moves, err := bankMoves(c.UserContext(), b.DB, day, day.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "REGISTRY;%s\n", day.Format(time.DateOnly))
	sum := int64(0)
	for _, m := range moves {
		commission := int64(0)
		if m.Kind == "payment" {
			commission = m.Amount * bankCommission / 1000
		}
		sum += m.Amount
		fmt.Fprintf(&out, "%s;%s;%s;%s;%d;%d;%s;%s\n", m.Kind, m.ID, m.PaymentOf, m.OrderID, m.Amount, commission, m.Currency, m.At.UTC().Format(time.RFC3339))
	}
	fmt.Fprintf(&out, "TOTAL;%d;%d\n", len(moves), sum)
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.SendString(out.String())
}
