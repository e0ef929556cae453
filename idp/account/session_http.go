package account

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/journal"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	sessionIdle = 30 * time.Minute // ASVS 5 V7.3.1
	sessionLife = 24 * time.Hour   // ASVS 5 V7.3.2
	seenEvery   = time.Minute
	sessionKept = 90 * 24 * time.Hour // how long the person sees an old session listed
)

// Sessions keeps people's sign-ins in PostgreSQL: a restart of Redis signs nobody out, and a session that is ended is ended at
// once, at every server.
type Sessions struct {
	DB     db.DB
	Writes db.DB  // takes sign-ins of many people together; DB when nil
	Cookie string // name of the cookie
	Secure bool   // over TLS only
	Now    func() time.Time

	// Starting is asked before a person is signed in, by whatever proof, in the transaction that does it. Its error refuses.
	Starting func(c *fiber.Ctx, tx pgx.Tx, a *Account) error
	// Ended is told of sessions that are being ended, in the transaction that ends them.
	Ended func(ctx context.Context, tx pgx.Tx, sids []uuid.UUID) error
}

type localKey string

const (
	keySignIn  localKey = "sign-in"
	keyAccount localKey = "account"
)

// Load puts the browser's sign-in, if any, where web.Current, CurrentSignIn and Current find it.
func (s *Sessions) Load(c *fiber.Ctx) error {
	token := c.Cookies(s.Cookie)
	if token == "" {
		return c.Next()
	}
	now := s.Now()
	in, a, err := sessionByToken(c.UserContext(), s.DB, secret.HashToken(token), now, now.Add(-sessionIdle))
	if errors.Is(err, pgx.ErrNoRows) {
		web.Carry(c, nil)
		return c.Next()
	}
	if err != nil {
		return err
	}
	if now.Sub(in.SeenAt) > seenEvery {
		if err := touchSession(c.UserContext(), s.DB, in.ID, now); err != nil {
			return err
		}
	}
	carry(c, in, a)
	return c.Next()
}

func carry(c *fiber.Ctx, in *SignIn, a *Account) {
	web.Carry(c, &web.Session{ID: in.ID.String(), Person: a.ID, Name: a.ShortName(), Started: in.StartedAt})
	c.Locals(keySignIn, in)
	c.Locals(keyAccount, a)
}

// CurrentSignIn returns the sign-in of the request, or nil.
func CurrentSignIn(c *fiber.Ctx) *SignIn {
	in, _ := c.Locals(keySignIn).(*SignIn)
	return in
}

// Current returns the account that is signed in, as it was when the request began, or nil.
func Current(c *fiber.Ctx) *Account {
	a, _ := c.Locals(keyAccount).(*Account)
	return a
}

// Start signs a person in: always under a new token, so that a token planted beforehand is worth nothing. Whoever else was signed
// in at the browser is signed out. The same person, asked again, goes on with the same session: clients that it serves are not
// told of an end that nobody meant.
func (s *Sessions) Start(c *fiber.Ctx, a *Account, methods ...string) error {
	return s.StartWith(c, a, nil, methods...)
}

// StartWith is Start with more to do in the same transaction, or nil.
func (s *Sessions) StartWith(c *fiber.Ctx, a *Account, more func(pgx.Tx, *SignIn) error, methods ...string) error {
	in, token := s.fresh(c, a, methods)
	err := db.InTx(c.UserContext(), s.DB, func(tx pgx.Tx) error {
		if s.Starting != nil {
			if err := s.Starting(c, tx, a); err != nil {
				return err
			}
		}
		if err := s.open(c, tx, in, secret.HashToken(token)); err != nil {
			return err
		}
		err := journal.Write(c.UserContext(), db.Later(tx), signedIn(c, in))
		if err != nil || more == nil {
			return err
		}
		return more(tx, in)
	})
	if err != nil {
		return err
	}
	s.begin(c, in, a, token)
	return nil
}

// startKnown is Start at a browser that knows the person, in one statement: most sign-ins are such. It returns false, with nothing
// done, where Start has more to do: the browser is new or has a session, the account is blocked or waits for its deletion, or the
// person reads another language than before.
func (s *Sessions) startKnown(c *fiber.Ctx, a *Account, browser []byte, methods ...string) (started bool, err error) {
	if browser == nil || c.Cookies(s.Cookie) != "" || a.Language != web.Lang(c) {
		return false, nil
	}
	in, token := s.fresh(c, a, methods)
	started, err = insertSessionAtKnown(c.UserContext(), cmp.Or(s.Writes, s.DB), in, secret.HashToken(token), browser, signedIn(c, in))
	if started {
		s.begin(c, in, a, token)
	}
	return started, err
}

// fresh is a sign-in that begins, and the token of its cookie.
func (s *Sessions) fresh(c *fiber.Ctx, a *Account, methods []string) (in *SignIn, token string) {
	now := s.Now().UTC().Truncate(time.Microsecond)
	return &SignIn{
		ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, Methods: methods, StartedAt: now, AuthenticatedAt: now, SeenAt: now,
		EndsAt: now.Add(sessionLife), Device: shortDevice(c.Get(fiber.HeaderUserAgent)), Address: addressOf(c),
	}, secret.Token(32)
}

func signedIn(c *fiber.Ctx, in *SignIn) journal.Entry {
	return entry(c, in.AccountID, "idp.signed_in", map[string]any{"methods": in.Methods, "sid": in.ID})
}

// begin lets the rest of the request, and those that follow, know who is signed in.
func (s *Sessions) begin(c *fiber.Ctx, in *SignIn, a *Account, token string) {
	c.Cookie(&fiber.Cookie{Name: s.Cookie, Value: token, Path: "/", HTTPOnly: true, Secure: s.Secure, SameSite: "Lax"})
	carry(c, in, a)
}

// open renews the session of the browser when it is this person's, and makes a new one otherwise.
func (s *Sessions) open(c *fiber.Ctx, tx pgx.Tx, in *SignIn, tokenHash []byte) error {
	if old := CurrentSignIn(c); old != nil && old.AccountID == in.AccountID {
		renewed, err := renewSession(c.UserContext(), tx, old.ID, in, tokenHash)
		if err != nil {
			return err
		}
		if renewed {
			in.ID, in.StartedAt, in.ActingOID = old.ID, old.StartedAt, old.ActingOID
			return nil
		}
	}
	if err := s.drop(c, tx, in.StartedAt); err != nil {
		return err
	}
	return insertSession(c.UserContext(), db.Later(tx), in, tokenHash)
}

// Strengthen adds a proof to the current sign-in.
func (s *Sessions) Strengthen(c *fiber.Ctx, method string) error {
	in := CurrentSignIn(c)
	if in == nil {
		return errors.New("strengthen session: none is loaded")
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	if !slices.Contains(in.Methods, method) {
		in.Methods = append(in.Methods, method)
	}
	in.AuthenticatedAt = now
	return pgx.BeginFunc(c.UserContext(), s.DB, func(tx pgx.Tx) error {
		if err := strengthenSession(c.UserContext(), tx, in.ID, method, now); err != nil {
			return err
		}
		return journal.Write(c.UserContext(), tx, entry(c, in.AccountID, "idp.strengthened", map[string]any{"method": method, "sid": in.ID}))
	})
}

// Act chooses in whose name the person acts: an organisation's, or with nil one's own. Whether the person may is for the caller.
func (s *Sessions) Act(c *fiber.Ctx, organisation *int64) error {
	in := CurrentSignIn(c)
	if in == nil {
		return errors.New("choose capacity: no session is loaded")
	}
	in.ActingOID = organisation
	return actInSession(c.UserContext(), s.DB, in.ID, organisation)
}

// End signs out at this browser.
func (s *Sessions) End(c *fiber.Ctx) error {
	err := pgx.BeginFunc(c.UserContext(), s.DB, func(tx pgx.Tx) error { return s.drop(c, tx, s.Now()) })
	if err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: s.Cookie, Path: "/", MaxAge: -1, Expires: time.Unix(0, 0), HTTPOnly: true, Secure: s.Secure, SameSite: "Lax"})
	web.Carry(c, nil)
	c.Locals(keySignIn, nil)
	c.Locals(keyAccount, nil)
	return nil
}

// drop ends the session that the browser's cookie names, if it is live.
func (s *Sessions) drop(c *fiber.Ctx, tx pgx.Tx, now time.Time) error {
	token := c.Cookies(s.Cookie)
	if token == "" {
		return nil
	}
	ended, err := endByToken(c.UserContext(), tx, secret.HashToken(token), now)
	if err != nil || ended == nil {
		return err
	}
	if err := journal.Write(c.UserContext(), tx, entry(c, ended.AccountID, "idp.signed_out", map[string]any{"sid": ended.ID})); err != nil {
		return err
	}
	return s.tell(c.UserContext(), tx, []uuid.UUID{ended.ID})
}

// EndOf ends the sessions of a person that are named, or all when none is. The caller writes the journal: it knows why.
func (s *Sessions) EndOf(ctx context.Context, tx pgx.Tx, account uuid.UUID, ids ...uuid.UUID) error {
	ended, err := endSessions(ctx, tx, account, ids, uuid.Nil, s.Now())
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, ended)
}

// EndOthers ends all sessions of a person but one.
func (s *Sessions) EndOthers(ctx context.Context, tx pgx.Tx, account, except uuid.UUID) error {
	ended, err := endSessions(ctx, tx, account, nil, except, s.Now())
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, ended)
}

func (s *Sessions) tell(ctx context.Context, tx pgx.Tx, ended []uuid.UUID) error {
	if s.Ended == nil || len(ended) == 0 {
		return nil
	}
	return s.Ended(ctx, tx, ended)
}

// entry is a journal entry of what a person did with the own account.
func entry(c *fiber.Ctx, account uuid.UUID, action string, details map[string]any) journal.Entry {
	from, _ := netip.ParseAddr(c.IP())
	return journal.Entry{Actor: account.String(), ActorRole: "citizen", Action: action, Subject: account.String(), Details: details, Address: from}
}

// addressOf is the reader's address, or "" when it is none.
func addressOf(c *fiber.Ctx) string {
	if _, err := netip.ParseAddr(c.IP()); err != nil {
		return ""
	}
	return c.IP()
}
