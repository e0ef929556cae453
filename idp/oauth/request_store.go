package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func insertRequest(ctx context.Context, d db.DB, r *request) error {
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_request (id, client_id, form, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, r.ID, r.ClientID, r.Form.Encode(), r.CreatedAt, r.CreatedAt.Add(requestLife))
	return err
}

func requestByID(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (*request, error) {
	r := &request{}
	var form string
	err := d.QueryRow(ctx, `
		SELECT id, client_id, form, created_at, used_at
		FROM oauth_request
		WHERE id = $1 AND expires_at > $2`, id, now).Scan(&r.ID, &r.ClientID, &form, &r.CreatedAt, &r.UsedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.request_gone")
	}
	if err != nil {
		return nil, err
	}
	if r.Form, err = url.ParseQuery(form); err != nil {
		return nil, fmt.Errorf("request %s: %w", id, err)
	}
	return r, nil
}

// useRequest answers a request once.
func useRequest(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	tag, err := d.Exec(ctx, `UPDATE oauth_request SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, id, now)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp.request_used")
	}
	return nil
}

// consentOf returns what a person lets a client know: nothing when they never agreed.
func consentOf(ctx context.Context, d db.DB, person uuid.UUID, client string) ([]string, error) {
	var scopes []string
	err := d.QueryRow(ctx, `
		SELECT scopes FROM oauth_consent WHERE account_id = $1 AND client_id = $2`, person, client).Scan(&scopes)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return scopes, err
}

func addConsent(ctx context.Context, d db.DB, person uuid.UUID, client string, scopes []string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_consent AS c (account_id, client_id, scopes, granted_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, client_id) DO UPDATE
		SET scopes = ARRAY(SELECT DISTINCT s FROM unnest(c.scopes || excluded.scopes) AS s ORDER BY s),
		    granted_at = excluded.granted_at`, person, client, scopes, now)
	return err
}
