package payments

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// DepartmentHandler takes the charges of departments: POST /api/departments/:code/charges, signed like the events of the exchange
// (docs/openapi/payments.yaml). Exempt it from CSRF.
type DepartmentHandler struct {
	DB       db.DB
	Box      *secret.Box
	Audience string // public address of the portal
	Now      func() time.Time
	Log      *slog.Logger
	Speaks   func(ctx context.Context, code, signature string, body []byte) error // checks who has signed
}

const (
	chargeSignature = "X-JWS-Signature"
	chargeCMS       = "X-CMS-Signature" // of departments that sign by GOST CMS
	chargeBodyLimit = 64 << 10
)

// Mount registers the route.
func (h *DepartmentHandler) Mount(r fiber.Router) {
	r.Post("/api/departments/:code/charges", h.takeCharge)
}

// takeCharge answers in JSON whatever happens: who calls is a machine.
func (h *DepartmentHandler) takeCharge(c *fiber.Ctx) error {
	answer, err := h.take(c.UserContext(), c.Params("code"), cmp.Or(c.Get(chargeSignature), c.Get(chargeCMS)), c.BodyRaw())
	var known interface {
		Refusal() (status int, code, text string)
	}
	if errors.As(err, &known) {
		status, code, text := known.Refusal()
		err = &apiFault{status, code, text}
	}
	var f *apiFault
	if errors.As(err, &f) {
		logOf(h.Log).Warn("charge refused", "department", c.Params("code"), "code", f.Code, "text", f.Text, "address", c.IP())
		return c.Status(f.Status).JSON(f)
	}
	if err != nil {
		return err
	}
	return c.JSON(answer)
}

func (h *DepartmentHandler) take(ctx context.Context, code, signature string, body []byte) (any, error) {
	if len(body) > chargeBodyLimit {
		return nil, refused(http.StatusRequestEntityTooLarge, "too_large", "at most 64 KiB")
	}
	if err := h.Speaks(ctx, code, signature, body); err != nil {
		return nil, err
	}
	s, err := readCharge(code, h.Audience, body, h.Now())
	if err != nil {
		return nil, err
	}
	if s.Type == chargeAsked {
		return h.list(ctx, s)
	}
	var c *Charge
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := lockNotices(ctx, tx, s); err != nil {
			return err
		}
		known, err := knownNotice(ctx, tx, s)
		if err != nil {
			return err
		}
		if known == uuid.Nil {
			if c, err = h.do(ctx, tx, s); err != nil {
				return err
			}
			return insertNotice(ctx, tx, s, c.ID)
		}
		c, err = chargeByID(ctx, tx, known)
		return err
	})
	if err != nil {
		return nil, asAPI(err)
	}
	return answerOf(c), nil
}

// do does what a new message says.
func (h *DepartmentHandler) do(ctx context.Context, tx pgx.Tx, s *chargeSaid) (*Charge, error) {
	if s.Type == chargeCancelled {
		c, err := ownCharge(ctx, tx, s.Department, s.Data.Reference)
		if err != nil {
			return nil, err
		}
		if err := CancelChargeFor(ctx, tx, c.Origin(), "department "+s.Department, s.Data.Reason, s.At); err != nil {
			return nil, err
		}
		return chargeByID(ctx, tx, c.ID)
	}
	kind, err := originFor(ctx, tx, s.Department, s.Data.Payee)
	if err != nil {
		return nil, err
	}
	payee, err := payeeOn(ctx, tx, s.Data.Payee, s.At)
	if err != nil {
		return nil, err
	}
	n, err := s.charge(kind, payee)
	if err == nil {
		err = n.Identify(h.Box, s.Data.Payer.Identity)
	}
	if err != nil {
		return nil, refused(http.StatusUnprocessableEntity, "data", err.Error())
	}
	switch s.Type {
	case chargeCreated:
		return CreateCharge(ctx, tx, n)
	case chargeClarified:
		c, err := lockOrigin(ctx, tx, n.Origin)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, refused(http.StatusNotFound, "charge", "no such charge of yours")
		}
		if err := clarify(ctx, tx, c, n, s.Data.Reason); err != nil {
			return nil, err
		}
		return chargeByID(ctx, tx, c.ID)
	}
	return nil, refused(http.StatusUnprocessableEntity, "event", "type: want tamga.charge.created, clarified, cancelled or list")
}

// chargeList is a page of a department's own charges.
type chargeList struct {
	Charges []ChargeAnswer `json:"charges"`
	Next    string         `json:"next,omitempty"` // reference to ask after
}

func (h *DepartmentHandler) list(ctx context.Context, s *chargeSaid) (*chargeList, error) {
	after := uuid.Nil
	if s.Data.Reference != "" {
		err := pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
			c, err := ownCharge(ctx, tx, s.Department, s.Data.Reference)
			if err == nil {
				after = c.ID
			}
			return err
		})
		if err != nil {
			return nil, asAPI(err)
		}
	}
	found, err := ownCharges(ctx, h.DB, s.Department, after)
	if err != nil {
		return nil, err
	}
	page := &chargeList{Charges: []ChargeAnswer{}}
	for _, c := range found {
		page.Charges = append(page.Charges, answerOf(c))
	}
	if len(found) == 100 {
		page.Next = found[99].Reference
	}
	return page, nil
}
