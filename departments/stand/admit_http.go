package stand

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
)

// admitted lets take hear what the portal has signed, and nothing else.
func (s *System) admitted(take func(c *fiber.Ctx, set setting, body []byte) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		set, body, err := s.admit(c)
		if err != nil || body == nil {
			return err
		}
		return take(c, set, body)
	}
}

// admit does what the mode asks for and checks that the portal speaks. A nil body means that the answer is given.
func (s *System) admit(c *fiber.Ctx) (set setting, body []byte, err error) {
	ctx := c.UserContext()
	if set, err = settingOf(ctx, s.cfg.DB, s.Code); err != nil {
		return set, nil, err
	}
	switch set.Mode {
	case "down":
		return set, nil, c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": "down"})
	case "slow":
		select {
		case <-time.After(s.cfg.Slow):
		case <-ctx.Done():
		}
	}
	body = c.BodyRaw()
	if len(body) == 0 {
		return set, nil, c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "the body is empty"})
	}
	err = s.spoke(c, set, body)
	switch {
	case errors.Is(err, departments.ErrKeys):
		return set, nil, c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": err.Error()})
	case err != nil:
		return set, nil, c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": err.Error()})
	}
	return set, body, nil
}
