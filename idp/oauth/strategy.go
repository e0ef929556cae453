package oauth

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/token/hmac"
)

// newStrategy makes codes and tokens. All are opaque, but for the access tokens of clients that are registered for JWTs: opaque
// is the default, because such a token says nothing to whoever finds it, and is void the moment it is revoked.
func newStrategy(config *fosite.Config, sign *signer) *compose.CommonStrategy {
	opaque := oauth2.NewHMACSHAStrategyUnPrefixed(&hmac.HMACStrategy{Config: config}, config)
	return &compose.CommonStrategy{
		CoreStrategy:               &tokens{opaque, sign, config.IDTokenIssuer},
		OpenIDConnectTokenStrategy: &openid.DefaultStrategy{Signer: sign, Config: config},
		Signer:                     sign,
	}
}

// tokens is fosite's strategy with JWT access tokens (RFC 9068) beside the opaque ones. The database knows both: a JWT that was
// revoked is still dead here, at UserInfo and at introspection; only who reads it by himself takes it until it expires.
type tokens struct {
	*oauth2.HMACSHAStrategyUnPrefixed
	sign   *signer
	issuer string
}

var _ oauth2.CoreStrategy = (*tokens)(nil)

// typeAccess is the type of a JWT that is an access token, so that none is taken for an ID token (RFC 9068 section 2.1).
const typeAccess = "at+jwt"

// GenerateAccessToken makes a token of the client's kind.
func (t *tokens) GenerateAccessToken(ctx context.Context, r fosite.Requester) (token, signature string, err error) {
	c, ok := r.GetClient().(*client)
	s, ours := r.GetSession().(*session)
	if !ok || !ours || !c.AccessTokenJWT {
		return t.HMACSHAStrategyUnPrefixed.GenerateAccessToken(ctx, r)
	}
	claims := map[string]any{
		"iss": t.issuer, "aud": t.issuer, "client_id": c.ID, "sub": s.Subject, "jti": uuid.NewString(),
		"iat": time.Now().Unix(), "exp": s.GetExpiresAt(fosite.AccessToken).Unix(), "scope": strings.Join(r.GetGrantedScopes(), " "),
	}
	if s.Account != uuid.Nil {
		claims["auth_time"], claims["acr"], claims["amr"] = s.Claims.AuthTime.Unix(), s.Claims.AuthenticationContextClassReference,
			s.Claims.AuthenticationMethodsReferences
		claims["sid"] = s.SID.String()
	}
	if s.JKT != "" {
		claims["cnf"] = map[string]any{"jkt": s.JKT}
	}
	token, err = t.sign.signAs(ctx, typeAccess, claims)
	return token, t.AccessTokenSignature(ctx, token), err
}

// AccessTokenSignature returns the last part of a token of either kind.
func (t *tokens) AccessTokenSignature(_ context.Context, token string) string {
	return token[strings.LastIndexByte(token, '.')+1:]
}

// ValidateAccessToken checks what can be seen in the token itself; r is the row that its signature led to.
func (t *tokens) ValidateAccessToken(ctx context.Context, r fosite.Requester, token string) error {
	if strings.Count(token, ".") != 2 {
		return t.HMACSHAStrategyUnPrefixed.ValidateAccessToken(ctx, r, token)
	}
	seen, err := t.sign.Decode(ctx, token)
	if err != nil {
		return fosite.ErrInvalidTokenFormat.WithWrap(err)
	}
	if seen.Header["typ"] != typeAccess || seen.Claims["iss"] != t.issuer {
		return fosite.ErrInvalidTokenFormat
	}
	return nil
}

// grants are the ways to tokens. ComposeAllEnabled would switch on the implicit and the password grant.
func grants() []compose.Factory {
	return []compose.Factory{
		compose.OAuth2AuthorizeExplicitFactory,
		compose.OAuth2ClientCredentialsGrantFactory,
		compose.OAuth2RefreshTokenGrantFactory,
		deviceFactory,
		compose.OpenIDConnectExplicitFactory,
		compose.OpenIDConnectRefreshFactory,
		compose.OAuth2TokenIntrospectionFactory,
		compose.OAuth2PKCEFactory, // after the code's factory: it needs the code
	}
}
