package esia

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// insertGrant stores a grant. With a code it waits to be redeemed.
func insertGrant(ctx context.Context, d db.DB, g *grant, code string) error {
	var permissions, hash []byte
	var expires *time.Time
	if len(g.Permissions) > 0 {
		permissions, _ = json.Marshal(g.Permissions)
	}
	if code != "" {
		end := g.CreatedAt.Add(codeLife)
		hash, expires = secret.HashToken(code), &end
	}
	_, err := d.Exec(ctx, `
		INSERT INTO esia_grant (id, client_id, account_id, session_id, scopes, offline, permissions, code_hash, code_expires_at,
		                        redirect_uri, challenge, nonce, method, authenticated_at, created_at, expires_at, signature)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		g.ID, g.ClientID, g.AccountID, g.SessionID, g.Scopes, g.Offline, permissions, hash, expires, g.RedirectURI, g.Challenge,
		g.Nonce, g.Method, g.AuthenticatedAt, g.CreatedAt, g.ExpiresAt, g.Signature)
	return err
}

// answersSignature tells whether a code answers the request that came with a signature.
func answersSignature(ctx context.Context, d db.DB, client, code string, signature []byte) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM esia_grant WHERE code_hash = $1 AND client_id = $2 AND signature = $3)`,
		secret.HashToken(code), client, signature).Scan(&yes)
	return yes, err
}

// redeemCode uses a code: the one statement decides who was first, whatever comes at the same moment.
func redeemCode(ctx context.Context, d db.DB, client, code, redirect string, now time.Time) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		UPDATE esia_grant SET code_used_at = $4
		WHERE code_hash = $1 AND client_id = $2 AND redirect_uri = $3 AND code_used_at IS NULL AND code_expires_at > $4
		RETURNING id`, secret.HashToken(code), client, redirect, now).Scan(&id)
	return id, err
}

// reusedCode returns the grant whose code was redeemed before, if this is one.
func reusedCode(ctx context.Context, d db.DB, client, code string) (id uuid.UUID, account *uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		SELECT id, account_id FROM esia_grant
		WHERE code_hash = $1 AND client_id = $2 AND code_used_at IS NOT NULL`, secret.HashToken(code), client).Scan(&id, &account)
	return id, account, err
}

// useRefresh uses a refresh token, in one statement as redeemCode.
func useRefresh(ctx context.Context, d db.DB, client, token string, now time.Time) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		UPDATE esia_refresh r SET used_at = $3
		FROM esia_grant g
		WHERE r.token_hash = $1 AND g.id = r.grant_id AND g.client_id = $2 AND r.used_at IS NULL
		RETURNING g.id`, secret.HashToken(token), client, now).Scan(&id)
	return id, err
}

// reusedRefresh returns the grant whose refresh token was used before, if this is one.
func reusedRefresh(ctx context.Context, d db.DB, client, token string) (id uuid.UUID, account *uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		SELECT g.id, g.account_id
		FROM esia_refresh r JOIN esia_grant g ON g.id = r.grant_id
		WHERE r.token_hash = $1 AND g.client_id = $2 AND r.used_at IS NOT NULL`, secret.HashToken(token), client).Scan(&id, &account)
	return id, account, err
}

// keepAnswer keeps what a refresh token brought.
func keepAnswer(ctx context.Context, d db.DB, token string, sealed []byte) error {
	_, err := d.Exec(ctx, `UPDATE esia_refresh SET answer = $2 WHERE token_hash = $1`, secret.HashToken(token), sealed)
	return err
}

// lostAnswer returns what a refresh token brought that was used after a time.
func lostAnswer(ctx context.Context, d db.DB, client, token string, after time.Time) (id uuid.UUID, sealed []byte, at time.Time, err error) {
	err = d.QueryRow(ctx, `
		SELECT g.id, r.answer, r.used_at
		FROM esia_refresh r JOIN esia_grant g ON g.id = r.grant_id
		WHERE r.token_hash = $1 AND g.client_id = $2 AND r.used_at > $3 AND r.answer IS NOT NULL`,
		secret.HashToken(token), client, after).Scan(&id, &sealed, &at)
	return id, sealed, at, err
}

// unusedRefresh tells whether nobody has used a refresh token.
func unusedRefresh(ctx context.Context, d db.DB, token string) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM esia_refresh WHERE token_hash = $1 AND used_at IS NULL)`, secret.HashToken(token)).Scan(&yes)
	return yes, err
}

func insertRefresh(ctx context.Context, d db.DB, token string, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO esia_refresh (token_hash, grant_id, created_at) VALUES ($1, $2, $3)`, secret.HashToken(token), id, now)
	return err
}

// liveGrant returns a grant that is good now: nobody revoked it, the sign-in behind it has not been ended, the account is not
// blocked, and the person still lets the system know. Otherwise it is pgx.ErrNoRows.
func liveGrant(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (*grant, error) {
	g := &grant{}
	var permissions []byte
	err := d.QueryRow(ctx, `
		SELECT g.id, g.client_id, g.account_id, g.session_id, g.scopes, g.offline, g.permissions, g.challenge, g.nonce, g.method,
		       g.authenticated_at, g.created_at, g.expires_at
		FROM esia_grant g
		JOIN oauth_client c ON c.id = g.client_id
		LEFT JOIN session s ON s.id = g.session_id
		LEFT JOIN account a ON a.id = g.account_id
		WHERE g.id = $1 AND g.revoked_at IS NULL AND g.expires_at > $2 AND s.ended_at IS NULL AND a.blocked_at IS NULL
		  AND (g.account_id IS NULL OR c.skip_consent
		       OR EXISTS (SELECT 1 FROM oauth_consent o WHERE o.account_id = g.account_id AND o.client_id = g.client_id))`,
		id, now).Scan(&g.ID, &g.ClientID, &g.AccountID, &g.SessionID, &g.Scopes, &g.Offline, &permissions, &g.Challenge, &g.Nonce,
		&g.Method, &g.AuthenticatedAt, &g.CreatedAt, &g.ExpiresAt)
	if err != nil {
		return nil, err
	}
	if permissions != nil {
		err = json.Unmarshal(permissions, &g.Permissions)
	}
	return g, err
}

func revokeGrant(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE esia_grant SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, now)
	return err
}

// EndSessions revokes all that grew from sign-ins that are being ended. It is told by account.Sessions, in its transaction.
func EndSessions(ctx context.Context, d db.DB, sessions []uuid.UUID) error {
	_, err := d.Exec(ctx, `
		UPDATE esia_grant SET revoked_at = now() WHERE session_id = ANY ($1) AND revoked_at IS NULL`, sessions)
	return err
}

// Revoke ends all that a person gave to a system, tokens and agreements; an empty system means all of them. The consent itself
// is a row of oauth_consent, which the caller deletes.
func Revoke(ctx context.Context, d db.DB, account uuid.UUID, client string) error {
	if _, err := d.Exec(ctx, `
		UPDATE esia_grant SET revoked_at = now()
		WHERE account_id = $1 AND $2 IN ('', client_id) AND revoked_at IS NULL`, account, client); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM esia_agreement WHERE account_id = $1 AND $2 IN ('', client_id)`, account, client)
	return err
}

// agreement is a consent of the digital profile that is in force.
type agreement struct {
	Permissions []permission
	ExpiresAt   time.Time
}

func putAgreement(ctx context.Context, d db.DB, account uuid.UUID, client string, all []permission, now time.Time) error {
	raw, err := json.Marshal(all)
	if err != nil {
		return err
	}
	_, err = d.Exec(ctx, `
		INSERT INTO esia_agreement (account_id, client_id, permissions, granted_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account_id, client_id) DO UPDATE
		SET permissions = excluded.permissions, granted_at = excluded.granted_at, expires_at = excluded.expires_at`,
		account, client, raw, now, until(all, now))
	return err
}

// agreementOf returns the agreement in force between a person and a system, or nil.
func agreementOf(ctx context.Context, d db.DB, account uuid.UUID, client string, now time.Time) (*agreement, error) {
	a := &agreement{}
	var raw []byte
	err := d.QueryRow(ctx, `
		SELECT g.permissions, g.expires_at
		FROM esia_agreement g
		JOIN oauth_consent o ON o.account_id = g.account_id AND o.client_id = g.client_id
		JOIN account a ON a.id = g.account_id AND a.blocked_at IS NULL
		WHERE g.account_id = $1 AND g.client_id = $2 AND g.expires_at > $3`, account, client, now).Scan(&raw, &a.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return a, json.Unmarshal(raw, &a.Permissions)
}

// lent tells whether somebody who works in an organisation now lets a system read a scope of it.
func lent(ctx context.Context, d db.DB, client string, oid int64, name string, now time.Time) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			FROM esia_grant g
			JOIN organisation_employee e ON e.account_id = g.account_id AND e.ended_at IS NULL AND (e.until IS NULL OR e.until > $4)
			JOIN organisation o ON o.id = e.organisation_id AND o.oid = $2 AND o.state = 'active'
			JOIN oauth_consent k ON k.account_id = g.account_id AND k.client_id = g.client_id
			WHERE g.client_id = $1 AND g.revoked_at IS NULL AND g.expires_at > $4
			  AND EXISTS (SELECT 1 FROM unnest(g.scopes) AS s WHERE s LIKE '%' || $3 || '?org_oid=' || $2::text))`,
		client, oid, name, now).Scan(&yes)
	return yes, err
}
