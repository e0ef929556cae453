package safety

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/factor"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the pages on which people look after their accounts.
type Handler struct {
	*Keeper
	Limit     *web.Limiter
	Box       *secret.Box
	Passwords *secret.Hasher
	River     *river.Client[pgx.Tx]
	Secure    bool // cookies over TLS only

	// Exporters add to what a person takes away; Obstacles may stand in the way of a deletion.
	Exporters []Exporter
	Obstacles []Obstacle
	// INN returns a person's taxpayer number, or "" when none is known: one more document for recovery. May be nil.
	INN func(ctx context.Context, d db.DB, account uuid.UUID) (string, error)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	h.mountRecovery(r)
	r.Get("/profile/safety", h.own(h.showSafety))
	r.Get("/profile/password", h.own(h.showPassword))
	r.Post("/profile/password", h.own(h.changePassword))
	for _, kind := range []string{kindPhone, kindEmail} {
		r.Get("/profile/contacts/"+kind, h.fresh(h.showContact(kind)))
		r.Post("/profile/contacts/"+kind, h.fresh(h.beginContact(kind)))
		r.Get("/profile/contacts/"+kind+"/code", h.own(h.showContactCode(kind)))
		r.Post("/profile/contacts/"+kind+"/code", h.own(h.changeContact(kind)))
	}
	r.Get("/contacts/undo", h.showUndo)
	r.Post("/contacts/undo", h.undo)
	r.Get("/profile/sessions", h.own(h.showSessions))
	r.Post("/profile/sessions/end", h.own(h.endSession))
	r.Post("/profile/sessions/end-others", h.own(h.endOthers))
	r.Get("/profile/consents", h.own(h.showConsents))
	r.Post("/profile/consents/revoke", h.own(h.revokeConsent))
	r.Get("/profile/events", h.own(h.showEvents))
	r.Get("/profile/block", h.fresh(h.showBlock))
	r.Post("/profile/block", h.fresh(h.blockOwn))
	r.Get("/profile/delete", h.fresh(h.showDelete))
	r.Post("/profile/delete", h.fresh(h.sendDeleteCode))
	r.Get("/profile/delete/code", h.fresh(h.showDeleteCode))
	r.Post("/profile/delete/code", h.fresh(h.deleteOwn))
	r.Get("/profile/export", h.fresh(h.showExport))
	r.Post("/profile/export", h.fresh(h.export))
}

// page is a handler of a page that belongs to somebody.
type page func(*fiber.Ctx, *account.Account) error

// own lets only those in who are signed in.
func (h *Handler) own(then page) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a := account.Current(c)
		if a == nil {
			return fault.New(fault.SignIn, "idp.sign_in_first")
		}
		return then(c, a)
	}
}

// freshFor is how long a proof of who one is counts for what cannot be taken back: a phone left on a desk is signed in for longer.
const freshFor = 10 * time.Minute

// fresh lets only those in who have proven lately who they are; the others are asked for a proof, and come back.
func (h *Handler) fresh(then page) fiber.Handler {
	return h.own(func(c *fiber.Ctx, a *account.Account) error {
		if in := account.CurrentSignIn(c); in == nil || h.Now().Sub(in.AuthenticatedAt) > freshFor {
			return c.Redirect(factor.AgainPath(c.Path()), fiber.StatusSeeOther)
		}
		return then(c, a)
	})
}

// actorOf is the person at the page, as an actor of the journal.
func actorOf(c *fiber.Ctx, id uuid.UUID) Actor {
	from, _ := netip.ParseAddr(c.IP())
	return Actor{ID: id.String(), Role: "citizen", Address: from}
}

// stranger is whoever is at a page without having signed in.
func stranger(c *fiber.Ctx) Actor {
	from, _ := netip.ParseAddr(c.IP())
	return Actor{ID: "stranger", Role: "stranger", Address: from}
}

// formFile and messageFile are the two shapes that nearly all pages here have.
const (
	formFile    frontend.Page[formPage]    = "idp/safety_form.html"
	messageFile frontend.Page[messagePage] = "idp/safety_message.html"
)

type formPage struct {
	frontend.Errors
	Title    string
	Lead     []string
	Warning  frontend.WarningText
	Action   string
	Hidden   []hidden
	Username string // for password managers
	Fields   []frontend.Field
	Send     frontend.Button
	Back     frontend.Link
	More     []sideForm
	Links    []frontend.Link
}

type hidden struct{ Name, Value string }

// sideForm is a further button of a page: "send another code".
type sideForm struct {
	Title, Action string
	Hidden        []hidden
	Send          frontend.Button
}

type messagePage struct {
	Title string
	Text  []string
	List  []string
	Next  frontend.Button
	Links []frontend.Link
}

// form shows a form, and with mistakes says so beside the fields.
func (h *Handler) form(c *fiber.Ctx, p formPage) error {
	for i := range p.Fields {
		f := &p.Fields[i]
		switch {
		case f.Input != nil:
			f.Input.ErrorMessage = p.Errors.Message(f.Input.Name)
		case f.PasswordInput != nil:
			f.PasswordInput.ErrorMessage = p.Errors.Message(f.PasswordInput.Name)
		case f.Radios != nil:
			f.Radios.ErrorMessage = p.Errors.Message(f.Radios.Name)
		case f.Checkboxes != nil:
			f.Checkboxes.ErrorMessage = p.Errors.Message(f.Checkboxes.Name)
		}
	}
	if p.Errors.Any() && c.Response().StatusCode() == fiber.StatusOK {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return formFile.Render(c, h.Pages, p)
}

// tooMany puts a limit that was hit on the form.
func (h *Handler) tooMany(c *fiber.Ctx, p formPage, field string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	p.Errors.Add(field, h.Pages.Texts(c)(f.Key, f.Args...))
	c.Status(fiber.StatusTooManyRequests)
	return h.form(c, p)
}

func (h *Handler) back(c *fiber.Ctx) frontend.Link {
	return frontend.Link{Text: h.Pages.Texts(c)("idp_safety.title"), Href: "/profile/safety"}
}

func codeField(name, label, hint string) frontend.Field {
	return frontend.Field{Input: &frontend.Input{Name: name, Label: frontend.Label{Text: label}, Hint: frontend.Hint{Text: hint},
		Inputmode: "numeric", Autocomplete: "one-time-code", Classes: "govuk-input--width-5", Spellcheck: "false"}}
}

func passwordField(name, label, hint, autocomplete string) frontend.Field {
	return frontend.Field{PasswordInput: &frontend.PasswordInput{Name: name, Label: frontend.Label{Text: label},
		Hint: frontend.Hint{Text: hint}, Autocomplete: autocomplete}}
}

func sendButton(text string) frontend.Button {
	return frontend.Button{Text: text, PreventDoubleClick: true}
}

func warningButton(text string) frontend.Button {
	return frontend.Button{Text: text, Classes: "govuk-button--warning", PreventDoubleClick: true}
}

// digits is a typed code without the spaces that a phone's keyboard puts in.
func digits(s string) string { return strings.Join(strings.Fields(s), "") }

// problemOf says what is wrong with a value in the words of internal/rus.
func problemOf(t func(string, ...any) string, err error) string {
	var format *rus.FormatError
	if errors.As(err, &format) {
		return t(format.Key, format.Args...)
	}
	return t("idp.value_wrong")
}

// inTx runs f in a transaction.
func (k *Keeper) inTx(ctx context.Context, f func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, k.DB, f)
}
