package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/token/hmac"
	"github.com/ory/fosite/token/jwt"
)

// Lifetimes. Fosite's own are 15 minutes for a code, an hour and 30 days (F16); RFC 9700 asks for short ones.
const (
	codeLife    = time.Minute
	accessLife  = 15 * time.Minute
	refreshLife = 14 * 24 * time.Hour
	idTokenLife = 15 * time.Minute
)

// provider is fosite, set up.
type provider struct {
	fosite.OAuth2Provider
	config *fosite.Config
}

// newProvider lists the grants by hand: fosite's ComposeAllEnabled would switch on the implicit and the password grant.
func newProvider(issuer string, hmacKey []byte, s *store, keys *Keys) *provider {
	config := &fosite.Config{
		IDTokenIssuer:         issuer,
		AuthorizeCodeLifespan: codeLife, AccessTokenLifespan: accessLife, RefreshTokenLifespan: refreshLife,
		IDTokenLifespan:        idTokenLife,
		EnforcePKCE:            true, // F7
		ClientSecretsHasher:    secretHash{},
		GlobalSecret:           hmacKey,
		MinParameterEntropy:    1, // F5: a client's nonce and state are its own business
		RefreshTokenScopes:     []string{"offline_access"},
		OmitRedirectScopeParam: true,
		ScopeStrategy:          fosite.ExactScopeStrategy,
		TokenURL:               issuer + "/oauth2/token",
		HTTPClient:             nil, // nothing is fetched: request_uri and jwks_uri are refused
	}
	sign := &signer{keys}
	strategy := &compose.CommonStrategy{
		CoreStrategy:               oauth2.NewHMACSHAStrategyUnPrefixed(&hmac.HMACStrategy{Config: config}, config),
		OpenIDConnectTokenStrategy: &openid.DefaultStrategy{Signer: sign, Config: config},
		Signer:                     sign,
	}
	return &provider{compose.Compose(config, s, strategy,
		compose.OAuth2AuthorizeExplicitFactory,
		compose.OAuth2RefreshTokenGrantFactory,
		compose.OpenIDConnectExplicitFactory,
		compose.OpenIDConnectRefreshFactory,
		compose.OAuth2TokenIntrospectionFactory,
		compose.OAuth2PKCEFactory, // after the code's factory: it needs the code
	), config}
}

// syntheticState stands in for a state that the client did not send: fosite insists on one (F5). It never leaves.
const syntheticState = "tamga-no-state"

// parse reads an authorization request. The requester is never nil; with an error it may have no redirect address.
func (p *provider) parse(ctx context.Context, form url.Values) (fosite.AuthorizeRequester, error) {
	sent := url.Values{}
	for name, values := range form {
		sent[name] = values
	}
	if sent.Get("state") == "" {
		sent.Set("state", syntheticState)
	}
	if strings.HasPrefix(sent.Get("request_uri"), "urn:") { // fosite would look for a pushed request, which we do not keep
		return fosite.NewAuthorizeRequest(), fosite.ErrRequestURINotSupported
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/oauth2/auth?"+sent.Encode(), nil)
	if err != nil {
		return fosite.NewAuthorizeRequest(), fosite.ErrInvalidRequest
	}
	ar, err := p.NewAuthorizeRequest(ctx, r)
	if err == nil {
		err = checkEarly(form)
	}
	return ar, err
}

// checkEarly finds what fosite would notice only after the person has signed in and agreed.
func checkEarly(form url.Values) error {
	for name, values := range form {
		if len(values) > 1 {
			return fosite.ErrInvalidRequest.WithHintf("Parameter '%s' is repeated.", name)
		}
	}
	switch {
	case !fosite.Arguments(strings.Fields(form.Get("scope"))).Has("openid"):
		return fosite.ErrInvalidScope.WithHint("Scope 'openid' is required.")
	case form.Get("redirect_uri") == "":
		return fosite.ErrInvalidRequest.WithHint("Parameter 'redirect_uri' is required.")
	case form.Get("code_challenge") == "":
		return fosite.ErrInvalidRequest.WithHint("PKCE is required: send code_challenge and code_challenge_method=S256.")
	case form.Get("code_challenge_method") != "S256":
		return fosite.ErrInvalidRequest.WithHint("Only code_challenge_method=S256 is supported.")
	case len(form.Get("code_challenge")) != 43:
		return fosite.ErrInvalidRequest.WithHint("A code_challenge of S256 has 43 characters.")
	}
	return checkInteraction(form)
}

func checkInteraction(form url.Values) error {
	if _, _, err := maxAge(form); err != nil {
		return fosite.ErrInvalidRequest.WithHint("Parameter 'max_age' is not a number of seconds.")
	}
	prompts := promptOf(form)
	for _, p := range prompts {
		if !(fosite.Arguments{"none", "login", "consent", "select_account"}).Has(p) {
			return fosite.ErrInvalidRequest.WithHint("Parameter 'prompt' has an unknown value.")
		}
	}
	if prompts.Has("none") && len(prompts) > 1 {
		return fosite.ErrInvalidRequest.WithHint("Parameter 'prompt' has 'none' together with others.")
	}
	return nil
}

// location is the client's address with the parameters of an answer. Every answer, errors too, names its issuer (RFC 9207).
func (p *provider) location(ar fosite.AuthorizeRequester, answer url.Values) string {
	u := *ar.GetRedirectURI()
	query := u.Query()
	for name := range answer {
		query.Set(name, answer.Get(name))
	}
	query.Del("state")
	if state := ar.GetState(); state != "" && state != syntheticState {
		query.Set("state", state)
	}
	query.Set("iss", p.config.IDTokenIssuer)
	u.RawQuery, u.Fragment = query.Encode(), ""
	return u.String()
}

func errorValues(err error) url.Values {
	known := publicError(err)
	return url.Values{"error": {known.ErrorField}, "error_description": {known.GetDescription()}}
}

// publicError is an error as a client may see it. Fosite has names of its own for some that the standards do not know.
func publicError(err error) *fosite.RFC6749Error {
	var known *fosite.RFC6749Error
	if !errors.As(err, &known) {
		return fosite.ErrServerError
	}
	switch known.ErrorField {
	case fosite.ErrInvalidState.ErrorField, fosite.ErrInsufficientEntropy.ErrorField:
		return fosite.ErrInvalidRequest.WithHint(known.HintField)
	case fosite.ErrMisconfiguration.ErrorField, "error":
		return fosite.ErrServerError
	}
	return known
}

// newSession is what the tokens of an answer will say.
func newSession(keyID string, claims *jwt.IDTokenClaims) *openid.DefaultSession {
	return &openid.DefaultSession{
		Claims:  claims,
		Headers: &jwt.Headers{Extra: map[string]any{"kid": keyID}},
		Subject: claims.Subject,
	}
}
