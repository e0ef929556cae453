package esia

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/secret"
)

// Lifetimes, as the real provider has them; that of refresh tokens is ours.
const (
	codeLife    = 4 * time.Minute
	accessLife  = time.Hour
	idLife      = 3 * time.Hour
	refreshLife = 30 * 24 * time.Hour

	// refreshGrace is how long after its use a refresh token still brings the answer that it brought, as in the OpenID layer.
	refreshGrace = 30 * time.Second
)

// grant is one answer to a system, and the family of tokens that grows from it.
type grant struct {
	ID              uuid.UUID
	ClientID        string
	AccountID       *uuid.UUID // nil: the system speaks for itself
	SessionID       *uuid.UUID
	Scopes          []string // as in the access token
	Offline         bool
	Permissions     []permission
	RedirectURI     string
	Signature       []byte // hash of the client_secret of the request
	Challenge       string
	Nonce           string
	Method          string // PWD, DS
	AuthenticatedAt *time.Time
	CreatedAt       time.Time
	ExpiresAt       time.Time
}

// has tells whether a scope without parameters is among those granted.
func (g *grant) has(name string) bool {
	return slices.ContainsFunc(g.Scopes, func(word string) bool {
		s, err := parseScope(word)
		return err == nil && s.Name == name
	})
}

// checkVerifier checks the proof of PKCE.
func (g *grant) checkVerifier(verifier string) error {
	if g.Challenge == "" {
		if verifier != "" {
			return errNoChallenge
		}
		return nil
	}
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(g.Challenge)) != 1 {
		return errVerifier
	}
	return nil
}

// tokens is the answer of the token endpoint.
type tokens struct {
	State        string `json:"state"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	AccessToken  string `json:"access_token"`
}

// sealAnswer seals what a refresh token brought by that very token. The database has only a hash of it, so that nobody but the system
// that sends it again can open the answer.
func sealAnswer(token string, given *tokens) ([]byte, error) {
	box, err := secret.NewBox(secret.HashToken("answer to " + token))
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	return box.Seal(plain, []byte("esia_refresh.answer")), nil
}

func openAnswer(token string, sealed []byte) (*tokens, error) {
	box, err := secret.NewBox(secret.HashToken("answer to " + token))
	if err != nil {
		return nil, err
	}
	plain, err := box.Open(sealed, []byte("esia_refresh.answer"))
	if err != nil {
		return nil, err
	}
	given := &tokens{}
	return given, json.Unmarshal(plain, given)
}

// accessClaims are what an access token says.
type accessClaims struct {
	NotBefore      int64           `json:"nbf"`
	Scope          string          `json:"scope"`
	Issuer         string          `json:"iss"`
	Session        string          `json:"urn:esia:sid,omitempty"`
	Subject        int64           `json:"urn:esia:sbj_id,omitempty"`
	Expires        int64           `json:"exp"`
	IssuedAt       int64           `json:"iat"`
	ClientID       string          `json:"client_id"`
	ID             string          `json:"jti"` // ours: the family, which may be revoked
	Permissions    json.RawMessage `json:"permissions,omitempty"`
	PermissionsURL string          `json:"permissions_url,omitempty"`
}

// idClaims are what an ID token says.
type idClaims struct {
	Audience  string    `json:"aud"`
	Subject   any       `json:"sub"` // a number, by request a string
	NotBefore int64     `json:"nbf"`
	Method    string    `json:"amr"`
	Amd       string    `json:"urn:esia:amd"`
	AuthTime  int64     `json:"auth_time"`
	Issuer    string    `json:"iss"`
	Session   string    `json:"urn:esia:sid,omitempty"`
	Person    subjectID `json:"urn:esia:sbj"`
	Expires   int64     `json:"exp"`
	IssuedAt  int64     `json:"iat"`
	Nonce     string    `json:"nonce,omitempty"`
}

// subjectID is the person in an ID token.
type subjectID struct {
	Level   string `json:"urn:esia:sbj:lvl"`
	Type    string `json:"urn:esia:sbj:typ"`
	Trusted *bool  `json:"urn:esia:sbj:is_tru,omitempty"` // there and true only for a confirmed account
	OID     int64  `json:"urn:esia:sbj:oid"`
	Name    string `json:"urn:esia:sbj:nam"`
}

// issuerOf is iss of a client's tokens.
func (h *Handler) issuerOf(c *Client) string {
	if c.Issuer != "" {
		return c.Issuer
	}
	return h.Issuer + "/"
}

// issue makes the tokens of a grant. a is nil when the system speaks for itself.
func (h *Handler) issue(ctx context.Context, c *Client, g *grant, a *account.Account, now time.Time) (*tokens, error) {
	claims := accessClaims{
		NotBefore: now.Unix(), Scope: strings.Join(g.Scopes, " "), Issuer: h.issuerOf(c), Expires: now.Add(accessLife).Unix(),
		IssuedAt: now.Unix(), ClientID: c.Mnemonic, ID: g.ID.String(),
	}
	if g.SessionID != nil {
		claims.Session = g.SessionID.String()
	}
	if a != nil {
		claims.Subject = a.OID
	}
	if len(g.Permissions) > 0 {
		claims.Permissions, _ = json.Marshal(g.Permissions)
		claims.PermissionsURL = h.Issuer + "/profile/consents"
	}
	access, err := h.Keys.sign(ctx, header{1, "JWT", "access", c.Alg}, claims)
	if err != nil {
		return nil, err
	}
	t := &tokens{TokenType: "Bearer", ExpiresIn: int64(accessLife.Seconds()), AccessToken: access}
	if a != nil && g.has("openid") {
		t.IDToken, err = h.Keys.sign(ctx, header{0, "JWT", "id", c.Alg}, h.idClaims(c, g, a, now))
	}
	return t, err
}

func (h *Handler) idClaims(c *Client, g *grant, a *account.Account, now time.Time) idClaims {
	person := subjectID{Level: "P", Type: "P", OID: a.OID, Name: "OID." + a.Subject()}
	if a.Level == account.Confirmed {
		yes := true
		person.Level, person.Trusted = "PR", &yes
	}
	claims := idClaims{
		Audience: c.Mnemonic, Subject: a.OID, NotBefore: now.Unix(), Method: g.Method, Amd: g.Method, Issuer: h.issuerOf(c),
		Person: person, Expires: now.Add(idLife).Unix(), IssuedAt: now.Unix(), Nonce: g.Nonce,
	}
	if c.StringSubject {
		claims.Subject = a.Subject()
	}
	if g.AuthenticatedAt != nil {
		claims.AuthTime = g.AuthenticatedAt.Unix()
	}
	if g.SessionID != nil {
		claims.Session = g.SessionID.String()
	}
	return claims
}
