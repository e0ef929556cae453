package stand

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"
)

// Mount registers the route.
func (r *organisations) Mount(router fiber.Router) {
	router.Post("/registers/organisations", r.answer)
}

func (r *organisations) answer(c *fiber.Ctx) error {
	var asked claim
	if err := json.Unmarshal(c.BodyRaw(), &asked); err != nil {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a JSON object"})
	}
	asked.OGRN, asked.INN = digits(asked.OGRN), digits(asked.INN)
	found, err := r.look(c.UserContext(), asked)
	if err != nil {
		return err
	}
	return c.JSON(found)
}
