package esia

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/oauth"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/secret"
)

const problemFile frontend.Page[problemPage] = "idp/esia/problem.html"

// problemPage tells that a system's request makes no sense. The person can do nothing about it but go back.
type problemPage struct {
	Code string
	Text string
}

// authorize takes a system's request.
func (h *Handler) authorize(e endpoint) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		if err := h.flood.Allow(c, 1+(len(c.Request().RequestURI())+len(c.Body()))/(8<<10)); err != nil {
			return err
		}
		form, err := formOf(c)
		if err != nil {
			return h.explain(c, "", err)
		}
		client, err := h.findClient(ctx, form)
		if err != nil {
			return h.explain(c, form.Get("state"), err)
		}
		signature, err := h.admit(ctx, e, client, form)
		if err != nil {
			return h.refuse(c, form, err)
		}
		form.Del("client_secret")
		r := &request{ID: uuid.Must(uuid.NewV7()), Client: client, Form: form, Signature: signature,
			CreatedAt: h.Now().UTC().Truncate(time.Microsecond)}
		if err := insertRequest(ctx, h.DB, r); err != nil {
			return h.refuse(c, form, err)
		}
		if c.Method() == fiber.MethodPost && personOf(c) == nil {
			// The session's cookie does not come with a form of another site; it comes with the GET that follows.
			return c.Redirect("/aas/continue?request="+r.ID.String(), fiber.StatusFound)
		}
		return h.proceed(c, r)
	}
}

// admit checks all of a request but the address, and that the client itself sent it. It returns by which signature.
func (h *Handler) admit(ctx context.Context, e endpoint, client *Client, form url.Values) ([]byte, error) {
	now := h.Now()
	if err := checkRequest(e, client, form, now); err != nil {
		if p := problemOf(err); p == errTime {
			h.record(ctx, client, e, (&verdict{}).refuse("time", p))
		}
		return nil, err
	}
	v := judge(e, client, form, now)
	h.record(ctx, client, e, v)
	if !v.Accepted {
		return nil, v.Problem
	}
	_, err := see(ctx, h.DB, client.Mnemonic, "ac", v.Hash, now)
	return v.Hash, err
}

// record keeps a verdict for those who look after the client. That must not fail a request.
func (h *Handler) record(ctx context.Context, client *Client, e endpoint, v *verdict) {
	if err := recordVerdict(ctx, h.DB, client.Mnemonic, e, v, h.Now()); err != nil && h.Log != nil {
		h.Log.Error("esia: journal of signatures", "err", err)
	}
}

// proceed brings a request to its next step.
func (h *Handler) proceed(c *fiber.Ctx, r *request) error {
	p := personOf(c)
	next, err := h.next(c.UserContext(), r, p)
	if err != nil {
		return h.giveUp(c, r, err)
	}
	switch next {
	case stepSignIn:
		if c.Method() == fiber.MethodPost { // the session's cookie does not come with a form of another site, but with the GET that follows
			return c.Redirect("/aas/continue?request="+r.ID.String(), fiber.StatusSeeOther)
		}
		return account.AskToSignIn(c, r.ID, h.Sessions.Secure)
	case stepConsent:
		return c.Redirect("/aas/consent?request="+r.ID.String(), fiber.StatusFound)
	}
	asked, _, err := h.resolve(c.UserContext(), r, p)
	if err != nil {
		return h.giveUp(c, r, err)
	}
	return h.answer(c, r, p, asked, nil)
}

// giveUp answers a waiting request by an error of the protocol; another error is the reader's, or ours.
func (h *Handler) giveUp(c *fiber.Ctx, r *request, err error) error {
	var known *problem
	if !errors.As(err, &known) {
		return err
	}
	if err := use(c.UserContext(), h.DB, r, h.Now()); err != nil {
		return err
	}
	return h.refuse(c, r.Form, known)
}

// requestOf returns the waiting request that the page is about.
func (h *Handler) requestOf(c *fiber.Ctx) (*request, error) {
	text := c.Query("request")
	if text == "" {
		text = c.FormValue("request")
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, fault.New(fault.NotFound, "idp.request_gone")
	}
	r, err := requestByID(c.UserContext(), h.DB, id, h.Now())
	if err != nil {
		return nil, err
	}
	if r.UsedAt != nil {
		return nil, finished(r)
	}
	return r, nil
}

// finished is the error of a request that was answered before.
func finished(r *request) error {
	return &oauth.Finished{Client: r.Client.Name, Address: r.Form.Get("redirect_uri")}
}

// use uses a request up, or says that it was.
func use(ctx context.Context, d db.DB, r *request, now time.Time) error {
	err := useRequest(ctx, d, r.ID, now)
	if errors.Is(err, fault.Conflict) {
		return finished(r)
	}
	return err
}

// goOn brings a waiting request to its next step, after sign-in.
func (h *Handler) goOn(c *fiber.Ctx) error {
	r, err := h.requestOf(c)
	if err != nil {
		return err
	}
	return h.proceed(c, r)
}

// answer makes the code and sends the person back to the system. agreed is what the person has just agreed to, if asked.
func (h *Handler) answer(c *fiber.Ctx, r *request, p *person, asked []scope, agreed []string) error {
	ctx, now := c.UserContext(), h.Now().UTC().Truncate(time.Microsecond)
	code := secret.Token(32)
	g := &grant{
		ID: uuid.Must(uuid.NewV7()), ClientID: r.Client.Mnemonic, AccountID: &p.ID, SessionID: &p.SignIn.ID,
		Scopes: granted(asked, p.OID), Offline: r.Form.Get("access_type") == "offline",
		RedirectURI: withoutQuery(r.Form.Get("redirect_uri")), Challenge: strings.TrimRight(r.Form.Get("code_challenge"), "="),
		Signature: r.Signature, Nonce: r.Form.Get("nonce"), Method: methodOf(p.SignIn), AuthenticatedAt: &p.SignIn.AuthenticatedAt,
		CreatedAt: now, ExpiresAt: now.Add(accessLife + codeLife),
	}
	var err error
	if g.Permissions, err = parsePermissions(r.Form.Get("permissions")); err != nil {
		return h.giveUp(c, r, err)
	}
	if g.Offline {
		g.ExpiresAt = now.Add(refreshLife)
	}
	if end := until(g.Permissions, now); len(g.Permissions) > 0 && end.Before(g.ExpiresAt) {
		g.ExpiresAt = end
	}
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := use(ctx, tx, r, now); err != nil {
			return err
		}
		if agreed != nil {
			if err := h.agree(ctx, tx, c, g, agreed, now); err != nil {
				return err
			}
		}
		return insertGrant(ctx, tx, g, code)
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	query := "code=" + url.QueryEscape(code) + "&state=" + url.QueryEscape(r.Form.Get("state"))
	return c.Redirect(withQuery(r.Form.Get("redirect_uri"), query), fiber.StatusFound)
}

// agree remembers what a person lets a system know.
func (h *Handler) agree(ctx context.Context, tx pgx.Tx, c *fiber.Ctx, g *grant, scopes []string, now time.Time) error {
	if err := addConsent(ctx, tx, *g.AccountID, g.ClientID, scopes, now); err != nil {
		return err
	}
	if len(g.Permissions) > 0 {
		if err := putAgreement(ctx, tx, *g.AccountID, g.ClientID, g.Permissions, now); err != nil {
			return err
		}
	}
	return journal.Write(ctx, tx, journal.Entry{
		Actor: g.AccountID.String(), ActorRole: "citizen", Action: "idp.consent_given", Subject: g.AccountID.String(),
		Details: map[string]any{"client": g.ClientID, "scopes": scopes}, Address: addressOf(c),
	})
}

// refuse sends an error to the system, whose address has been checked.
func (h *Handler) refuse(c *fiber.Ctx, form url.Values, err error) error {
	if db.IsDown(err) {
		return err // the person can try again here
	}
	p := problemOf(err)
	if p == errServer {
		h.logFailure(c, err)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(withQuery(form.Get("redirect_uri"), p.query(form.Get("state"))), fiber.StatusFound)
}

// explain leads to a page of ours, when there is no address that may be trusted. Its own address says what is wrong, as the real
// provider's does.
func (h *Handler) explain(c *fiber.Ctx, state string, err error) error {
	if db.IsDown(err) {
		return err // the person can try again here
	}
	p := problemOf(err)
	if p == errServer {
		h.logFailure(c, err)
	}
	return c.Redirect("/aas/oauth2/?"+p.query(cut(state, 200)), fiber.StatusFound)
}

// showProblem explains an error. Only the code is believed: anybody may write such an address.
func (h *Handler) showProblem(c *fiber.Ctx) error {
	p := problemByCode(c.Query("error_description"))
	c.Status(fiber.StatusBadRequest)
	return problemFile.Render(c, h.Pages, problemPage{p.Code, h.Pages.Texts(c)("idp_esia.problem_" + strings.TrimPrefix(p.Code, "ESIA-"))})
}

// cancel sends the person back without an answer.
func (h *Handler) cancel(c *fiber.Ctx) error {
	r, err := h.requestOf(c)
	if err != nil {
		return err
	}
	return h.giveUp(c, r, errDenied)
}
