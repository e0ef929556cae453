package oauth

import (
	"encoding/json"
	"slices"
	"time"
)

// The two protocols of clients.
const (
	ProtocolOIDC = "oidc"
	ProtocolESIA = "esia"
)

// The ways in which a client proves to be itself (token_endpoint_auth_method).
const (
	AuthNone          = "none"
	AuthSecretBasic   = "client_secret_basic"
	AuthSecretPost    = "client_secret_post"
	AuthPrivateKeyJWT = "private_key_jwt"
)

// The grants that a client may be given.
const (
	GrantCode    = "authorization_code"
	GrantRefresh = "refresh_token"
	GrantClient  = "client_credentials"
	GrantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// Client is a site or an application that may ask who somebody is, in the words of dynamic registration (RFC 7591, OpenID
// Connect Registration). Zero values mean what those standards say, but for PKCE, which only PKCEOff switches off.
type Client struct {
	ID         string `json:"client_id"`
	Protocol   string `json:"protocol,omitempty"` // ProtocolOIDC when empty
	Name       string `json:"client_name"`
	Secret     string `json:"client_secret,omitempty"` // 256 random bits or more; never read back: SHA-256 of it is stored
	SecretHash []byte `json:"-"`

	ApplicationType string   `json:"application_type"` // web, native
	RedirectURIs    []string `json:"redirect_uris"`
	GrantTypes      []string `json:"grant_types"`
	ResponseTypes   []string `json:"response_types"`
	Scopes          []string `json:"-"` // "scope" in JSON, with spaces between
	AuthMethod      string   `json:"token_endpoint_auth_method"`
	AuthAlg         string   `json:"token_endpoint_auth_signing_alg,omitempty"`

	JWKS    json.RawMessage `json:"jwks,omitempty"`
	JWKSURI string          `json:"jwks_uri,omitempty"`

	SubjectType string `json:"subject_type"` // public, pairwise
	SectorURI   string `json:"sector_identifier_uri,omitempty"`
	Sector      string `json:"-"` // the host that pairwise subjects are made for

	IDTokenAlg  string `json:"id_token_signed_response_alg"`
	UserinfoAlg string `json:"userinfo_signed_response_alg,omitempty"`
	RequestAlg  string `json:"request_object_signing_alg,omitempty"`

	InitiateLoginURI          string   `json:"initiate_login_uri,omitempty"`
	PostLogoutURIs            []string `json:"post_logout_redirect_uris,omitempty"`
	BackchannelLogoutURI      string   `json:"backchannel_logout_uri,omitempty"`
	BackchannelLogoutSession  bool     `json:"backchannel_logout_session_required,omitempty"`
	FrontchannelLogoutURI     string   `json:"frontchannel_logout_uri,omitempty"`
	FrontchannelLogoutSession bool     `json:"frontchannel_logout_session_required,omitempty"`

	DefaultMaxAge   *int     `json:"default_max_age,omitempty"`
	DefaultACR      []string `json:"default_acr_values,omitempty"`
	RequireAuthTime bool     `json:"require_auth_time,omitempty"`
	RequirePAR      bool     `json:"require_pushed_authorization_requests,omitempty"`
	RequireJAR      bool     `json:"require_signed_request_object,omitempty"`
	PKCEOff         bool     `json:"pkce_off,omitempty"` // only for confidential clients that an operator registers
	DPoPBound       bool     `json:"dpop_bound_access_tokens,omitempty"`
	AccessTokenJWT  bool     `json:"access_token_jwt,omitempty"`
	ResourceServer  bool     `json:"resource_server,omitempty"` // may ask about tokens of others
	SkipConsent     bool     `json:"skip_consent,omitempty"`    // a site of the provider's own

	About
	RegistrationHash []byte    `json:"-"` // of the registration access token; nil for clients that an operator made
	CreatedAt        time.Time `json:"-"`
}

// About is what people and operators read of a client.
type About struct {
	ClientURI       string   `json:"client_uri,omitempty"`
	LogoURI         string   `json:"logo_uri,omitempty"`
	PolicyURI       string   `json:"policy_uri,omitempty"`
	TermsURI        string   `json:"tos_uri,omitempty"`
	Contacts        []string `json:"contacts,omitempty"`
	SoftwareID      string   `json:"software_id,omitempty"`
	SoftwareVersion string   `json:"software_version,omitempty"`
}

// addressMax is the longest address that a client may register.
const addressMax = 2000

// Scopes are what a client may ask for, in the order in which the consent page lists them.
var Scopes = []string{"openid", "profile", "email", "phone", "address", "snils", "document", scopePapers, "organisation", "offline_access"}

// Public tells whether the client has nothing to prove itself with.
func (c *Client) Public() bool { return c.AuthMethod == AuthNone }

// May tells whether the client may use a grant.
func (c *Client) May(grant string) bool { return slices.Contains(c.GrantTypes, grant) }

// fill puts the standards' defaults where nothing is said.
func (c *Client) fill() {
	def := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	def(&c.Protocol, ProtocolOIDC)
	def(&c.ApplicationType, "web")
	def(&c.SubjectType, "public")
	def(&c.IDTokenAlg, signingAlgs[0])
	if c.Secret == "" && c.SecretHash == nil && c.Protocol == ProtocolOIDC {
		def(&c.AuthMethod, AuthNone)
	}
	def(&c.AuthMethod, AuthSecretBasic)
	if c.GrantTypes == nil {
		c.GrantTypes = []string{GrantCode, GrantRefresh}
	}
	if c.ResponseTypes == nil && c.May(GrantCode) {
		c.ResponseTypes = []string{"code"}
	}
	if c.SubjectType == "pairwise" && c.Sector == "" {
		c.Sector = sectorOf(c)
	}
	// NULL is not an empty list.
	for _, list := range []*[]string{&c.RedirectURIs, &c.ResponseTypes, &c.Scopes, &c.PostLogoutURIs, &c.DefaultACR} {
		if *list == nil {
			*list = []string{}
		}
	}
}
