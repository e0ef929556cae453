package account

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/journal"
)

// sessionByToken returns the live session of a cookie and whose it is, or pgx.ErrNoRows.
func sessionByToken(ctx context.Context, d db.DB, hash []byte, now, idleSince time.Time) (*SignIn, *Account, error) {
	var (
		s SignIn
		a Account
	)
	err := d.QueryRow(ctx, `
		SELECT s.id, s.account_id, s.methods, s.started_at, s.authenticated_at, s.seen_at, s.ends_at, s.device,
		       coalesce(host(s.address), ''), s.acting_oid,
		       a.id, a.oid, a.last_name, a.first_name, a.middle_name, a.phone, a.email, a.email_confirmed_at IS NOT NULL,
		       a.level, a.level_at
		FROM session s JOIN account a ON a.id = s.account_id
		WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.ends_at > $2 AND s.seen_at > $3`, hash, now, idleSince).Scan(
		&s.ID, &s.AccountID, &s.Methods, &s.StartedAt, &s.AuthenticatedAt, &s.SeenAt, &s.EndsAt, &s.Device, &s.Address, &s.ActingOID,
		&a.ID, &a.OID, &a.LastName, &a.FirstName, &a.MiddleName, &a.Phone, &a.Email, &a.EmailConfirmed, &a.Level, &a.LevelAt)
	return &s, &a, err
}

func insertSession(ctx context.Context, d db.DB, s *SignIn, tokenHash []byte) error {
	_, err := d.Exec(ctx, `
		INSERT INTO session (id, account_id, token_hash, methods, started_at, authenticated_at, seen_at, ends_at, device, address)
		VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, nullif($8, '')::inet)`,
		s.ID, s.AccountID, tokenHash, s.Methods, s.StartedAt, s.EndsAt, s.Device, s.Address)
	return err
}

// browserSeenEvery is how exactly it is known when a browser was seen last: it is forgotten after a year.
const browserSeenEvery = 30 * 24 * time.Hour

// insertSessionAtKnown signs a person in, if the browser is one of theirs that was seen lately and nothing is to be told or asked about the
// account: the conditions are those under which safety.Keeper.Admit and factor.Handler.Entered do nothing. The lock makes a blocking
// that goes on meanwhile either wait and end this session, too, or be seen here.
func insertSessionAtKnown(ctx context.Context, d db.DB, s *SignIn, tokenHash, browser []byte, e journal.Entry) (bool, error) {
	details, err := json.Marshal(e.Details)
	if err != nil {
		return false, err
	}
	tag, err := d.Exec(ctx, `
		WITH admitted AS (
			SELECT id FROM account WHERE id = $2 AND blocked_by IS NULL AND delete_at IS NULL FOR NO KEY UPDATE
		), known AS (
			SELECT 1 FROM known_browser WHERE account_id = $2 AND token_hash = $9 AND last_at > $10
		), opened AS (
			INSERT INTO session (id, account_id, token_hash, methods, started_at, authenticated_at, seen_at, ends_at, device, address)
			SELECT $1, $2, $3, $4, $5, $5, $5, $6, $7, nullif($8, '')::inet FROM admitted, known
			RETURNING id
		)
		INSERT INTO journal (actor, actor_role, action, subject, details, address)
		SELECT $11, $12, $13, $11, $14::jsonb, nullif($8, '')::inet FROM opened`,
		s.ID, s.AccountID, tokenHash, s.Methods, s.StartedAt, s.EndsAt, s.Device, s.Address,
		browser, s.StartedAt.Add(-browserSeenEvery), e.Actor, e.ActorRole, e.Action, string(details))
	return tag.RowsAffected() == 1, err
}

// renewSession gives a live session a new token and the proofs of a new sign-in. It returns false when the session has ended.
func renewSession(ctx context.Context, d db.DB, id uuid.UUID, in *SignIn, tokenHash []byte) (bool, error) {
	tag, err := d.Exec(ctx, `
		UPDATE session
		SET token_hash = $2, methods = $3, authenticated_at = $4, seen_at = $4, ends_at = $5, device = $6, address = nullif($7, '')::inet
		WHERE id = $1 AND ended_at IS NULL`,
		id, tokenHash, in.Methods, in.AuthenticatedAt, in.EndsAt, in.Device, in.Address)
	return tag.RowsAffected() == 1, err
}

func touchSession(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE session SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL`, id, now)
	return err
}

func strengthenSession(ctx context.Context, d db.DB, id uuid.UUID, method string, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE session
		SET methods = CASE WHEN $2 = ANY (methods) THEN methods ELSE methods || $2 END, authenticated_at = $3
		WHERE id = $1 AND ended_at IS NULL`, id, method, now)
	return err
}

func actInSession(ctx context.Context, d db.DB, id uuid.UUID, oid *int64) error {
	_, err := d.Exec(ctx, `UPDATE session SET acting_oid = $2 WHERE id = $1 AND ended_at IS NULL`, id, oid)
	return err
}

// endByToken ends the session of a cookie and returns it, or nil when there is none.
func endByToken(ctx context.Context, d db.DB, hash []byte, now time.Time) (*SignIn, error) {
	var s SignIn
	err := d.QueryRow(ctx, `
		UPDATE session SET ended_at = $2
		WHERE token_hash = $1 AND ended_at IS NULL
		RETURNING id, account_id`, hash, now).Scan(&s.ID, &s.AccountID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &s, err
}

// endSessions ends the sessions of a person that are named, all when none is, but never except. It returns those it ended.
func endSessions(ctx context.Context, d db.DB, account uuid.UUID, ids []uuid.UUID, except uuid.UUID, now time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		UPDATE session SET ended_at = $4
		WHERE account_id = $1 AND (coalesce(cardinality($2::uuid[]), 0) = 0 OR id = ANY ($2)) AND id <> $3 AND ended_at IS NULL
		RETURNING id`, account, ids, except, now)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// SessionsOf returns a person's sessions that ended after since or are live, the newest first.
func SessionsOf(ctx context.Context, d db.DB, account uuid.UUID, since time.Time, limit int) ([]PastSignIn, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, methods, started_at, authenticated_at, seen_at, ends_at, device,
		       coalesce(host(address), '') AS address, acting_oid, ended_at
		FROM session
		WHERE account_id = $1 AND coalesce(ended_at, ends_at) > $2
		ORDER BY started_at DESC
		LIMIT $3`, account, since, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByName[PastSignIn])
}
