package department

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
	"tamga/payments"
	"tamga/payments/signed"
)

// Handler takes the charges of departments: POST /api/departments/:code/charges, signed like the events of the exchange
// (docs/openapi/payments.yaml). Exempt it from CSRF.
type Handler struct {
	DB   db.DB
	Box  *secret.Box
	Door *signed.Door
}

// Mount registers the route.
func (h *Handler) Mount(r fiber.Router) {
	r.Post("/api/departments/:code/charges", h.Door.Takes("charge", h.take))
}

func (h *Handler) take(ctx context.Context, m *signed.Message) (any, error) {
	s, err := readMessage(m)
	if err != nil {
		return nil, err
	}
	if s.Type == asked {
		return h.list(ctx, s)
	}
	var c *payments.Charge
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
		c, err = payments.ChargeByID(ctx, tx, known)
		return err
	})
	if err != nil {
		return nil, asAPI(err)
	}
	return answerOf(c), nil
}

// do does what a new message says.
func (h *Handler) do(ctx context.Context, tx pgx.Tx, s *message) (*payments.Charge, error) {
	if s.Type == cancelled {
		c, err := payments.ChargeOfSource(ctx, tx, s.Department, s.Data.Reference)
		if err != nil {
			return nil, err
		}
		if err := payments.CancelChargeFor(ctx, tx, c.Origin(), "department "+s.Department, s.Data.Reason, s.At); err != nil {
			return nil, err
		}
		return payments.ChargeByID(ctx, tx, c.ID)
	}
	kind, err := originFor(ctx, tx, s.Department, s.Data.Payee)
	if err != nil {
		return nil, err
	}
	payee, err := payments.PayeeOn(ctx, tx, s.Data.Payee, s.At)
	if err != nil {
		return nil, err
	}
	n, err := s.charge(kind, payee)
	if err == nil {
		err = n.Identify(h.Box, s.Data.Payer.Identity)
	}
	if err != nil {
		return nil, signed.Refuse(http.StatusUnprocessableEntity, "data", err.Error())
	}
	switch s.Type {
	case created:
		return payments.CreateCharge(ctx, tx, n)
	case clarified:
		return payments.ClarifyCharge(ctx, tx, n, s.Data.Reason)
	}
	return nil, signed.Wrong("type: want tamga.charge.created, clarified, cancelled or list")
}

// listPage is a page of a department's own charges.
type listPage struct {
	Charges []Answer `json:"charges"`
	Next    string   `json:"next,omitempty"` // reference to ask after
}

func (h *Handler) list(ctx context.Context, s *message) (*listPage, error) {
	after := uuid.Nil
	if s.Data.Reference != "" {
		err := pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
			c, err := payments.ChargeOfSource(ctx, tx, s.Department, s.Data.Reference)
			if err == nil {
				after = c.ID
			}
			return err
		})
		if err != nil {
			return nil, asAPI(err)
		}
	}
	found, err := payments.ChargesOfSource(ctx, h.DB, s.Department, after)
	if err != nil {
		return nil, err
	}
	page := &listPage{Charges: []Answer{}}
	for _, c := range found {
		page.Charges = append(page.Charges, answerOf(c))
	}
	if len(found) == 100 {
		page.Next = found[99].Reference
	}
	return page, nil
}
