package oauth

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/ory/fosite"

	"tamga/idp/account"
	"tamga/idp/organisation"
)

// mimeJWT is the type of a signed answer.
const mimeJWT = "application/jwt"

// userinfo tells a client about the person whose access token it holds: in the header, or in the body of a POST. A token in
// the URL is not taken (RFC 9700).
func (h *Handler) userinfo(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*") // the token is the key; cookies are not looked at
	claims, of, err := h.claims(ctx, c)
	if err != nil {
		return bearerError(c, err)
	}
	if of.UserinfoAlg == "" {
		return c.JSON(claims)
	}
	claims["iss"], claims["aud"] = h.Issuer, of.ID
	signed, err := (&signer{h.Keys}).signWith(ctx, of.UserinfoAlg, "JWT", claims)
	if err != nil {
		return bearerError(c, err)
	}
	c.Set(fiber.HeaderContentType, mimeJWT)
	return c.SendString(signed)
}

func (h *Handler) claims(ctx context.Context, c *fiber.Ctx) (map[string]any, *client, error) {
	s, scopes, clientID, err := h.bearer(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	if s.Account == uuid.Nil || !scopes.Has("openid") {
		return nil, nil, fosite.ErrInvalidScope
	}
	of, err := clientByID(ctx, h.DB, clientID)
	if err != nil {
		return nil, nil, err
	}
	p, err := h.personOf(ctx, s, append(scopesOf(s.WantedUserInfo), scopes...))
	if isNotFound(err) {
		return nil, nil, fosite.ErrInactiveToken
	}
	if err != nil {
		return nil, nil, err
	}
	claims := p.about(scopes, s.WantedUserInfo)
	claims["sub"], claims["level"], claims["acr"] = s.Subject, string(p.account.Level), p.account.Level.ACR()
	return claims, of, nil
}

// scopesOf are the scopes that claims belong to.
func scopesOf(names []string) []string {
	scopes := make([]string, 0, len(names))
	for _, name := range names {
		scopes = append(scopes, scopeOf[name])
	}
	return scopes
}

// personOf reads what the scopes may need of a person, and no more.
func (h *Handler) personOf(ctx context.Context, s *session, scopes fosite.Arguments) (*person, error) {
	a, err := account.ByID(ctx, h.DB, s.Account)
	if err != nil {
		return nil, err
	}
	p := &person{account: a}
	if scopes.HasOneOf("profile", "snils", "document") && a.Level.AtLeast(account.Standard) {
		if p.identity, err = account.IdentityOf(ctx, h.DB, h.Box, a.ID); err != nil && !isNotFound(err) {
			return nil, err
		}
	}
	if h.AddressOf != nil && scopes.Has("address") {
		if p.address, err = h.AddressOf(ctx, a.ID); err != nil {
			return nil, err
		}
	}
	if h.PapersOf != nil && scopes.Has(scopePapers) {
		if p.papers, err = h.PapersOf(ctx, a.ID); err != nil {
			return nil, err
		}
	}
	if s.Acting != nil && scopes.Has(organisation.Scope) {
		if p.acting, err = organisation.ClaimOf(ctx, h.DB, a.ID, *s.Acting); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// inIDToken adds the claims that the client wants in the ID token, and returns a function that takes them out again: what is
// stored beside the token has no personal data.
func (h *Handler) inIDToken(ctx context.Context, s *session, of fosite.Client) (forget func(), err error) {
	if c, ok := of.(*client); ok && c.IDTokenAlg != algUsual {
		s.IDTokenHeaders().Add(signBy, c.IDTokenAlg)
	}
	if s.Account == uuid.Nil || len(s.WantedIDToken) == 0 {
		return func() {}, nil
	}
	p, err := h.personOf(ctx, s, scopesOf(s.WantedIDToken))
	if err != nil {
		return nil, err
	}
	wanted := p.about(nil, s.WantedIDToken)
	if s.Claims.Extra == nil {
		s.Claims.Extra = map[string]any{}
	}
	for name, value := range wanted {
		s.Claims.Extra[name] = value
	}
	return func() {
		for name := range wanted {
			delete(s.Claims.Extra, name)
		}
	}, nil
}

// bearerError answers as RFC 6750 section 3 says.
func bearerError(c *fiber.Ctx, err error) error {
	known := publicError(err)
	scheme := "Bearer"
	if strings.HasPrefix(strings.ToLower(c.Get(fiber.HeaderAuthorization)), "dpop") {
		scheme = "DPoP"
	}
	switch {
	case known.CodeField >= fiber.StatusInternalServerError: // ours, or the database is away: the token may be as good as ever
		return errorWithJSON(c, known, err)
	case known.ErrorField == fosite.ErrInvalidRequest.ErrorField:
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "invalid_request"})
	case known.ErrorField == fosite.ErrInvalidScope.ErrorField:
		c.Set(fiber.HeaderWWWAuthenticate, scheme+` realm="tamga", error="insufficient_scope", scope="openid"`)
		return c.Status(fiber.StatusForbidden).JSON(fiber.Map{"error": "insufficient_scope"})
	}
	if c.Get(fiber.HeaderAuthorization) == "" && len(c.Body()) == 0 {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tamga"`) // no token, no error: RFC 6750 section 3.1
		return c.SendStatus(fiber.StatusUnauthorized)
	}
	code := "invalid_token"
	if known.ErrorField == "invalid_dpop_proof" {
		code = known.ErrorField
	}
	c.Set(fiber.HeaderWWWAuthenticate, scheme+` realm="tamga", error="`+code+`"`)
	return c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": code})
}
