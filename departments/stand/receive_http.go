package stand

import (
	"crypto/sha256"
	"encoding/json"
	"errors"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
)

func (s *System) showKeys(c *fiber.Ctx) error { return c.JSON(s.keys.Public()) }

// takeEvent receives a message of the portal. Its answers are the protocol's, and whatever the mode makes of them.
func (s *System) takeEvent(c *fiber.Ctx, set setting, body []byte) error {
	if err := s.answerEvent(c, set.Mode, body); err != nil {
		return err
	}
	return s.signEventAnswer(c, set, body)
}

func (s *System) answerEvent(c *fiber.Ctx, mode string, body []byte) error {
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
