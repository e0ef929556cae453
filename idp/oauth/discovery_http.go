package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/gofiber/fiber/v2"
)

// document is a public document that is the same for everybody.
type document struct {
	body []byte
	etag string
}

func newDocument(body []byte) *document {
	sum := sha256.Sum256(body)
	return &document{body, `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// discoveryDocument says what the provider can do (OpenID Connect Discovery 1.0, RFC 8414). It is made once. Each line is held to
// what the provider does by TestOIDCC_Config.
func discoveryDocument(issuer string) *document {
	about := map[string]any{"issuer": issuer}
	for _, part := range []map[string]any{frontMetadata(issuer), clientMetadata(issuer), backMetadata(issuer)} {
		for name, value := range part {
			about[name] = value
		}
	}
	return newDocument(asJSON(about))
}

// frontMetadata is what browsers are sent with.
func frontMetadata(issuer string) map[string]any {
	return map[string]any{
		"authorization_endpoint":                         issuer + "/oauth2/auth",
		"pushed_authorization_request_endpoint":          issuer + "/oauth2/par",
		"require_pushed_authorization_requests":          false,
		"userinfo_endpoint":                              issuer + "/oauth2/userinfo",
		"jwks_uri":                                       issuer + "/jwks.json",
		"scopes_supported":                               Scopes,
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query", "form_post"},
		"subject_types_supported":                        []string{"public", "pairwise"},
		"id_token_signing_alg_values_supported":          signingAlgs,
		"userinfo_signing_alg_values_supported":          signingAlgs,
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"request_parameter_supported":                    true,
		"request_uri_parameter_supported":                false, // by reference; those of pushed requests are another matter
		"require_request_uri_registration":               false,
		"require_signed_request_object":                  false,
		"request_object_signing_alg_values_supported":    algNames(clientAlgs),
		"claims_parameter_supported":                     true,
		"claim_types_supported":                          []string{"normal"},
		"display_values_supported":                       displayValues,
		"prompt_values_supported":                        promptValues,
		"acr_values_supported":                           knownACR,
		"ui_locales_supported":                           []string{"ru", "tt", "en"},
		"claims_supported":                               claimNames(),
	}
}

// clientMetadata is how clients register and prove themselves.
func clientMetadata(issuer string) map[string]any {
	return map[string]any{
		"registration_endpoint":                            issuer + "/oauth2/register",
		"token_endpoint_auth_methods_supported":            authMethods,
		"token_endpoint_auth_signing_alg_values_supported": algNames(clientAlgs),
	}
}

func claimNames() []string {
	names := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid", "level"}
	for name := range scopeOf {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func algNames(algs []jose.SignatureAlgorithm) []string {
	names := make([]string, len(algs))
	for i, alg := range algs {
		names[i] = string(alg)
	}
	return names
}

func (h *Handler) showDiscovery(c *fiber.Ctx) error {
	return h.discovery.send(c)
}

func (h *Handler) showKeys(c *fiber.Ctx) error {
	set, err := h.Keys.current(c.UserContext())
	if err != nil {
		return err
	}
	return newDocument(set.jwks).send(c)
}

// send answers from memory; whoever has the document already gets a word of that.
func (d *document) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderETag, d.etag)
	if c.Get(fiber.HeaderIfNoneMatch) == d.etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(d.body)
}

func asJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // of strings, lists and booleans
	}
	return raw
}
