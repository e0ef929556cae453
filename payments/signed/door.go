package signed

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Door checks who has signed, and reads the message.
type Door struct {
	Audience string // public address of the portal
	Now      func() time.Time
	Log      *slog.Logger
	Speaks   func(ctx context.Context, code, signature string, body []byte) error // checks who has signed
}

const (
	jwsHeader = "X-JWS-Signature"
	cmsHeader = "X-CMS-Signature"
	bodyLimit = 64 << 10
)

// Takes makes the handler of a route, which has the code of a department: act does what its messages say. What they are is for the log.
func (d *Door) Takes(what string, act func(ctx context.Context, m *Message) (any, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		code := c.Params("code")
		answer, err := d.take(c.UserContext(), code, cmp.Or(c.Get(jwsHeader), c.Get(cmsHeader)), c.BodyRaw(), act)
		if no := refusalIn(err); no != nil {
			d.Log.Warn(what+" refused", "department", code, "code", no.Code, "text", no.Text, "address", c.IP())
			return c.Status(no.Status).JSON(no)
		}
		if err != nil {
			return err
		}
		return c.JSON(answer)
	}
}

func (d *Door) take(ctx context.Context, code, signature string, body []byte, act func(context.Context, *Message) (any, error)) (any, error) {
	if len(body) > bodyLimit {
		return nil, Refuse(http.StatusRequestEntityTooLarge, "too_large", "at most 64 KiB")
	}
	if err := d.Speaks(ctx, code, signature, body); err != nil {
		return nil, err
	}
	m, err := d.read(code, body)
	if err != nil {
		return nil, err
	}
	return act(ctx, m)
}

// Refusal is an answer to a department that is not taken at its word.
type Refusal struct {
	Status int    `json:"-"`
	Code   string `json:"error"`
	Text   string `json:"text"`
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Text }

// Refuse makes a Refusal.
func Refuse(status int, code, text string) error { return &Refusal{status, code, text} }

// refusalIn finds a refusal in an error, also one of the exchange, which says so by a method; nil when there is none.
func refusalIn(err error) *Refusal {
	var known interface {
		Refusal() (status int, code, text string)
	}
	if errors.As(err, &known) {
		status, code, text := known.Refusal()
		return &Refusal{status, code, text}
	}
	var r *Refusal
	errors.As(err, &r)
	return r
}
