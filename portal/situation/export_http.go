package situation

import (
	"github.com/gofiber/fiber/v2"
)

// Export gives what whoever is signed in has begun together, by the ids of the applications.
func (h *Handler) Export(c *fiber.Ctx) (map[string]any, error) {
	person, err := h.Person(c)
	if err != nil {
		return nil, err
	}
	data, err := exportBundles(c.UserContext(), h.DB, person.ID)
	return map[string]any{"bundles.json": data}, err
}
