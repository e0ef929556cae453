package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// insertDevice stores a request of a device, and tells whether its code for the person was free.
func insertDevice(ctx context.Context, d db.DB, v *device, userHash []byte) (bool, error) {
	tag, err := d.Exec(ctx, `
		INSERT INTO oauth_device (device_hash, user_hash, family_id, client_id, scopes, pause, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_hash) DO NOTHING`, v.Hash, userHash, v.Family, v.ClientID, v.Scopes, v.Pause, v.CreatedAt, v.ExpiresAt)
	return tag.RowsAffected() == 1, err
}

// pollDevice returns what a device asks about, and notes that it asked. A device that asks before its pause is over has hurried:
// its pause grows by five seconds for good.
func pollDevice(ctx context.Context, d db.DB, hash []byte, client string, now time.Time) (v *device, hurried bool, err error) {
	v = &device{Hash: hash}
	var data []byte
	err = d.QueryRow(ctx, `
		WITH seen AS (
			SELECT device_hash, polled_at > $3::timestamptz - make_interval(secs => pause - 0.5) AS hurried
			FROM oauth_device
			WHERE device_hash = $1 AND client_id = $2
			FOR UPDATE
		)
		UPDATE oauth_device v
		SET polled_at = $3, pause = least(600, CASE WHEN seen.hurried THEN pause + 5 ELSE pause END)
		FROM seen
		WHERE v.device_hash = seen.device_hash
		RETURNING v.family_id, v.client_id, v.scopes, v.state, v.pause, v.created_at, v.expires_at, v.data, coalesce(seen.hurried, false)`,
		hash, client, now).Scan(&v.Family, &v.ClientID, &v.Scopes, &v.State, &v.Pause, &v.CreatedAt, &v.ExpiresAt, &data, &hurried)
	if err == nil && data != nil {
		err = json.Unmarshal(data, &v.Session)
	}
	return v, hurried, err
}

// deviceByUserCode returns a device that waits for a person.
func deviceByUserCode(ctx context.Context, d db.DB, userHash []byte, now time.Time) (*device, error) {
	v := &device{}
	err := d.QueryRow(ctx, `
		SELECT v.device_hash, v.user_hash, v.family_id, v.client_id, c.name, v.scopes, v.state, v.created_at, v.expires_at
		FROM oauth_device v JOIN oauth_client c ON c.id = v.client_id
		WHERE v.user_hash = $1 AND v.state = 'asked' AND v.expires_at > $2`, userHash, now).Scan(
		&v.Hash, &v.UserHash, &v.Family, &v.ClientID, &v.Client, &v.Scopes, &v.State, &v.CreatedAt, &v.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_device.unknown")
	}
	return v, err
}

// answerDevice notes what the person decided, once.
func answerDevice(ctx context.Context, d db.DB, v *device, state string, s *session, now time.Time) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	tag, err := d.Exec(ctx, `
		UPDATE oauth_device
		SET state = $2, account_id = $3, session_id = $4, data = $5
		WHERE device_hash = $1 AND state = 'asked' AND expires_at > $6`, v.Hash, state, s.Account, s.SID, data, now)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "idp_device.unknown")
	}
	return nil
}

// settleDevice uses up a device's code: its first tokens make the family. A session that ended meanwhile gives nothing.
func (x *exchange) settleDevice(ctx context.Context, d db.DB, n *freshRows, now time.Time) (int64, error) {
	tag, err := d.Exec(ctx, `
		WITH claimed AS (
			UPDATE oauth_device
			SET state = 'used'
			WHERE device_hash = $1 AND state = 'allowed'
			  AND EXISTS (SELECT 1 FROM session s WHERE s.id = session_id AND s.ended_at IS NULL)
			RETURNING family_id, client_id, account_id, session_id
		), family AS (
			INSERT INTO oauth_family (id, client_id, account_id, session_id, offline, created_at, expires_at)
			SELECT family_id, client_id, account_id, session_id, $2, $3, $4 FROM claimed
		), visit AS (
			INSERT INTO oauth_visit (session_id, client_id, subject, created_at)
			SELECT session_id, client_id, $5, $3 FROM claimed
			ON CONFLICT DO NOTHING
		), told AS (
			INSERT INTO journal (actor, actor_role, action, subject, details)
			SELECT 'client:' || client_id, 'client', 'idp.data_read', account_id::text, jsonb_build_object('client', client_id)
			FROM claimed
		)
		INSERT INTO oauth_grant (kind, signature, request_id, client_id, subject, requested_at, expires_at, data)
		SELECT n.kind, n.signature, c.family_id, c.client_id, $5, n.requested, n.expires, n.data::jsonb
		FROM claimed c, unnest($6::text[], $7::bytea[], $8::timestamptz[], $9::timestamptz[], $10::text[])
		     AS n (kind, signature, requested, expires, data)`,
		x.device.Hash, x.fresh[0].GrantedScopes.Has("offline_access"), now, x.ends(), n.subject,
		n.kinds, n.signatures, n.requested, n.expires, n.data)
	return tag.RowsAffected(), err
}

// deviceByFamily returns a device that waits for a person, by the number that our pages know it by.
func deviceByFamily(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (*device, error) {
	v := &device{}
	err := d.QueryRow(ctx, `
		SELECT v.device_hash, v.user_hash, v.family_id, v.client_id, c.name, v.scopes, v.state, v.created_at, v.expires_at
		FROM oauth_device v JOIN oauth_client c ON c.id = v.client_id
		WHERE v.family_id = $1 AND v.state = 'asked' AND v.expires_at > $2`, id, now).Scan(
		&v.Hash, &v.UserHash, &v.Family, &v.ClientID, &v.Client, &v.Scopes, &v.State, &v.CreatedAt, &v.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_device.unknown")
	}
	return v, err
}
