package stand

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
)

// showRecords answers a question of the portal. Only the portal may ask: a bill is nobody else's business.
func (s *System) showRecords(c *fiber.Ctx, _ setting, body []byte) error {
	var ask departments.Ask
	if err := json.Unmarshal(body, &ask); err != nil || ask.Audience != s.Code || ask.Source != c.Params("source") {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "the question cannot be understood"})
	}
	list, err := s.records(c.UserContext(), ask)
	if err != nil {
		return err
	}
	if list == nil {
		list = []found{}
	}
	return c.JSON(fiber.Map{"records": list})
}
