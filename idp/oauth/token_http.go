package oauth

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/ory/fosite"

	"tamga/idp/account"
	"tamga/internal/web"
)

// familyLife is how long refresh tokens can be rotated before the person must sign in again.
const familyLife = 90 * 24 * time.Hour

// token gives tokens for a code, a refresh token, a device's code, or to a client in its own name.
func (h *Handler) token(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	answer, err := h.redeem(ctx, c)
	if err != nil {
		return h.tokenError(c, err)
	}
	return c.JSON(answer)
}

// postOf returns a request to one of the endpoints that clients' servers call, with its form parsed and no parameter twice.
func postOf(ctx context.Context, c *fiber.Ctx) (*http.Request, error) {
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
	return r, nil
}

// redeem answers a token request. See exchange for how one code gives one set of tokens.
func (h *Handler) redeem(ctx context.Context, c *fiber.Ctx) (map[string]any, error) {
	r, err := postOf(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := h.proofOf(ctx, c)
	if err != nil {
		return nil, err
	}
	ctx, x := withExchange(ctx)
	if ctx, err = h.readAhead(ctx, x, r); err != nil {
		return nil, err
	}
	answer, failed := h.give(ctx, x, r, p)
	switch {
	case x.again != nil:
		answer, failed = h.giveAgain(ctx, x, r, p)
	case failed == nil:
		lost, err := x.settle(ctx, h.store.Writes, time.Now())
		if err != nil {
			return nil, err
		}
		if lost {
			answer, failed = h.lost(ctx, x, r, p)
		}
	}
	if x.reuse != nil {
		if err := h.reused(ctx, x.reuse, c); err != nil {
			return nil, err
		}
	}
	return answer, failed
}

// readAhead reads in one query what fosite will ask for one by one.
func (h *Handler) readAhead(ctx context.Context, x *exchange, r *http.Request) (context.Context, error) {
	ctx, err := h.Keys.hold(ctx)
	if err != nil {
		return ctx, err
	}
	kind, token := "code", r.PostForm.Get("code")
	if r.PostForm.Get("grant_type") == GrantRefresh {
		kind, token = "refresh", r.PostForm.Get("refresh_token")
	}
	var hash []byte
	if token != "" {
		hash = hashOf(token)
	}
	ctx, g, err := h.prefetch(ctx, r, hash, kind)
	if g != nil {
		x.read[kind+string(hash)] = g
	}
	return ctx, err
}

// give lets fosite make the answer, and settles nothing.
func (h *Handler) give(ctx context.Context, x *exchange, r *http.Request, p *proof) (map[string]any, error) {
	ar, err := h.fosite.NewAccessRequest(ctx, r, emptySession())
	if ar != nil && ar.GetClient() != nil {
		x.client = ar.GetClient().GetID()
	}
	if err != nil {
		return nil, err
	}
	s, ok := ar.GetSession().(*session)
	if !ok {
		return nil, errNoExchange
	}
	if err := p.bind(x, s, ar); err != nil {
		return nil, err
	}
	if err := x.prepare(ar, s); err != nil {
		return nil, err
	}
	forget, err := h.inIDToken(ctx, s, ar.GetClient())
	if err != nil {
		return nil, err
	}
	given, err := h.fosite.NewAccessResponse(ctx, ar)
	forget()
	if err != nil {
		return nil, err
	}
	answer := maps.Clone(given.ToMap())
	if s.JKT != "" {
		answer["token_type"] = "DPoP"
	} else {
		answer["token_type"] = "Bearer"
	}
	if x.claim != nil && x.claim.Kind == "refresh" {
		x.answer, err = sealAnswer(r.PostForm.Get("refresh_token"), answer, time.Now())
	}
	return answer, err
}

// prepare brings the session up to date. A client in its own name is its own subject, and gets nothing that is about a person.
func (x *exchange) prepare(ar fosite.AccessRequester, s *session) error {
	switch {
	case ar.GetGrantTypes().ExactOne(GrantClient):
		s.Subject = ar.GetClient().GetID()
		for _, scope := range ar.GetRequestedScopes() {
			if slices.Contains(Scopes, scope) {
				return fosite.ErrInvalidScope.WithHintf("Scope '%s' is about a person.", scope)
			}
			ar.GrantScope(scope)
		}
	case ar.GetGrantTypes().ExactOne(GrantRefresh):
		for _, g := range x.read {
			if g.Kind == "refresh" {
				g.renew(s)
			}
		}
	}
	return nil
}

// renew makes new tokens tell the level that the person has now, and lets none outlive the family.
func (g *grant) renew(s *session) {
	if strings.HasPrefix(s.Claims.AuthenticationContextClassReference, account.ACRPrefix) {
		s.Claims.AuthenticationContextClassReference = g.Level.ACR()
	}
	if s.Claims.Extra == nil {
		s.Claims.Extra = map[string]any{}
	}
	s.Claims.Extra["level"] = string(g.Level)
	s.notAfter(fosite.RefreshToken, g.Since.Add(familyLife))
}

// lost is what remains for a request that another was quicker than: after a refresh perhaps the same answer, after a code nothing.
func (h *Handler) lost(ctx context.Context, x *exchange, r *http.Request, p *proof) (map[string]any, error) {
	if x.claim == nil {
		return nil, fosite.ErrInvalidGrant
	}
	g, err := grantByHash(ctx, h.DB, x.claim.Signature, x.claim.Kind)
	if err != nil {
		return nil, err
	}
	switch {
	case g.Revoked:
		return nil, fosite.ErrInvalidGrant
	case g.Kind == "refresh" && g.Answer != nil:
		x.again = g
		return h.giveAgain(ctx, x, r, p)
	}
	x.reuse = g
	return nil, fosite.ErrInvalidGrant.WithHint("The authorization code has already been used.")
}

// giveAgain gives the answer that a refresh token brought a moment ago, unless its successor was used already: whoever has that
// has had the answer.
func (h *Handler) giveAgain(ctx context.Context, x *exchange, r *http.Request, p *proof) (map[string]any, error) {
	if x.client != x.again.ClientID || !p.fits(x.again.Session.JKT) {
		return nil, fosite.ErrInvalidGrant
	}
	answer, err := openAnswer(r.PostForm.Get("refresh_token"), x.again.Answer, time.Now())
	if err != nil {
		return nil, err
	}
	successor, _ := answer["refresh_token"].(string)
	next, err := grantByHash(ctx, h.DB, hashOf(successor), "refresh")
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	if err != nil || !next.Active || next.Revoked {
		x.reuse = x.again
		return nil, fosite.ErrInvalidGrant.WithHint("The refresh token was already used.")
	}
	return answer, nil
}

// reused revokes everything that grew from a code or refresh token that came twice, and says so in the journal of the person:
// one of the two senders is a thief, and nobody knows which (RFC 9700, 4.14.2).
func (h *Handler) reused(ctx context.Context, g *grant, c *fiber.Ctx) error {
	return inTx(ctx, h.DB, func(ctx context.Context) error {
		tx := h.store.conn(ctx)
		revoked, err := revokeFamily(ctx, tx, g.Family, time.Now())
		if err != nil || !revoked {
			return err
		}
		return writeReplay(ctx, tx, g.Session.Account, replayed{What: g.Kind, Client: g.ClientID}, c.IP())
	})
}

func noStore(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderPragma, "no-cache")
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

// logFailure notes a failure of ours that a client sees only by name.
func logFailure(c *fiber.Ctx, err error) {
	slog.Error("oauth request failed", "id", web.RequestID(c), "route", c.Route().Path, "err", err)
}
