package portal

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// People tells a domain's pages who is signed in.
type People struct {
	db    db.DB
	box   *secret.Box
	redis redis.UniversalClient
	esia  *provider
}

const keyAccount = "account"

// What a session remembers besides the person.
const (
	dataEpoch   = "epoch"    // of the account when the session began
	dataESIA    = "esia"     // "1": came through ESIA
	dataIDToken = "id_token" // ESIA's, to sign out there
)

// layout reads the account of the session and fills the header. It lets everybody through: each page asks for what it needs.
func (p *People) layout(c *fiber.Ctx) error {
	site := frontend.Site{Role: "portal", SignIn: "/sign-in", SignOut: "/sign-out", Search: "/search", Installs: true}
	if localPath(c.Path()) == "" {
		site.SignIn = "" // on the pages of the sign-in itself the link would lead in circles
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Site = site })
	session := web.Current(c)
	if session == nil {
		return c.Next()
	}
	a, err := accountByID(c.UserContext(), p.db, session.Person)
	switch {
	case errors.Is(err, fault.NotFound):
		return c.Next()
	case err != nil:
		return err
	case session.Data[dataEpoch] != strconv.Itoa(a.Epoch): // a new password was set elsewhere
		return c.Next()
	}
	c.Locals(keyAccount, a)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.User = &frontend.User{Name: a.ShortName(), Home: "/cabinet"} })
	if c.Method() == fiber.MethodGet {
		unread, err := unreadOf(c.UserContext(), p.db, a.ID)
		if err != nil {
			return err
		}
		frontend.SetLayout(c, func(l *frontend.Layout) { l.User.Notices, l.User.Unread = "/notices", unread })
	}
	if as := p.acting(c); as != nil {
		frontend.SetLayout(c, func(l *frontend.Layout) { l.User.Note = as.Label() })
	}
	return c.Next()
}

// current returns the account signed in, or nil.
func current(c *fiber.Ctx) *Account {
	a, _ := c.Locals(keyAccount).(*Account)
	return a
}

var errSignInFirst = fault.New(fault.SignIn, "portal.sign_in_first")

// signedIn returns the account signed in, or a SignIn fault.
func signedIn(c *fiber.Ctx) (*Account, error) {
	if a := current(c); a != nil {
		return a, nil
	}
	return nil, errSignInFirst
}

// present is Core.Present: who has just deleted the cabinet, in another tab for one, has to enter another.
func present(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	err := holdAccount(ctx, tx, person)
	if errors.Is(err, errNoAccount) {
		return errSignInFirst
	}
	return err
}

// throughESIA tells whether this session came through ESIA: only then does its word about the person count.
func throughESIA(c *fiber.Ctx) bool {
	s, a := web.Current(c), current(c)
	return s != nil && a != nil && a.Bound() && s.Data[dataESIA] != ""
}

// User returns who is signed in, or a SignIn fault, which leads a browser to the sign-in page and back.
func (p *People) User(c *fiber.Ctx) (uuid.UUID, error) {
	a, err := signedIn(c)
	if err != nil {
		return uuid.Nil, err
	}
	return a.ID, nil
}

// Person returns who is signed in, as departments may know the person. Through ESIA the names and documents are ESIA's, whatever
// the portal calls the person; by phone there are only the portal's own, at level "none". Phone and e-mail are the cabinet's.
func (p *People) Person(c *fiber.Ctx) (*applications.Person, error) {
	a, err := signedIn(c)
	if err != nil {
		return nil, err
	}
	who := &applications.Person{ID: a.ID, Level: catalog.LevelNone, Last: a.LastName, First: a.FirstName, Middle: a.MiddleName,
		Profile: map[string]string{"last_name": a.LastName, "first_name": a.FirstName, "middle_name": a.MiddleName}}
	if throughESIA(c) {
		if who.Profile, err = a.openProfile(p.box); err != nil {
			return nil, err
		}
		who.Level, who.SNILS = a.Level, who.Profile["snils"]
		who.Last, who.First, who.Middle = who.Profile["last_name"], who.Profile["first_name"], who.Profile["middle_name"]
	}
	if a.Phone != nil {
		who.Profile["phone"] = *a.Phone
	}
	if a.Email != "" {
		who.Profile["email"] = a.Email
	}
	if fillsForms(c) {
		if err := p.addDocuments(c, a, who.Profile); err != nil {
			return nil, err
		}
	}
	if who.Organisation, err = p.actingNow(c); err != nil {
		return nil, err
	}
	if who.Organisation != nil {
		tell(who.Profile, who.Organisation)
	}
	return who, nil
}

// NeedLevel leads to a page that says which level a service needs and why; from there ESIA brings the person back to the page
// back. Somebody who has the level by now goes straight back.
func (p *People) NeedLevel(c *fiber.Ctx, level catalog.Level, back string) error {
	return c.Redirect("/esia/level?"+url.Values{"level": {string(level)}, "next": {back}}.Encode(), fiber.StatusSeeOther)
}

// showError leads who must sign in to the sign-in page, and shows everything else as frontend does. Whose session ended while a form was
// filled in finds it on the page of the error, to be sent again after a sign-in in another tab; a form that cannot be repeated, and one
// of somebody who was not signed in, lead back to their page.
func showError(pages *frontend.Pages) func(*fiber.Ctx, web.Failure) error {
	return func(c *fiber.Ctx, f web.Failure) error {
		next := requestPath(c)
		switch {
		case f.Key == applications.OtherCapacity && next != "":
			return c.Redirect("/acting?"+url.Values{"next": {next}}.Encode(), fiber.StatusSeeOther)
		case f.Kind != fault.SignIn:
			return pages.ShowError(c, f)
		}
		if c.Cookies(sessionCookie) != "" && frontend.Repeats(c) {
			frontend.SetLayout(c, func(l *frontend.Layout) { l.Site.SignIn = "/sign-in" }) // the form may have come no further than its token
			return pages.ShowError(c, f)
		}
		if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
			next = referringPath(c)
		}
		return c.Redirect(signInAddress(next), fiber.StatusSeeOther)
	}
}

// requestPath returns the path and query of a request, also where the request line names the host.
func requestPath(c *fiber.Ctx) string {
	u, err := url.Parse(c.OriginalURL())
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// referringPath returns the page of this site that a form was sent from, "" when not known.
func referringPath(c *fiber.Ctx) string {
	u, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || u.Host != c.Hostname() {
		return ""
	}
	return u.RequestURI()
}

func signInAddress(next string) string {
	if next = localPath(next); next == "" {
		return "/sign-in"
	}
	return "/sign-in?" + url.Values{"next": {next}}.Encode()
}
