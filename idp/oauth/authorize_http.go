package oauth

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

const showRefusal frontend.Page[refusalPage] = "idp/refusal.html"

// refusalPage tells that a site's request makes no sense. The person can do nothing about it but go back.
type refusalPage struct {
	Code        string
	Description string
}

func isNotFound(err error) bool {
	return errors.Is(err, fault.NotFound) || errors.Is(err, pgx.ErrNoRows)
}

// authorize takes a client's request.
func (h *Handler) authorize(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	form, err := paramsOf(ctx, c)
	if err != nil {
		return h.refuse(c, fosite.NewAuthorizeRequest(), err)
	}
	ar, err := h.fosite.parse(ctx, form)
	if err != nil {
		return h.refuse(c, ar, err)
	}
	r := &request{
		ID: uuid.Must(uuid.NewV7()), ClientID: ar.GetClient().GetID(), Form: form,
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
	}
	v, next, err := h.nextStep(ctx, c, r)
	if err != nil {
		return err
	}
	if promptOf(form).Has("none") && next != stepAnswer {
		return h.refuse(c, ar, silentError(next))
	}
	if err := insertRequest(ctx, h.DB, r); err != nil {
		return err
	}
	if next == stepAnswer {
		return h.answer(ctx, c, r, v)
	}
	return c.Redirect(pathOf(next, r), fiber.StatusSeeOther)
}

// goOn brings a waiting request to its next step, after sign-in, a passed check or consent.
func (h *Handler) goOn(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	r, v, next, err := h.waiting(ctx, c)
	if err != nil {
		return err
	}
	if next == stepAnswer {
		return h.answer(ctx, c, r, v)
	}
	return c.Redirect(pathOf(next, r), fiber.StatusSeeOther)
}

// waiting returns the request that a page is about, whose it is, and its next step.
func (h *Handler) waiting(ctx context.Context, c *fiber.Ctx) (*request, *visit, step, error) {
	r, err := h.requestOf(ctx, c)
	if err != nil {
		return nil, nil, "", err
	}
	v, next, err := h.nextStep(ctx, c, r)
	return r, v, next, err
}

func (h *Handler) nextStep(ctx context.Context, c *fiber.Ctx, r *request) (*visit, step, error) {
	v := visitOf(c)
	var (
		agreed []string
		err    error
	)
	if v != nil {
		if agreed, err = consentOf(ctx, h.DB, v.Account.ID, r.ClientID); err != nil {
			return nil, "", err
		}
	}
	of, err := clientByID(ctx, h.DB, r.ClientID)
	if err != nil {
		return nil, "", err
	}
	return v, r.next(v, h.hinted(ctx, r.Form.Get("id_token_hint")), agreed, of.SkipConsent), nil
}

// hinted returns the subject of an ID token of ours, expired or not, or "".
func (h *Handler) hinted(ctx context.Context, hint string) string {
	subject, _ := h.readHint(ctx, hint)
	return subject
}

func silentError(s step) error {
	switch s {
	case stepSignIn:
		return fosite.ErrLoginRequired
	case stepConsent:
		return fosite.ErrConsentRequired
	}
	return fosite.ErrInteractionRequired
}

func pathOf(s step, r *request) string {
	path := map[step]string{stepSignIn: "/login", stepLevel: "/oauth2/level", stepConsent: "/oauth2/consent"}[s]
	query := url.Values{"request": {r.ID.String()}}
	for _, wanted := range strings.Fields(r.Form.Get("ui_locales")) {
		wanted, _, _ = strings.Cut(wanted, "-")
		if lang := i18n.Parse(wanted); string(lang) == wanted {
			query.Set("lang", wanted)
			break
		}
	}
	return path + "?" + query.Encode()
}

// answer issues the code and sends the person back to the client.
func (h *Handler) answer(ctx context.Context, c *fiber.Ctx, r *request, v *visit) error {
	ar, err := h.fosite.parse(ctx, r.Form)
	if err != nil {
		return h.refuse(c, ar, err)
	}
	for _, scope := range ar.GetRequestedScopes() {
		ar.GrantScope(scope)
	}
	var given fosite.AuthorizeResponder
	err = h.inTx(ctx, func(ctx context.Context) error {
		if err := useRequest(ctx, h.store.conn(ctx), r.ID, time.Now()); err != nil {
			return err
		}
		var err error
		given, err = h.fosite.NewAuthorizeResponse(ctx, ar, newSession("", claimsOf(v, r.CreatedAt)))
		return err
	})
	var shown *fault.Error
	if errors.As(err, &shown) {
		return err
	}
	if err != nil {
		return h.refuse(c, ar, err)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(h.fosite.location(ar, given.GetParameters()), fiber.StatusSeeOther)
}

// refuse sends an error to the client, or shows it when there is no address that may be trusted.
func (h *Handler) refuse(c *fiber.Ctx, ar fosite.AuthorizeRequester, err error) error {
	if ar.IsRedirectURIValid() {
		return c.Redirect(h.fosite.location(ar, errorValues(err)), fiber.StatusSeeOther)
	}
	known := publicError(err)
	c.Status(fiber.StatusBadRequest)
	if known.CodeField >= 500 {
		c.Status(known.CodeField)
	}
	return showRefusal.Render(c, h.Pages, refusalPage{known.ErrorField, known.GetDescription()})
}

// cancel sends the person back without an answer.
func (h *Handler) cancel(c *fiber.Ctx) error {
	ctx, stop := deadline(c)
	defer stop()
	r, err := h.requestOf(ctx, c)
	if err != nil {
		return err
	}
	if err := useRequest(ctx, h.DB, r.ID, time.Now()); err != nil {
		return err
	}
	ar, err := h.fosite.parse(ctx, r.Form)
	if err == nil {
		err = fosite.ErrAccessDenied
	}
	return h.refuse(c, ar, err)
}
