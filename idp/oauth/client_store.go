package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

// clientKey is the key of the client that a context carries.
type clientKey struct{}

// withClient lets all steps of one request see one client, as it stood when the request began.
func withClient(ctx context.Context, c *client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// GetClient is fosite's ClientManager. To it the clients of the other protocol do not exist.
func (s *store) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	if c, ok := ctx.Value(clientKey{}).(*client); ok && c.ID == id {
		return c, nil
	}
	c, err := s.client(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fosite.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// clientColumns stand in the order of clientFields.
const clientColumns = `
	c.id, c.protocol, c.name, c.secret_hash, c.application_type, c.redirect_uris, c.grant_types, c.response_types, c.scopes,
	c.auth_method, c.auth_signing_alg, c.jwks, c.jwks_uri, c.subject_type, c.sector_uri, c.sector, c.id_token_alg, c.userinfo_alg,
	c.request_alg, c.initiate_login_uri, c.post_logout_uris, c.backchannel_logout_uri, c.backchannel_logout_session,
	c.frontchannel_logout_uri, c.frontchannel_logout_session, c.default_max_age, c.default_acr, c.require_auth_time, c.require_par,
	c.require_jar, NOT c.require_pkce, c.dpop_bound, c.access_token_jwt, c.resource_server, c.skip_consent, c.about, c.registration_hash, c.created_at`

func (c *Client) fields() []any {
	return []any{
		&c.ID, &c.Protocol, &c.Name, &c.SecretHash, &c.ApplicationType, &c.RedirectURIs, &c.GrantTypes, &c.ResponseTypes, &c.Scopes,
		&c.AuthMethod, &c.AuthAlg, &c.JWKS, &c.JWKSURI, &c.SubjectType, &c.SectorURI, &c.Sector, &c.IDTokenAlg, &c.UserinfoAlg,
		&c.RequestAlg, &c.InitiateLoginURI, &c.PostLogoutURIs, &c.BackchannelLogoutURI, &c.BackchannelLogoutSession,
		&c.FrontchannelLogoutURI, &c.FrontchannelLogoutSession, &c.DefaultMaxAge, &c.DefaultACR, &c.RequireAuthTime, &c.RequirePAR,
		&c.RequireJAR, &c.PKCEOff, &c.DPoPBound, &c.AccessTokenJWT, &c.ResourceServer, &c.SkipConsent, &c.About, &c.RegistrationHash, &c.CreatedAt,
	}
}

// clientByID returns a client of OpenID Connect, or pgx.ErrNoRows.
func clientByID(ctx context.Context, d db.DB, id string) (*client, error) {
	c := &client{}
	err := d.QueryRow(ctx, `SELECT `+clientColumns+` FROM oauth_client c WHERE c.id = $1 AND c.protocol = 'oidc'`, id).Scan(c.fields()...)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ClientByID returns a client of either protocol.
func ClientByID(ctx context.Context, d db.DB, id string) (*Client, error) {
	c := &Client{}
	err := d.QueryRow(ctx, `SELECT `+clientColumns+` FROM oauth_client c WHERE c.id = $1`, id).Scan(c.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_client.unknown", id)
	}
	if err != nil {
		return nil, fmt.Errorf("client %s: %w", id, err)
	}
	return c, nil
}

// ListClients returns all clients by id. An empty protocol means both.
func ListClients(ctx context.Context, d db.DB, protocol string) ([]*Client, error) {
	rows, _ := d.Query(ctx, `SELECT `+clientColumns+` FROM oauth_client c WHERE $1 IN ('', c.protocol) ORDER BY c.id`, protocol)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Client, error) {
		c := &Client{}
		return c, row.Scan(c.fields()...)
	})
}

// PutClient stores a client, or changes the one with the same id. Its Secret is stored hashed; a client that was read back keeps
// its SecretHash.
func PutClient(ctx context.Context, d db.DB, c Client) error {
	c.fill()
	if c.Secret != "" {
		c.SecretHash = secret.HashToken(c.Secret)
	}
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_client AS c (
			id, protocol, name, secret_hash, application_type, redirect_uris, grant_types, response_types, scopes, auth_method,
			auth_signing_alg, jwks, jwks_uri, subject_type, sector_uri, sector, id_token_alg, userinfo_alg, request_alg,
			initiate_login_uri, post_logout_uris, backchannel_logout_uri, backchannel_logout_session, frontchannel_logout_uri,
			frontchannel_logout_session, default_max_age, default_acr, require_auth_time, require_par, require_jar, require_pkce,
			dpop_bound, access_token_jwt, resource_server, skip_consent, about, registration_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
			$26, $27, $28, $29, $30, NOT $31::boolean, $32, $33, $34, $35, $36, $37)
		ON CONFLICT (id) DO UPDATE
		SET (protocol, name, secret_hash, application_type, redirect_uris, grant_types, response_types, scopes, auth_method,
			auth_signing_alg, jwks, jwks_uri, subject_type, sector_uri, sector, id_token_alg, userinfo_alg, request_alg,
			initiate_login_uri, post_logout_uris, backchannel_logout_uri, backchannel_logout_session, frontchannel_logout_uri,
			frontchannel_logout_session, default_max_age, default_acr, require_auth_time, require_par, require_jar, require_pkce,
			dpop_bound, access_token_jwt, resource_server, skip_consent, about, registration_hash, changed_at) =
			(excluded.protocol, excluded.name, excluded.secret_hash,
			excluded.application_type, excluded.redirect_uris, excluded.grant_types, excluded.response_types, excluded.scopes,
			excluded.auth_method, excluded.auth_signing_alg, excluded.jwks, excluded.jwks_uri, excluded.subject_type,
			excluded.sector_uri, excluded.sector, excluded.id_token_alg, excluded.userinfo_alg, excluded.request_alg,
			excluded.initiate_login_uri, excluded.post_logout_uris, excluded.backchannel_logout_uri,
			excluded.backchannel_logout_session, excluded.frontchannel_logout_uri, excluded.frontchannel_logout_session,
			excluded.default_max_age, excluded.default_acr, excluded.require_auth_time, excluded.require_par, excluded.require_jar,
			excluded.require_pkce, excluded.dpop_bound, excluded.access_token_jwt, excluded.resource_server, excluded.skip_consent, excluded.about,
			coalesce(excluded.registration_hash, c.registration_hash), now())`,
		c.ID, c.Protocol, c.Name, c.SecretHash, c.ApplicationType, c.RedirectURIs, c.GrantTypes, c.ResponseTypes, c.Scopes,
		c.AuthMethod, c.AuthAlg, c.JWKS, c.JWKSURI, c.SubjectType, c.SectorURI, c.Sector, c.IDTokenAlg, c.UserinfoAlg, c.RequestAlg,
		c.InitiateLoginURI, c.PostLogoutURIs, c.BackchannelLogoutURI, c.BackchannelLogoutSession, c.FrontchannelLogoutURI,
		c.FrontchannelLogoutSession, c.DefaultMaxAge, c.DefaultACR, c.RequireAuthTime, c.RequirePAR, c.RequireJAR, c.PKCEOff,
		c.DPoPBound, c.AccessTokenJWT, c.ResourceServer, c.SkipConsent, c.About, c.RegistrationHash)
	clientsChanged.Add(1)
	if err != nil {
		return fmt.Errorf("put client %s: %w", c.ID, err)
	}
	return nil
}

// RemoveClient deletes a client with all tokens and consents that it got.
func RemoveClient(ctx context.Context, d db.DB, id string) error {
	tag, err := d.Exec(ctx, `DELETE FROM oauth_client WHERE id = $1`, id)
	clientsChanged.Add(1)
	if err != nil {
		return fmt.Errorf("remove client %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "idp_client.unknown", id)
	}
	return nil
}

// ClientAssertionJWTValid is part of fosite.ClientManager, whose check of assertions is not used (F14).
func (s *store) ClientAssertionJWTValid(context.Context, string) error {
	return fosite.ErrJTIKnown
}

// SetClientAssertionJWT is part of fosite.ClientManager, whose check of assertions is not used (F14).
func (s *store) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fosite.ErrJTIKnown
}
