package support

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/files"
	"tamga/internal/web"
)

// Citizen is who is signed in.
type Citizen struct {
	ID           uuid.UUID
	Email, Phone string
}

// Handler is support on the citizens' site.
type Handler struct {
	Desk
	Limiter *web.Limiter
	Scanner *files.Scanner // nil scans nothing
	Citizen func(*fiber.Ctx) (*Citizen, error)
}

// MaxUpload is the size of a body with files, and TakesFiles where such bodies come.
const (
	MaxUpload = maxFiles*maxFile + 64<<10
	maxFile   = 3 << 20
	maxFiles  = 3
)

// TakesFiles tells whether the address takes files.
func TakesFiles(path string) bool { return path == "/support/new" }

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/support", h.showHelp)
	r.Get("/help", h.showHelp)
	r.Get("/support/new", h.showAsk)
	r.Post("/support/new", h.sendQuestion)
	r.Get("/support/sent", h.showSent)
	r.Get("/support/requests", h.showOwn)
	r.Get("/support/requests/:id<guid>", h.showOne)
	r.Post("/support/requests/:id<guid>", h.reply)
	r.Get("/support/requests/:id<guid>/files/:file<guid>", h.sendFile)
	r.Get("/questions", h.showKnowledge)
	r.Get("/questions/:topic", h.showTopic)
	r.Get("/status", h.showStatus)
}

const (
	helpView    frontend.Page[helpPage]    = "support/help.html"
	askView     frontend.Page[askPage]     = "support/ask.html"
	sentView    frontend.Page[sentPage]    = "support/sent.html"
	ownView     frontend.Page[ownPage]     = "support/own.html"
	requestView frontend.Page[requestPage] = "support/request.html"
)

var (
	kinds    = []string{"question", "problem", "idea"}
	askRate  = web.Rate{Burst: 5, Every: 10 * time.Minute} // per account and per address
	talkRate = web.Rate{Burst: 10, Every: 5 * time.Minute} // of replies
)

// somebody returns who is signed in, or nil.
func (h *Handler) somebody(c *fiber.Ctx) (*Citizen, error) {
	who, err := h.Citizen(c)
	if errors.Is(err, fault.SignIn) {
		return nil, nil
	}
	return who, err
}

type helpPage struct {
	Topics []frontend.Card
	Signed bool
}

func (h *Handler) showHelp(c *fiber.Ctx) error {
	who, err := h.somebody(c)
	if err != nil {
		return err
	}
	return helpView.Render(c, h.Pages, helpPage{Topics: topicCards(h.Pages.Texts(c)), Signed: who != nil})
}

func (h *Handler) allow(c *fiber.Ctx, name string, who *Citizen, r web.Rate) error {
	if err := h.Limiter.Allow(c.UserContext(), name+"-address", c.IP(), web.Rate{Burst: r.Burst * 2, Every: r.Every / 2}); err != nil {
		return err
	}
	if who == nil {
		return h.Limiter.Allow(c.UserContext(), name+"-stranger", c.IP(), r)
	}
	return h.Limiter.Allow(c.UserContext(), name, who.ID.String(), r)
}
