package notices

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

type exported struct {
	At   time.Time  `json:"at"`
	Kind string     `json:"kind"`
	Text string     `json:"text"`
	Read *time.Time `json:"read_at,omitempty"`
}

// Export gives every notice of whoever is signed in, and which ways are turned off.
func (h *Handler) Export(c *fiber.Ctx) (map[string]any, error) {
	account, err := h.User(c)
	if err != nil {
		return nil, err
	}
	rows, err := allOf(c.UserContext(), h.DB, account)
	if err != nil {
		return nil, err
	}
	off, err := mutesOf(c.UserContext(), h.DB, account)
	if err != nil {
		return nil, err
	}
	list := make([]exported, len(rows))
	for i, r := range rows {
		text, err := h.Box.Open(r.Body, place(r.ID))
		if err != nil {
			return nil, err
		}
		list[i] = exported{r.CreatedAt, r.Kind, string(text), r.ReadAt}
	}
	return map[string]any{"notices.json": map[string]any{"notices": list, "turned_off": off}}, nil
}
