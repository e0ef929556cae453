package web

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// Failure is an error as a reader may see it.
type Failure struct {
	Kind      fault.Kind // "" when the fault is ours
	Key       string     // locale key of the explanation, may be ""
	Args      []any
	Status    int
	RequestID string
}

var statuses = map[fault.Kind]int{
	fault.Invalid:     fiber.StatusUnprocessableEntity,
	fault.SignIn:      fiber.StatusUnauthorized,
	fault.Forbidden:   fiber.StatusForbidden,
	fault.NotFound:    fiber.StatusNotFound,
	fault.Conflict:    fiber.StatusConflict,
	fault.TooMany:     fiber.StatusTooManyRequests,
	fault.Unavailable: fiber.StatusServiceUnavailable,
}

// FailureOf says how err is shown.
func FailureOf(err error) Failure {
	var known *fault.Error
	if errors.As(err, &known) {
		return Failure{Kind: known.Kind, Key: known.Key, Args: known.Args, Status: statuses[known.Kind]}
	}
	var bare fault.Kind
	if errors.As(err, &bare) {
		return Failure{Kind: bare, Status: statuses[bare]}
	}
	var framework *fiber.Error
	if errors.As(err, &framework) {
		switch framework.Code {
		case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
			return Failure{Kind: fault.NotFound, Status: framework.Code}
		case fiber.StatusRequestEntityTooLarge:
			return Failure{Kind: fault.Invalid, Key: "web.too_large", Status: framework.Code}
		}
		if framework.Code < 500 {
			return Failure{Kind: fault.Invalid, Status: framework.Code}
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || db.IsDown(err) {
		return Failure{Kind: fault.Unavailable, Status: fiber.StatusServiceUnavailable}
	}
	return Failure{Status: fiber.StatusInternalServerError}
}

// errorHandler is the one door from an error to HTTP.
func errorHandler(cfg Config) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		f := FailureOf(err)
		f.RequestID = RequestID(c)
		if f.Status >= 500 && cfg.Log != nil {
			cfg.Log.Error("request failed", "role", cfg.Role, "id", f.RequestID, "route", c.Route().Path, "err", err)
		}
		c.Status(f.Status)
		if cfg.ShowError == nil || c.Accepts("text/html", "application/json") == "application/json" {
			return c.JSON(fiber.Map{"error": f.Kind, "key": f.Key, "request_id": f.RequestID})
		}
		return cfg.ShowError(c, f)
	}
}
