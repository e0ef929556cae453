package papers

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
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the pages of documents, addresses and vehicles.
type Handler struct {
	DB    db.DB
	River *river.Client[pgx.Tx]
	Pages *frontend.Pages
	Limit *web.Limiter
	Box   *secret.Box
	Now   func() time.Time

	// Child returns a child by its number, if the person is its confirmed parent, or a NotFound fault.
	Child func(ctx context.Context, parent uuid.UUID, oid int64) (id uuid.UUID, name string, err error)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	for _, group := range []string{documents, addresses, vehicles} {
		h.mount(r, "/"+group, group)
	}
	h.mount(r, "/children/:child<int>/documents", documents)
}

func (h *Handler) mount(r fiber.Router, base, group string) {
	in := func(page func(*fiber.Ctx, *shelf) error) fiber.Handler {
		return func(c *fiber.Ctx) error {
			s, err := h.shelf(c, group)
			if err != nil {
				return err
			}
			c.Set(fiber.HeaderCacheControl, "no-store")
			return page(c, s)
		}
	}
	r.Get(base, in(h.list))
	r.Get(base+"/new/:kind", in(h.showNew))
	r.Post(base+"/new/:kind", in(h.add))
	r.Get(base+"/:id<int>", in(h.show))
	r.Get(base+"/:id<int>/edit", in(h.showEdit))
	r.Post(base+"/:id<int>/edit", in(h.edit))
	r.Get(base+"/:id<int>/remove", in(h.showRemove))
	r.Post(base+"/:id<int>/remove", in(h.remove))
}

// shelf is whose papers a page shows, and where.
type shelf struct {
	Person uuid.UUID // who is signed in
	Owner  uuid.UUID // the person, or a child of theirs
	Child  string    // the child's name, "" for one's own
	Base   string    // address of the list
	Group  string
	kid    string // address of the child's page
}

func (h *Handler) shelf(c *fiber.Ctx, group string) (*shelf, error) {
	a := account.Current(c)
	if a == nil {
		return nil, fault.New(fault.SignIn, "idp.sign_in_first")
	}
	s := &shelf{Person: a.ID, Owner: a.ID, Base: "/" + group, Group: group}
	if c.Params("child") == "" {
		return s, nil
	}
	oid, err := strconv.ParseInt(c.Params("child"), 10, 64)
	if err != nil || h.Child == nil {
		return nil, fault.New(fault.NotFound, "idp_papers.none")
	}
	s.Owner, s.Child, err = h.Child(c.UserContext(), a.ID, oid)
	s.kid = "/children/" + strconv.FormatInt(oid, 10)
	s.Base = s.kid + "/documents"
	return s, err
}

// has tells whether papers of the kind belong here and may be changed here. A child's birth certificate is what its parents are checked
// by: it is changed with the child.
func (s *shelf) has(k *Kind) bool {
	return k != nil && k.Group == s.Group && (s.Child == "" || k.Child && !k.certificate())
}

func (k *Kind) certificate() bool { return k.Name == BirthCertificate || k.Name == ForeignBirthCert }

// paper returns the paper that the address names.
func (h *Handler) paper(c *fiber.Ctx, s *shelf) (*Paper, *Kind, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return nil, nil, fault.New(fault.NotFound, "idp_papers.none")
	}
	p, err := paperOf(c.UserContext(), h.DB, h.Box, s.Owner, id)
	if err != nil {
		return nil, nil, err
	}
	k := kindOf(p.Kind)
	if k.Group != s.Group {
		return nil, nil, fault.New(fault.NotFound, "idp_papers.none")
	}
	return p, k, nil
}

// limitText is the text of a limit that was hit.
func limitText(t func(string, ...any) string, err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return t(f.Key, f.Args...)
	}
	return ""
}
