package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"

	"tamga/internal/db"
)

// GetClient is fosite's ClientManager.
func (s *store) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	c, err := clientByID(ctx, s.conn(ctx), id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fosite.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func clientByID(ctx context.Context, d db.DB, id string) (*client, error) {
	c := &client{}
	err := d.QueryRow(ctx, `
		SELECT id, name, secret_hash, redirect_uris, post_logout_uris, scopes, skip_consent
		FROM oauth_client
		WHERE id = $1`, id).Scan(&c.ID, &c.Name, &c.Secret, &c.RedirectURIs, &c.PostLogoutURIs, &c.Scopes, &c.SkipConsent)
	if err != nil {
		return nil, err
	}
	c.Public = c.Secret == nil
	c.ResponseTypes = []string{"code"}
	c.GrantTypes = []string{"authorization_code", "refresh_token"}
	return c, nil
}

// PutClient stores a client, or changes the one with the same id.
func PutClient(ctx context.Context, d db.DB, c Client) error {
	var hash []byte
	if c.Secret != "" {
		hash, _ = secretHash{}.Hash(ctx, []byte(c.Secret))
	}
	if c.PostLogoutURIs == nil {
		c.PostLogoutURIs = []string{}
	}
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_client (id, name, secret_hash, redirect_uris, post_logout_uris, scopes, skip_consent)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE
		SET name = excluded.name, secret_hash = excluded.secret_hash, redirect_uris = excluded.redirect_uris,
		    post_logout_uris = excluded.post_logout_uris, scopes = excluded.scopes, skip_consent = excluded.skip_consent`,
		c.ID, c.Name, hash, c.RedirectURIs, c.PostLogoutURIs, c.Scopes, c.SkipConsent)
	if err != nil {
		return fmt.Errorf("put client %s: %w", c.ID, err)
	}
	return nil
}

// ClientAssertionJWTValid is part of fosite.ClientManager. No client here signs assertions.
func (s *store) ClientAssertionJWTValid(context.Context, string) error {
	return fosite.ErrJTIKnown
}

// SetClientAssertionJWT is part of fosite.ClientManager. No client here signs assertions.
func (s *store) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fosite.ErrJTIKnown
}
