package oauth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// frontchannelOf returns who took part in a session and wants to hear of its end from the browser.
func frontchannelOf(ctx context.Context, d db.DB, sid uuid.UUID) ([]frontchannel, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.frontchannel_logout_uri
		FROM oauth_visit v JOIN oauth_client c ON c.id = v.client_id
		WHERE v.session_id = $1 AND c.frontchannel_logout_uri <> ''
		ORDER BY v.created_at
		LIMIT 50`, sid)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[frontchannel])
}

// insertNotices writes down whom to tell, server to server, that sessions have ended.
func insertNotices(ctx context.Context, d db.DB, sids []uuid.UUID, now time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		INSERT INTO oauth_logout_notice (id, client_id, session_id, subject, created_at)
		SELECT gen_random_uuid(), v.client_id, v.session_id, v.subject, $2
		FROM oauth_visit v JOIN oauth_client c ON c.id = v.client_id
		WHERE v.session_id = ANY ($1) AND c.backchannel_logout_uri <> ''
		RETURNING id`, sids, now)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// notice is a back-channel logout.
type notice struct {
	ID        uuid.UUID
	ClientID  string
	URI       string
	SID       uuid.UUID
	Subject   string
	Delivered bool
	Alg       string // of the client's ID tokens, and so of the notice
}

func noticeByID(ctx context.Context, d db.DB, id uuid.UUID) (*notice, error) {
	rows, _ := d.Query(ctx, `
		SELECT n.id, n.client_id, c.backchannel_logout_uri, n.session_id, n.subject, n.delivered_at IS NOT NULL,
		       c.id_token_alg
		FROM oauth_logout_notice n JOIN oauth_client c ON c.id = n.client_id
		WHERE n.id = $1`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[notice])
}

// noteAttempt keeps how an attempt went; failure is "" for a success.
func noteAttempt(ctx context.Context, d db.DB, id uuid.UUID, failure string, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE oauth_logout_notice
		SET attempts = attempts + 1, tried_at = $3, last_error = nullif($2, ''),
		    delivered_at = CASE WHEN $2 = '' THEN $3::timestamptz END
		WHERE id = $1`, id, failure, now)
	return err
}
