package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/internal/db"
)

// hashOf keys a row by a hash of what fosite calls a signature. For the openid session it passes the whole code, of which only
// the part after the dot is the signature.
func hashOf(signature string) []byte {
	if dot := strings.LastIndexByte(signature, '.'); dot >= 0 {
		signature = signature[dot+1:]
	}
	sum := sha256.Sum256([]byte(signature))
	return sum[:]
}

// grantColumns stand in the order of fields.
const grantColumns = `
	coalesce(g.kind, ''), coalesce(g.request_id, '00000000-0000-0000-0000-000000000000'), coalesce(f.created_at, g.requested_at, 'epoch'),
	coalesce(g.client_id, ''), coalesce(g.subject, ''), coalesce(g.active, false), f.revoked_at IS NOT NULL,
	coalesce(g.requested_at, 'epoch'), coalesce(g.expires_at, 'epoch'), g.used_at, g.answer, coalesce(a.level, ''),
	coalesce(g.data, '{}')`

func (g *grant) fields(data *[]byte) []any {
	return []any{
		&g.Kind, &g.Family, &g.Since, &g.ClientID, &g.Subject, &g.Active, &g.Revoked, &g.RequestedAt, &g.ExpiresAt, &g.UsedAt, &g.Answer,
		&g.Level, data,
	}
}

// grantByHash returns a code or token of one of the kinds, or pgx.ErrNoRows. It is a fresh copy each time: fosite writes into
// what it gets, and a map that two requests share would end the process (F4).
func grantByHash(ctx context.Context, d db.DB, hash []byte, kinds ...string) (*grant, error) {
	g := &grant{Signature: hash}
	var data []byte
	err := d.QueryRow(ctx, `
		SELECT `+grantColumns+`
		FROM oauth_grant g
		LEFT JOIN oauth_family f ON f.id = g.request_id
		LEFT JOIN account a ON a.id = f.account_id
		WHERE g.kind = ANY ($1) AND g.signature = $2`, kinds, hash).Scan(g.fields(&data)...)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &g.record); err != nil {
		return nil, fmt.Errorf("grant %s: %w", g.Kind, err)
	}
	return g, nil
}

// insertCode stores a code with all that goes with it, in one statement: a flow has few round trips. The request that waited is used
// up, the consent that the person just gave is noted, the family begins, the client takes part in the session, and the journal
// says what it says. PostgreSQL makes a second answer of one request wait for the first and then look again: it finds the request
// used and writes nothing; used tells so.
func insertCode(ctx context.Context, d db.DB, g *grant, a *answering) (used bool, err error) {
	data, err := json.Marshal(g.record)
	if err != nil {
		return false, err
	}
	s, offline := g.Session, g.GrantedScopes.Has("offline_access")
	ends := g.ExpiresAt.Add(accessLife) // of the family: no first tokens outlive it, so the exchange leaves its row alone
	if offline {
		ends = g.ExpiresAt.Add(refreshLife)
	}
	tag, err := d.Exec(ctx, `
		WITH request AS (
			UPDATE oauth_request SET used_at = $6 WHERE id = $12 AND used_at IS NULL AND expires_at > $6
			RETURNING 1
		), first AS (
			SELECT FROM request
			UNION ALL
			SELECT WHERE $12::uuid IS NULL
		), consent AS (
			INSERT INTO oauth_consent AS c (account_id, client_id, scopes, granted_at)
			SELECT $3, $2, $13::text[], $6 FROM first WHERE $13::text[] IS NOT NULL
			ON CONFLICT (account_id, client_id) DO UPDATE
			SET scopes = ARRAY(SELECT DISTINCT s FROM unnest(c.scopes || excluded.scopes) AS s ORDER BY s),
			    granted_at = excluded.granted_at
		), family AS (
			INSERT INTO oauth_family (id, client_id, account_id, session_id, offline, created_at, expires_at)
			SELECT $1, $2, $3, $4, $5, $6, $16 FROM first
		), visit AS (
			INSERT INTO oauth_visit (session_id, client_id, subject, created_at)
			SELECT $4, $2, $8, $6 FROM first
			ON CONFLICT DO NOTHING
			RETURNING client_id
		), told AS (
			INSERT INTO journal (actor, actor_role, action, subject, details, address)
			SELECT $3::uuid::text, 'citizen', 'idp.consent_given', $3::uuid::text,
			       jsonb_build_object('client', $2::text, 'scopes', $13::text[]), nullif($14, '')::inet
			FROM first WHERE $13::text[] IS NOT NULL
			UNION ALL
			SELECT 'client:' || client_id, 'client', 'idp.data_read', $3::uuid::text,
			       jsonb_build_object('client', client_id, 'scopes', $11::text[]), NULL
			FROM visit
		)
		INSERT INTO oauth_grant (kind, signature, request_id, client_id, subject, requested_at, expires_at, data)
		SELECT 'code', $9, $1, $2, $8, $15, $7, $10 FROM first`,
		g.Family, g.ClientID, s.Account, s.SID, offline, a.at, g.ExpiresAt, g.Subject, g.Signature, data,
		[]string(g.GrantedScopes), a.request, a.agreed, a.address, g.RequestedAt, ends)
	return err == nil && tag.RowsAffected() == 0, err
}

// settle writes what an exchange collected, all or nothing. Lost means that another request was quicker with the same code or
// token, or that its family was revoked meanwhile.
func (x *exchange) settle(ctx context.Context, d db.DB, now time.Time) (lost bool, err error) {
	n := &freshRows{}
	for i := range x.fresh {
		if err := n.add(&x.fresh[i]); err != nil {
			return false, err
		}
	}
	var written int64
	switch {
	case x.device != nil:
		written, err = x.settleDevice(ctx, d, n, now)
	case x.claim != nil && x.claim.Kind == "code":
		written, err = x.settleCode(ctx, d, n)
	case x.claim != nil:
		written, err = x.settleRefresh(ctx, d, n, now)
	default:
		written, err = insertOwn(ctx, d, n)
	}
	return err == nil && written == 0, err
}

// freshRows are new tokens in columns, for unnest.
type freshRows struct {
	kinds      []string
	signatures [][]byte
	expires    []time.Time
	requested  []time.Time
	data       []string
	clientID   string
	subject    string
}

func (n *freshRows) add(g *grant) error {
	g.Form = nil
	data, err := json.Marshal(g.record)
	if err != nil {
		return err
	}
	n.kinds, n.signatures = append(n.kinds, g.Kind), append(n.signatures, g.Signature)
	n.expires, n.requested = append(n.expires, g.ExpiresAt), append(n.requested, g.RequestedAt)
	n.data = append(n.data, string(data))
	n.clientID, n.subject = g.ClientID, g.Subject
	return nil
}

// settleCode uses up a code. PostgreSQL makes a second claim of the row wait for the first and then look again: it finds the row
// inactive, and inserts nothing.
func (x *exchange) settleCode(ctx context.Context, d db.DB, n *freshRows) (int64, error) {
	tag, err := d.Exec(ctx, `
		WITH claimed AS (
			UPDATE oauth_grant g
			SET active = false
			FROM oauth_family f
			WHERE g.kind = 'code' AND g.signature = $1 AND g.active AND f.id = g.request_id AND f.revoked_at IS NULL
			RETURNING g.request_id, g.client_id, g.subject
		)
		INSERT INTO oauth_grant (kind, signature, request_id, client_id, subject, requested_at, expires_at, data)
		SELECT n.kind, n.signature, c.request_id, c.client_id, c.subject, n.requested, n.expires, n.data::jsonb
		FROM claimed c, unnest($2::text[], $3::bytea[], $4::timestamptz[], $5::timestamptz[], $6::text[])
		     AS n (kind, signature, requested, expires, data)`,
		x.claim.Signature, n.kinds, n.signatures, n.requested, n.expires, n.data)
	return tag.RowsAffected(), err
}

// settleRefresh uses up a refresh token in the same way, and with it the access tokens that came with it. The family's end moves by
// days: its row is not written anew each time.
func (x *exchange) settleRefresh(ctx context.Context, d db.DB, n *freshRows, now time.Time) (int64, error) {
	tag, err := d.Exec(ctx, `
		WITH claimed AS (
			UPDATE oauth_grant g
			SET active = false, used_at = $2, answer = $3
			FROM oauth_family f
			WHERE g.kind = 'refresh' AND g.signature = $1 AND g.active AND f.id = g.request_id AND f.revoked_at IS NULL
			RETURNING g.request_id, g.client_id, g.subject
		), aged AS (
			UPDATE oauth_family
			SET expires_at = $4::timestamptz + interval '1 day'
			WHERE id = (SELECT request_id FROM claimed) AND expires_at < $4
		), rotated AS (
			UPDATE oauth_grant
			SET active = false
			WHERE kind = 'access' AND active AND request_id = (SELECT request_id FROM claimed)
		)
		INSERT INTO oauth_grant (kind, signature, request_id, client_id, subject, requested_at, expires_at, data)
		SELECT n.kind, n.signature, c.request_id, c.client_id, c.subject, n.requested, n.expires, n.data::jsonb
		FROM claimed c, unnest($5::text[], $6::bytea[], $7::timestamptz[], $8::timestamptz[], $9::text[])
		     AS n (kind, signature, requested, expires, data)`,
		x.claim.Signature, now, x.answer, x.ends(), n.kinds, n.signatures, n.requested, n.expires, n.data)
	return tag.RowsAffected(), err
}

// insertOwn stores tokens of a client in its own name.
func insertOwn(ctx context.Context, d db.DB, n *freshRows) (int64, error) {
	tag, err := d.Exec(ctx, `
		INSERT INTO oauth_grant (kind, signature, owner, client_id, subject, requested_at, expires_at, data)
		SELECT n.kind, n.signature, $1, $1, $2, n.requested, n.expires, n.data::jsonb
		FROM unnest($3::text[], $4::bytea[], $5::timestamptz[], $6::timestamptz[], $7::text[])
		     AS n (kind, signature, requested, expires, data)`,
		n.clientID, n.subject, n.kinds, n.signatures, n.requested, n.expires, n.data)
	return tag.RowsAffected(), err
}

// revokeFamily revokes all tokens that grew from one answer, and tells whether there was anything to revoke.
func revokeFamily(ctx context.Context, d db.DB, family uuid.UUID, now time.Time) (bool, error) {
	tag, err := d.Exec(ctx, `UPDATE oauth_family SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, family, now)
	return tag.RowsAffected() > 0, err
}

// endGrant revokes one token.
func endGrant(ctx context.Context, d db.DB, g *grant) error {
	_, err := d.Exec(ctx, `UPDATE oauth_grant SET active = false WHERE kind = $1 AND signature = $2 AND active`, g.Kind, g.Signature)
	return err
}

// revokeSessions revokes what came from sessions that end. Offline access is what survives a logout: OpenID Connect Core 11
// says that it works when the person is not present, and Back-Channel Logout 2.7 that such refresh tokens normally are not revoked.
func revokeSessions(ctx context.Context, d db.DB, sids []uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE oauth_family SET revoked_at = $2
		WHERE session_id = ANY ($1) AND NOT offline AND revoked_at IS NULL`, sids, now)
	return err
}

// Revoke revokes all tokens of a person, offline ones too; with a client, only that client's. It is for «выйти везде», blocking,
// a new password and a consent taken back.
func Revoke(ctx context.Context, d db.DB, account uuid.UUID, client string) error {
	_, err := d.Exec(ctx, `
		UPDATE oauth_family SET revoked_at = now()
		WHERE account_id = $1 AND $2 IN ('', client_id) AND revoked_at IS NULL`, account, client)
	if err != nil {
		return fmt.Errorf("revoke tokens: %w", err)
	}
	return nil
}

// purgeBatch is how many rows one statement of the cleaning deletes: locks stay short.
const purgeBatch = 1000

// purges are the statements that clean, each with LIMIT $2 and the time as $1. A family goes as a whole, with its codes and
// tokens: its used code is what notices reuse.
var purges = []string{
	`DELETE FROM oauth_grant WHERE (kind, signature) IN (
		SELECT kind, signature FROM oauth_grant WHERE kind <> 'code' AND expires_at < $1 ORDER BY expires_at LIMIT $2)`,
	`DELETE FROM oauth_family WHERE id IN (SELECT id FROM oauth_family WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
	`DELETE FROM oauth_request WHERE id IN (SELECT id FROM oauth_request WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
	`DELETE FROM oauth_device WHERE device_hash IN (SELECT device_hash FROM oauth_device WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
	`DELETE FROM oauth_proof WHERE hash IN (SELECT hash FROM oauth_proof WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
	`DELETE FROM oauth_assertion WHERE (client_id, jti_hash) IN (
		SELECT client_id, jti_hash FROM oauth_assertion WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
	`UPDATE oauth_grant SET answer = NULL WHERE (kind, signature) IN (
		SELECT kind, signature FROM oauth_grant WHERE answer IS NOT NULL AND used_at < $1::timestamptz - interval '1 minute' ORDER BY used_at LIMIT $2)`,
	`DELETE FROM oauth_logout_notice WHERE id IN (
		SELECT id FROM oauth_logout_notice WHERE created_at < $1::timestamptz - interval '30 days' ORDER BY created_at LIMIT $2)`,
}

// purgeExpired deletes what has expired, batch after batch.
func purgeExpired(ctx context.Context, d db.DB, now time.Time) error {
	for _, statement := range purges {
		for {
			tag, err := d.Exec(ctx, statement, now, purgeBatch)
			if err != nil {
				return err
			}
			if tag.RowsAffected() < purgeBatch {
				break
			}
		}
	}
	return nil
}
