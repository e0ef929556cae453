package oauth

import (
	"context"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/openid"

	"tamga/idp/account"
	"tamga/internal/web"
)

// userinfo tells a client about the person whose access token it holds: in the header, or in the body of a POST. A token in
// the URL is not taken (RFC 9700).
func (h *Handler) userinfo(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*") // the token is the key; cookies are not looked at
	claims, err := h.claims(ctx, c)
	if err != nil {
		return bearerError(c, err)
	}
	return c.JSON(claims)
}

func (h *Handler) claims(ctx context.Context, c *fiber.Ctx) (map[string]any, error) {
	r, err := httpRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	r.URL.RawQuery = ""
	token := fosite.AccessTokenFromRequest(r)
	if token == "" {
		return nil, fosite.ErrRequestUnauthorized
	}
	_, ar, err := h.fosite.IntrospectToken(ctx, token, fosite.AccessToken, openid.NewDefaultSession())
	if err != nil {
		return nil, err
	}
	if !ar.GetGrantedScopes().Has("openid") {
		return nil, fosite.ErrInvalidScope
	}
	a, err := bySubject(ctx, h.DB, ar.GetSession().GetSubject())
	if isNotFound(err) {
		return nil, fosite.ErrInactiveToken
	}
	if err != nil {
		return nil, err
	}
	i, err := account.IdentityOf(ctx, h.DB, h.Box, a.ID)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	return profileOf(a, i, ar.GetGrantedScopes()), nil
}

// bearerError answers as RFC 6750 section 3 says.
func bearerError(c *fiber.Ctx, err error) error {
	known := publicError(err)
	switch {
	case known.ErrorField == fosite.ErrServerError.ErrorField:
		return errorWithJSON(c, known, err)
	case known.ErrorField == fosite.ErrInvalidRequest.ErrorField:
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "invalid_request"})
	case known.ErrorField == fosite.ErrInvalidScope.ErrorField:
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tamga", error="insufficient_scope", scope="openid"`)
		return c.Status(fiber.StatusForbidden).JSON(fiber.Map{"error": "insufficient_scope"})
	}
	if !strings.HasPrefix(strings.ToLower(c.Get(fiber.HeaderAuthorization)), "bearer") && len(c.Body()) == 0 {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tamga"`) // no token, no error: RFC 6750 section 3.1
		return c.SendStatus(fiber.StatusUnauthorized)
	}
	c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tamga", error="invalid_token"`)
	return c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": "invalid_token"})
}

// logFailure notes a failure of ours that a client sees only by name.
func logFailure(c *fiber.Ctx, err error) {
	slog.Error("oauth request failed", "id", web.RequestID(c), "route", c.Route().Path, "err", err)
}
