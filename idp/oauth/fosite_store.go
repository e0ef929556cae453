package oauth

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/handler/pkce"

	"tamga/internal/db"
)

// store is fosite's storage on PostgreSQL. Fosite finds the interfaces by type assertion, silently: hence the list. It is not
// fosite's Transactional: see exchange.
type store struct {
	DB db.DB
	// Writes takes whole statements that must be kept, Soon those whose commit does not wait for the disk.
	Writes, Soon db.DB

	clients  clientCache
	requests recent[uuid.UUID, keptRequest]
	codes    recent[string, *grant] // by their hashes: each is taken once
}

var (
	_ fosite.Storage                     = (*store)(nil)
	_ oauth2.CoreStorage                 = (*store)(nil)
	_ oauth2.TokenRevocationStorage      = (*store)(nil)
	_ openid.OpenIDConnectRequestStorage = (*store)(nil)
	_ pkce.PKCERequestStorage            = (*store)(nil)
)

// codeParameters are kept with a code. Fosite keeps three requests of one code, for itself, for OpenID and for PKCE; here one
// row has what all three need.
var codeParameters = []string{
	"redirect_uri", "nonce", "max_age", "prompt", "acr_values", "id_token_hint", "code_challenge", "code_challenge_method", "claims",
	"claims_locales", "dpop_jkt",
}

// CreateAuthorizeCodeSession keeps a code.
func (s *store) CreateAuthorizeCodeSession(ctx context.Context, code string, r fosite.Requester) error {
	g, err := newGrant("code", code, r)
	if err != nil {
		return err
	}
	a := answeringOf(ctx)
	if a == nil {
		return errNoAnswer
	}
	if a.request != nil {
		defer s.requests.drop(*a.request)
	}
	a.lost, err = insertCode(ctx, s.Writes, &g, a)
	if err == nil && !a.lost {
		g.Active, g.Since = true, a.at
		s.codes.put(string(g.Signature), &g)
	}
	return err
}

// GetAuthorizeCodeSession returns a code's request, together with an error when the code was used.
func (s *store) GetAuthorizeCodeSession(ctx context.Context, code string, _ fosite.Session) (fosite.Requester, error) {
	g, err := s.grantOf(ctx, "code", code)
	if err != nil {
		return nil, err
	}
	switch {
	case g.Revoked:
		return nil, fosite.ErrNotFound
	case !g.Active:
		exchangeOf(ctx).reuse = g
		return g.request(ctx), fosite.ErrInvalidatedAuthorizeCode
	}
	return g.request(ctx), nil
}

// InvalidateAuthorizeCodeSession says that the exchange uses up a code.
func (s *store) InvalidateAuthorizeCodeSession(ctx context.Context, code string) error {
	return s.claim(ctx, "code", code)
}

func (s *store) claim(ctx context.Context, kind, signature string) error {
	g, err := s.grantOf(ctx, kind, signature)
	if err == nil {
		exchangeOf(ctx).claim = g
	}
	return err
}

// CreatePKCERequestSession has nothing to do: the code's row has the challenge.
func (s *store) CreatePKCERequestSession(context.Context, string, fosite.Requester) error { return nil }

// GetPKCERequestSession returns the challenge of a code.
func (s *store) GetPKCERequestSession(ctx context.Context, code string, _ fosite.Session) (fosite.Requester, error) {
	return s.codeRequest(ctx, code)
}

// DeletePKCERequestSession has nothing to do.
func (s *store) DeletePKCERequestSession(context.Context, string) error { return nil }

// CreateOpenIDConnectSession has nothing to do: the code's row has what the ID token will say.
func (s *store) CreateOpenIDConnectSession(context.Context, string, fosite.Requester) error {
	return nil
}

// GetOpenIDConnectSession returns what the ID token of a code will say.
func (s *store) GetOpenIDConnectSession(ctx context.Context, code string, _ fosite.Requester) (fosite.Requester, error) {
	return s.codeRequest(ctx, code)
}

// DeleteOpenIDConnectSession has nothing to do.
func (s *store) DeleteOpenIDConnectSession(context.Context, string) error { return nil }

func (s *store) codeRequest(ctx context.Context, code string) (fosite.Requester, error) {
	g, err := s.grantOf(ctx, "code", code)
	if err != nil {
		return nil, err
	}
	return g.request(ctx), nil
}

// CreateAccessTokenSession keeps an access token.
func (s *store) CreateAccessTokenSession(ctx context.Context, signature string, r fosite.Requester) error {
	return exchangeOf(ctx).collect("access", signature, r)
}

// GetAccessTokenSession returns the request that an access token grew from.
func (s *store) GetAccessTokenSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	g, err := s.grantOf(ctx, "access", signature)
	if err != nil {
		return nil, err
	}
	if !g.Active || g.Revoked {
		return nil, fosite.ErrNotFound
	}
	return g.request(ctx), nil
}

// DeleteAccessTokenSession is not called by the handlers that are in use.
func (s *store) DeleteAccessTokenSession(context.Context, string) error { return errNoExchange }

// CreateRefreshTokenSession keeps a refresh token.
func (s *store) CreateRefreshTokenSession(ctx context.Context, signature, _ string, r fosite.Requester) error {
	return exchangeOf(ctx).collect("refresh", signature, r)
}

// GetRefreshTokenSession returns a refresh token's request, together with an error when it was used (F8).
func (s *store) GetRefreshTokenSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	g, err := s.grantOf(ctx, "refresh", signature)
	if err != nil {
		return nil, err
	}
	x := exchangeOf(ctx)
	switch {
	case g.Revoked || x == nil:
		return nil, fosite.ErrNotFound
	case !g.Active && g.UsedAt != nil && g.Answer != nil && time.Since(*g.UsedAt) < refreshGrace:
		x.again = g
		return g.request(ctx), fosite.ErrInactiveToken
	case !g.Active:
		x.reuse = g
		return g.request(ctx), fosite.ErrInactiveToken
	}
	return g.request(ctx), nil
}

// DeleteRefreshTokenSession has nothing to do: fosite calls it for a token that came twice, which reuse notes.
func (s *store) DeleteRefreshTokenSession(context.Context, string) error { return nil }

// RotateRefreshToken says that the exchange uses up a refresh token. The access tokens that came with it end, too.
func (s *store) RotateRefreshToken(ctx context.Context, _, signature string) error {
	return s.claim(ctx, "refresh", signature)
}

// RevokeRefreshToken has nothing to do: fosite calls it for a family whose code or token came twice. What reuse notes is revoked
// when fosite is done, whatever error it returns (F2).
func (s *store) RevokeRefreshToken(context.Context, string) error { return nil }

// RevokeAccessToken has nothing to do, for the same reason.
func (s *store) RevokeAccessToken(context.Context, string) error { return nil }

// grantOf reads a row, within an exchange once.
func (s *store) grantOf(ctx context.Context, kind, signature string) (*grant, error) {
	x, hash := exchangeOf(ctx), hashOf(signature)
	if x != nil {
		if g := x.read[kind+string(hash)]; g != nil {
			return g, nil
		}
	}
	g, err := grantByHash(ctx, s.conn(ctx), hash, kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fosite.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if x != nil {
		x.read[kind+string(hash)] = g
	}
	return g, nil
}
