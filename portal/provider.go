package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tamga/catalog"
	"tamga/documents"
	"tamga/internal/fault"
)

const (
	acrPrefix      = "urn:tamga:level:"
	providerWait   = 6 * time.Second // for one answer of the provider; a person waits for it
	providerForget = 3 * time.Second // how long a failed discovery is remembered
)

var (
	errESIADown  = fault.New(fault.Unavailable, "portal.esia_down")
	errESIAWrong = errors.New("the answer does not belong to this sign-in")
)

// provider is ESIA. It is looked for when somebody first wants to sign in, so that this site starts without it; what it says of
// itself is kept, a failure only for a moment.
type provider struct {
	cfg      ESIA
	callback string
	client   *http.Client
	now      func() time.Time

	mu     sync.Mutex
	found  *endpoint
	failed time.Time
}

// endpoint is a provider that has answered.
type endpoint struct {
	oidc       *oidc.Provider
	oauth      oauth2.Config
	verifier   *oidc.IDTokenVerifier
	namesIss   bool   // sends iss with every answer (RFC 9207)
	endSession string // where to sign out, "" when it cannot
}

func newProvider(cfg ESIA, callback string, now func() time.Time) *provider {
	return &provider{cfg: cfg, callback: callback, client: &http.Client{Timeout: providerWait}, now: now}
}

// context makes the libraries use our client.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// discover returns the provider's endpoints, or an Unavailable fault. One request asks, the others wait for it.
func (p *provider) discover(ctx context.Context) (*endpoint, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if time.Since(p.failed) < providerForget {
		return nil, errESIADown
	}
	found, err := p.ask(ctx)
	if err != nil {
		p.failed = time.Now()
		return nil, errors.Join(errESIADown, err)
	}
	p.found = found
	return found, nil
}

func (p *provider) ask(ctx context.Context) (*endpoint, error) {
	provider, err := oidc.NewProvider(p.context(ctx), p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		Iss        bool   `json:"authorization_response_iss_parameter_supported"`
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, err
	}
	e := &endpoint{oidc: provider, namesIss: more.Iss, endSession: more.EndSession,
		verifier: provider.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, Now: p.now}),
		oauth: oauth2.Config{ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, RedirectURL: p.callback,
			Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email", "phone", "snils", "document", "documents", "address"}}}
	e.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.cfg.ClientSecret == "" {
		e.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return e, nil
}

// address returns where to send somebody for a sign-in.
func (e *endpoint) address(state string, f *flow) string {
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(f.Verifier), oidc.Nonce(f.Nonce)}
	if f.Level != "" && f.Level != catalog.LevelNone {
		options = append(options, oauth2.SetAuthURLParam("acr_values", acrPrefix+string(f.Level)))
	}
	if f.Lang != "" {
		options = append(options, oauth2.SetAuthURLParam("ui_locales", f.Lang))
	}
	asks := e.oauth
	if f.As {
		asks.Scopes = append(slices.Clone(asks.Scopes), scopeOrganisation, oidc.ScopeOfflineAccess)
	}
	return asks.AuthCodeURL(state, options...)
}

// fromProvider tells whether an answer's iss is this provider's, so that another one cannot slip in an answer of its own.
func (p *provider) fromProvider(e *endpoint, iss string) bool {
	if iss == "" {
		return !e.namesIss
	}
	return iss == p.cfg.Issuer
}

// redeem changes a code for what ESIA knows of the person.
func (p *provider) redeem(ctx context.Context, e *endpoint, f *flow, code string) (who *identity, idToken string, err error) {
	ctx = p.context(ctx)
	tokens, err := e.oauth.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < 500:
		return nil, "", errors.Join(errESIAWrong, err) // the code is old, or was used
	case err != nil:
		return nil, "", errors.Join(errESIADown, err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	verified, err := e.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, "", errors.Join(errESIAWrong, err)
	}
	if verified.Nonce != f.Nonce {
		return nil, "", fmt.Errorf("%w: nonce differs", errESIAWrong)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(tokens.AccessToken); err != nil {
			return nil, "", errors.Join(errESIAWrong, err)
		}
	}
	info, err := e.oidc.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return nil, "", errors.Join(errESIADown, err)
	}
	if info.Subject != verified.Subject {
		return nil, "", fmt.Errorf("%w: userinfo is somebody else's", errESIAWrong)
	}
	var told claims
	if err := errors.Join(verified.Claims(&told), info.Claims(&told)); err != nil { // userinfo completes the token
		return nil, "", errors.Join(errESIAWrong, err)
	}
	who = told.identity()
	var papers documents.Claims
	if err := info.Claims(&papers); err != nil {
		return nil, "", errors.Join(errESIAWrong, err)
	}
	who.Papers = papers.Facts(who.Level)
	if who.Organisation != nil {
		who.Tokens = &tokenPair{Access: tokens.AccessToken, Refresh: tokens.RefreshToken, Until: tokens.Expiry}
	}
	return who, raw, nil
}

// claims are what ESIA tells.
type claims struct {
	Sub           string `json:"sub"`
	Level         string `json:"level"`
	ACR           string `json:"acr"`
	FamilyName    string `json:"family_name"`
	GivenName     string `json:"given_name"`
	MiddleName    string `json:"middle_name"`
	Birthdate     string `json:"birthdate"`
	Gender        string `json:"gender"`
	BirthPlace    string `json:"birth_place"`
	Citizenship   string `json:"citizenship"`
	SNILS         string `json:"snils"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	Phone         string `json:"phone_number"`
	PhoneVerified bool   `json:"phone_number_verified"`

	Organisation *organisationClaim `json:"organisation"`

	Document struct {
		Type     string `json:"type"`
		Series   string `json:"series"`
		Number   string `json:"number"`
		IssuedOn string `json:"issued_on"`
		IssuedBy string `json:"issued_by"`
		Code     string `json:"code"`
	} `json:"document"`
}

// level is the level told, the lowest when it is not understood.
func (t *claims) level() catalog.Level {
	for _, said := range []string{t.Level, strings.TrimPrefix(t.ACR, acrPrefix)} {
		known := []catalog.Level{catalog.LevelSimplified, catalog.LevelStandard, catalog.LevelConfirmed}
		if slices.Contains(known, catalog.Level(said)) {
			return catalog.Level(said)
		}
	}
	return catalog.LevelSimplified
}
