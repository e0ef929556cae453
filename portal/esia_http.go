package portal

import (
	"crypto/hmac"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"tamga/catalog"
	"tamga/internal/fault"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// browserCookie names the browser that a sign-in at ESIA began in: an answer brought into another browser is refused there.
const browserCookie = "tamga_portal_esia"

// waitingCookie opens the data that wait to be bound. It is new each time, so that whoever planted a cookie beforehand does not see
// them, and goes with the browser's window: the next one at a shared computer must not bind them either.
const waitingCookie = "tamga_portal_bind"

// startESIA sends somebody to ESIA. What is to happen afterwards stays here, under the state.
func (h *Handler) startESIA(c *fiber.Ctx) error {
	ctx := c.UserContext()
	found, err := h.esia.discover(ctx)
	if err != nil {
		return h.showTrouble(c, err, c.Query("next"))
	}
	browser := c.Cookies(browserCookie)
	if len(browser) < 40 {
		browser = secret.Token(32)
	}
	c.Cookie(h.cookie(browserCookie, browser, flowLife))
	state := secret.Token(24)
	f := &flow{Browser: h.blind("browser:" + browser), Nonce: secret.Token(24), Verifier: oauth2.GenerateVerifier(),
		Next: localPath(c.Query("next")), Level: catalog.Level(c.Query("level")), Lang: string(web.Lang(c))}
	if !f.Level.AtLeast(catalog.LevelNone) {
		f.Level = ""
	}
	if a := current(c); a != nil {
		f.Account = a.ID
	}
	// Who acts in a name and comes only to raise the level, keeps it: ESIA asks again.
	f.As = c.Query("as") == scopeOrganisation || h.People.acting(c) != nil
	if err := h.keep(ctx, flowKey(h, state), f, flowLife); err != nil {
		return errors.Join(fault.New(fault.Unavailable, "portal.sign_in_down"), err)
	}
	return seeOther(c, found.address(state, f))
}

// finishESIA is where ESIA sends people back to. However they come, again, late, or by the back button, they get a page.
func (h *Handler) finishESIA(c *fiber.Ctx) error {
	ctx := c.UserContext()
	var f flow
	browser, state := c.Cookies(browserCookie), c.Query("state")
	err := h.take(ctx, flowKey(h, state), &f)
	switch {
	case errors.Is(err, errLost), err == nil && !hmac.Equal([]byte(f.Browser), []byte(h.blind("browser:"+browser))):
		return h.showStale(c)
	case err != nil:
		return errors.Join(fault.New(fault.Unavailable, "portal.sign_in_down"), err)
	}
	found, err := h.esia.discover(ctx)
	if err != nil {
		return h.showTrouble(c, err, f.Next)
	}
	if !h.esia.fromProvider(found, c.Query("iss")) {
		return h.showTrouble(c, errESIAWrong, f.Next)
	}
	if refused := c.Query("error"); refused != "" {
		return h.showRefusal(c, refused, f.Next)
	}
	who, idToken, err := h.esia.redeem(ctx, found, &f, c.Query("code"))
	if err != nil {
		return h.showTrouble(c, err, f.Next)
	}
	return h.arrive(c, &f, who, idToken)
}

// arrive decides where somebody belongs whom ESIA has sent. See doc.go for the rules.
func (h *Handler) arrive(c *fiber.Ctx, f *flow, who *identity, idToken string) error {
	ctx, a := c.UserContext(), current(c)
	owner, err := accountByESIA(ctx, h.DB, who.Sub)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	switch {
	case a != nil && f.Account != uuid.Nil && a.ID != f.Account:
		return h.showProblem(c, fiber.StatusConflict, "esia_changed", f.Next)
	case owner != nil && a != nil && a.ID != owner.ID:
		return h.showProblem(c, fiber.StatusConflict, "esia_elsewhere", f.Next)
	case owner != nil:
		if err := h.refresh(ctx, owner, who); err != nil {
			return err
		}
		return h.enter(c, owner, who, idToken, f.Next)
	case a != nil && a.Bound():
		return h.showProblem(c, fiber.StatusConflict, "esia_second", f.Next)
	case a != nil && a.named() && len(a.differences(who)) == 0:
		if err := h.bind(ctx, a, who, false); err != nil {
			return h.showTrouble(c, err, f.Next)
		}
		return h.enter(c, a, who, idToken, f.Next)
	}
	w, bearer := waiting{Identity: *who, IDToken: idToken, Next: f.Next}, secret.Token(32)
	c.Cookie(h.cookie(waitingCookie, bearer, 0))
	if err := h.keep(ctx, waitingKey(h, bearer), w, waitLife); err != nil {
		return errors.Join(fault.New(fault.Unavailable, "portal.sign_in_down"), err)
	}
	return seeOther(c, "/esia/bind")
}

// enter signs in with ESIA's word and leads back to where the person was.
func (h *Handler) enter(c *fiber.Ctx, a *Account, who *identity, idToken, next string) error {
	organisation, err := h.sealOrganisation(who.Organisation)
	if err != nil {
		return err
	}
	if err := h.startAs(c, a, idToken, organisation, 0); err != nil {
		return err
	}
	if who.Organisation != nil {
		if err := h.People.keepCapacity(c, who.Tokens, who.Organisation); err != nil {
			return errors.Join(fault.New(fault.Unavailable, "portal.sign_in_down"), err)
		}
	}
	return seeOther(c, nextOr(next))
}

// idToken returns ESIA's token of this session, "" when the person did not come from there.
func (h *Handler) idToken(c *fiber.Ctx) string {
	s := web.Current(c)
	if s == nil || s.Data[dataIDToken] == "" {
		return ""
	}
	return h.openText(s.Data[dataIDToken], "session/id_token")
}

// showStale answers an answer that belongs to no sign-in of this browser.
func (h *Handler) showStale(c *fiber.Ctx) error {
	if current(c) != nil {
		return h.showProblem(c, fiber.StatusOK, "esia_done", "")
	}
	return h.showProblem(c, fiber.StatusBadRequest, "esia_stale", "")
}

// showRefusal answers an error that ESIA sent (RFC 6749, 4.1.2.1).
func (h *Handler) showRefusal(c *fiber.Ctx, code, next string) error {
	switch code {
	case "access_denied":
		return h.showProblem(c, fiber.StatusForbidden, "esia_denied", next)
	case "temporarily_unavailable", "server_error":
		return h.showProblem(c, fiber.StatusServiceUnavailable, "esia_down", next)
	}
	if h.Log != nil {
		h.Log.Warn("ESIA refused a sign-in", "error", strings.ToValidUTF8(code[:min(len(code), 60)], ""), "id", web.RequestID(c))
	}
	return h.showProblem(c, fiber.StatusBadRequest, "esia_failed", next)
}

// showTrouble answers an error of ours on the way.
func (h *Handler) showTrouble(c *fiber.Ctx, err error, next string) error {
	name, status := "", 0
	switch {
	case errors.Is(err, errTaken):
		name, status = "esia_elsewhere", fiber.StatusConflict
	case errors.Is(err, errOther):
		name, status = "esia_other", fiber.StatusConflict
	case errors.Is(err, fault.Unavailable):
		name, status = "esia_down", fiber.StatusServiceUnavailable
	case errors.Is(err, errESIAWrong):
		name, status = "esia_failed", fiber.StatusBadRequest
	default:
		return err
	}
	if h.Log != nil && status != fiber.StatusConflict {
		h.Log.Warn("sign-in through ESIA failed", "err", err, "id", web.RequestID(c))
	}
	return h.showProblem(c, status, name, next)
}
