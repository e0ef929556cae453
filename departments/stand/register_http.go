package stand

import (
	"context"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/db"
)

// registers are the pension fund's and the interior ministry's: they compare what a person says with what they have.
type registers struct{ db db.DB }

// Mount registers the routes.
func (r *registers) Mount(router fiber.Router) {
	router.Post("/registers/pension", answer(r.pension))
	router.Post("/registers/interior", answer(r.interior))
}

func answer(compare func(context.Context, Person) (verdict, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		var asked Person
		if err := json.Unmarshal(c.BodyRaw(), &asked); err != nil {
			return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a JSON object"})
		}
		v, err := compare(c.UserContext(), asked.plain())
		if err != nil {
			return err
		}
		return c.JSON(v)
	}
}
