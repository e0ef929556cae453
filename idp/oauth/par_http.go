package oauth

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/ory/fosite"

	"tamga/internal/secret"
)

// Pushed authorization requests (RFC 9126).
const (
	pushedPrefix = "urn:ietf:params:oauth:request_uri:"
	pushedLife   = 90 * time.Second // until a browser comes with it
)

// push takes a request from a client's server and gives it a name, with which the browser comes then. Whatever is wrong with it
// is said here.
func (h *Handler) push(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	name, err := h.pushed(ctx, c)
	if err != nil {
		return h.tokenError(c, err)
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"request_uri": name, "expires_in": int(pushedLife / time.Second)})
}

func (h *Handler) pushed(ctx context.Context, c *fiber.Ctx) (string, error) {
	if len(c.Body()) > maxParams {
		return "", fosite.ErrInvalidRequest.WithHint("The request is too long.")
	}
	posted, err := postOf(ctx, c)
	if err != nil {
		return "", err
	}
	known, err := h.clientCheck.authenticate(ctx, posted, posted.PostForm)
	if err != nil {
		return "", err
	}
	of := known.(*client)
	form := posted.PostForm
	if err := h.slowDown(c, of, form); err != nil {
		return "", err
	}
	if form.Has("request_uri") {
		return "", fosite.ErrInvalidRequest.WithHint("A pushed request cannot name another by 'request_uri'.")
	}
	if id := form.Get("client_id"); id != "" && id != of.ID {
		return "", fosite.ErrInvalidRequest.WithHint("'client_id' is another than that of the client that sends the request.")
	}
	form.Set("client_id", of.ID)
	for _, secretive := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		form.Del(secretive)
	}
	if form, err = h.understood(ctx, of, form); err != nil {
		return "", err
	}
	if _, err := h.fosite.parse(ctx, of, form); err != nil {
		return "", err
	}
	r := &request{ID: uuid.Must(uuid.NewV7()), Client: of, Form: form, CreatedAt: time.Now().UTC().Truncate(time.Microsecond)}
	name := pushedPrefix + secret.Token(32)
	return name, insertPushed(ctx, h.DB, r, secret.HashToken(name), pushedLife)
}

// errFlood tells a program that too much was asked from its address.
var errFlood = &fosite.RFC6749Error{ErrorField: "temporarily_unavailable", CodeField: fiber.StatusTooManyRequests,
	DescriptionField: "Too many requests from this address. Try again later."}

// slowDown bounds what is written down for clients that prove nothing: anybody may say to be one.
func (h *Handler) slowDown(c *fiber.Ctx, of *client, form url.Values) error {
	if of.AuthMethod == AuthNone && h.flood.Allow(c, costOf(form)) != nil {
		return errFlood
	}
	return nil
}

// openRequest returns the pushed request that a browser comes with.
func (h *Handler) openRequest(ctx context.Context, of *client, name string, person uuid.UUID) (*request, error) {
	r, err := h.store.openPushed(ctx, secret.HashToken(name), person, time.Now().UTC().Truncate(time.Microsecond))
	if isNotFound(err) || err == nil && (r.Client.ID != of.ID || r.UsedAt != nil) {
		return nil, fosite.ErrInvalidRequestURI.WithHint("This request is unknown, or it was answered, or it came too late. Go back to the site and begin anew.")
	}
	return r, err
}

func isPushed(name string) bool { return strings.HasPrefix(name, pushedPrefix) }
