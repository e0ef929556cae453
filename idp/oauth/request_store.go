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

// insertRequest keeps a request until the person has done their part. The commit does not wait for the disk: losing a request in
// a power cut costs the person one more click at the client, and nothing that was given to anybody hangs on it.
func (s *store) insertRequest(ctx context.Context, r *request) error {
	form, ends := r.Form.Encode(), r.CreatedAt.Add(requestLife)
	_, err := s.Soon.Exec(ctx, `
		WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
		INSERT INTO oauth_request (id, client_id, form, created_at, expires_at)
		SELECT $1, $2, $3, $4, $5 FROM soon`, r.ID, r.Client.ID, form, r.CreatedAt, ends)
	if err == nil && len(form) < maxAddress {
		s.requests.put(r.ID, keptRequest{r.Client.ID, r.Form, r.CreatedAt, ends})
	}
	return err
}

// keptRequest is a request that waits, as it was written: it never changes, but for being used up. Nobody may write into its form.
type keptRequest struct {
	client    string
	form      url.Values
	createdAt time.Time
	expiresAt time.Time
}

// recall returns a request that this process wrote a moment ago, or nil. What the person agreed to is looked up only where it counts.
func (s *store) recall(ctx context.Context, id, person uuid.UUID, now time.Time) (*request, error) {
	k, ok := s.requests.get(id)
	if !ok || !k.expiresAt.After(now) {
		return nil, nil
	}
	r := &request{ID: id, Form: k.form, CreatedAt: k.createdAt, waits: true}
	var err error
	switch {
	case person == uuid.Nil || promptOf(k.form).Has("consent"):
		r.Client, err = s.client(ctx, k.client)
	default:
		r.Client, r.Agreed, err = s.askingClient(ctx, k.client, person)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.request_gone")
	}
	return r, err
}

// insertPushed keeps a request that a client's server sent beforehand (RFC 9126).
func insertPushed(ctx context.Context, d db.DB, r *request, hash []byte, life time.Duration) error {
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_request (id, client_id, form, created_at, expires_at, pushed_hash)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, r.Client.ID, r.Form.Encode(), r.CreatedAt, r.CreatedAt.Add(life), hash)
	return err
}

// requestColumns stand in the order of scanRequest: all that decides about the next step, but for the client.
const requestColumns = `r.id, r.client_id, r.form, r.created_at, r.used_at, coalesce(k.scopes, '{}')
	FROM oauth_request r
	LEFT JOIN oauth_consent k ON k.client_id = r.client_id AND k.account_id = $2`

func (s *store) scanRequest(ctx context.Context, row pgx.Row) (*request, error) {
	r := &request{waits: true}
	var client, form string
	err := row.Scan(&r.ID, &client, &form, &r.CreatedAt, &r.UsedAt, &r.Agreed)
	if err == nil {
		r.Client, err = s.client(ctx, client)
	}
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
func (s *store) requestByID(ctx context.Context, id, person uuid.UUID, now time.Time) (*request, error) {
	if r, err := s.recall(ctx, id, person, now); r != nil || err != nil {
		return r, err
	}
	return s.scanRequest(ctx, s.DB.QueryRow(ctx, `SELECT `+requestColumns+` WHERE r.id = $1 AND r.expires_at > $3`, id, person, now))
}

// openPushed returns a pushed request for the browser that comes with it. From its first coming on it waits like any other, and
// may come again: people reload pages (F12).
func (s *store) openPushed(ctx context.Context, hash []byte, person uuid.UUID, now time.Time) (*request, error) {
	_, err := s.DB.Exec(ctx, `
		UPDATE oauth_request SET opened_at = $2, created_at = $2, expires_at = $3
		WHERE pushed_hash = $1 AND opened_at IS NULL AND expires_at > $2`, hash, now, now.Add(requestLife))
	if err != nil {
		return nil, err
	}
	return s.scanRequest(ctx, s.DB.QueryRow(ctx, `SELECT `+requestColumns+`
		WHERE r.pushed_hash = $1 AND r.opened_at IS NOT NULL AND r.expires_at > $3`, hash, person, now))
}

// askingClient returns a client that sends a browser, and what the person agreed to let it know. The person may be nobody.
func (s *store) askingClient(ctx context.Context, id string, person uuid.UUID) (*client, []string, error) {
	c, err := s.client(ctx, id)
	if err != nil || person == uuid.Nil {
		return c, nil, err
	}
	var agreed []string
	err = s.DB.QueryRow(ctx, `SELECT scopes FROM oauth_consent WHERE account_id = $1 AND client_id = $2`, person, id).Scan(&agreed)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return c, agreed, err
}

// keepRequest has a request wait on for a person who is to be checked first.
func (s *store) keepRequest(ctx context.Context, id uuid.UUID, until time.Time) error {
	_, err := s.DB.Exec(ctx, `UPDATE oauth_request SET expires_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at < $2`, id, until)
	return err
}

// useRequest answers a request once.
func (s *store) useRequest(ctx context.Context, id uuid.UUID, now time.Time) error {
	s.requests.drop(id)
	tag, err := s.DB.Exec(ctx, `UPDATE oauth_request SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, id, now)
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
