package oauth

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the provider.
type Handler struct {
	DB       db.DB
	Writes   db.DB // takes the writes of all requests together; made when nil
	Keys     *Keys
	Box      *secret.Box
	Pages    *frontend.Pages
	River    *river.Client[pgx.Tx] // inserts jobs
	Sessions *account.Sessions
	Issuer   string // without a slash at the end
	HMACKey  []byte // 32 bytes: authenticates codes and tokens

	// AddressOf returns where a person lives, or nil. The scope "address" tells it.
	AddressOf func(ctx context.Context, account uuid.UUID) (*Address, error)
	// PapersOf returns what a person keeps here besides the identity document. The scope "documents" tells it.
	PapersOf func(ctx context.Context, account uuid.UUID) (*Papers, error)
	// FetchInner lets keys of clients be fetched from loopback and private networks: for the demo and tests.
	FetchInner bool
	Limit      *web.Limiter
	Requests   web.Rate // how many one address may leave waiting; requestRate when zero

	store       *store
	fosite      *provider
	discovery   *document
	clientKeys  *clientKeys
	clientCheck *clientCheck
	sectors     *sectorKey
	flood       web.Flood
}

// answerTime bounds the work on a protocol request; it begins anew here because fosite knows nothing of Fiber's contexts.
const answerTime = 10 * time.Second

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	if h.Writes == nil {
		h.Writes = db.NewGroup(h.DB)
	}
	h.store = &store{DB: h.DB, Writes: h.Writes, Soon: db.NewGroup(h.DB)}
	h.clientKeys = newClientKeys(h.FetchInner)
	h.clientCheck = &clientCheck{h.store, h.clientKeys, h.Issuer}
	h.sectors = &sectorKey{db: h.DB, box: h.Box}
	h.fosite = newProvider(h.Issuer, h.HMACKey, h.store, h.Keys, h.clientCheck)
	h.discovery = discoveryDocument(h.Issuer)
	h.flood.Rate = cmp.Or(h.Requests, requestRate)
	r.Get("/.well-known/openid-configuration", h.showDiscovery)
	r.Get("/jwks.json", h.showKeys)
	r.Get("/oauth2/auth", h.authorize)
	r.Post("/oauth2/auth", h.authorize)
	r.Post("/oauth2/par", h.push)
	r.Post("/oauth2/register", h.register)
	r.Get("/oauth2/register/:client", h.readClient)
	r.Put("/oauth2/register/:client", h.changeClient)
	r.Delete("/oauth2/register/:client", h.deleteClient)
	r.Get("/oauth2/continue", ShowFinished(h.Pages, h.goOn))
	r.Get("/oauth2/consent", ShowFinished(h.Pages, h.showConsent))
	r.Post("/oauth2/consent", ShowFinished(h.Pages, h.grantConsent))
	r.Get("/oauth2/level", ShowFinished(h.Pages, h.showLevel))
	r.Post("/oauth2/cancel", ShowFinished(h.Pages, h.cancel))
	r.Get("/oauth2/userinfo", h.userinfo)
	r.Post("/oauth2/userinfo", h.userinfo)
	h.mountBack(r)
}

// httpRequest makes a request for fosite out of copies. Fiber's adaptor hands out strings that point into a buffer which the
// next request overwrites: one person's values would turn up in another's.
func httpRequest(ctx context.Context, c *fiber.Ctx) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, strings.Clone(c.Method()), strings.Clone(c.OriginalURL()),
		io.NopCloser(bytes.NewReader(bytes.Clone(c.Body()))))
	if err != nil {
		return nil, fosite.ErrInvalidRequest
	}
	for _, name := range []string{fiber.HeaderAuthorization, fiber.HeaderContentType, fiber.HeaderAcceptLanguage} {
		for _, value := range c.Request().Header.PeekAll(name) {
			r.Header.Add(name, string(value)) // the conversion copies
		}
	}
	if len(r.Header.Values(fiber.HeaderAuthorization)) > 1 {
		return nil, fosite.ErrInvalidRequest.WithHint("The Authorization header is repeated.")
	}
	return r, nil
}

// maxParams bounds what comes by POST to what fits into an address: a request waits in the database, whoever sent it.
const maxParams = 32 << 10

// paramsOf returns the parameters of a request that may come by GET or POST.
func paramsOf(ctx context.Context, c *fiber.Ctx) (url.Values, error) {
	if len(c.Body()) > maxParams {
		return nil, fosite.ErrInvalidRequest.WithHint("The request is too long.")
	}
	r, err := httpRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := r.ParseForm(); err != nil {
		return nil, fosite.ErrInvalidRequest
	}
	if r.Method == http.MethodPost {
		return r.PostForm, nil
	}
	return r.Form, nil
}

func deadline(c *fiber.Ctx) (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.UserContext(), answerTime)
}

// visitOf returns who is signed in, or nil.
func visitOf(c *fiber.Ctx) *visit {
	in := account.CurrentSignIn(c)
	if in == nil {
		return nil
	}
	return &visit{account.Current(c), in}
}

// requestOf returns the waiting request that the page is about.
func (h *Handler) requestOf(ctx context.Context, c *fiber.Ctx, v *visit) (*request, error) {
	text := c.Query("request")
	if text == "" {
		text = c.FormValue("request")
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, fault.New(fault.NotFound, "idp.request_gone")
	}
	person := uuid.Nil
	if v != nil {
		person = v.Account.ID
	}
	r, err := h.store.requestByID(ctx, id, person, time.Now())
	if err != nil {
		return nil, err
	}
	if r.UsedAt != nil {
		return nil, &Finished{r.Client.Name, r.Form.Get("redirect_uri")}
	}
	return r, nil
}
