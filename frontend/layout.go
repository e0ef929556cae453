package frontend

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/i18n"
	"tamga/internal/web"
)

// Layout is what all pages of a site share. Handlers and middleware change it with SetLayout.
type Layout struct {
	Lang      i18n.Lang
	Path      string // path and query of the page, without ?lang=
	Site      Site
	User      *User  // nil when nobody is signed in
	Nav       []Link // below the header
	RequestID string
	Version   string
	Robots    string   // content of <meta name="robots">, "" for an open page
	Wide      bool     // tables and boards: the content takes the whole width
	Demo      bool     // a line says that people and papers here are made up
	Notices   []string // what the reader must know before the page: planned works
	Errors    Errors   // shown above the page; a page whose data embeds Errors fills it by itself

	csrf func() string
}

// Site is one of the four sites, which look alike and differ in name and accent.
type Site struct {
	Role    string // "portal", "idp", "intra", "stand": picks the accent, the name ("layout.site_<role>") and the footer
	Home    string // address of the mark in the header, "/" when ""
	Portal  string // address of the citizens' portal for links in the footer, "" on the portal itself
	SignIn  string // address of the sign-in link, "" hides it
	SignOut string // a form is posted here to sign out
	Search  string // address of the search form, "" hides it

	Installs bool // the site has a manifest and a worker: it may be installed and keeps what was typed without a network
}

// NameKey is the key of the site's name.
func (s Site) NameKey() string {
	if s.Role == "" {
		return "layout.site_portal"
	}
	return "layout.site_" + s.Role
}

// NoteKey is the key of the line below the name.
func (s Site) NoteKey() string { return s.NameKey() + "_note" }

// Public tells whether the footer can lead to the citizens' portal.
func (s Site) Public() bool { return s.Portal != "" || s.Role == "" || s.Role == "portal" }

// Mark is the file of the site's mark.
func (s Site) Mark() string {
	switch s.Role {
	case "idp", "intra", "stand":
		return "mark-" + s.Role + ".svg"
	}
	return "mark.svg"
}

// User is the person signed in.
type User struct {
	Name string // short: "Айгуль С."
	Home string // address of the cabinet
	Note string // under the name: the organisation of an employee, for one

	Notices string // address of the notices, "" where there are none
	Unread  int    // of them
}

// Link is a place to go. Its text is Text, or the locale text of Key.
type Link struct {
	Text    string
	Key     string
	Href    string
	Current bool
}

type localKey string

const keyLayout localKey = "layout"

// SetLayout changes the layout of the page that will answer this request.
func SetLayout(c *fiber.Ctx, change func(*Layout)) {
	l, ok := c.Locals(keyLayout).(*Layout)
	if !ok {
		l = &Layout{Site: Site{Role: "portal"}}
		c.Locals(keyLayout, l)
	}
	change(l)
}

func (p *Pages) layout(c *fiber.Ctx) Layout {
	var l Layout
	SetLayout(c, func(set *Layout) { l = *set })
	l.Lang, l.RequestID, l.Version = web.Lang(c), web.RequestID(c), p.version
	l.csrf = func() string { return web.CSRFToken(c) }
	if l.Path == "" {
		l.Path = pathOf(c)
	}
	return l
}

// pathOf returns where the reader is. After a POST that is still the address of the form, as pages live where they post.
func pathOf(c *fiber.Ctx) string {
	u, err := url.ParseRequestURI(c.OriginalURL())
	if err != nil || strings.HasPrefix(u.EscapedPath(), "//") { // a link to "//host" leaves the site
		return "/"
	}
	query := u.Query()
	query.Del("lang")
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: query.Encode()}).String()
}

// CSRF returns the token for a form; asking for it sets the guard's cookie, so pages without forms stay without cookies.
func (l Layout) CSRF() string {
	if l.csrf == nil {
		return ""
	}
	return l.csrf()
}

// Language is one entry of the language switch.
type Language struct {
	Code    i18n.Lang
	Short   string // "Рус"
	Name    string // "Русский"
	Href    string
	Current bool
}

// Languages returns the switch: links to this very page in each language.
func (l Layout) Languages() []Language {
	names := map[i18n.Lang][2]string{i18n.RU: {"Рус", "Русский"}, i18n.TT: {"Тат", "Татарча"}, i18n.EN: {"Eng", "English"}}
	list := make([]Language, 0, len(i18n.Langs))
	for _, lang := range i18n.Langs {
		list = append(list, Language{lang, names[lang][0], names[lang][1], withQuery(l.Path, "lang", string(lang)), lang == l.Lang})
	}
	return list
}

// SignInHref is the sign-in link that comes back to this page.
func (l Layout) SignInHref() string {
	if l.Path == "" || l.Path == "/" {
		return l.Site.SignIn
	}
	return withQuery(l.Site.SignIn, "next", l.Path)
}

func withQuery(address, key, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := u.Query()
	query.Set(key, value)
	u.RawQuery = query.Encode()
	return u.String()
}
