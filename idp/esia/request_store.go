package esia

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
		INSERT INTO esia_request (id, client_id, form, created_at, expires_at, signature)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, r.Client.Mnemonic, r.Form.Encode(), r.CreatedAt, r.CreatedAt.Add(requestLife), r.Signature)
	return err
}

func requestByID(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (*request, error) {
	r := &request{}
	var client, form string
	err := d.QueryRow(ctx, `
		SELECT id, client_id, form, created_at, used_at, signature
		FROM esia_request
		WHERE id = $1 AND expires_at > $2`, id, now).Scan(&r.ID, &client, &form, &r.CreatedAt, &r.UsedAt, &r.Signature)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.request_gone")
	}
	if err != nil {
		return nil, err
	}
	if r.Form, err = url.ParseQuery(form); err != nil {
		return nil, fmt.Errorf("request %s: %w", id, err)
	}
	r.Client, err = ClientByMnemonic(ctx, d, client)
	return r, err
}

// useRequest answers a request once.
func useRequest(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	tag, err := d.Exec(ctx, `UPDATE esia_request SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, id, now)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp.request_used")
	}
	return nil
}

// agreedScopes are what a person lets a system know.
func agreedScopes(ctx context.Context, d db.DB, person uuid.UUID, client string) ([]string, error) {
	rows, _ := d.Query(ctx, `SELECT unnest(scopes) FROM oauth_consent WHERE account_id = $1 AND client_id = $2`, person, client)
	return pgx.CollectRows(rows, pgx.RowTo[string])
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

// purge deletes what is of no use any more. A grant goes with its refresh tokens: used ones notice reuse until then.
func purge(ctx context.Context, d db.DB, now time.Time) error {
	for _, each := range []struct {
		sql    string
		before time.Time
	}{
		{`DELETE FROM esia_request WHERE expires_at < $1`, now},
		{`DELETE FROM esia_grant WHERE expires_at < $1`, now},
		{`DELETE FROM esia_seen WHERE seen_at < $1`, now.Add(-3 * timeWindow)},
		{`DELETE FROM esia_signature WHERE at < $1`, now.Add(-30 * 24 * time.Hour)},
		{`DELETE FROM esia_agreement WHERE expires_at < $1`, now},
	} {
		if _, err := d.Exec(ctx, each.sql, each.before); err != nil {
			return err
		}
	}
	return nil
}
