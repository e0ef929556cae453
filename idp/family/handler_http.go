package family

import (
	"context"
	"errors"
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

// Handler serves the pages of children.
type Handler struct {
	DB        db.DB
	River     *river.Client[pgx.Tx]
	Pages     *frontend.Pages
	Limit     *web.Limiter
	Box       *secret.Box
	Notify    *notify.Outbox
	Now       func() time.Time
	PublicURL string

	// Register begins the registration of a child who takes the account over: account.Handler.RegisterAs.
	Register func(c *fiber.Ctx, id uuid.UUID, last, first, phone, email string, consent bool) (problems map[string]string, err error)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/children", h.parent(h.list))
	r.Get("/children/new", h.parent(h.showNew))
	r.Post("/children/new", h.parent(h.add))
	r.Get("/children/join", h.parent(h.showJoin))
	r.Post("/children/join", h.parent(h.join))
	r.Get("/children/own", h.showTakeOver)
	r.Post("/children/own", h.takeOver)
	r.Get("/children/:child<int>", h.parent(h.show))
	r.Get("/children/:child<int>/edit", h.parent(h.showEdit))
	r.Post("/children/:child<int>/edit", h.parent(h.edit))
	r.Get("/children/:child<int>/invite", h.parent(h.showInvite))
	r.Post("/children/:child<int>/invite", h.parent(h.invite))
	r.Get("/children/:child<int>/remove", h.parent(h.showRemove))
	r.Post("/children/:child<int>/remove", h.parent(h.remove))
}

// parent lets in who is signed in.
func (h *Handler) parent(page func(*fiber.Ctx, *account.Account) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a := account.Current(c)
		if a == nil {
			return fault.New(fault.SignIn, "idp_family.sign_in_first")
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return page(c, a)
	}
}

// child returns the child that the address names, if the person is its parent.
func (h *Handler) child(c *fiber.Ctx, a *account.Account) (*Child, error) {
	oid, err := strconv.ParseInt(c.Params("child"), 10, 64)
	if err != nil {
		return nil, errNoChild
	}
	return childOf(c.UserContext(), h.DB, h.Box, a.ID, oid)
}

// confirmed is child for what only a parent whom the register knows may do.
func (h *Handler) confirmed(c *fiber.Ctx, a *account.Account) (*Child, error) {
	k, err := h.child(c, a)
	if err == nil && !k.Confirmed() {
		return nil, errNoChild
	}
	return k, err
}

func address(oid int64) string { return "/children/" + strconv.FormatInt(oid, 10) }

// record writes what somebody did with a child into the log of each confirmed parent, and of the one who did it.
func record(ctx context.Context, d db.DB, actor, action string, k *Child, by uuid.UUID) error {
	role := "citizen"
	if actor != by.String() {
		role = "system"
	}
	parents, err := parentsOf(ctx, d, k.ID)
	if err != nil {
		return err
	}
	told := map[uuid.UUID]bool{}
	for _, p := range append(parents, by) {
		if told[p] {
			continue
		}
		told[p] = true
		err := journal.Write(ctx, d, journal.Entry{Actor: actor, ActorRole: role, Action: action, Subject: p.String(),
			Details: map[string]any{"child": k.OID}})
		if err != nil {
			return err
		}
	}
	return nil
}

// limitText is the text of a limit that was hit.
func limitText(t func(string, ...any) string, err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return t(f.Key, f.Args...)
	}
	return ""
}
