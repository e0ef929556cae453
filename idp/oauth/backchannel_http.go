package oauth

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// mountBack registers what clients' servers, devices and logouts call.
func (h *Handler) mountBack(r fiber.Router) {
	r.Post("/oauth2/token", h.token)
	r.Post("/oauth2/introspect", h.introspect)
	r.Post("/oauth2/revoke", h.revoke)
	r.Post("/oauth2/device_authorization", h.authorizeDevice)
	r.Get("/device", h.showDevice)
	r.Post("/device", h.findDevice)
	r.Get("/device/confirm", h.confirmDevice)
	r.Post("/device/confirm", h.decideDevice)
	r.Get("/oauth2/logout", h.logout)
	r.Post("/oauth2/logout", h.logout)
	r.Post("/oauth2/logout/confirm", h.confirmLogout)
	r.Get("/oauth2/logged_out", h.showLoggedOut)
}

// prefetch reads the client that a request claims to come from and the code or token that it is about, if any. Nothing is
// believed by it: the client has yet to prove itself. The context carries the client for whoever asks next.
func (h *Handler) prefetch(ctx context.Context, r *http.Request, hash []byte, kinds ...string) (context.Context, *grant, error) {
	id := r.PostForm.Get("client_id")
	if name, _, ok := r.BasicAuth(); ok && id == "" {
		shown := credentials{}
		if shown.fromHeader(name, "") == nil {
			id = shown.id
		}
	}
	var claimed assertion
	if id == "" && unverified(r.PostForm.Get("client_assertion"), &claimed) == nil {
		id = claimed.Subject // whether it is true is checked later: here it only says what to read
	}
	if id != "" {
		c, err := h.store.client(ctx, id)
		if err != nil {
			return ctx, nil, ignoreMissing(err)
		}
		ctx = withClient(ctx, c)
	}
	if hash == nil {
		return ctx, nil, nil
	}
	if len(kinds) == 1 && kinds[0] == "code" {
		if g, ok := h.store.codes.take(string(hash)); ok {
			return ctx, g, nil
		}
	}
	g, err := grantByHash(ctx, h.DB, hash, kinds...)
	return ctx, g, ignoreMissing(err)
}

func ignoreMissing(err error) error {
	if err != nil && isNotFound(err) {
		return nil
	}
	return err
}
