package oauth

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
)

// Sign-in of a device without a keyboard (RFC 8628): it shows a short code, the person types that on a phone, and the device
// asks again and again until they have agreed.

const (
	deviceLife  = 10 * time.Minute
	devicePause = 5 // seconds between two questions of a device
)

// The states of a device's sign-in: asked -> allowed -> used, or asked -> refused.
const (
	deviceAsked   = "asked"
	deviceAllowed = "allowed"
	deviceRefused = "refused"
	deviceUsed    = "used"
)

// device is a row of oauth_device.
type device struct {
	Hash      []byte
	UserHash  []byte
	Family    uuid.UUID
	ClientID  string
	Client    string // its name
	Scopes    []string
	State     string
	Pause     int
	CreatedAt time.Time
	ExpiresAt time.Time
	PolledAt  *time.Time
	Session   *session
}

// userAlphabet has no vowels, so that codes make no words, no characters that look alike, and only such as are no
// digits: 20 letters, as RFC 8628 section 6.1 proposes.
const userAlphabet = "BCDFGHJKLMNPQRSTVWXZ"

// userCodeLength gives 20^8 codes: 34 bits, of which a guesser may try a few.
const userCodeLength = 8

// newUserCode makes a code, without its hyphen.
func newUserCode() string {
	code := make([]byte, userCodeLength)
	for i := range code {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(userAlphabet))))
		if err != nil {
			panic(err) // crypto/rand.Reader does not fail
		}
		code[i] = userAlphabet[n.Int64()]
	}
	return string(code)
}

// showUserCode writes a code as people read it: XXXX-XXXX.
func showUserCode(code string) string {
	return code[:len(code)/2] + "-" + code[len(code)/2:]
}

// cyrillic are the letters that look like one of the alphabet: a person whose keyboard is still Russian types them for it.
var cyrillic = strings.NewReplacer("В", "B", "С", "C", "Н", "H", "К", "K", "М", "M", "Р", "P", "Т", "T", "Х", "X", "Ғ", "F", "Һ", "H", "Ј", "J", "Ѕ", "S")

// readUserCode brings what a person typed to a code, or returns "": case, hyphens and spaces do not matter.
func readUserCode(typed string) string {
	if len(typed) > 100 {
		return ""
	}
	typed = cyrillic.Replace(strings.ToUpper(typed))
	var code strings.Builder
	for _, r := range typed {
		switch {
		case strings.ContainsRune(userAlphabet, r):
			code.WriteRune(r)
		case strings.ContainsRune(" -–—_.\u00a0\t", r):
		default:
			return ""
		}
	}
	if code.Len() != userCodeLength {
		return ""
	}
	return code.String()
}

// deviceGrant answers a device that asks for its tokens.
type deviceGrant struct {
	store   *store
	tokens  oauth2.CoreStrategy
	idToken openid.IDTokenHandleHelper
	config  fosite.Configurator
}

var _ fosite.TokenEndpointHandler = (*deviceGrant)(nil)

func deviceFactory(config fosite.Configurator, storage, strategy any) any {
	s := strategy.(*compose.CommonStrategy)
	return &deviceGrant{storage.(*store), s.CoreStrategy, openid.IDTokenHandleHelper{IDTokenStrategy: s.OpenIDConnectTokenStrategy}, config}
}

// CanSkipClientAuth is fosite's: devices name themselves, and prove it if they can.
func (*deviceGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest is fosite's.
func (*deviceGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(GrantDevice)
}

// The answers of RFC 8628 section 3.5 that fosite does not know.
var (
	errPending  = &fosite.RFC6749Error{ErrorField: "authorization_pending", DescriptionField: "The person has not answered yet.", CodeField: 400}
	errSlowDown = &fosite.RFC6749Error{ErrorField: "slow_down", DescriptionField: "Ask less often: five seconds more between questions.", CodeField: 400}
	errRefused  = &fosite.RFC6749Error{ErrorField: "access_denied", DescriptionField: "The person refused.", CodeField: 400}
	errExpired  = &fosite.RFC6749Error{ErrorField: "expired_token", DescriptionField: "The code has expired. Begin anew.", CodeField: 400}
)

// HandleTokenEndpointRequest finds out whether the person has agreed.
func (d *deviceGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	if !d.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	if !r.GetClient().GetGrantTypes().Has(GrantDevice) {
		return fosite.ErrUnauthorizedClient.WithHint("The client may not use the device grant.")
	}
	now := time.Now()
	found, hurried, err := pollDevice(ctx, d.store.DB, hashOf(r.GetRequestForm().Get("device_code")), r.GetClient().GetID(), now)
	if isNotFound(err) {
		return fosite.ErrInvalidGrant
	}
	if err != nil {
		return err
	}
	x := exchangeOf(ctx)
	switch {
	case found.State == deviceUsed:
		x.reuse = &grant{Kind: "device", Family: found.Family, ClientID: found.ClientID, record: record{Session: found.Session}}
		return fosite.ErrInvalidGrant.WithHint("The device code has already been used.")
	case found.ExpiresAt.Before(now):
		return errExpired
	case found.State == deviceRefused:
		return errRefused
	case hurried:
		return errSlowDown
	case found.State == deviceAsked:
		return errPending
	}
	x.device = found
	r.SetID(found.Family.String())
	r.SetSession(found.Session)
	r.SetRequestedScopes(found.Scopes)
	for _, scope := range found.Scopes {
		r.GrantScope(scope)
	}
	found.Session.SetExpiresAt(fosite.AccessToken, now.UTC().Add(d.config.GetAccessTokenLifespan(ctx)).Round(time.Second))
	found.Session.SetExpiresAt(fosite.RefreshToken, now.UTC().Add(d.config.GetRefreshTokenLifespan(ctx)).Round(time.Second))
	return nil
}

// PopulateTokenEndpointResponse makes the tokens.
func (d *deviceGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, answer fosite.AccessResponder) error {
	if !d.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	access, signature, err := d.tokens.GenerateAccessToken(ctx, r)
	if err != nil {
		return err
	}
	if err := d.store.CreateAccessTokenSession(ctx, signature, r.Sanitize(nil)); err != nil {
		return err
	}
	answer.SetAccessToken(access)
	answer.SetTokenType("bearer")
	answer.SetExpiresIn(d.config.GetAccessTokenLifespan(ctx))
	answer.SetScopes(r.GetGrantedScopes())
	if r.GetGrantedScopes().Has("offline_access") && r.GetClient().GetGrantTypes().Has(GrantRefresh) {
		refresh, signature, err := d.tokens.GenerateRefreshToken(ctx, r)
		if err != nil {
			return err
		}
		if err := d.store.CreateRefreshTokenSession(ctx, signature, "", r.Sanitize(nil)); err != nil {
			return err
		}
		answer.SetExtra("refresh_token", refresh)
	}
	s := r.GetSession().(*session)
	s.Claims.AccessTokenHash = d.idToken.GetAccessTokenHash(ctx, r, answer)
	return d.idToken.IssueExplicitIDToken(ctx, d.config.GetIDTokenLifespan(ctx), r, answer)
}
