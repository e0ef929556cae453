package confirm

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/safety"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/gost"
	"tamga/internal/journal"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the pages of levels, of the ways to the confirmed one, and of operators.
type Handler struct {
	DB        db.DB
	River     *river.Client[pgx.Tx]
	Pages     *frontend.Pages
	Limit     *web.Limiter
	Box       *secret.Box
	Passwords *secret.Hasher
	Notify    *notify.Outbox
	Now       func() time.Time
	PublicURL string // address of the provider, for links in messages

	People *account.Handler // registers people on the spot
	Keeper *safety.Keeper
	Post   bool  // letters can be sent
	Bank   *Bank // nil: no bank answers for people

	// Signed returns the certificate of the trusted authority by which the request's file signs a text; nil: nobody is trusted.
	Signed func(c *fiber.Ctx, text string) (*gost.Certificate, error)
	// SameName tells whether a certificate names the account's holder.
	SameName func(*account.Account, gost.Subject) bool
	// Waiting says which client waits for the request, or returns nil.
	Waiting func(context.Context, uuid.UUID) *account.Waiting
	// AllowForm lets the redirects that follow a form leave for origin.
	AllowForm func(c *fiber.Ctx, origin string)
	// Addresses are where a letter could go, in words.
	Addresses func(ctx context.Context, account uuid.UUID) ([]string, error)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/levels", h.showLevels)
	r.Get("/confirm", h.own(h.showWays))
	r.Get("/confirm/done", h.own(h.showDone))
	r.Get("/confirm/centres", h.showCentres)
	if h.Post {
		r.Get("/confirm/letter", h.standard(h.showLetter))
		r.Post("/confirm/letter", h.standard(h.orderLetter))
		r.Post("/confirm/letter/code", h.standard(h.enterCode))
	}
	if h.Bank != nil {
		r.Get("/confirm/bank", h.standard(h.showBank))
		r.Post("/confirm/bank", h.standard(h.askBank))
		r.Get("/confirm/bank/back", h.own(h.comeBack))
	}
	if h.Signed != nil {
		r.Get("/confirm/signature", h.standard(h.showSignature))
		r.Get("/confirm/signature/:id<guid>/text", h.standard(h.downloadText))
		r.Post("/confirm/signature", h.standard(h.sign))
	}
	r.Get("/confirm/password", h.showPassword)
	r.Post("/confirm/password", h.choosePassword)
	r.Get("/confirm/keep", h.showKeep)
	r.Post("/confirm/keep", h.keep)
	h.mountOperator(r)
}

// personal is a handler of a page that belongs to somebody.
type personal func(*fiber.Ctx, *account.Account) error

// own lets only those in who are signed in.
func (h *Handler) own(then personal) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a := account.Current(c)
		if a == nil {
			return fault.New(fault.SignIn, "idp.sign_in_first")
		}
		return then(c, a)
	}
}

// standard lets those in who are at the level from which the ways begin, and leads the others to where they can go on.
func (h *Handler) standard(then personal) fiber.Handler {
	return h.own(func(c *fiber.Ctx, a *account.Account) error {
		if a.Level != account.Standard {
			return c.Redirect(withRequest("/confirm", requestOf(c)), fiber.StatusSeeOther)
		}
		return then(c, a)
	})
}

// requestOf is the sign-in of a client that waits for the level, or nil.
func requestOf(c *fiber.Ctx) *uuid.UUID {
	text := c.Query("request")
	if c.Method() == fiber.MethodPost {
		text = c.FormValue("request")
	}
	if id, err := uuid.Parse(text); err == nil {
		return &id
	}
	return nil
}

func withRequest(path string, id *uuid.UUID) string {
	if id == nil {
		return path
	}
	return path + "?request=" + id.String()
}

// onward is the way back to the client that waits, or nil.
func (h *Handler) onward(c *fiber.Ctx, id *uuid.UUID) *frontend.Button {
	if id == nil {
		return nil
	}
	w := h.Waiting(c.UserContext(), *id)
	if w == nil {
		return nil
	}
	return &frontend.Button{Text: h.Pages.Texts(c)("idp.back_to", w.Name), Href: withRequest(w.Path, id)}
}

// inTx runs do in a transaction.
func (h *Handler) inTx(c *fiber.Ctx, do func(ctx context.Context, tx pgx.Tx) error) error {
	ctx := c.UserContext()
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error { return do(ctx, tx) })
}

// ownEntry begins an entry of the journal about what a person does with the own account.
func ownEntry(c *fiber.Ctx, a *account.Account, action string, details map[string]any) journal.Entry {
	from, _ := netip.ParseAddr(c.IP())
	return journal.Entry{Actor: a.ID.String(), ActorRole: "citizen", Action: "idp.confirm." + action, Subject: a.ID.String(),
		Details: details, Address: from}
}

// limited puts the words of a limit that was hit on the page; any other error it returns.
func (h *Handler) limited(c *fiber.Ctx, p *page, field string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	p.Errors.Add(field, h.Pages.Texts(c)(f.Key, f.Args...))
	if f.Kind == fault.TooMany {
		c.Status(fiber.StatusTooManyRequests)
	}
	return h.render(c, p)
}
