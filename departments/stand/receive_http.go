package stand

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
)

func (s *System) showKeys(c *fiber.Ctx) error { return c.JSON(s.keys.Public()) }

// takeEvent receives a message of the portal. Its answers are the protocol's, and whatever the mode makes of them.
func (s *System) takeEvent(c *fiber.Ctx) error {
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
	if mode == "reject" {
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"reason": "Заявление не принято: стенд отклоняет всё, что получает"})
	}
	status, text, err := s.takeMessage(c, body)
	var no refusal
	switch {
	case errors.As(err, &no):
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"reason": no.reason})
	case errors.Is(err, errOtherContent):
		return c.Status(fiber.StatusConflict).JSON(fiber.Map{"error": err.Error()})
	case errors.Is(err, errBadEvent):
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": err.Error()})
	case err != nil:
		return err
	case mode == "drop":
		return c.Status(fiber.StatusBadGateway).SendString("the answer is lost")
	}
	if text == "" {
		return c.Status(status).JSON(fiber.Map{})
	}
	return c.Status(status).JSON(fiber.Map{"text": text})
}

func (s *System) takeMessage(c *fiber.Ctx, body []byte) (status int, text string, err error) {
	e, err := departments.ParseEvent(body)
	if err != nil {
		return 0, "", errors.Join(errBadEvent, err)
	}
	var m departments.Message
	if err := json.Unmarshal(e.Data, &m); err != nil {
		return 0, "", errors.Join(errBadEvent, err)
	}
	if e.Type != departments.TypeSubmitted || e.Audience != s.Code || e.Source != s.cfg.Portal {
		return 0, "", errBadEvent
	}
	sum := sha256.Sum256(body)
	if text, err = s.receive(c.UserContext(), e, &m, sum[:]); err != nil {
		return 0, "", err
	}
	if s.AtOnce {
		return fiber.StatusOK, text, nil
	}
	return fiber.StatusAccepted, text, nil
}
