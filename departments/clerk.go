package departments

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// Clerk is an employee who works for a department, and sees what was sent to it only.
type Clerk struct {
	ID         uuid.UUID
	Department string
}

// ClerkOf reads the department of an employee with the right; a Forbidden fault if there is none.
func ClerkOf(ctx context.Context, d db.DB, employee uuid.UUID, right string) (*Clerk, error) {
	c := Clerk{ID: employee}
	err := d.QueryRow(ctx, `
		SELECT o.department
		FROM employee e JOIN organisation o ON o.id = e.organisation_id
		WHERE e.id = $1 AND $2 = ANY (e.rights) AND NOT e.temporary AND e.blocked_at IS NULL AND o.department <> ''`,
		employee, right).Scan(&c.Department)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Forbidden, "departments.no_clerk")
	}
	return &c, err
}

// Clerks opens pages of the staff site to clerks with one right.
type Clerks struct {
	DB       db.DB
	Right    string
	Allowed  func(*fiber.Ctx) error // a Forbidden fault without the right
	Employee func(*fiber.Ctx) (uuid.UUID, error)
}

// Only lets clerks in; browsers keep nothing of the page.
func (k *Clerks) Only(page func(*fiber.Ctx, *Clerk) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := k.Allowed(c); err != nil {
			return err
		}
		id, err := k.Employee(c)
		if err != nil {
			return err
		}
		who, err := ClerkOf(c.UserContext(), k.DB, id, k.Right)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "private, no-store")
		return page(c, who)
	}
}
