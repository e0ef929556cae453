package oauth

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
)

const finishedPages frontend.Page[finishedPage] = "idp/finished.html"

// finishedPage tells that a request was answered before: after a double click, or back from the site by the browser's button.
type finishedPage struct {
	Client string
	Origin string // of the site, "" for an app
}

// Finished is the error of a request that was answered before. It knows the way back to who asked.
type Finished struct{ Client, Address string }

func (f *Finished) Error() string { return "the request was answered before" }

// Unwrap lets it count as a conflict where nobody shows the page.
func (f *Finished) Unwrap() error { return fault.New(fault.Conflict, "idp.request_used") }

// ShowFinished has a handler's Finished shown as a page that leads back to the site: of the browser's two answers it was the other
// that would have.
func ShowFinished(pages *frontend.Pages, next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := next(c)
		var f *Finished
		if !errors.As(err, &f) {
			return err
		}
		noStore(c)
		c.Status(fiber.StatusConflict)
		return finishedPages.Render(c, pages, finishedPage{f.Client, originOf(f.Address)})
	}
}
