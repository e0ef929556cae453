package oauth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/ory/fosite/token/jwt"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
)

const (
	logoutForm frontend.Page[logoutPage]    = "idp/logout.html"
	loggedOut  frontend.Page[loggedOutPage] = "idp/logged_out.html"
)

type logoutPage struct {
	Name   string // who is signed in
	Client string
	ID     string // of the client, so that the address can be checked again
	After  string // where to go afterwards: an address that the client registered
	State  string
	Leave  frontend.Button
	Stay   frontend.Button
}

// loggedOutPage tells the sites of the session that it is over, each in a frame of its own, and then goes on.
type loggedOutPage struct {
	Frames   []string
	After    string
	Continue frontend.Button
}

// leaving is a request of a client to sign the person out (OpenID Connect RP-Initiated Logout 1.0).
type leaving struct {
	Client  *client // nil when the client is not known
	After   string  // checked: "" or an address that the client registered
	State   string
	Trusted bool // the ID token says that the client knows this person
}

// readHint verifies an ID token that we issued, be it expired, and returns its subject and its client.
func (h *Handler) readHint(ctx context.Context, hint string) (subject, clientID string) {
	if hint == "" {
		return "", ""
	}
	token, err := (&signer{h.Keys}).Decode(ctx, hint)
	var known *jwt.ValidationError
	if err != nil && !(errors.As(err, &known) && known.Errors == jwt.ValidationErrorExpired) {
		return "", ""
	}
	// An access token or a logout token of ours is signed by the same key, but is no ID token.
	if issuer, _ := token.Claims["iss"].(string); issuer != h.Issuer || token.Header["typ"] != "JWT" {
		return "", ""
	}
	subject, _ = token.Claims["sub"].(string)
	switch audience := token.Claims["aud"].(type) {
	case string:
		clientID = audience
	case []any:
		if len(audience) == 1 {
			clientID, _ = audience[0].(string)
		}
	}
	return subject, clientID
}

func (h *Handler) readLeaving(ctx context.Context, form url.Values, v *visit) (*leaving, error) {
	l := &leaving{State: form.Get("state")}
	subject, clientID := h.readHint(ctx, form.Get("id_token_hint"))
	hintIsBad := form.Get("id_token_hint") != "" && subject == ""
	named := form.Get("client_id")
	if named != "" && clientID != "" && named != clientID {
		return nil, fault.New(fault.Invalid, "idp.logout_wrong_client")
	}
	if clientID == "" && !hintIsBad {
		clientID = named
	}
	if clientID != "" {
		found, err := clientByID(ctx, h.DB, clientID)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		l.Client = found
	}
	if after := form.Get("post_logout_redirect_uri"); after != "" && l.Client != nil {
		if !slices.Contains(l.Client.PostLogoutURIs, after) {
			return nil, fault.New(fault.Invalid, "idp.logout_wrong_address")
		}
		l.After = after
	}
	if subject == "" || l.Client == nil || v == nil {
		l.Trusted = subject != "" && v == nil
		return l, nil
	}
	own, err := h.sectors.subject(ctx, &l.Client.Client, v.Account)
	l.Trusted = own == subject
	return l, err
}

// logout signs out at once when the client proves by an ID token that it knows the person. Anybody else's link or form, which
// may be a prank, gets a page that asks.
func (h *Handler) logout(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	form, err := paramsOf(ctx, c)
	if err != nil {
		return fault.New(fault.Invalid, "idp.logout_wrong_request")
	}
	if c.Method() == fiber.MethodPost && c.Cookies(h.Sessions.Cookie) == "" {
		// The session's cookie does not come with a form of another site; it comes with the GET that follows.
		return c.Redirect("/oauth2/logout?"+form.Encode(), fiber.StatusSeeOther)
	}
	v := visitOf(c)
	l, err := h.readLeaving(ctx, form, v)
	if err != nil {
		return err
	}
	if v == nil || l.Trusted {
		return h.leave(ctx, c, l)
	}
	t := h.Pages.Texts(c)
	page := logoutPage{
		Name: v.Account.ShortName(), After: l.After, State: l.State,
		Leave: frontend.Button{Text: t("idp.logout_leave"), PreventDoubleClick: true},
		Stay:  frontend.Button{Text: t("idp.logout_stay"), Classes: "govuk-button--secondary", Href: "/profile"},
	}
	if l.Client != nil {
		page.ID, page.Client = l.Client.ID, l.Client.Name
	}
	AllowForm(c, originOf(l.After))
	return logoutForm.Render(c, h.Pages, page)
}

// confirmLogout is the answer to the page's question, and the sign-out button of the provider's own pages.
func (h *Handler) confirmLogout(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	form := url.Values{
		"client_id":                {c.FormValue("client_id")},
		"post_logout_redirect_uri": {c.FormValue("after")},
		"state":                    {c.FormValue("state")},
	}
	l, err := h.readLeaving(ctx, form, nil)
	if err != nil {
		return err
	}
	return h.leave(ctx, c, l)
}

// farewell is what the page after a logout has to know. It travels in the address, sealed: a session that is over has no other place.
type farewell struct {
	SID   uuid.UUID `json:"sid"`
	After string    `json:"after"`
	Until time.Time `json:"until"`
}

// farewellLife is how long that page can be loaded again.
const farewellLife = 5 * time.Minute

// leave ends the session. When sites of the session want to be told by the browser, a page does that before it goes on.
func (h *Handler) leave(ctx context.Context, c *fiber.Ctx, l *leaving) error {
	after, err := l.address()
	if err != nil {
		return err
	}
	in := account.CurrentSignIn(c)
	if in != nil {
		frames, err := frontchannelOf(ctx, h.DB, in.ID)
		if err != nil {
			return err
		}
		if err := h.Sessions.End(c); err != nil {
			return err
		}
		if len(frames) > 0 {
			return c.Redirect("/oauth2/logged_out?farewell="+h.seal(farewell{in.ID, after, time.Now().Add(farewellLife)}), fiber.StatusSeeOther)
		}
	}
	if after == "" {
		frontend.SetLayout(c, func(l *frontend.Layout) { l.User = nil })
		return loggedOut.Render(c, h.Pages, loggedOutPage{})
	}
	return c.Redirect(after, fiber.StatusSeeOther)
}

// address is where the person goes in the end, with the client's state.
func (l *leaving) address() (string, error) {
	u, err := url.Parse(l.After)
	if err != nil {
		return "", fault.New(fault.Invalid, "idp.logout_wrong_address")
	}
	if l.After != "" && l.State != "" {
		query := u.Query()
		query.Set("state", l.State)
		u.RawQuery = query.Encode()
	}
	return u.String(), nil
}

const farewellPlace = "oauth farewell"

func (h *Handler) seal(f farewell) string {
	raw, err := json.Marshal(f)
	if err != nil {
		panic(err) // a string, a number and a time
	}
	return base64.RawURLEncoding.EncodeToString(h.Box.Seal(raw, []byte(farewellPlace)))
}

func (h *Handler) unseal(text string) (farewell, bool) {
	var f farewell
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return f, false
	}
	raw, err := h.Box.Open(sealed, []byte(farewellPlace))
	return f, err == nil && json.Unmarshal(raw, &f) == nil && f.Until.After(time.Now())
}

// showLoggedOut loads the sites' logout addresses in frames (OpenID Connect Front-Channel Logout 1.0), and then goes on. It needs
// no script. What a browser does not let a frame do, keep cookies of another site, no page can change: sites that must know have
// the back channel.
func (h *Handler) showLoggedOut(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	page := loggedOutPage{}
	if f, ok := h.unseal(c.Query("farewell")); ok {
		found, err := frontchannelOf(ctx, h.DB, f.SID)
		if err != nil {
			return err
		}
		for _, one := range found {
			page.Frames = append(page.Frames, one.address(h.Issuer, f.SID))
		}
		page.After = f.After
		page.Continue = frontend.Button{Text: h.Pages.Texts(c)("idp_device.logout_continue"), Href: f.After}
	}
	allowFrames(c, page.Frames)
	return loggedOut.Render(c, h.Pages, page)
}

// frontchannel is a client that wants to hear of logouts from the browser.
type frontchannel struct {
	URI string
}

func (f frontchannel) address(issuer string, sid uuid.UUID) string {
	u, err := url.Parse(f.URI)
	if err != nil {
		return ""
	}
	query := u.Query()
	query.Set("iss", issuer)
	query.Set("sid", sid.String())
	u.RawQuery = query.Encode()
	return u.String()
}

// allowFrames lets a page have frames of exactly these addresses. The directive goes in front: AllowForm wants to be the last.
func allowFrames(c *fiber.Ctx, addresses []string) {
	policy := string(c.Response().Header.Peek(fiber.HeaderContentSecurityPolicy))
	if policy == "" || len(addresses) == 0 {
		return
	}
	var origins []string
	for _, address := range addresses {
		if origin := originOf(address); origin != "" && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "frame-src "+strings.Join(origins, " ")+"; "+policy)
}
