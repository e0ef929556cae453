package oauth

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const formPost frontend.Page[formPostPage] = "idp/client_form_post.html"

// formPostPage carries an answer to the client as a form (OAuth 2.0 Form Post Response Mode).
type formPostPage struct {
	Host   string
	Action string
	Fields []field
	Go     frontend.Button
}

type field struct{ Name, Value string }

// postBack shows the form. A script of ours sends it at once; without scripts the person presses the button.
func (h *Handler) postBack(c *fiber.Ctx, address string, values url.Values) error {
	page := formPostPage{
		Host: hostOf(address), Action: address,
		Go: frontend.Button{Text: h.Pages.Texts(c)("idp_client.post_go")},
	}
	for name := range values {
		page.Fields = append(page.Fields, field{name, values.Get(name)})
	}
	slices.SortFunc(page.Fields, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	AllowForm(c, originOf(address))
	c.Status(fiber.StatusOK)
	return formPost.Render(c, h.Pages, page)
}
