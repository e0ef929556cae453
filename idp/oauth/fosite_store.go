package oauth

import (
	"context"
	"time"

	"github.com/ory/fosite"
)

// stepLife is how long the PKCE and OpenID halves of a code are kept: longer than the code, which decides.
const stepLife = 10 * time.Minute

// CreateAuthorizeCodeSession keeps a code.
func (s *store) CreateAuthorizeCodeSession(ctx context.Context, code string, r fosite.Requester) error {
	return s.insertGrant(ctx, "code", code, r, r.GetSession().GetExpiresAt(fosite.AuthorizeCode))
}

// GetAuthorizeCodeSession returns a code's request, together with an error when the code was used.
func (s *store) GetAuthorizeCodeSession(ctx context.Context, code string, _ fosite.Session) (fosite.Requester, error) {
	r, active, err := s.lockedGrant(ctx, "code", code)
	if err != nil {
		return nil, err
	}
	if !active {
		return r, fosite.ErrInvalidatedAuthorizeCode
	}
	return r, nil
}

// InvalidateAuthorizeCodeSession marks a code used. The row is locked by then, so nobody else can have done it (F3).
func (s *store) InvalidateAuthorizeCodeSession(ctx context.Context, code string) error {
	return s.deactivate(ctx, "code", code)
}

// CreatePKCERequestSession keeps the challenge of a code.
func (s *store) CreatePKCERequestSession(ctx context.Context, code string, r fosite.Requester) error {
	return s.insertGrant(ctx, "pkce", code, r, time.Now().Add(stepLife))
}

// GetPKCERequestSession returns the challenge of a code.
func (s *store) GetPKCERequestSession(ctx context.Context, code string, _ fosite.Session) (fosite.Requester, error) {
	return asRequester(s.grant(ctx, "pkce", code))
}

// DeletePKCERequestSession forgets the challenge of a code.
func (s *store) DeletePKCERequestSession(ctx context.Context, code string) error {
	return s.deleteGrant(ctx, "pkce", code)
}

// CreateOpenIDConnectSession keeps what the ID token of a code will say.
func (s *store) CreateOpenIDConnectSession(ctx context.Context, code string, r fosite.Requester) error {
	return s.insertGrant(ctx, "openid", code, r, time.Now().Add(stepLife))
}

// GetOpenIDConnectSession returns what the ID token of a code will say.
func (s *store) GetOpenIDConnectSession(ctx context.Context, code string, _ fosite.Requester) (fosite.Requester, error) {
	return asRequester(s.grant(ctx, "openid", code))
}

// DeleteOpenIDConnectSession forgets it.
func (s *store) DeleteOpenIDConnectSession(ctx context.Context, code string) error {
	return s.deleteGrant(ctx, "openid", code)
}

func asRequester(r *fosite.Request, _ bool, err error) (fosite.Requester, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

// CreateAccessTokenSession keeps an access token.
func (s *store) CreateAccessTokenSession(ctx context.Context, signature string, r fosite.Requester) error {
	return s.insertGrant(ctx, "access", signature, r, r.GetSession().GetExpiresAt(fosite.AccessToken))
}

// GetAccessTokenSession returns the request that an access token grew from.
func (s *store) GetAccessTokenSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	r, active, err := s.grant(ctx, "access", signature)
	if err != nil {
		return nil, err
	}
	if !active {
		return nil, fosite.ErrNotFound
	}
	return r, nil
}

// DeleteAccessTokenSession revokes one access token.
func (s *store) DeleteAccessTokenSession(ctx context.Context, signature string) error {
	return s.deactivate(ctx, "access", signature)
}

// CreateRefreshTokenSession keeps a refresh token.
func (s *store) CreateRefreshTokenSession(ctx context.Context, signature, _ string, r fosite.Requester) error {
	return s.insertGrant(ctx, "refresh", signature, r, r.GetSession().GetExpiresAt(fosite.RefreshToken))
}

// GetRefreshTokenSession returns a refresh token's request, together with an error when it was used: fosite then revokes the
// family by that request (F8).
func (s *store) GetRefreshTokenSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	r, active, err := s.lockedGrant(ctx, "refresh", signature)
	if err != nil {
		return nil, err
	}
	if !active {
		return r, fosite.ErrInactiveToken
	}
	return r, nil
}

// DeleteRefreshTokenSession revokes one refresh token. It stays, so that its next use is noticed as well.
func (s *store) DeleteRefreshTokenSession(ctx context.Context, signature string) error {
	return s.deactivate(ctx, "refresh", signature)
}

// RotateRefreshToken ends a refresh token and the access tokens that came with it.
func (s *store) RotateRefreshToken(ctx context.Context, requestID, signature string) error {
	if err := s.deactivate(ctx, "refresh", signature); err != nil {
		return err
	}
	return s.deactivateFamily(ctx, "access", requestID)
}

// RevokeRefreshToken revokes all refresh tokens of a family.
func (s *store) RevokeRefreshToken(ctx context.Context, requestID string) error {
	noteRevoked(ctx)
	return s.deactivateFamily(ctx, "refresh", requestID)
}

// RevokeAccessToken revokes all access tokens of a family.
func (s *store) RevokeAccessToken(ctx context.Context, requestID string) error {
	noteRevoked(ctx)
	return s.deactivateFamily(ctx, "access", requestID)
}
