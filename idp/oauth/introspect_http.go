package oauth

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/ory/fosite"
)

// introspect tells a client whether a token is good, and what it is good for (RFC 7662). Only confidential clients may ask: for
// others a guessed token would be confirmed to whoever guesses. A client is told of its own tokens, a resource server of all;
// about another's token the answer is the same as about none.
func (h *Handler) introspect(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	ctx, known, token, g, err := h.presented(ctx, c)
	if err != nil {
		return h.tokenError(c, err)
	}
	if known.IsPublic() {
		return h.tokenError(c, fosite.ErrInvalidClient.WithHint("A public client may not introspect."))
	}
	if g == nil || !h.good(ctx, g, token) || g.ClientID != known.GetID() && !known.(*client).ResourceServer {
		return c.JSON(fiber.Map{"active": false})
	}
	return c.JSON(h.aboutToken(g))
}

// presented reads what introspection and revocation begin with: who asks, and the token, with its grant when it is known. The context
// it returns carries what was found. Who does not prove to be the client learns nothing of the token.
func (h *Handler) presented(ctx context.Context, c *fiber.Ctx) (context.Context, fosite.Client, string, *grant, error) {
	noStore(c)
	r, err := postOf(ctx, c)
	if err != nil {
		return ctx, nil, "", nil, err
	}
	token := r.PostForm.Get("token")
	ctx, g, err := h.prefetch(ctx, r, hashOf(token), "access", "refresh")
	if err != nil {
		return ctx, nil, "", nil, err
	}
	known, err := h.clientCheck.authenticate(ctx, r, r.PostForm)
	if err == nil && token == "" {
		err = fosite.ErrInvalidRequest.WithHint("Parameter 'token' is missing.")
	}
	return ctx, known, token, g, err
}

// good tells whether a token that was found is genuine and can be used.
func (h *Handler) good(ctx context.Context, g *grant, token string) bool {
	if !g.Active || g.Revoked || g.ExpiresAt.Before(time.Now()) {
		return false
	}
	if g.Kind == "refresh" {
		return h.fosite.strategy.ValidateRefreshToken(ctx, g.request(ctx), token) == nil
	}
	return h.fosite.strategy.ValidateAccessToken(ctx, g.request(ctx), token) == nil
}

// aboutToken is what RFC 7662 section 2.2 lets one say. No personal data are in it.
func (h *Handler) aboutToken(g *grant) fiber.Map {
	s := g.Session
	about := fiber.Map{
		"active": true, "iss": h.Issuer, "client_id": g.ClientID, "sub": g.Subject, "scope": strings.Join(g.GrantedScopes, " "),
		"iat": g.RequestedAt.Unix(), "exp": g.ExpiresAt.Unix(), "aud": h.Issuer,
	}
	if g.Kind == "access" {
		about["token_type"] = "Bearer"
		if s.JKT != "" {
			about["token_type"], about["cnf"] = "DPoP", fiber.Map{"jkt": s.JKT}
		}
	}
	if s.Account != uuid.Nil {
		about["acr"], about["amr"] = s.Claims.AuthenticationContextClassReference, s.Claims.AuthenticationMethodsReferences
		about["auth_time"], about["sid"] = s.Claims.AuthTime.Unix(), s.SID
	}
	return about
}
