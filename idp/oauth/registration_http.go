package oauth

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// registerRate bounds registrations and their management from one address.
var registerRate = web.Rate{Every: 6 * time.Second, Burst: 20}

var (
	errNoToken       = errors.New("no token that is good here")
	errTooMany       = errors.New("too many registrations")
	metadataSizeMost = 64 << 10
)

// register makes a client of what a program sends that holds an initial access token (RFC 7591).
func (h *Handler) register(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	made, err := h.newClient(ctx, c)
	if err != nil {
		return registrationError(c, err)
	}
	return c.Status(fiber.StatusCreated).JSON(made)
}

func (h *Handler) newClient(ctx context.Context, c *fiber.Ctx) (*Registration, error) {
	if h.Limit.Allow(ctx, "oauth_register", c.IP(), registerRate) != nil {
		return nil, errTooMany
	}
	token := bearerText(c)
	if ok, err := mayRegister(ctx, h.DB, token, time.Now()); err != nil || !ok {
		return nil, errors.Join(err, errNoToken)
	}
	asked, err := readRegistration(c.Body())
	if err != nil {
		return nil, err
	}
	of := asked.Client
	of.ID, of.CreatedAt = uuid.NewString(), time.Now()
	if err := h.registrationPolicy().check(ctx, &of); err != nil {
		return nil, err
	}
	of.newSecret()
	management := secret.Token(32)
	of.RegistrationHash = secret.HashToken(management)
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if ok, err := useRegistrationToken(ctx, tx, token, time.Now()); err != nil || !ok {
			return errors.Join(err, errNoToken)
		}
		return PutClient(ctx, tx, of)
	})
	if err != nil {
		return nil, err
	}
	return h.described(of, management), nil
}

// registrationPolicy is for strangers, unless the provider itself is a demo.
func (h *Handler) registrationPolicy() policy { return policy{local: h.FetchInner, keys: h.clientKeys} }

// described adds how the client is managed further.
func (h *Handler) described(of Client, management string) *Registration {
	r := Describe(of)
	r.Token, r.URI, r.Protocol = management, h.Issuer+"/oauth2/register/"+of.ID, ""
	return &r
}

// readRegistration reads what a client says about itself. What is ours to say is dropped, and what we cannot do is refused: a client
// that asked for encryption must not believe that it has it.
func readRegistration(body []byte) (*Registration, error) {
	var r Registration
	var names map[string]json.RawMessage
	if len(body) > metadataSizeMost || json.Unmarshal(body, &names) != nil || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return nil, wrongMetadata("the body is no JSON object")
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, wrongMetadata("%s", jsonMistake(err))
	}
	for name, value := range names {
		if strings.Contains(name, "encrypt") && string(value) != "null" {
			return nil, wrongMetadata("%s: encryption is not supported", name)
		}
		if name == "software_statement" {
			return nil, &metadataError{"unapproved_software_statement", "software statements are not supported"}
		}
	}
	if string(r.JWKS) == "null" {
		r.JWKS = nil
	}
	r.Scopes = strings.Fields(r.Scope)
	r.Protocol, r.PKCEOff, r.SkipConsent, r.ResourceServer = ProtocolOIDC, false, false, false
	return &r, nil
}

// jsonMistake names the member that has a wrong type.
func jsonMistake(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return wrong.Field + " has a wrong type"
	}
	return "the body is no JSON object"
}

// managed returns the client whose registration access token the request has.
func (h *Handler) managed(ctx context.Context, c *fiber.Ctx) (*Client, string, error) {
	if h.Limit.Allow(ctx, "oauth_register", c.IP(), registerRate) != nil {
		return nil, "", errTooMany
	}
	token := bearerText(c)
	of, err := clientByID(ctx, h.DB, strings.Clone(c.Params("client")))
	if isNotFound(err) {
		return nil, "", errNoToken
	}
	if err != nil {
		return nil, "", err
	}
	if of.RegistrationHash == nil || subtle.ConstantTimeCompare(of.RegistrationHash, secret.HashToken(token)) != 1 {
		return nil, "", errNoToken
	}
	return &of.Client, token, nil
}

// readClient tells a client how it is registered (RFC 7592).
func (h *Handler) readClient(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	of, token, err := h.managed(ctx, c)
	if err != nil {
		return registrationError(c, err)
	}
	return c.JSON(h.described(*of, token))
}

// changeClient replaces all that a client has registered.
func (h *Handler) changeClient(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	of, token, err := h.managed(ctx, c)
	if err != nil {
		return registrationError(c, err)
	}
	changed, err := h.changed(ctx, c, of)
	if err != nil {
		return registrationError(c, err)
	}
	return c.JSON(h.described(*changed, token))
}

func (h *Handler) changed(ctx context.Context, c *fiber.Ctx, was *Client) (*Client, error) {
	asked, err := readRegistration(c.Body())
	if err != nil {
		return nil, err
	}
	of := asked.Client
	switch {
	case of.ID != was.ID:
		return nil, wrongMetadata("client_id is another")
	case asked.Token != "" || asked.URI != "" || asked.IssuedAt != 0 || asked.SecretExpires != nil:
		return nil, wrongMetadata("registration_access_token, registration_client_uri, client_id_issued_at and client_secret_expires_at are ours to say")
	case of.Secret != "" && subtle.ConstantTimeCompare(was.SecretHash, secret.HashToken(of.Secret)) != 1:
		return nil, wrongMetadata("a client cannot choose its client_secret")
	}
	if err := h.registrationPolicy().check(ctx, &of); err != nil {
		return nil, err
	}
	of.Secret, of.SecretHash, of.CreatedAt = "", was.SecretHash, was.CreatedAt
	of.SkipConsent, of.ResourceServer, of.PKCEOff = was.SkipConsent, was.ResourceServer, was.PKCEOff && !of.Public()
	of.newSecret()
	return &of, PutClient(ctx, h.DB, of)
}

// deleteClient removes a client, with its tokens and consents.
func (h *Handler) deleteClient(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	noStore(c)
	of, _, err := h.managed(ctx, c)
	if err == nil {
		err = RemoveClient(ctx, h.DB, of.ID)
	}
	if err != nil {
		return registrationError(c, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func bearerText(c *fiber.Ctx) string {
	scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func registrationError(c *fiber.Ctx, err error) error {
	var mistake *metadataError
	switch {
	case errors.As(err, &mistake):
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": mistake.code, "error_description": err.Error()})
	case errors.Is(err, errNoToken):
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tamga", error="invalid_token"`)
		return c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": "invalid_token"})
	case errors.Is(err, errTooMany):
		return c.Status(fiber.StatusTooManyRequests).JSON(fiber.Map{"error": "temporarily_unavailable"})
	}
	logFailure(c, err)
	return c.Status(fiber.StatusInternalServerError).JSON(fiber.Map{"error": "server_error"})
}

// Register stores a client that an operator makes, with an id and a secret where it needs them.
func Register(ctx context.Context, d db.DB, c Client) (Registration, error) {
	if c.ID == "" {
		c.ID = uuid.NewString()
	}
	if err := (policy{local: true, keys: newClientKeys(true)}).check(ctx, &c); err != nil {
		return Registration{}, err
	}
	c.newSecret()
	c.CreatedAt = time.Now()
	return Describe(c), PutClient(ctx, d, c)
}
