package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"

	"tamga/idp/account"
	"tamga/internal/secret"
)

// exchange is a token request under way. Fosite reads a code, thinks, marks it used and stores tokens, in steps; between two of
// them another request with the same code would come through (F1). Here its steps only collect: what is read is read once, and
// all is written at the end by one statement, whose first part claims the code or the refresh token. Only one request can claim
// it; the others write nothing, lock nothing while they think, and see that they have lost (F3).
type exchange struct {
	read   map[string]*grant
	claim  *grant  // the code or refresh token that is used up
	device *device // or the device's code
	fresh  []grant // the new tokens
	answer []byte  // sealed: what a refresh token brought, should the answer be lost
	reuse  *grant  // a code or token that came a second time
	again  *grant  // the same, but so soon that the answer was perhaps lost
	client string  // who asks, once it has proved to be the one
}

type exchangeKey struct{}

func withExchange(ctx context.Context) (context.Context, *exchange) {
	x := &exchange{read: map[string]*grant{}}
	return context.WithValue(ctx, exchangeKey{}, x), x
}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// grant is a row of oauth_grant with what its family says.
type grant struct {
	Kind        string
	Signature   []byte
	Family      uuid.UUID // Nil for a token of a client in its own name
	Since       time.Time // age of the family
	ClientID    string
	Subject     string
	Active      bool
	Revoked     bool // with its family
	RequestedAt time.Time
	ExpiresAt   time.Time
	UsedAt      *time.Time
	Answer      []byte
	Level       account.Level // of the person, now
	record
}

// record is what a grant keeps in its data.
type record struct {
	RequestedScopes fosite.Arguments    `json:"requested_scopes"`
	GrantedScopes   fosite.Arguments    `json:"granted_scopes"`
	Form            map[string][]string `json:"form,omitempty"`
	Session         *session            `json:"session"`
}

// request is a grant as fosite sees it. The client is its own copy of nothing but the id, unless ctx carries the whole.
func (g *grant) request(ctx context.Context) *fosite.Request {
	r := fosite.NewRequest()
	r.ID, r.RequestedAt, r.Session = g.Family.String(), g.RequestedAt, g.Session
	r.RequestedScope, r.GrantedScope = g.RequestedScopes, g.GrantedScopes
	for name, values := range g.Form {
		r.Form[name] = values
	}
	if c, ok := ctx.Value(clientKey{}).(*client); ok && c.ID == g.ClientID {
		r.Client = c
	} else {
		r.Client = &fosite.DefaultClient{ID: g.ClientID}
	}
	return r
}

// newGrant makes a row of what fosite wants stored.
func newGrant(kind, signature string, r fosite.Requester) (grant, error) {
	s, ok := r.GetSession().(*session)
	if !ok {
		return grant{}, errors.New("oauth: a session that is not ours")
	}
	g := grant{
		Kind: kind, Signature: hashOf(signature), ClientID: r.GetClient().GetID(), Subject: s.Subject, RequestedAt: r.GetRequestedAt(),
		ExpiresAt: s.GetExpiresAt(tokenTypes[kind]),
		record:    record{r.GetRequestedScopes(), r.GetGrantedScopes(), r.GetRequestForm(), s},
	}
	if s.Account == uuid.Nil {
		return g, nil
	}
	var err error
	g.Family, err = uuid.Parse(r.GetID())
	return g, err
}

var tokenTypes = map[string]fosite.TokenType{
	"code": fosite.AuthorizeCode, "access": fosite.AccessToken, "refresh": fosite.RefreshToken,
}

// collect notes a token that the exchange will store.
func (x *exchange) collect(kind, signature string, r fosite.Requester) error {
	if x == nil {
		return errNoExchange
	}
	g, err := newGrant(kind, signature, r)
	if err != nil {
		return err
	}
	if g.Subject == "" {
		g.Subject = g.ClientID
	}
	x.fresh = append(x.fresh, g)
	return nil
}

// ends is when nothing of the new tokens can be used any more.
func (x *exchange) ends() time.Time {
	var last time.Time
	for _, g := range x.fresh {
		if g.ExpiresAt.After(last) {
			last = g.ExpiresAt
		}
	}
	return last
}

// refreshGrace is how long after its use a refresh token still brings the answer that it brought: for a client whose line broke
// before it came, and for two windows of one that refresh at once. RFC 9700 leaves it to us; 30 seconds are longer than any
// timeout of a client and too short for a thief who comes later.
const refreshGrace = 30 * time.Second

// kept is an answer that a refresh token brought.
type kept struct {
	Answer map[string]any `json:"answer"`
	At     time.Time      `json:"at"`
}

// sealAnswer seals an answer by the refresh token that it answers. The database has only a hash of that, so nobody but the
// client that sends it again can open it.
func sealAnswer(refreshToken string, answer map[string]any, at time.Time) ([]byte, error) {
	box, err := secret.NewBox(secret.HashToken("answer to " + refreshToken))
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(kept{answer, at})
	if err != nil {
		return nil, err
	}
	return box.Seal(plain, []byte("oauth_grant.answer")), nil
}

// openAnswer opens it, with what is left of the access token's life.
func openAnswer(refreshToken string, sealed []byte, now time.Time) (map[string]any, error) {
	box, err := secret.NewBox(secret.HashToken("answer to " + refreshToken))
	if err != nil {
		return nil, err
	}
	plain, err := box.Open(sealed, []byte("oauth_grant.answer"))
	if err != nil {
		return nil, err
	}
	var k kept
	if err := json.Unmarshal(plain, &k); err != nil {
		return nil, err
	}
	if life, ok := k.Answer["expires_in"].(float64); ok {
		k.Answer["expires_in"] = int64(life) - int64(now.Sub(k.At)/time.Second)
	}
	return k.Answer, nil
}
