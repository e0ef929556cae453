package oauth

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/ory/fosite/token/jwt"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/web"
)

const (
	logoutForm frontend.Page[logoutPage] = "idp/logout.html"
	loggedOut  frontend.Page[struct{}]   = "idp/logged_out.html"
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
	if issuer, _ := token.Claims["iss"].(string); issuer != h.Issuer {
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
	l.Trusted = subject != "" && (v == nil || subject == v.Account.Subject())
	return l, nil
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
		return h.leave(c, l)
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
	return h.leave(c, l)
}

func (h *Handler) leave(c *fiber.Ctx, l *leaving) error {
	if web.Current(c) != nil {
		if err := h.Sessions.End(c); err != nil {
			return err
		}
	}
	if l.After == "" {
		frontend.SetLayout(c, func(l *frontend.Layout) { l.User = nil })
		return loggedOut.Render(c, h.Pages, struct{}{})
	}
	u, err := url.Parse(l.After)
	if err != nil {
		return fault.New(fault.Invalid, "idp.logout_wrong_address")
	}
	if l.State != "" {
		query := u.Query()
		query.Set("state", l.State)
		u.RawQuery = query.Encode()
	}
	return c.Redirect(u.String(), fiber.StatusSeeOther)
}
