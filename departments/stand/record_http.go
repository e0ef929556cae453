package stand

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
)

// showRecords answers a question of the portal. Only the portal may ask: a bill is nobody else's business.
func (s *System) showRecords(c *fiber.Ctx) error {
	ctx := c.UserContext()
	mode, err := modeOf(ctx, s.cfg.DB, s.Code)
	if err != nil {
		return err
	}
	switch mode {
	case "down":
		return c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": "down"})
	case "slow":
		select {
		case <-time.After(s.cfg.Slow):
		case <-ctx.Done():
		}
	}
	body := c.BodyRaw()
	keys := s.cfg.PortalAPI + "/api/departments/jwks.json"
	if err := s.trust.Verify(ctx, keys, c.Get(departments.SignatureHeader), body); err != nil {
		if errors.Is(err, departments.ErrKeys) {
			return c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": err.Error()})
		}
		return c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": err.Error()})
	}
	var ask departments.Ask
	if err := json.Unmarshal(body, &ask); err != nil || ask.Audience != s.Code || ask.Source != c.Params("source") {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "the question cannot be understood"})
	}
	list, err := s.records(ctx, ask)
	if err != nil {
		return err
	}
	if list == nil {
		list = []found{}
	}
	return c.JSON(fiber.Map{"records": list})
}
