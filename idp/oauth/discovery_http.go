package oauth

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"tamga/idp/account"
)

// discoveryDocument says what the provider can do (OpenID Connect Discovery 1.0). It is made once.
func discoveryDocument(issuer string) []byte {
	raw, err := json.Marshal(map[string]any{
		"issuer":                                         issuer,
		"authorization_endpoint":                         issuer + "/oauth2/auth",
		"token_endpoint":                                 issuer + "/oauth2/token",
		"userinfo_endpoint":                              issuer + "/oauth2/userinfo",
		"jwks_uri":                                       issuer + "/jwks.json",
		"end_session_endpoint":                           issuer + "/oauth2/logout",
		"scopes_supported":                               Scopes,
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"ES256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false,
		"claims_parameter_supported":                     false,
		"prompt_values_supported":                        []string{"none", "login", "consent", "select_account"},
		"acr_values_supported": []string{
			account.Simplified.ACR(), account.Standard.ACR(), account.Confirmed.ACR(),
		},
		"ui_locales_supported": []string{"ru", "tt", "en"},
		"claims_supported": []string{
			"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "level", "name", "family_name",
			"given_name", "middle_name", "birthdate", "gender", "birth_place", "citizenship", "email", "email_verified",
			"phone_number", "phone_number_verified", "snils", "document",
		},
	})
	if err != nil {
		panic(err) // strings and booleans only
	}
	return raw
}

func (h *Handler) showDiscovery(c *fiber.Ctx) error {
	return sendPublic(c, h.discovery)
}

func (h *Handler) showKeys(c *fiber.Ctx) error {
	set, err := h.Keys.current(c.UserContext())
	if err != nil {
		return err
	}
	return sendPublic(c, set.jwks)
}

func sendPublic(c *fiber.Ctx, body []byte) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.Send(body)
}
