package esia

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
)

// jsonType is the content type of the token endpoint's answers.
const jsonType = "application/json;charset=UTF-8"

// sameSecond is how long after an authorization request its very signature may redeem a code, once: a quick system signs the same
// string twice within a second. Later it comes from somebody who read the address line, and to anything but a code it is no key at all.
const sameSecond = 3 * time.Second

// token gives tokens for a code, a refresh token, or to the system itself.
func (h *Handler) token(e endpoint) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		c.Set(fiber.HeaderPragma, "no-cache")
		form, err := formOf(c)
		if err != nil {
			return h.tokenError(c, "", err)
		}
		addBasic(form, c.Get(fiber.HeaderAuthorization))
		given, err := h.redeem(c.UserContext(), e, form, addressOf(c))
		if err != nil {
			return h.tokenError(c, form.Get("state"), err)
		}
		given.State = form.Get("state")
		return writeJSON(c, fiber.StatusOK, given)
	}
}

// tokenError answers as ESIA does: 400 whatever is wrong with the request.
func (h *Handler) tokenError(c *fiber.Ctx, state string, err error) error {
	p, status := problemOf(err), fiber.StatusBadRequest
	if db.IsSerialization(err) || db.IsDown(err) || errors.Is(err, context.DeadlineExceeded) {
		p = errBusy
	}
	if p == errServer || p == errBusy {
		h.logFailure(c, err)
		status = fiber.StatusServiceUnavailable
		if p == errServer {
			status = fiber.StatusInternalServerError
		}
	}
	return writeJSON(c, status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		State       string `json:"state,omitempty"`
	}{p.Name, p.Error(), cut(state, maxText)})
}

func writeJSON(c *fiber.Ctx, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, jsonType)
	return c.Status(status).Send(body)
}

// redeem checks a token request and answers it.
func (h *Handler) redeem(ctx context.Context, e endpoint, form url.Values, from netip.Addr) (*tokens, error) {
	if repeated(form) != "" {
		return nil, errParameter
	}
	if form.Get("client_id") == "" {
		return nil, errMissing
	}
	client, err := ClientByMnemonic(ctx, h.DB, form.Get("client_id"))
	if errors.Is(err, fault.NotFound) {
		return nil, errUnauthorized
	}
	if err != nil {
		return nil, err
	}
	if err := h.admitToken(ctx, e, client, form); err != nil {
		return nil, err
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		return h.redeemCode(ctx, client, form, from)
	case "refresh_token":
		return h.refresh(ctx, client, form, from)
	}
	return h.own(ctx, client, form)
}

// needed are the parameters that a grant cannot do without, beside those of all.
var needed = map[string][]string{
	"authorization_code": {"code", "redirect_uri"},
	"refresh_token":      {"refresh_token"},
	"client_credentials": {},
}

// admitToken checks the parameters, and that the client itself sent them.
func (h *Handler) admitToken(ctx context.Context, e endpoint, client *Client, form url.Values) error {
	now, kind := h.Now(), form.Get("grant_type")
	if kind == "" {
		return errMissing
	}
	more, known := needed[kind]
	if !known {
		return errGrantType
	}
	for _, name := range append([]string{"client_secret", "timestamp", "state"}, more...) {
		if form.Get(name) == "" {
			return errMissing
		}
	}
	if e == te3 && form.Get("client_certificate_hash") == "" && kind != "refresh_token" { // one library leaves it out there
		return errMissing
	}
	if !timely(form.Get("timestamp"), now) {
		h.record(ctx, client, e, (&verdict{}).refuse("time", errTime))
		return errTime
	}
	v := judge(e, client, form, now)
	if err := h.checkReplay(ctx, e, client, v, form, now); err != nil {
		return err
	}
	h.record(ctx, client, e, v)
	if !v.Accepted {
		return v.Problem
	}
	return nil
}

// checkReplay notices a signature that was seen before. One that authorized a request travelled through a browser, and so buys only the
// code that answers this request, and only in its own second. Codes and refresh tokens are good once by themselves, so that among signatures for tokens only those of
// client_credentials must differ.
func (h *Handler) checkReplay(ctx context.Context, e endpoint, client *Client, v *verdict, form url.Values, now time.Time) error {
	if !v.Accepted {
		return nil
	}
	kind := form.Get("grant_type")
	seen, err := seenAt(ctx, h.DB, client.Mnemonic, "ac", v.Hash)
	if err != nil {
		return err
	}
	replayed := seen != nil && (kind != "authorization_code" || now.Sub(*seen) > sameSecond)
	if seen != nil && !replayed {
		own, err := answersSignature(ctx, h.DB, client.Mnemonic, form.Get("code"), v.Hash)
		if err != nil {
			return err
		}
		replayed = !own
	}
	if !replayed && (kind == "client_credentials" || seen != nil) {
		first, err := see(ctx, h.DB, client.Mnemonic, "te", v.Hash, now)
		if err != nil {
			return err
		}
		replayed = first.Before(now.Truncate(time.Microsecond))
	}
	if !replayed {
		return nil
	}
	v.Accepted = false
	v.refuse("replayed", e.refusal())
	return journal.Write(ctx, h.DB, journal.Entry{
		Actor: "client:" + client.Mnemonic, ActorRole: "client", Action: "idp.token_replayed",
		Details: map[string]any{"what": "client_secret", "client": client.Mnemonic},
	})
}

// growth is what a code or a refresh token leads to.
type growth struct {
	use    func(context.Context, pgx.Tx, time.Time) (uuid.UUID, error)
	reused func(context.Context, pgx.Tx) (uuid.UUID, *uuid.UUID, error)
	what   string
	token  string // the refresh token, by which its answer is sealed
}

func (h *Handler) redeemCode(ctx context.Context, client *Client, form url.Values, from netip.Addr) (*tokens, error) {
	code := form.Get("code")
	return h.grow(ctx, client, form, from, growth{
		use: func(ctx context.Context, tx pgx.Tx, now time.Time) (uuid.UUID, error) {
			return redeemCode(ctx, tx, client.Mnemonic, code, withoutQuery(form.Get("redirect_uri")), now)
		},
		reused: func(ctx context.Context, tx pgx.Tx) (uuid.UUID, *uuid.UUID, error) {
			return reusedCode(ctx, tx, client.Mnemonic, code)
		},
		what: "code",
	})
}

func (h *Handler) refresh(ctx context.Context, client *Client, form url.Values, from netip.Addr) (*tokens, error) {
	token := form.Get("refresh_token")
	return h.grow(ctx, client, form, from, growth{
		use: func(ctx context.Context, tx pgx.Tx, now time.Time) (uuid.UUID, error) {
			return useRefresh(ctx, tx, client.Mnemonic, token, now)
		},
		reused: func(ctx context.Context, tx pgx.Tx) (uuid.UUID, *uuid.UUID, error) {
			return reusedRefresh(ctx, tx, client.Mnemonic, token)
		},
		what: "refresh", token: token,
	})
}

// again returns what a refresh token brought a moment ago, for a system whose line broke before it came. Who has used what it brought
// has had the answer: then it is no lost answer.
func (h *Handler) again(ctx context.Context, tx pgx.Tx, client *Client, f growth, now time.Time) (*tokens, error) {
	if f.token == "" {
		return nil, pgx.ErrNoRows
	}
	id, sealed, at, err := lostAnswer(ctx, tx, client.Mnemonic, f.token, now.Add(-refreshGrace))
	if err != nil {
		return nil, err
	}
	if _, err := liveGrant(ctx, tx, id, now); err != nil {
		return nil, err
	}
	given, err := openAnswer(f.token, sealed)
	if err != nil {
		return nil, err
	}
	fresh, err := unusedRefresh(ctx, tx, given.RefreshToken)
	if err == nil && !fresh {
		err = pgx.ErrNoRows
	}
	given.ExpiresIn -= int64(now.Sub(at) / time.Second)
	return given, err
}

// grow uses up a code or a refresh token and makes the next tokens of its family, in one transaction. A refusal is kept, too:
// what was used stays used, and a replay takes the family along.
func (h *Handler) grow(ctx context.Context, client *Client, form url.Values, from netip.Addr, f growth) (given *tokens, err error) {
	if _, err := h.Keys.current(ctx); err != nil { // not inside: the pool may have no second connection to give
		return nil, err
	}
	now := h.Now().UTC().Truncate(time.Microsecond)
	var refused error
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		id, err := f.use(ctx, tx, now)
		if errors.Is(err, pgx.ErrNoRows) {
			if given, err = h.again(ctx, tx, client, f, now); !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
			given, refused = nil, errGrant
			return h.noteReuse(ctx, tx, client, from, f, now)
		}
		if err != nil {
			return err
		}
		given, err = h.nextTokens(ctx, tx, client, form, id, f, now)
		var known *problem
		if errors.As(err, &known) {
			refused = known
			return nil
		}
		return err
	})
	if err == nil {
		err = refused
	}
	return given, err
}

func (h *Handler) nextTokens(ctx context.Context, tx pgx.Tx, client *Client, form url.Values, id uuid.UUID, f growth, now time.Time) (*tokens, error) {
	g, err := liveGrant(ctx, tx, id, now)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errGrant
	}
	if err != nil {
		return nil, err
	}
	if f.what == "code" {
		if err := g.checkVerifier(form.Get("code_verifier")); err != nil {
			return nil, err
		}
	}
	a, err := account.ByID(ctx, tx, *g.AccountID)
	if err != nil {
		return nil, err
	}
	given, err := h.issue(ctx, client, g, a, now)
	if err != nil {
		return nil, err
	}
	if f.what == "code" {
		err = journal.Write(ctx, tx, journal.Entry{
			Actor: "client:" + client.Mnemonic, ActorRole: "client", Action: "idp.data_read", Subject: a.ID.String(),
			Details: map[string]any{"client": client.Mnemonic, "scopes": g.Scopes},
		})
	}
	if err != nil || !g.Offline {
		return given, err
	}
	given.RefreshToken = uuid.NewString()
	if err := insertRefresh(ctx, tx, given.RefreshToken, g.ID, now); err != nil || f.token == "" {
		return given, err
	}
	sealed, err := sealAnswer(f.token, given)
	if err != nil {
		return nil, err
	}
	return given, keepAnswer(ctx, tx, f.token, sealed)
}

// noteReuse revokes the family of something that was used before, and writes it down.
func (h *Handler) noteReuse(ctx context.Context, tx pgx.Tx, client *Client, from netip.Addr, f growth, now time.Time) error {
	id, owner, err := f.reused(ctx, tx)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := revokeGrant(ctx, tx, id, now); err != nil {
		return err
	}
	e := journal.Entry{
		Actor: "client:" + client.Mnemonic, ActorRole: "client", Action: "idp.token_replayed",
		Details: map[string]any{"what": f.what, "client": client.Mnemonic}, Address: from,
	}
	if owner != nil {
		e.Subject = owner.String()
	}
	return journal.Write(ctx, tx, e)
}
