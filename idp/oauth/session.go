package oauth

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/token/jwt"
)

// session is what the tokens of one answer say, and what they are bound to. Its subject is the person as the client knows
// them, which may be a pairwise number: Account is who it is.
type session struct {
	openid.DefaultSession
	Account uuid.UUID `json:"account,omitzero"` // nobody for a client in its own name
	SID     uuid.UUID `json:"sid,omitzero"`     // the sign-in; its end revokes what is not offline
	JKT     string    `json:"jkt,omitempty"`    // thumbprint of the key that must prove itself (DPoP)
	Acting  *int64    `json:"acting,omitempty"` // organisation in whose name the person came

	// Claims about the person that the client asked for one by one (parameter "claims") and that the person agreed to.
	WantedIDToken  []string `json:"wanted_id_token,omitempty"`
	WantedUserInfo []string `json:"wanted_userinfo,omitempty"`
}

var (
	_ fosite.Session = (*session)(nil)
	_ openid.Session = (*session)(nil)
)

// emptySession is for fosite to fill.
func emptySession() *session {
	return &session{DefaultSession: *openid.NewDefaultSession()}
}

// newSession is the session of a person who agreed.
func newSession(v *visit, claims *jwt.IDTokenClaims) *session {
	return &session{
		DefaultSession: openid.DefaultSession{Claims: claims, Headers: &jwt.Headers{}, Subject: claims.Subject},
		Account:        v.Account.ID,
		SID:            v.SignIn.ID,
		Acting:         v.SignIn.ActingOID,
	}
}

// Clone is fosite's. The method of the embedded session would return a session without the bindings.
func (s *session) Clone() fosite.Session {
	clone := *s
	clone.ExpiresAt = maps.Clone(s.ExpiresAt)
	if s.Claims != nil {
		claims := *s.Claims
		claims.Extra = maps.Clone(claims.Extra)
		claims.Audience = slices.Clone(claims.Audience)
		claims.AuthenticationMethodsReferences = slices.Clone(claims.AuthenticationMethodsReferences)
		clone.Claims = &claims
	}
	if s.Headers != nil {
		clone.Headers = &jwt.Headers{Extra: maps.Clone(s.Headers.Extra)}
	}
	return &clone
}

// notAfter shortens the life of a kind of token.
func (s *session) notAfter(kind fosite.TokenType, end time.Time) {
	if s.GetExpiresAt(kind).After(end) {
		s.SetExpiresAt(kind, end)
	}
}
