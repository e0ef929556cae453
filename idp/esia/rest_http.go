package esia

import (
	"context"
	"errors"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
)

// restProblem is an error of the REST interface, in ESIA's codes.
type restProblem struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (p *restProblem) Error() string { return p.Code + ": " + p.Message }

var (
	errBadToken     = &restProblem{fiber.StatusUnauthorized, "ESIA-005011", "SecurityErrorEnum.invalidToken"}
	errExpiredToken = &restProblem{fiber.StatusUnauthorized, "ESIA-005013", "SecurityErrorEnum.expiredToken"}
	errNoScopeFor   = &restProblem{fiber.StatusForbidden, "ESIA-005029", "SecurityErrorEnum.scopeNotAllowed"}
	errNoSuch       = &restProblem{fiber.StatusNotFound, "ESIA-004004", "Resource not found"}
	errRest         = &restProblem{fiber.StatusInternalServerError, "ESIA-007007", "Internal error"}
	errAway         = &restProblem{fiber.StatusServiceUnavailable, "ESIA-007008", "Temporarily unavailable"}
)

// reader is a system that reads by a token.
type reader struct {
	h      *Handler
	ctx    context.Context
	rights rights
	person *account.Account // nil: the token is of the system itself
	embed  embed
	rs     string // "https://provider/rs"
}

// rest answers GET /rs/…, whatever slashes are in it.
func (h *Handler) rest(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store, no-cache, must-revalidate")
	c.Set(fiber.HeaderPragma, "no-cache")
	found, err := h.read(c)
	if err != nil {
		var known *restProblem
		if !errors.As(err, &known) {
			h.logFailure(c, err)
			known = errRest
			if db.IsDown(err) {
				known = errAway
			}
		}
		if known.Status == fiber.StatusUnauthorized {
			c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="esia", error="invalid_token"`)
		}
		return writeJSON(c, known.Status, known)
	}
	return found.write(c)
}

// read finds what a request asks for.
func (h *Handler) read(c *fiber.Ctx) (*answer, error) {
	parts, query := partsOf(c)
	r, err := h.readerOf(c)
	if err != nil {
		return nil, err
	}
	r.embed = embedOf(query)
	if len(parts) < 2 {
		return nil, errNoSuch
	}
	oid, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, errNoSuch
	}
	switch parts[0] {
	case "prns":
		if r.person == nil || r.person.OID != oid {
			return nil, errNoScopeFor
		}
		return r.prns(parts[2:])
	case "orgs":
		return r.orgs(oid, parts[2:])
	}
	return nil, errNoSuch
}

// partsOf are the parts of the path below /rs. One library escapes the question mark before embed, so that it gets into the path.
func partsOf(c *fiber.Ctx) (parts []string, embed string) {
	p := c.Params("*")
	if plain, err := url.PathUnescape(p); err == nil {
		p = plain
	}
	p, inPath, _ := strings.Cut(p, "?")
	embed = c.Query("embed")
	if embed == "" {
		embed, _ = strings.CutPrefix(inPath, "embed=")
	}
	p = strings.Trim(path.Clean("/"+p), "/")
	return strings.Split(p, "/"), embed
}

// readerOf checks the access token: its signature and age, and that what it grew from still stands.
func (h *Handler) readerOf(c *fiber.Ctx) (*reader, error) {
	kind, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return nil, errBadToken
	}
	ctx := c.UserContext()
	var claims accessClaims
	if err := h.Keys.verify(ctx, strings.TrimSpace(token), &claims); err != nil {
		if errors.Is(err, errToken) {
			return nil, errBadToken
		}
		return nil, err
	}
	if claims.Expires <= h.Now().Unix() {
		return nil, errExpiredToken
	}
	id, err := uuid.Parse(claims.ID)
	if err != nil {
		return nil, errBadToken
	}
	g, err := liveGrant(ctx, h.DB, id, h.Now())
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errBadToken
	}
	if err != nil {
		return nil, err
	}
	r := &reader{h: h, ctx: ctx, rights: rightsOf(g.Scopes), rs: h.Issuer + "/rs"}
	if g.AccountID != nil {
		r.person, err = account.ByID(ctx, h.DB, *g.AccountID)
		if errors.Is(err, fault.NotFound) {
			return nil, errBadToken
		}
	}
	return r, err
}
