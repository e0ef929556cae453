package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
)

// LogoutArgs tells one client's server that a session has ended (OpenID Connect Back-Channel Logout 1.0).
type LogoutArgs struct {
	Notice uuid.UUID `json:"notice"`
	Issuer string    `json:"issuer"`
}

// Kind names the job.
func (LogoutArgs) Kind() string { return "idp.logout_notice" }

// logoutAttempts take River some four hours together: a client that was away for longer has lost its sessions anyway.
const logoutAttempts = 10

// InsertOpts bounds the attempts.
func (LogoutArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: logoutAttempts} }

// SessionsEnded revokes what came from sessions that end, and queues the notices to clients' servers, in the transaction that ends
// them: it is account.Sessions.Ended.
func (h *Handler) SessionsEnded(ctx context.Context, tx pgx.Tx, sids []uuid.UUID) error {
	now := time.Now()
	if err := revokeSessions(ctx, tx, sids, now); err != nil {
		return fmt.Errorf("revoke tokens of ended sessions: %w", err)
	}
	notices, err := insertNotices(ctx, tx, sids, now)
	if err != nil {
		return fmt.Errorf("notices of logout: %w", err)
	}
	if len(notices) == 0 || h.River == nil {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(notices))
	for i, id := range notices {
		jobs[i] = river.InsertManyParams{Args: LogoutArgs{id, h.Issuer}}
	}
	_, err = h.River.InsertManyFastTx(ctx, tx, jobs)
	return err
}

type logoutWorker struct {
	river.WorkerDefaults[LogoutArgs]
	db     db.DB
	keys   *Keys
	client *http.Client
}

// Timeout bounds one attempt.
func (w *logoutWorker) Timeout(*river.Job[LogoutArgs]) time.Duration { return 15 * time.Second }

// Work sends the notice. The token is made anew for each attempt: it is short-lived, and a client may know the last one's jti.
func (w *logoutWorker) Work(ctx context.Context, job *river.Job[LogoutArgs]) error {
	n, err := noticeByID(ctx, w.db, job.Args.Notice)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // the client is gone
	}
	if err != nil || n.Delivered || n.URI == "" {
		return err
	}
	token, err := logoutToken(ctx, &signer{w.keys}, job.Args.Issuer, n, time.Now())
	if err != nil {
		return err
	}
	failed := w.send(ctx, n.URI, token)
	text := ""
	if failed != nil {
		text = failed.Error()
		text = strings.ToValidUTF8(text[:min(len(text), 300)], "")
	}
	return errors.Join(failed, noteAttempt(ctx, w.db, n.ID, text, time.Now()))
}

// logoutToken is what the client gets (section 2.4). It has no nonce, so that it cannot be taken for an ID token.
func logoutToken(ctx context.Context, s *signer, issuer string, n *notice, now time.Time) (string, error) {
	return s.signWith(ctx, n.Alg, "logout+jwt", map[string]any{
		"iss": issuer, "aud": n.ClientID, "sub": n.Subject, "sid": n.SID.String(), "jti": uuid.NewString(),
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	})
}

func (w *logoutWorker) send(ctx context.Context, address, token string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	_, _ = io.CopyN(io.Discard, got.Body, 4<<10)
	if got.StatusCode != http.StatusOK && got.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the client answered %d", got.StatusCode)
	}
	return nil
}
