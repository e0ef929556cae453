package frontend

import (
	"maps"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/fault"
	"tamga/internal/web"
)

const failurePage Page[failureView] = "errors/failure.html"

type failureView struct {
	Title   string
	Text    string // what happened, in the words of the fault
	Advice  string // what to do now
	Again   *again // what was asked, to be asked once more; nil when that does not help
	SignIn  string
	Back    string // the page to return to, "" when there is none
	Contact bool   // it is our mistake: show whom to ask and the request's id
}

// again is the request that failed: an address, or a form with all that was typed.
type again struct {
	Address string
	Post    bool
	Fields  []againField
}

type againField struct{ Name, Value string }

// againMost bounds what a page repeats of a form.
const againMost = 64 << 10

// againOf returns the request, so that the person can send it once more when the server is back: a form left by the back button
// is often empty. The form's own token goes along as it came: only the page that had it made it good. Passwords are not written
// into a page; the form asks for them again. Files cannot be repeated: a form with some is left to its own page.
func againOf(c *fiber.Ctx) *again {
	a := &again{Address: c.OriginalURL(), Post: c.Method() == fiber.MethodPost}
	kind := c.Get(fiber.HeaderContentType)
	switch {
	case !strings.HasPrefix(a.Address, "/") || strings.HasPrefix(a.Address, "//") || strings.HasPrefix(a.Address, "/\\"):
		return nil
	case c.Method() == fiber.MethodGet:
		return a
	case !a.Post || len(c.Body()) > againMost:
		return nil
	case strings.HasPrefix(kind, fiber.MIMEMultipartForm):
		return a.withoutFiles(c)
	case !strings.HasPrefix(kind, fiber.MIMEApplicationForm):
		return nil
	}
	c.Request().PostArgs().VisitAll(func(name, value []byte) { a.add(string(name), string(value)) })
	return a
}

// Repeats tells whether a form of a page of ours has anything that would be lost, and can be sent once more from the page of an error.
func Repeats(c *fiber.Ctx) bool {
	if c.Get("Sec-Fetch-Site") != "same-origin" || c.Method() != fiber.MethodPost {
		return false
	}
	a := againOf(c)
	return a != nil && slices.ContainsFunc(a.Fields, func(f againField) bool { return f.Name != "_csrf" && f.Value != "" })
}

func (a *again) add(name, value string) {
	if !secretField(name) {
		a.Fields = append(a.Fields, againField{name, value})
	}
}

// withoutFiles repeats a form that could have had files and has none: its pages read it as any other.
func (a *again) withoutFiles(c *fiber.Ctx) *again {
	m, err := c.MultipartForm()
	if err != nil {
		return nil
	}
	for _, files := range m.File {
		if slices.ContainsFunc(files, func(f *multipart.FileHeader) bool { return f.Size > 0 }) {
			return nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Value)) {
		for _, value := range m.Value[name] {
			a.add(name, value)
		}
	}
	return a
}

// renewed gives the form today's token, so that it is good once its sender has looked at it and pressed the button. Only for a form
// that the browser vouches to come from a page of ours: a stranger's site must not have its own form made good.
func (a *again) renewed(c *fiber.Ctx) *again {
	if a == nil {
		return nil
	}
	a.Fields = slices.DeleteFunc(a.Fields, func(f againField) bool { return f.Name == "_csrf" })
	a.Fields = append(a.Fields, againField{"_csrf", web.CSRFToken(c)})
	return a
}

// secretFields are fields of passwords that do not say so in their names.
var secretFields = []string{"repeat", "old", "first", "second"}

// secretField tells whether a field holds a password.
func secretField(name string) bool {
	return strings.Contains(name, "password") || strings.Contains(name, "secret") || slices.Contains(secretFields, name)
}

// ShowError shows a plain page that says what happened and what to do next. It fits web.Config.ShowError.
func (p *Pages) ShowError(c *fiber.Ctx, f web.Failure) error {
	t := p.Texts(c)
	name := string(f.Kind)
	if name == "" {
		name = "ours"
	}
	view := failureView{
		Title:   t("errors." + name + "_title"),
		Advice:  t("errors." + name + "_advice"),
		Contact: f.Kind == "" || f.Kind == fault.Unavailable,
	}
	switch own := c.Get("Sec-Fetch-Site") == "same-origin"; {
	case f.Kind == fault.Unavailable:
		view.Again = againOf(c)
	case f.Key == "web.csrf" && own:
		view.Title, view.Advice, view.Again = t("errors.stale_title"), t("errors.stale_advice"), againOf(c).renewed(c)
	case f.Kind == fault.SignIn && own && c.Method() == fiber.MethodPost:
		view.Again = againOf(c)
	}
	if f.Key != "" {
		view.Text = t(f.Key, f.Args...)
	}
	if f.Kind == fault.SignIn {
		view.SignIn = p.layout(c).SignInHref()
	}
	if view.SignIn != "" && view.Again != nil {
		view.Advice = t("errors.sign_in_form_advice")
	}
	SetLayout(c, func(l *Layout) { l.Robots = "noindex" })
	return failurePage.Render(c, p, view)
}
