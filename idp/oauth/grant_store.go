package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/handler/pkce"
	"github.com/ory/fosite/storage"

	"tamga/internal/db"
)

// store is fosite's storage on PostgreSQL. Fosite finds the interfaces by type assertion, silently: hence the list.
type store struct {
	DB db.DB
}

var (
	_ fosite.Storage                     = (*store)(nil)
	_ oauth2.CoreStorage                 = (*store)(nil)
	_ oauth2.TokenRevocationStorage      = (*store)(nil)
	_ openid.OpenIDConnectRequestStorage = (*store)(nil)
	_ pkce.PKCERequestStorage            = (*store)(nil)
	_ storage.Transactional              = (*store)(nil)
)

// record is what a grant keeps of a request, beside its columns.
type record struct {
	RequestedScopes fosite.Arguments       `json:"requested_scopes"`
	GrantedScopes   fosite.Arguments       `json:"granted_scopes"`
	Form            url.Values             `json:"form"`
	Session         *openid.DefaultSession `json:"session"`
}

// hashOf keys a row by a hash of what fosite calls a signature. For the openid session it passes the whole code, of which only
// the part after the dot is the signature.
func hashOf(signature string) []byte {
	if dot := strings.LastIndexByte(signature, '.'); dot >= 0 {
		signature = signature[dot+1:]
	}
	sum := sha256.Sum256([]byte(signature))
	return sum[:]
}

func (s *store) insertGrant(ctx context.Context, kind, signature string, r fosite.Requester, expires time.Time) error {
	session, ok := r.GetSession().(*openid.DefaultSession)
	if !ok {
		return fmt.Errorf("grant %s: session is a %T", kind, r.GetSession())
	}
	data, err := json.Marshal(record{r.GetRequestedScopes(), r.GetGrantedScopes(), r.GetRequestForm(), session})
	if err != nil {
		return err
	}
	_, err = s.conn(ctx).Exec(ctx, `
		INSERT INTO oauth_grant (kind, signature, request_id, client_id, subject, requested_at, expires_at, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		kind, hashOf(signature), r.GetID(), r.GetClient().GetID(), session.Subject, r.GetRequestedAt(), expires, data)
	return err
}

// grant returns a fresh copy each time: fosite writes into what it gets, and a shared map would end the process (F4).
func (s *store) grant(ctx context.Context, kind, signature string) (_ *fosite.Request, active bool, err error) {
	var id uuid.UUID
	var clientID string
	var data []byte
	r := fosite.NewRequest()
	err = s.conn(ctx).QueryRow(ctx, `
		SELECT request_id, client_id, active, requested_at, data
		FROM oauth_grant
		WHERE kind = $1 AND signature = $2`, kind, hashOf(signature)).Scan(&id, &clientID, &active, &r.RequestedAt, &data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, fosite.ErrNotFound
	}
	if err != nil {
		return nil, false, err
	}
	var kept record
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, false, fmt.Errorf("grant %s: %w", kind, err)
	}
	if r.Client, err = s.GetClient(ctx, clientID); err != nil {
		return nil, false, err
	}
	r.ID, r.RequestedScope, r.GrantedScope, r.Form = id.String(), kept.RequestedScopes, kept.GrantedScopes, kept.Form
	r.Session = kept.Session
	return r, active, nil
}

// lockedGrant is grant for one use only: whoever redeems the code, or rotates a token that grew from it, holds the code's row
// until the end, so that all use of one family stands in a queue, and the second in it sees what the first did.
func (s *store) lockedGrant(ctx context.Context, kind, signature string) (*fosite.Request, bool, error) {
	_, err := s.conn(ctx).Exec(ctx, `
		SELECT 1
		FROM oauth_grant
		WHERE kind = 'code'
		  AND request_id = (SELECT request_id FROM oauth_grant WHERE kind = $1 AND signature = $2)
		FOR UPDATE`, kind, hashOf(signature))
	if err != nil {
		return nil, false, err
	}
	return s.grant(ctx, kind, signature)
}

func (s *store) deactivate(ctx context.Context, kind, signature string) error {
	_, err := s.conn(ctx).Exec(ctx, `
		UPDATE oauth_grant SET active = false WHERE kind = $1 AND signature = $2`, kind, hashOf(signature))
	return err
}

func (s *store) deleteGrant(ctx context.Context, kind, signature string) error {
	_, err := s.conn(ctx).Exec(ctx, `
		DELETE FROM oauth_grant WHERE kind = $1 AND signature = $2`, kind, hashOf(signature))
	return err
}

func (s *store) deactivateFamily(ctx context.Context, kind, requestID string) error {
	_, err := s.conn(ctx).Exec(ctx, `
		UPDATE oauth_grant SET active = false WHERE request_id = $1 AND kind = $2 AND active`, requestID, kind)
	return err
}

// purgeExpired deletes families of which nothing can be used any more, and requests that nobody went on with. A family goes as
// a whole: its used code is what notices reuse.
func purgeExpired(ctx context.Context, d db.DB, now time.Time) error {
	if _, err := d.Exec(ctx, `
		DELETE FROM oauth_grant g
		WHERE g.expires_at < $1
		  AND NOT EXISTS (SELECT 1 FROM oauth_grant live WHERE live.request_id = g.request_id AND live.expires_at >= $1)`,
		now); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM oauth_request WHERE expires_at < $1`, now)
	return err
}
