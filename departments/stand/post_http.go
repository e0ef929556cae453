package stand

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Mount registers the routes.
func (p *post) Mount(r fiber.Router) {
	r.Post("/post/letters", p.take)
	r.Get("/post", p.show)
}

func (p *post) take(c *fiber.Ctx) error {
	var l postLetter
	if err := json.Unmarshal(c.BodyRaw(), &l); err != nil || l.ID == uuid.Nil {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a JSON object with an id"})
	}
	l.Name, l.Address, l.Text, l.At = storable(l.Name), storable(l.Address), storable(l.Text), p.now()
	if l.Name == "" || l.Address == "" || l.Text == "" {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want to, address and text"})
	}
	if err := saveLetter(c.UserContext(), p.db, l); err != nil {
		return err
	}
	return c.JSON(fiber.Map{"id": l.ID})
}

type postPage struct{ Letters []letterView }

type letterView struct {
	Name, Address, At string
	Lines             []string
}

const postFile frontend.Page[postPage] = "stand/post.html"

func (p *post) show(c *fiber.Ctx) error {
	all, err := lastLetters(c.UserContext(), p.db)
	if err != nil {
		return err
	}
	page := postPage{}
	for _, l := range all {
		page.Letters = append(page.Letters, letterView{l.Name, l.Address, rus.FormatDateTime(l.At, web.Lang(c)), strings.Split(l.Text, "\n")})
	}
	return postFile.Render(c, p.pages, page)
}
