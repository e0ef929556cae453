package applications

import (
	"context"
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/web"
)

// Handler serves the pages of applications on the portal.
type Handler struct {
	*Core
	Redis  redis.UniversalClient // limits only; nil lets everything through
	Pages  *frontend.Pages
	Person func(*fiber.Ctx) (*Person, error) // who is signed in; fault.SignIn when nobody is

	// NeedLevel answers the request by sending a person of too low a level, or nobody yet, to the identity provider, and from
	// there back to the path.
	NeedLevel func(c *fiber.Ctx, level catalog.Level, back string) error

	// NeedCapacity answers the request by explaining to a person, or to nobody yet, in whose name a service is begun, and leads
	// back to the path.
	NeedCapacity func(c *fiber.Ctx, s *catalog.Service, back string) error
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/applications", h.list)
	r.Post("/applications", h.begin)
	r.Get("/applications/new", h.showBegin)
	r.Get("/applications/:id", h.status)
	r.Get("/applications/:id/steps/:step", h.knownEnough, h.showStep)
	r.Post("/applications/:id/steps/:step", h.knownEnough, h.saveStep)
	r.Get("/applications/:id/steps/:step/stop", h.knownEnough, h.showStop)
	r.Get("/applications/:id/files/:file", h.knownEnough, h.download)
	r.Get("/departments/files/:pass", h.departmentFile)
	r.Get("/applications/:id/check", h.knownEnough, h.check)
	r.Get("/applications/:id/print.pdf", h.knownEnough, h.print)
	r.Post("/applications/:id/sign", h.signIt)
	r.Post("/applications/:id/submit", h.signIt)
	r.Get("/applications/:id/invite", h.knownEnough, h.showInvite)
	r.Post("/applications/:id/invite", h.knownEnough, h.sendInvite)
	r.Get("/applications/:id/cancel", h.knownEnough, h.showCancel)
	r.Post("/applications/:id/cancel", h.knownEnough, h.doCancel)
	r.Get("/applications/:id/messages", h.knownEnough, h.showMessages)
	r.Post("/applications/:id/messages", h.knownEnough, h.postMessage)
	r.Get("/applications/:id/appeal", h.knownEnough, h.showAppeal)
	r.Post("/applications/:id/appeal", h.knownEnough, h.postAppeal)
	r.Get("/applications/:id/requests/:request", h.knownEnough, h.showRequest)
	r.Post("/applications/:id/requests/:request", h.knownEnough, h.postRequest)
	r.Get("/applications/:id/requests/:request/check", h.knownEnough, h.showCorrection)
	r.Post("/applications/:id/requests/:request/sign", h.knownEnough, h.signRequest)
	r.Get("/applications/:id/documents/:document", h.knownEnough, h.downloadDocument)
	r.Post("/applications/:id/copy", h.knownEnough, h.doCopy)
	r.Get("/applications/:id/erase", h.knownEnough, h.showErase)
	r.Post("/applications/:id/erase", h.knownEnough, h.doErase)
	r.Get("/verify", h.verify)
	r.Get("/verify/:number/:code", h.verify)
	r.Get("/applications/:id/decline", h.knownEnough, h.showDecline)
	r.Post("/applications/:id/decline", h.knownEnough, h.doDecline)
	r.Get("/invitations/:token", h.showInvitation)
	r.Post("/invitations/:token/accept", h.acceptInvitation)
	r.Post("/invitations/:token/decline", h.refuseInvitation)
}

// applicationPath is the page of an application, or one below it.
func applicationPath(id uuid.UUID, rest string) string { return "/applications/" + id.String() + rest }

func stepPath(id uuid.UUID, step string, change bool) string {
	path := applicationPath(id, "/steps/"+url.PathEscape(step))
	if change {
		path += "?change=1"
	}
	return path
}

func seeOther(c *fiber.Ctx, path string) error { return c.Redirect(path, fiber.StatusSeeOther) }

// ofParam reads who asks and for which application. An id that is none is nobody's application.
func (h *Handler) ofParam(c *fiber.Ctx) (*Person, uuid.UUID, error) {
	p, err := h.Person(c)
	if err != nil {
		return nil, uuid.Nil, err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, uuid.Nil, errNoApplication
	}
	return p, id, nil
}

// read opens the application of the address for the person who asks, after its clock has been looked at.
func (h *Handler) read(c *fiber.Ctx) (*Person, *dossier, error) {
	p, id, err := h.ofParam(c)
	if err != nil {
		return nil, nil, err
	}
	ctx := c.UserContext()
	d, err := h.openFor(ctx, h.DB, p.ID, id)
	switch {
	case err != nil:
		return p, d, err
	case !p.actsFor(&d.Application):
		return nil, nil, errOtherCapacity
	case !d.Overdue(h.Now()):
		return p, d, nil
	}
	// The job is late. Nobody is shown an application that runs no more.
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		locked, err := h.lockFor(ctx, tx, p.ID, id)
		if err != nil {
			return err
		}
		return h.expire(ctx, tx, locked)
	})
	if err != nil {
		return nil, nil, err
	}
	d, err = h.openFor(ctx, h.DB, p.ID, id)
	return p, d, err
}

// errOver ends a change because the clock had run out; the end of the application itself is kept.
var errOver = errors.New("the clock has run out")

// change runs f on the locked application of the address. When the clock has run out it runs instead, and the answer is errOver.
func (h *Handler) change(c *fiber.Ctx, f func(ctx context.Context, tx pgx.Tx, p *Person, d *dossier) error) error {
	p, id, err := h.ofParam(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	over := false
	err = db.InTx(ctx, h.DB, func(tx pgx.Tx) error {
		d, err := h.lockFor(ctx, tx, p.ID, id)
		if err != nil {
			return err
		}
		if !p.actsFor(&d.Application) {
			return errOtherCapacity
		}
		if d.Overdue(h.Now()) {
			over = true
			return h.expire(ctx, tx, d)
		}
		return f(ctx, tx, p, d)
	})
	if err == nil && over {
		return errOver
	}
	return err
}

// settled sends the reader to the page of the application when a change came too late, which explains itself; other errors
// pass.
func (h *Handler) settled(c *fiber.Ctx, err error) error {
	if errors.Is(err, errOver) || errors.Is(err, errClosed) {
		return seeOther(c, "/applications/"+c.Params("id"))
	}
	return err
}

// known runs f with a person of at least the level, or sends the reader to become one and come back.
func (h *Handler) known(c *fiber.Ctx, level catalog.Level, back string, f func(*Person) error) error {
	p, err := h.Person(c)
	switch {
	case errors.Is(err, fault.SignIn) || err == nil && !p.Level.AtLeast(level):
		return h.NeedLevel(c, level, back)
	case err != nil:
		return err
	}
	return f(p)
}

// knownEnough lets only those to the answers whom the service would let begin: somebody who entered the cabinet by phone, which may
// have a new owner, must not read the passports in them.
func (h *Handler) knownEnough(c *fiber.Ctx) error {
	p, id, err := h.ofParam(c)
	if err != nil {
		return err
	}
	a, err := applicationOf(c.UserContext(), h.DB, p.ID, id)
	if err != nil {
		return err
	}
	if !p.actsFor(a) {
		return errOtherCapacity
	}
	s, err := h.Catalog.Service(a.Service, a.ServiceVersion)
	if err != nil {
		return err
	}
	if !p.Level.AtLeast(s.Level) {
		return h.NeedLevel(c, s.Level, c.Path())
	}
	return c.Next()
}

// within counts what a person does against a rate. It returns fault.TooMany.
func (h *Handler) within(ctx context.Context, what string, p *Person, rate web.Rate) error {
	if h.Redis == nil {
		return nil
	}
	return (&web.Limiter{Redis: h.Redis}).Allow(ctx, what, p.ID.String(), rate)
}

// form reads the posted form as it is.
func form(c *fiber.Ctx) (url.Values, error) {
	if m, err := c.MultipartForm(); err == nil {
		return url.Values(m.Value), nil
	}
	values, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return nil, fault.New(fault.Invalid, "applications.bad_form")
	}
	return values, nil
}

func (h *Handler) tr(c *fiber.Ctx) catalog.Tr {
	return catalog.Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle}
}

// contactOf takes from the account where notices go.
func contactOf(c *fiber.Ctx, p *Person) contact {
	return contact{Phone: p.Profile["phone"], Email: p.Profile["email"], Lang: web.Lang(c)}
}
