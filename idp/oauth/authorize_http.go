package oauth

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"
	"github.com/ory/fosite/token/jwt"

	"tamga/frontend"
	"tamga/idp/organisation"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

const showRefusal frontend.Page[refusalPage] = "idp/refusal.html"

// refusalPage tells that a site's request makes no sense. The person can do nothing about it but go back.
type refusalPage struct {
	Code        string
	Description string
}

func isNotFound(err error) bool {
	return errors.Is(err, fault.NotFound) || errors.Is(err, pgx.ErrNoRows)
}

// maxAddress is how long an address may be for all that stand between a browser and us, in bytes.
const maxAddress = 4 << 10

// authorize takes a client's request.
func (h *Handler) authorize(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	form, err := paramsOf(ctx, c)
	if err != nil {
		return h.refuse(c, fosite.NewAuthorizeRequest(), err)
	}
	if again := form.Encode(); c.Method() == fiber.MethodPost && c.Cookies(h.Sessions.Cookie) == "" && len(again) < maxAddress {
		// The session's cookie does not come with a form of another site; it comes with the GET that follows.
		return c.Redirect("/oauth2/auth?"+again, fiber.StatusSeeOther)
	}
	v := visitOf(c)
	r, ar, err := h.read(ctx, form, v)
	if err != nil {
		if r != nil && r.waits {
			_ = h.store.useRequest(ctx, r.ID, time.Now()) // a pushed request is answered by its error, too
		}
		return h.refuse(c, ar, err)
	}
	next, err := h.nextStep(ctx, r, v)
	if err != nil {
		return h.refuse(c, ar, err)
	}
	if promptOf(r.Form).Has("none") && next != stepAnswer {
		if r.waits {
			_ = h.store.useRequest(ctx, r.ID, time.Now())
		}
		return h.refuse(c, ar, silentError(next))
	}
	if next == stepAnswer {
		return h.answer(ctx, c, r, v, ar, nil)
	}
	if !r.waits {
		if err := h.flood.Allow(c, costOf(r.Form)); err != nil {
			return err
		}
		if err := h.store.insertRequest(ctx, r); err != nil {
			return err
		}
	}
	return c.Redirect(pathOf(next, r), fiber.StatusSeeOther)
}

// read understands a request. The requester is never nil; with an error it may have no address to go back to.
func (h *Handler) read(ctx context.Context, form url.Values, v *visit) (*request, fosite.AuthorizeRequester, error) {
	person := uuid.Nil
	if v != nil {
		person = v.Account.ID
	}
	of, agreed, err := h.store.askingClient(ctx, form.Get("client_id"), person)
	if isNotFound(err) {
		return nil, h.fosite.unread(nil, form), fosite.ErrInvalidClient.WithHint("The client is unknown.")
	}
	if err != nil {
		return nil, h.fosite.unread(nil, form), err
	}
	r := &request{
		ID: uuid.Must(uuid.NewV7()), Client: of, Agreed: agreed, CreatedAt: time.Now().UTC().Truncate(time.Microsecond),
	}
	switch name := form.Get("request_uri"); {
	case isPushed(name) && !form.Has("request") && len(form["client_id"]) == 1:
		if r, err = h.openRequest(ctx, of, name, person); err != nil {
			return nil, h.fosite.unread(of, form), err
		}
	case of.RequirePAR:
		return nil, h.fosite.unread(of, form), fosite.ErrInvalidRequest.WithHint("The client pushes its requests to the endpoint for that (RFC 9126).")
	default:
		if r.Form, err = h.understood(ctx, of, form); err != nil {
			return nil, h.fosite.unread(of, form), err
		}
	}
	ar, err := h.fosite.parse(ctx, r.Client, r.Form)
	return r, ar, err
}

// understood returns the parameters that count: those of the request object where there is one.
func (h *Handler) understood(ctx context.Context, of *client, form url.Values) (url.Values, error) {
	if err := checkRepeated(form); err != nil {
		return nil, err
	}
	switch {
	case form.Has("request_uri"):
		return nil, fosite.ErrRequestURINotSupported.WithHint("Only requests that were pushed here beforehand have a 'request_uri'.")
	case form.Has("request"):
		return h.readObject(ctx, of, form)
	case of.RequireJAR:
		return nil, fosite.ErrInvalidRequest.WithHint("The client signs its requests: parameter 'request' is missing.")
	}
	return form, nil
}

// goOn brings a waiting request to its next step, after sign-in, a passed check or consent.
func (h *Handler) goOn(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	r, v, next, err := h.waiting(ctx, c)
	if err != nil {
		return err
	}
	return h.proceed(ctx, c, r, v, next)
}

// proceed answers the client when nothing is left to ask, or leads to the page that asks.
func (h *Handler) proceed(ctx context.Context, c *fiber.Ctx, r *request, v *visit, next step) error {
	if next == stepAnswer {
		ar, err := h.fosite.parse(ctx, r.Client, r.Form)
		if err != nil {
			return h.refuse(c, ar, err)
		}
		return h.answer(ctx, c, r, v, ar, nil)
	}
	return c.Redirect(pathOf(next, r), fiber.StatusSeeOther)
}

// waiting returns the request that a page is about, whose it is, and its next step.
func (h *Handler) waiting(ctx context.Context, c *fiber.Ctx) (*request, *visit, step, error) {
	v := visitOf(c)
	r, err := h.requestOf(ctx, c, v)
	if err != nil {
		return nil, nil, "", err
	}
	next, err := h.nextStep(ctx, r, v)
	return r, v, next, err
}

func (h *Handler) nextStep(ctx context.Context, r *request, v *visit) (step, error) {
	if _, _, err := askedACR(r.Client, r.Form); err != nil {
		return "", err
	}
	other, err := h.meansAnother(ctx, r, v)
	if err != nil {
		return "", err
	}
	next := r.next(v, other)
	if next != stepConsent && next != stepAnswer || promptOf(r.Form).Has("none") {
		return next, nil // who may not be asked comes as they came before
	}
	must, err := organisation.MustChoose(ctx, h.DB, v.SignIn, r.ID, r.scopes())
	if must {
		next = stepChoice
	}
	return next, err
}

// meansAnother tells whether the client means somebody else than who is signed in: by an ID token of ours, expired or not, or by
// a wanted value of the claim sub.
func (h *Handler) meansAnother(ctx context.Context, r *request, v *visit) (bool, error) {
	if v == nil {
		return false, nil
	}
	w, err := readWanted(r.Form)
	if err != nil {
		return false, err
	}
	if subject := w.subject(); subject != "" {
		own, err := h.sectors.subject(ctx, &r.Client.Client, v.Account)
		if err != nil || own != subject {
			return true, err
		}
	}
	hinted, audience := h.readHint(ctx, r.Form.Get("id_token_hint"))
	if hinted == "" {
		return false, nil
	}
	of := &r.Client.Client
	if audience != of.ID { // an ID token of another client: its sector names the person
		other, err := clientByID(ctx, h.DB, audience)
		if err != nil {
			return false, nil
		}
		of = &other.Client
	}
	own, err := h.sectors.subject(ctx, of, v.Account)
	return own != hinted, err
}

func silentError(s step) error {
	switch s {
	case stepSignIn:
		return fosite.ErrLoginRequired
	case stepConsent:
		return fosite.ErrConsentRequired
	}
	return fosite.ErrInteractionRequired
}

var stepPaths = map[step]string{
	stepSignIn: "/login", stepCreate: "/registration", stepSecond: "/login/second", stepLevel: "/oauth2/level", stepConsent: "/oauth2/consent",
	stepChoice: organisation.ChoicePath,
}

func pathOf(s step, r *request) string {
	query := url.Values{"request": {r.ID.String()}}
	for _, wanted := range strings.Fields(r.Form.Get("ui_locales")) {
		wanted, _, _ = strings.Cut(wanted, "-")
		if lang := i18n.Parse(wanted); string(lang) == wanted {
			query.Set("lang", wanted)
			break
		}
	}
	return stepPaths[s] + "?" + query.Encode()
}

// answer issues the code and sends the person back to the client. agreed is what the person has agreed to just now, or nil.
func (h *Handler) answer(ctx context.Context, c *fiber.Ctx, r *request, v *visit, ar fosite.AuthorizeRequester, agreed []string) error {
	for _, scope := range ar.GetRequestedScopes() {
		ar.GrantScope(scope)
	}
	session, err := h.sessionFor(ctx, r, v)
	if err != nil {
		return err
	}
	a := &answering{at: time.Now(), agreed: agreed}
	if from, err := netip.ParseAddr(c.IP()); err == nil {
		a.address = from.String()
	}
	if r.waits {
		a.request = &r.ID
	}
	given, err := h.fosite.NewAuthorizeResponse(context.WithValue(ctx, answeringKey{}, a), ar, session)
	if err != nil {
		return h.refuse(c, ar, err)
	}
	if a.lost {
		return &Finished{r.Client.Name, r.Form.Get("redirect_uri")}
	}
	return h.sendBack(c, ar, given.GetParameters())
}

// sessionFor is what the tokens of an answer will say. Personal data are not among the claims: an ID token travels in the URL of a
// logout. What a client wants in there by name is put in when the token is made.
func (h *Handler) sessionFor(ctx context.Context, r *request, v *visit) (*session, error) {
	subject, err := h.sectors.subject(ctx, &r.Client.Client, v.Account)
	if err != nil {
		return nil, err
	}
	values, essential, err := askedACR(r.Client, r.Form)
	if err != nil {
		return nil, err
	}
	w, err := readWanted(r.Form)
	if err != nil {
		return nil, err
	}
	s := newSession(v, &jwt.IDTokenClaims{
		Subject:                             subject,
		AuthTime:                            v.SignIn.AuthenticatedAt,
		RequestedAt:                         r.CreatedAt,
		AuthenticationContextClassReference: acrOf(v, values, essential),
		AuthenticationMethodsReferences:     v.SignIn.AMR(),
		Extra:                               map[string]any{"level": string(v.Account.Level), "sid": v.SignIn.ID.String()},
	})
	s.WantedIDToken, s.WantedUserInfo = w.IDToken.names(r.Client), w.UserInfo.names(r.Client)
	return s, nil
}

// sendBack sends the person to the client with an answer: in the address, or in a form that the browser posts.
func (h *Handler) sendBack(c *fiber.Ctx, ar fosite.AuthorizeRequester, answer url.Values) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	if ar.GetResponseMode() == fosite.ResponseModeFormPost {
		return h.postBack(c, ar.GetRedirectURI().String(), h.fosite.values(ar, answer))
	}
	return c.Redirect(h.fosite.location(ar, answer), fiber.StatusSeeOther)
}

// refuse sends an error to the client, or shows it when there is no address that may be trusted.
func (h *Handler) refuse(c *fiber.Ctx, ar fosite.AuthorizeRequester, err error) error {
	if db.IsDown(err) {
		return err // the person can try again here; sent back to the site, they would have to begin anew
	}
	known := publicError(err)
	if known.CodeField >= 500 {
		logFailure(c, err)
	}
	if ar.GetClient() != nil && ar.IsRedirectURIValid() {
		return h.sendBack(c, ar, errorValues(err))
	}
	c.Status(fiber.StatusBadRequest)
	if known.CodeField >= 500 {
		c.Status(known.CodeField)
	}
	return showRefusal.Render(c, h.Pages, refusalPage{known.ErrorField, known.GetDescription()})
}

// cancel sends the person back without an answer.
func (h *Handler) cancel(c *fiber.Ctx) error {
	ctx, stop := deadline(c)
	defer stop()
	r, err := h.requestOf(ctx, c, visitOf(c))
	if err != nil {
		return err
	}
	if err := h.store.useRequest(ctx, r.ID, time.Now()); err != nil {
		return err
	}
	ar, err := h.fosite.parse(ctx, r.Client, r.Form)
	if err == nil {
		err = fosite.ErrAccessDenied
	}
	return h.refuse(c, ar, err)
}
