package utility

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
	"tamga/payments/signed"
)

// RegisterHandler takes what registers tell of utility accounts: POST /api/departments/:code/accounts, signed like the events of the
// exchange. Exempt it from CSRF.
type RegisterHandler struct {
	DB   db.DB
	Box  *secret.Box
	Door *signed.Door
}

// Mount registers the route.
func (h *RegisterHandler) Mount(r fiber.Router) {
	r.Post("/api/departments/:code/accounts", h.Door.Takes("utility account", h.take))
}

func (h *RegisterHandler) take(ctx context.Context, m *signed.Message) (any, error) {
	a, err := readAccount(m)
	if err != nil {
		return nil, err
	}
	return fiber.Map{"result": "taken", "meters": len(a.meters)}, pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		may, err := mayBill(ctx, tx, m.Department)
		if err == nil && !may {
			err = signed.Refuse(http.StatusForbidden, "payee", "the department has no utility accounts")
		}
		if err != nil {
			return err
		}
		return saveAccount(ctx, tx, h.Box, a, m.Sent)
	})
}

func readAccount(m *signed.Message) (*told, error) {
	if m.Type != "tamga.utility.account" {
		return nil, signed.Wrong("want the type tamga.utility.account")
	}
	var in accountData
	if err := m.Read(&in); err != nil {
		return nil, err
	}
	a, err := in.read()
	if err != nil {
		return nil, signed.Wrong("data: " + err.Error())
	}
	a.Source = m.Department
	return a, nil
}
