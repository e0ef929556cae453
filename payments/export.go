package payments

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Export gives what payments hold of whoever is signed in, each file by its path: what was charged and paid, the cards that banks
// remember, templates and rules as data, and every receipt as the PDF that its own page gives.
func (h *Handler) Export(c *fiber.Ctx) (map[string]any, error) {
	ctx := c.UserContext()
	r, err := h.reader(c)
	if err != nil {
		return nil, err
	}
	data, err := exportData(ctx, h.DB, r)
	if err != nil {
		return nil, err
	}
	all := map[string]any{"payments.json": data}
	ids, err := chargesWithReceipts(ctx, h.DB, r)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		ch, err := chargeFor(ctx, h.DB, r, id)
		if err != nil {
			return nil, err
		}
		sheets, err := h.receiptSheets(c, ch)
		if err != nil {
			return nil, err
		}
		for _, s := range sheets {
			if all["receipts/"+strings.TrimPrefix(s.File, "receipt-")+".pdf"], err = h.draw(c, s); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}
