package departments

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/web"
)

// Mount puts the notices on the pages of a service and of an application. It must come before the pages' own routes.
func (n *Notices) Mount(r fiber.Router) {
	r.Get("/services/:id", n.onService)
	r.Get("/applications/:id<guid>", n.onApplication)
}

func (n *Notices) onService(c *fiber.Ctx) error {
	return n.tell(c, n.DepartmentOf(c.Params("id")))
}

// onApplication says nothing of whose the application is: the page itself checks that.
func (n *Notices) onApplication(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return c.Next()
	}
	department, err := departmentOf(c.UserContext(), n.DB, id)
	if err != nil {
		return err
	}
	return n.tell(c, department)
}

func (n *Notices) tell(c *fiber.Ctx, department string) error {
	if department == "" {
		return c.Next()
	}
	works, err := n.Of(c.UserContext(), department)
	if err != nil {
		return err
	}
	t := n.Pages.Texts(c)
	frontend.SetLayout(c, func(l *frontend.Layout) {
		for _, w := range works {
			l.Notices = append(l.Notices, t("departments_hold.notice", span(w, web.Lang(c))))
		}
	})
	return c.Next()
}
