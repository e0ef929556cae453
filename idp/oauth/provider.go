package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"

	"tamga/internal/db"
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
	config   *fosite.Config
	strategy *compose.CommonStrategy
}

func newProvider(issuer string, hmacKey []byte, s *store, keys *Keys, who *clientCheck) *provider {
	config := &fosite.Config{
		IDTokenIssuer:         issuer,
		AuthorizeCodeLifespan: codeLife, AccessTokenLifespan: accessLife, RefreshTokenLifespan: refreshLife,
		IDTokenLifespan: idTokenLife,
		// F7: who must use PKCE is checked when a request comes, see checkEarly: here it would be all clients or the public ones.
		EnforcePKCEForPublicClients:  true,
		ClientAuthenticationStrategy: who.authenticate,
		ClientSecretsHasher:          secretHash{},
		GlobalSecret:                 hmacKey,
		MinParameterEntropy:          1, // F5: a client's nonce and state are its own business
		RefreshTokenScopes:           []string{"offline_access"},
		OmitRedirectScopeParam:       true,
		ScopeStrategy:                fosite.ExactScopeStrategy,
		TokenURL:                     issuer + "/oauth2/token",
		SanitationWhiteList:          codeParameters,
	}
	strategy := newStrategy(config, &signer{keys})
	return &provider{compose.Compose(config, s, strategy, grants()...), config, strategy}
}

// syntheticState stands in for a state that the client did not send: fosite insists on one (F5). It never leaves.
const syntheticState = "tamga-no-state"

// forFosite are the parameters that fosite gets to see. What else a request says is ours: fosite knows no max_age=0 (F13), no
// claims, and answers a hint that it cannot read by a failure of its own, after the person has signed in.
var forFosite = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "dpop_jkt",
}

// parse checks an authorization request. The requester is never nil; with an error it may have no redirect address.
func (p *provider) parse(ctx context.Context, of *client, form url.Values) (fosite.AuthorizeRequester, error) {
	sent := url.Values{}
	for _, name := range forFosite {
		if values := form[name]; len(values) > 0 {
			sent[name] = values[:1]
		}
	}
	if sent.Get("state") == "" {
		sent.Set("state", syntheticState)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/oauth2/auth?"+sent.Encode(), nil)
	if err != nil {
		return fosite.NewAuthorizeRequest(), fosite.ErrInvalidRequest
	}
	ar, err := p.NewAuthorizeRequest(withClient(ctx, of.at(form.Get("redirect_uri"))), r)
	if err == nil {
		err = checkEarly(of, form)
	}
	return ar, err
}

// unread is a request that is refused before fosite has seen it: it has an address to go back to only if that is registered.
func (p *provider) unread(of *client, form url.Values) fosite.AuthorizeRequester {
	ar := fosite.NewAuthorizeRequest()
	ar.State = form.Get("state")
	if of == nil || len(form["redirect_uri"]) != 1 {
		return ar
	}
	ar.Client = of.at(form.Get("redirect_uri"))
	if u, err := fosite.MatchRedirectURIWithClientRedirectURIs(form.Get("redirect_uri"), ar.Client); err == nil && fosite.IsValidRedirectURI(u) {
		ar.RedirectURI = u
	}
	return ar
}

// checkEarly finds what fosite would notice only after the person has signed in and agreed, or not at all.
func checkEarly(of *client, form url.Values) error {
	switch challenge := form.Get("code_challenge"); {
	case !fosite.Arguments(strings.Fields(form.Get("scope"))).Has("openid"):
		return fosite.ErrInvalidScope.WithHint("Scope 'openid' is required.")
	case form.Get("redirect_uri") == "":
		return fosite.ErrInvalidRequest.WithHint("Parameter 'redirect_uri' is required.")
	case form.Has("registration"):
		return fosite.ErrRegistrationNotSupported
	case challenge == "" && form.Get("code_challenge_method") == "" && of.PKCEOff && !of.Public():
	case challenge == "":
		return fosite.ErrInvalidRequest.WithHint("PKCE is required: send code_challenge and code_challenge_method=S256.")
	case form.Get("code_challenge_method") != "S256":
		return fosite.ErrInvalidRequest.WithHint("Only code_challenge_method=S256 is supported.")
	case len(challenge) != 43:
		return fosite.ErrInvalidRequest.WithHint("A code_challenge of S256 has 43 characters.")
	}
	return checkInteraction(form)
}

func checkRepeated(form url.Values) error {
	for name, values := range form {
		if len(values) > 1 {
			return fosite.ErrInvalidRequest.WithHintf("Parameter '%s' is repeated.", name)
		}
	}
	return nil
}

var (
	promptValues  = []string{"none", "login", "consent", "select_account", "create"}
	displayValues = []string{"page", "popup", "touch", "wap"}
)

func checkInteraction(form url.Values) error {
	if _, _, err := maxAge(form); err != nil {
		return fosite.ErrInvalidRequest.WithHint("Parameter 'max_age' is not a number of seconds.")
	}
	if _, err := readWanted(form); err != nil {
		return err
	}
	prompts := promptOf(form)
	for _, p := range prompts {
		if !fosite.Arguments(promptValues).Has(p) {
			return fosite.ErrInvalidRequest.WithHint("Parameter 'prompt' has an unknown value.")
		}
	}
	if display := form.Get("display"); display != "" && !slices.Contains(displayValues, display) {
		return fosite.ErrInvalidRequest.WithHint("Parameter 'display' has an unknown value.")
	}
	if prompts.Has("none") && len(prompts) > 1 {
		return fosite.ErrInvalidRequest.WithHint("Parameter 'prompt' has 'none' together with others.")
	}
	return nil
}

// values are the parameters of an answer. Every answer, errors too, names its issuer (RFC 9207).
func (p *provider) values(ar fosite.AuthorizeRequester, answer url.Values) url.Values {
	values := url.Values{}
	for name := range answer {
		values.Set(name, answer.Get(name))
	}
	values.Del("state")
	if state := ar.GetState(); state != "" && state != syntheticState {
		values.Set("state", state)
	}
	values.Set("iss", p.config.IDTokenIssuer)
	return values
}

// location is the client's address with the parameters of an answer.
func (p *provider) location(ar fosite.AuthorizeRequester, answer url.Values) string {
	u := *ar.GetRedirectURI()
	query := u.Query()
	for _, name := range []string{"state", "iss", "code", "error"} {
		query.Del(name) // a registered address cannot answer in our place
	}
	for name, values := range p.values(ar, answer) {
		query[name] = values
	}
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
		if db.IsDown(err) {
			return fosite.ErrTemporarilyUnavailable
		}
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
