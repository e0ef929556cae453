package applications

import (
	"github.com/gofiber/fiber/v2"

	"tamga/internal/fault"
)

// print gives a party the application as a paper: what was asked and answered, who signed what, and where it went. It shows what the
// page with the answers shows, and nothing more. Nobody but a party gets it: the application is read through application_party.
func (h *Handler) print(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	if !d.Me.Complete {
		return fault.New(fault.Conflict, "applications.incomplete")
	}
	charge, err := h.chargeOf(c.UserContext(), h.DB, d)
	if err != nil {
		return err
	}
	text, err := h.paper(d, charge, h.tr(c))
	if err != nil {
		return err
	}
	name := d.Number
	if name == "" {
		name = d.ID.String()
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tamga-`+name+`.pdf"`)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Send(text)
}
