package utility

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// RegisterHandler takes what registers tell of utility accounts: POST /api/departments/:code/accounts, signed like the events of the
// exchange. Exempt it from CSRF.
type RegisterHandler struct {
	DB       db.DB
	Box      *secret.Box
	Audience string // public address of the portal
	Now      func() time.Time
	Log      *slog.Logger
	Speaks   func(ctx context.Context, code, signature string, body []byte) error // checks who has signed
}

const (
	signatureHeader = "X-JWS-Signature"
	bodyLimit       = 64 << 10
)

// Mount registers the route.
func (h *RegisterHandler) Mount(r fiber.Router) {
	r.Post("/api/departments/:code/accounts", h.takeAccount)
}

// refusal is an answer to a register that is not taken at its word.
type refusal struct {
	Status int    `json:"-"`
	Code   string `json:"error"`
	Text   string `json:"text"`
}

func (f *refusal) Error() string { return f.Code + ": " + f.Text }

// takeAccount answers in JSON whatever happens: who calls is a machine.
func (h *RegisterHandler) takeAccount(c *fiber.Ctx) error {
	code := c.Params("code")
	n, err := h.take(c.UserContext(), code, cmp.Or(c.Get(signatureHeader), c.Get("X-CMS-Signature")), c.BodyRaw())
	var known interface {
		Refusal() (status int, code, text string)
	}
	if errors.As(err, &known) {
		status, code, text := known.Refusal()
		err = &refusal{status, code, text}
	}
	var f *refusal
	if errors.As(err, &f) {
		h.Log.Warn("utility account refused", "department", code, "code", f.Code, "text", f.Text, "address", c.IP())
		return c.Status(f.Status).JSON(f)
	}
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"result": "taken", "meters": n})
}

func (h *RegisterHandler) take(ctx context.Context, code, signature string, body []byte) (meters int, err error) {
	if len(body) > bodyLimit {
		return 0, &refusal{http.StatusRequestEntityTooLarge, "too_large", "at most 64 KiB"}
	}
	if err := h.Speaks(ctx, code, signature, body); err != nil {
		return 0, err
	}
	a, at, err := h.read(code, body)
	if err != nil {
		return 0, err
	}
	return len(a.meters), pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		may, err := mayBill(ctx, tx, code)
		if err == nil && !may {
			err = &refusal{http.StatusForbidden, "payee", "the department has no utility accounts"}
		}
		if err != nil {
			return err
		}
		return saveAccount(ctx, tx, h.Box, a, at)
	})
}

func (h *RegisterHandler) read(code string, body []byte) (*told, time.Time, error) {
	var e struct {
		SpecVersion string          `json:"specversion"`
		ID          string          `json:"id"`
		Source      string          `json:"source"`
		Type        string          `json:"type"`
		Time        time.Time       `json:"time"`
		Audience    string          `json:"audience"`
		Data        json.RawMessage `json:"data"`
	}
	bad := func(text string) (*told, time.Time, error) {
		return nil, time.Time{}, &refusal{http.StatusUnprocessableEntity, "event", text}
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return bad("not a CloudEvent in JSON")
	}
	switch {
	case e.SpecVersion != "1.0" || e.ID == "" || e.Type != "tamga.utility.account":
		return bad("want specversion 1.0, an id and the type tamga.utility.account")
	case e.Audience != h.Audience:
		return nil, time.Time{}, &refusal{http.StatusForbidden, "audience", "the message is for another portal"}
	case e.Source != "urn:tamga:department:"+code:
		return nil, time.Time{}, &refusal{http.StatusForbidden, "source", "want urn:tamga:department:" + code}
	case e.Time.IsZero() || e.Time.After(h.Now().Add(5*time.Minute)):
		return bad("time is missing or in the future")
	}
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.DisallowUnknownFields()
	var in accountData
	if err := d.Decode(&in); err != nil {
		return bad("data: " + err.Error())
	}
	a, err := in.read()
	if err != nil {
		return bad("data: " + err.Error())
	}
	a.Source = code
	return a, e.Time, nil
}
