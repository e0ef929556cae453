package organisation

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the pages of organisations.
type Handler struct {
	DB        db.DB
	River     *river.Client[pgx.Tx]
	Pages     *frontend.Pages
	Sessions  *account.Sessions
	Limit     *web.Limiter
	Box       *secret.Box
	Notify    *notify.Outbox
	Now       func() time.Time
	PublicURL string // address of the provider, for links in messages
	Secure    bool   // cookies over TLS only

	// Waiting says which client waits for the request, or returns nil.
	Waiting func(context.Context, uuid.UUID) *account.Waiting
	// AllowForm lets the redirects that follow a form leave for origin.
	AllowForm func(c *fiber.Ctx, origin string)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Use(h.showCapacity)
	r.Get("/organisations", h.list)
	r.Get("/organisations/states", h.showStates)
	r.Get("/organisations/new", h.showKinds)
	r.Get("/organisations/new/:kind", h.showNew)
	r.Post("/organisations/new/:kind", h.create)
	r.Get("/organisations/as", h.showChoice)
	r.Post("/organisations/as", h.choose)
	r.Get("/organisations/invitation", h.showInvitation)
	r.Post("/organisations/invitation", h.answerInvitation)
	r.Get("/organisations/:oid<int>", h.show)
	r.Post("/organisations/:oid<int>/send", h.send)
	r.Post("/organisations/:oid<int>/remove", h.remove)
	r.Post("/organisations/:oid<int>/recheck", h.recheck)
	r.Get("/organisations/:oid<int>/edit", h.showEdit)
	r.Post("/organisations/:oid<int>/edit", h.edit)
	r.Get("/organisations/:oid<int>/leave", h.showLeave)
	r.Post("/organisations/:oid<int>/leave", h.leave)
	r.Get("/organisations/:oid<int>/employees", h.listEmployees)
	r.Get("/organisations/:oid<int>/invite", h.showInvite)
	r.Post("/organisations/:oid<int>/invite", h.invite)
	r.Post("/organisations/:oid<int>/invitations/:id<guid>", h.changeInvitation)
	r.Get("/organisations/:oid<int>/employees/:id<guid>", h.showEmployee)
	r.Post("/organisations/:oid<int>/employees/:id<guid>/powers", h.grantPower)
	r.Post("/organisations/:oid<int>/employees/:id<guid>/revoke", h.revokePower)
	r.Post("/organisations/:oid<int>/employees/:id<guid>/admin", h.changeAdmin)
	r.Get("/organisations/:oid<int>/employees/:id<guid>/dismiss", h.showDismiss)
	r.Post("/organisations/:oid<int>/employees/:id<guid>/dismiss", h.dismiss)
}

// person returns the account that is signed in.
func person(c *fiber.Ctx) (*account.Account, error) {
	if a := account.Current(c); a != nil {
		return a, nil
	}
	return nil, fault.New(fault.SignIn, "idp.sign_in_first")
}

// oidOf is the organisation that the address names.
func oidOf(c *fiber.Ctx) int64 {
	oid, _ := strconv.ParseInt(c.Params("oid"), 10, 64)
	return oid
}

// pathOf is the page of an organisation, or one below it.
func pathOf(oid int64, below ...string) string {
	path := "/organisations/" + strconv.FormatInt(oid, 10)
	for _, b := range below {
		path += "/" + b
	}
	return path
}

// need is what an action asks of a role. A nil one asks for nothing but the role.
type need func(*Role) error

func managing(r *Role) error {
	if !r.Manages() {
		return fault.New(fault.Forbidden, "idp_org.managers_only")
	}
	return nil
}

func hiring(r *Role) error {
	if !r.May(PowerEmployees) {
		return fault.New(fault.Forbidden, "idp_org.hiring_only")
	}
	return nil
}

// role returns who is signed in, and what they are now in the organisation of the address. Who is nothing there learns nothing
// about it.
func (h *Handler) role(c *fiber.Ctx, d db.DB, n need) (*account.Account, *Role, error) {
	a, err := person(c)
	if err != nil {
		return nil, nil, err
	}
	r, err := RoleIn(c.UserContext(), d, a.ID, oidOf(c))
	if err == nil && n != nil {
		err = n(r)
	}
	return a, r, err
}

// change does something in a transaction that begins with the question whether the person may.
func (h *Handler) change(c *fiber.Ctx, n need, do func(pgx.Tx, *account.Account, *Role) error) error {
	return pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		a, r, err := h.role(c, tx, n)
		if err != nil {
			return err
		}
		return do(tx, a, r)
	})
}

// own returns the organisation of the address if it is not active yet and this person has begun it.
func (h *Handler) own(c *fiber.Ctx) (*account.Account, *Organisation, error) {
	a, err := person(c)
	if err != nil {
		return nil, nil, err
	}
	o, err := organisationByOID(c.UserContext(), h.DB, oidOf(c))
	if err != nil {
		return nil, nil, err
	}
	if o.CreatedBy == nil || *o.CreatedBy != a.ID {
		return nil, nil, fault.New(fault.NotFound, "idp_org.none_such")
	}
	return a, o, nil
}

// note writes what somebody did to the journal. The subject sees it.
func note(c *fiber.Ctx, tx pgx.Tx, actor, subject uuid.UUID, action string, details map[string]any) error {
	from, _ := netip.ParseAddr(c.IP())
	role := "citizen"
	if actor != subject {
		role = "organisation"
	}
	return journal.Write(c.UserContext(), tx, journal.Entry{Actor: actor.String(), ActorRole: role, Action: "idp." + action,
		Subject: subject.String(), Details: details, Address: from})
}

// showCapacity shows in the header in whose name the person acts.
func (h *Handler) showCapacity(c *fiber.Ctx) error {
	in := account.CurrentSignIn(c)
	if in == nil || in.ActingOID == nil || c.Method() != fiber.MethodGet {
		return c.Next()
	}
	r, err := Acting(c.UserContext(), h.DB, in)
	if err != nil {
		return err
	}
	if r != nil {
		frontend.SetLayout(c, func(l *frontend.Layout) {
			if l.User != nil {
				l.User.Note = r.Name()
			}
		})
	}
	return c.Next()
}
