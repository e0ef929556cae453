package portal

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"golang.org/x/oauth2"

	"tamga/applications"
	"tamga/internal/fault"
	"tamga/internal/web"
)

// A person acts in an organisation's name only while the provider says so. Its word is asked for again when it is older than
// capacityFresh: a power that was revoked, or a dismissal, ends what the person may do here within that time, and not with the
// session. The tokens to ask with are kept sealed in Redis beside the session.
const (
	capacityFresh = 45 * time.Second
	capacityLife  = 24 * time.Hour // of the tokens here; the provider's own session ends no later
	capacityLock  = 10 * time.Second
)

// tokenPair asks the provider in a person's name.
type tokenPair struct {
	Access, Refresh string
	Until           time.Time
}

// capacity is what the provider said last: nil means that the person may not act any more.
type capacity struct{ Organisation *applications.Organisation }

const (
	capacityLocal = "capacity"
	capacitySeal  = "session/capacity"
)

func capacityKey(kind string, s *web.Session) string { return "acting:" + kind + ":" + s.ID }

// keepCapacity remembers what the provider said at the sign-in, and how to ask again.
func (p *People) keepCapacity(c *fiber.Ctx, tokens *tokenPair, o *applications.Organisation) error {
	s := web.Current(c)
	if tokens == nil || s == nil {
		return nil
	}
	ctx := c.UserContext()
	return errors.Join(p.keep(ctx, capacityKey("tokens", s), tokens, capacityLife), p.keep(ctx, capacityKey("now", s), capacity{o}, capacityFresh))
}

func (p *People) keep(ctx context.Context, key string, v any, life time.Duration) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return p.redis.Set(ctx, key, p.box.Seal(raw, []byte(capacitySeal)), life).Err()
}

func (p *People) look(ctx context.Context, key string, v any) error {
	sealed, err := p.redis.Get(ctx, key).Bytes()
	if err != nil {
		return err
	}
	raw, err := p.box.Open(sealed, []byte(capacitySeal))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// actingNow is acting with the provider's present word. Where the provider cannot be asked nobody acts for another.
func (p *People) actingNow(c *fiber.Ctx) (*applications.Organisation, error) {
	o := p.acting(c)
	if o == nil {
		return nil, nil
	}
	if said, ok := c.Locals(capacityLocal).(capacity); ok {
		return said.Organisation, nil
	}
	said, err := p.capacityOf(c.UserContext(), web.Current(c), o.OID)
	if err != nil {
		return nil, errors.Join(fault.New(fault.Unavailable, "acting.provider_down"), err)
	}
	c.Locals(capacityLocal, said)
	return said.Organisation, nil
}

func (p *People) capacityOf(ctx context.Context, s *web.Session, oid int64) (said capacity, err error) {
	if err := p.look(ctx, capacityKey("now", s), &said); err == nil {
		return said, nil
	}
	// One request asks. Refresh tokens are good once, and two that refresh at the same time look like a theft.
	for range 20 {
		won, err := p.redis.SetNX(ctx, capacityKey("lock", s), "1", capacityLock).Result()
		if err != nil {
			return said, err
		}
		if won {
			defer p.redis.Del(context.WithoutCancel(ctx), capacityKey("lock", s))
			break
		}
		time.Sleep(100 * time.Millisecond)
		if err := p.look(ctx, capacityKey("now", s), &said); err == nil {
			return said, nil
		}
	}
	var tokens tokenPair
	switch err := p.look(ctx, capacityKey("tokens", s), &tokens); {
	case errors.Is(err, redis.Nil):
		return capacity{}, nil // too long ago: the person comes in that name again
	case err != nil:
		return said, err
	}
	found, err := p.esia.discover(ctx)
	if err != nil {
		return said, err
	}
	said.Organisation, err = p.esia.stillActs(ctx, found, &tokens, func() error {
		return p.keep(ctx, capacityKey("tokens", s), tokens, capacityLife)
	})
	if err != nil {
		return said, err
	}
	if said.Organisation != nil && said.Organisation.OID != oid {
		said.Organisation = nil
	}
	return said, p.keep(ctx, capacityKey("now", s), said, capacityFresh)
}

// stillActs asks the provider in whose name a person acts now. Renewed tokens are kept before they are used: the old ones are void.
// A refused token means that the person has signed out there, was blocked or has withdrawn the consent: nobody acts.
func (p *provider) stillActs(ctx context.Context, e *endpoint, tokens *tokenPair, keep func() error) (*applications.Organisation, error) {
	ctx = p.context(ctx)
	old := &oauth2.Token{AccessToken: tokens.Access, RefreshToken: tokens.Refresh, Expiry: tokens.Until}
	fresh, err := e.oauth.TokenSource(ctx, old).Token()
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < 500, err != nil && tokens.Refresh == "":
		return nil, nil
	case err != nil:
		return nil, err
	}
	if fresh.AccessToken != tokens.Access {
		*tokens = tokenPair{Access: fresh.AccessToken, Refresh: fresh.RefreshToken, Until: fresh.Expiry}
		if err := keep(); err != nil {
			return nil, err
		}
	}
	var told struct {
		Organisation *organisationClaim `json:"organisation"`
	}
	status, err := p.userinfo(ctx, e, tokens.Access, &told)
	switch {
	case err != nil:
		return nil, err
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return nil, nil
	case status != http.StatusOK:
		return nil, errESIADown
	}
	return told.Organisation.organisation(), nil
}

func (p *provider) userinfo(ctx context.Context, e *endpoint, token string, into any) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.oidc.UserInfoEndpoint(), nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		err = json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 1<<20)).Decode(into)
	}
	return answer.StatusCode, err
}

// mayPay guards the payment of what an organisation owes: an employee needs the power for it.
func (p *People) mayPay(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return c.Next()
	}
	oid, err := organisationOwing(c.UserContext(), p.db, id)
	if err != nil {
		return err
	}
	if oid == 0 {
		return c.Next()
	}
	o, err := p.actingNow(c)
	switch {
	case err != nil:
		return err
	case o == nil || o.OID != oid:
		return fault.New(fault.Forbidden, "cabinet.pay_as")
	case !o.May(applications.PowerPay):
		return fault.New(fault.Forbidden, "acting.may_not_pay")
	}
	return c.Next()
}
