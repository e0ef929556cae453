package oauth

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/openid"

	"tamga/idp/account"
	"tamga/internal/db"
)

// token gives tokens for a code or a refresh token.
func (h *Handler) token(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderPragma, "no-cache")
	given, err := h.redeem(ctx, c)
	if err != nil {
		return h.tokenError(c, err)
	}
	return c.JSON(given.ToMap())
}

// redeem does the whole of a token request in one transaction (F1).
func (h *Handler) redeem(ctx context.Context, c *fiber.Ctx) (fosite.AccessResponder, error) {
	r, err := httpRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := r.ParseForm(); err != nil {
		return nil, fosite.ErrInvalidRequest
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return nil, fosite.ErrInvalidRequest.WithHintf("Parameter '%s' is repeated.", name)
		}
	}
	var given fosite.AccessResponder
	err = h.inTx(ctx, func(ctx context.Context) error {
		ar, err := h.fosite.NewAccessRequest(ctx, r, openid.NewDefaultSession())
		if err != nil {
			return err
		}
		if err := refreshClaims(ctx, h.store.conn(ctx), ar); err != nil {
			return err
		}
		given, err = h.fosite.NewAccessResponse(ctx, ar)
		return err
	})
	if db.IsSerialization(err) {
		return nil, fosite.ErrTemporarilyUnavailable
	}
	return given, err
}

// refreshClaims gives new tokens the level that the person has now; the old ones tell the level at sign-in.
func refreshClaims(ctx context.Context, d db.DB, ar fosite.AccessRequester) error {
	session, ok := ar.GetSession().(*openid.DefaultSession)
	if !ok || !ar.GetGrantTypes().ExactOne("refresh_token") {
		return nil
	}
	a, err := bySubject(ctx, d, session.Subject)
	if isNotFound(err) {
		return fosite.ErrInvalidGrant.WithHint("The account is gone.")
	}
	if err != nil {
		return err
	}
	session.Claims.AuthenticationContextClassReference = a.Level.ACR()
	if session.Claims.Extra == nil {
		session.Claims.Extra = map[string]any{}
	}
	session.Claims.Extra["level"] = string(a.Level)
	return nil
}

func bySubject(ctx context.Context, d db.DB, subject string) (*account.Account, error) {
	oid, err := strconv.ParseInt(subject, 10, 64)
	if err != nil {
		return nil, fosite.ErrInvalidGrant
	}
	return account.ByOID(ctx, d, oid)
}

// tokenError answers as RFC 6749 section 5.2 says.
func (h *Handler) tokenError(c *fiber.Ctx, err error) error {
	known := publicError(err)
	if known.CodeField >= 500 {
		return errorWithJSON(c, known, err)
	}
	if known.CodeField == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Basic realm="tamga"`)
	}
	return c.Status(known.CodeField).JSON(fiber.Map{"error": known.ErrorField, "error_description": known.GetDescription()})
}

// errorWithJSON lets the log have the cause of our own failure, and the client its name.
func errorWithJSON(c *fiber.Ctx, known *fosite.RFC6749Error, cause error) error {
	logFailure(c, cause)
	return c.Status(known.CodeField).JSON(fiber.Map{"error": known.ErrorField})
}
