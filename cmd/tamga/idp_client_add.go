package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/idp/oauth"
)

// clientAdd registers a client. The flags of the two protocols are told apart by --oidc and --esia.
type clientAdd struct {
	providerDB
	OIDC bool `name:"oidc" xor:"protocol" required:"" help:"a client of OpenID Connect"`
	ESIA bool `name:"esia" xor:"protocol" required:"" help:"an information system that speaks ESIA's protocol"`

	Redirect []string `sep:"none" help:"address that answers may go to; repeat for more"`
	Scopes   string   `help:"what it may ask for, with spaces or commas between"`
	Name     string   `help:"what people read on the consent page"`

	ID           string   `help:"client_id; made when empty" group:"OpenID Connect:"`
	Auth         string   `default:"secret" enum:"none,secret,client_secret_basic,client_secret_post,private_key_jwt" help:"how it proves itself: ${enum}" group:"OpenID Connect:"`
	JWKS         string   `name:"jwks" type:"existingfile" help:"file with its public keys (a JWK set, or one JWK); without it and --jwks-uri a client of private_key_jwt is given a new key" group:"OpenID Connect:"`
	JWKSURI      string   `name:"jwks-uri" help:"address of its public keys" group:"OpenID Connect:"`
	Type         string   `default:"web" enum:"web,native" help:"application_type: ${enum}" group:"OpenID Connect:"`
	Grants       []string `help:"grant types; authorization_code and refresh_token when empty. client_credentials and device_code are known, too" group:"OpenID Connect:"`
	PostLogout   []string `sep:"none" help:"address to return to after a logout; repeat for more" group:"OpenID Connect:"`
	Backchannel  string   `name:"backchannel-logout" help:"address that is told of the end of a session" group:"OpenID Connect:"`
	Frontchannel string   `name:"frontchannel-logout" help:"page that is loaded at the end of a session" group:"OpenID Connect:"`
	Subject      string   `default:"public" enum:"public,pairwise" help:"subject_type: ${enum}" group:"OpenID Connect:"`
	SectorURI    string   `name:"sector-uri" help:"sector_identifier_uri" group:"OpenID Connect:"`
	UserinfoAlg  string   `name:"userinfo-alg" help:"algorithm by which UserInfo is signed; plain JSON when empty" group:"OpenID Connect:"`
	RequirePAR   bool     `name:"require-par" help:"only pushed requests" group:"OpenID Connect:"`
	RequireJAR   bool     `name:"require-jar" help:"only signed requests" group:"OpenID Connect:"`
	PKCEOff      bool     `name:"no-pkce" help:"PKCE is not demanded: only for a confidential client that cannot do it" group:"OpenID Connect:"`
	DPoP         bool     `name:"dpop" help:"tokens are bound to a key (DPoP)" group:"OpenID Connect:"`
	TokenJWT     bool     `name:"jwt-tokens" help:"access tokens are JWTs (RFC 9068)" group:"OpenID Connect:"`
	Resource     bool     `name:"resource-server" help:"it may ask about tokens of others" group:"OpenID Connect:"`
	SkipConsent  bool     `name:"skip-consent" help:"people are not asked: only for sites of our own"`

	Mnemonic string   `help:"mnemonic: its client_id" group:"ESIA:"`
	Cert     []string `type:"existingfile" sep:"none" help:"certificate, PEM or DER; repeat for more" group:"ESIA:"`
	Issuer   string   `help:"iss of its tokens" group:"ESIA:"`
	Alg      string   `default:"RS256" enum:"RS256,GOST3410_2012_256" help:"algorithm of its tokens: ${enum}" group:"ESIA:"`
	NoLegacy bool     `name:"no-legacy" help:"refuse client secrets of the former kinds" group:"ESIA:"`
	Manager  []string `help:"who may look after the system at /console/tech: number of the account (oid), or its phone" group:"ESIA:"`
}

// Run registers the client and prints it.
func (a *clientAdd) Run(ctx context.Context) error {
	return a.with(ctx, func(pool *pgxpool.Pool) error {
		if a.ESIA {
			return a.addESIA(ctx, pool)
		}
		return a.addOIDC(ctx, pool)
	})
}

func (a *clientAdd) addOIDC(ctx context.Context, pool *pgxpool.Pool) error {
	if a.Mnemonic != "" || len(a.Cert) > 0 || a.Issuer != "" || a.NoLegacy {
		return errors.New("--mnemonic, --cert, --issuer and --no-legacy are for --esia")
	}
	keys, err := readKeys(a.JWKS)
	if err != nil {
		return err
	}
	auth := a.Auth
	if auth == "secret" {
		auth = oauth.AuthSecretBasic
	}
	var private *jose.JSONWebKey
	if auth == oauth.AuthPrivateKeyJWT && keys == nil && a.JWKSURI == "" {
		if private, keys, err = newKey(); err != nil {
			return err
		}
	}
	var grants []string
	for _, grant := range a.Grants {
		if grant == "device_code" {
			grant = oauth.GrantDevice
		}
		grants = append(grants, grant)
	}
	if old, err := oauth.ClientByID(ctx, pool, a.ID); err == nil && old.Protocol != oauth.ProtocolOIDC {
		return fmt.Errorf("%s is a system of ESIA: remove it first", a.ID)
	}
	made, err := oauth.Register(ctx, pool, oauth.Client{
		ID: a.ID, Name: a.Name, RedirectURIs: a.Redirect, Scopes: words(a.Scopes), AuthMethod: auth, JWKS: keys, JWKSURI: a.JWKSURI,
		ApplicationType: a.Type, GrantTypes: grants, PostLogoutURIs: a.PostLogout, BackchannelLogoutURI: a.Backchannel,
		BackchannelLogoutSession: a.Backchannel != "", FrontchannelLogoutURI: a.Frontchannel, FrontchannelLogoutSession: a.Frontchannel != "",
		SubjectType: a.Subject, SectorURI: a.SectorURI, UserinfoAlg: a.UserinfoAlg, RequirePAR: a.RequirePAR, RequireJAR: a.RequireJAR,
		PKCEOff: a.PKCEOff, DPoPBound: a.DPoP, AccessTokenJWT: a.TokenJWT, ResourceServer: a.Resource, SkipConsent: a.SkipConsent,
	})
	if err != nil {
		return err
	}
	return a.print(struct {
		oauth.Registration
		PrivateJWK *jose.JSONWebKey `json:"private_jwk,omitempty"` // like the secret: shown this once, kept nowhere
	}{made, private})
}

// newKey makes a key for a client that proves itself by one and brings none, and the set of its public half.
func newKey() (*jose.JSONWebKey, json.RawMessage, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	private := jose.JSONWebKey{Key: key, KeyID: uuid.NewString(), Algorithm: string(jose.ES256), Use: "sig"}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{private.Public()}})
	return &private, set, err
}

// readKeys reads a JWK set, or one key, which is made a set of one.
func readKeys(path string) (json.RawMessage, error) {
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var seen struct {
		Keys []json.RawMessage `json:"keys"`
		Kty  string            `json:"kty"`
	}
	if err := json.Unmarshal(raw, &seen); err != nil {
		return nil, fmt.Errorf("%s is no JSON: %w", path, err)
	}
	if seen.Kty != "" {
		return json.Marshal(map[string]any{"keys": []json.RawMessage{raw}})
	}
	return raw, nil
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
}
