package stand

import (
	"context"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/db"
)

// registers are the pension fund's, the interior ministry's, the tax service's, the medical fund's and the one of births: they compare what
// a person says with what they have.
type registers struct{ db db.DB }

// Mount registers the routes.
func (r *registers) Mount(router fiber.Router) {
	router.Post("/registers/pension", answer(plain(r.pension)))
	router.Post("/registers/interior", answer(plain(r.interior)))
	for _, name := range []string{"interior/licence", "interior/foreign-passport", "interior/permit", "interior/vehicle", "tax", "medical"} {
		router.Post("/registers/"+name, answer(r.paper))
	}
	router.Post("/registers/births", answer(r.births))
}

// plain compares people whose numbers are brought to digits first.
func plain(compare func(context.Context, Person) (verdict, error)) func(context.Context, Person) (verdict, error) {
	return func(ctx context.Context, asked Person) (verdict, error) { return compare(ctx, asked.plain()) }
}

func answer[T any](compare func(context.Context, T) (verdict, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		var asked T
		if err := json.Unmarshal(c.BodyRaw(), &asked); err != nil {
			return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a JSON object"})
		}
		v, err := compare(c.UserContext(), asked)
		if err != nil {
			return err
		}
		return c.JSON(v)
	}
}
