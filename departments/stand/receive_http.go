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
	mode, body, err := s.admit(c)
	if err != nil || body == nil {
		return err
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
	if e.Audience != s.Code || e.Source != s.cfg.Portal {
		return 0, "", errBadEvent
	}
	sum := sha256.Sum256(body)
	switch e.Type {
	case departments.TypeMessage, departments.TypeCorrected, departments.TypeCancelled:
		return fiber.StatusOK, "", s.hear(c.UserContext(), e, &m, sum[:])
	case departments.TypeSubmitted:
	default:
		return 0, "", errBadEvent
	}
	if text, err = s.receive(c.UserContext(), e, &m, sum[:], c.BaseURL()); err != nil {
		return 0, "", err
	}
	if s.AtOnce {
		return fiber.StatusOK, text, nil
	}
	return fiber.StatusAccepted, text, nil
}

// admit does what the mode asks for and checks that the portal speaks. A nil body means that the answer is given.
func (s *System) admit(c *fiber.Ctx) (mode string, body []byte, err error) {
	ctx := c.UserContext()
	if mode, err = modeOf(ctx, s.cfg.DB, s.Code); err != nil {
		return "", nil, err
	}
	switch mode {
	case "down":
		return mode, nil, c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": "down"})
	case "slow":
		select {
		case <-time.After(s.cfg.Slow):
		case <-ctx.Done():
		}
	}
	body = c.BodyRaw()
	keys := s.cfg.PortalAPI + "/api/departments/jwks.json"
	if len(body) == 0 {
		return mode, nil, c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "the body is empty"})
	}
	err = s.trust.Verify(ctx, keys, c.Get(departments.SignatureHeader), body)
	switch {
	case errors.Is(err, departments.ErrKeys):
		return mode, nil, c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": err.Error()})
	case err != nil:
		return mode, nil, c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": err.Error()})
	}
	return mode, body, nil
}
