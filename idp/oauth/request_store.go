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
		VALUES ($1, $2, $3, $4, $5)`, r.ID, r.Client.ID, r.Form.Encode(), r.CreatedAt, r.CreatedAt.Add(requestLife))
	return err
}

// insertPushed keeps a request that a client's server sent beforehand (RFC 9126).
func insertPushed(ctx context.Context, d db.DB, r *request, hash []byte, life time.Duration) error {
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_request (id, client_id, form, created_at, expires_at, pushed_hash)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, r.Client.ID, r.Form.Encode(), r.CreatedAt, r.CreatedAt.Add(life), hash)
	return err
}

// requestColumns stand in the order of requestFields: all that decides about the next step, in one query.
const requestColumns = `r.id, r.form, r.created_at, r.used_at, coalesce(k.scopes, '{}'), ` + clientColumns + `
	FROM oauth_request r
	JOIN oauth_client c ON c.id = r.client_id
	LEFT JOIN oauth_consent k ON k.client_id = r.client_id AND k.account_id = $2`

func scanRequest(row pgx.Row) (*request, error) {
	r := &request{Client: &client{}, waits: true}
	var form string
	err := row.Scan(append([]any{&r.ID, &form, &r.CreatedAt, &r.UsedAt, &r.Agreed}, r.Client.fields()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.request_gone")
	}
	if err != nil {
		return nil, err
	}
	if r.Form, err = url.ParseQuery(form); err != nil {
		return nil, fmt.Errorf("request %s: %w", r.ID, err)
	}
	return r, nil
}

// requestByID returns a request that waits, with its client and what the person agreed to. The person may be nobody.
func requestByID(ctx context.Context, d db.DB, id, person uuid.UUID, now time.Time) (*request, error) {
	return scanRequest(d.QueryRow(ctx, `SELECT `+requestColumns+` WHERE r.id = $1 AND r.expires_at > $3`, id, person, now))
}

// openPushed returns a pushed request for the browser that comes with it. From its first coming on it waits like any other, and
// may come again: people reload pages (F12).
func openPushed(ctx context.Context, d db.DB, hash []byte, person uuid.UUID, now time.Time) (*request, error) {
	_, err := d.Exec(ctx, `
		UPDATE oauth_request SET opened_at = $2, created_at = $2, expires_at = $3
		WHERE pushed_hash = $1 AND opened_at IS NULL AND expires_at > $2`, hash, now, now.Add(requestLife))
	if err != nil {
		return nil, err
	}
	return scanRequest(d.QueryRow(ctx, `SELECT `+requestColumns+`
		WHERE r.pushed_hash = $1 AND r.opened_at IS NOT NULL AND r.expires_at > $3`, hash, person, now))
}

// askingClient returns a client that sends a browser, and what the person agreed to let it know.
func askingClient(ctx context.Context, d db.DB, id string, person uuid.UUID) (*client, []string, error) {
	c, agreed := &client{}, []string{}
	err := d.QueryRow(ctx, `
		SELECT coalesce(k.scopes, '{}'), `+clientColumns+`
		FROM oauth_client c
		LEFT JOIN oauth_consent k ON k.client_id = c.id AND k.account_id = $2
		WHERE c.id = $1 AND c.protocol = 'oidc'`, id, person).Scan(append([]any{&agreed}, c.fields()...)...)
	return c, agreed, err
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

func addConsent(ctx context.Context, d db.DB, person uuid.UUID, client string, scopes []string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_consent AS c (account_id, client_id, scopes, granted_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, client_id) DO UPDATE
		SET scopes = ARRAY(SELECT DISTINCT s FROM unnest(c.scopes || excluded.scopes) AS s ORDER BY s),
		    granted_at = excluded.granted_at`, person, client, scopes, now)
	return err
}
