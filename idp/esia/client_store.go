package esia

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/oauth"
	"tamga/internal/db"
	"tamga/internal/fault"
)

// PutClient stores a system, or changes the one with the same mnemonic: its certificates become those given.
func PutClient(ctx context.Context, d db.DB, c Client) error {
	if err := c.fill(); err != nil {
		return fmt.Errorf("put system: %w", err)
	}
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		if err := putCommon(ctx, tx, &c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO esia_client (client_id, issuer, algorithm, legacy, string_subject, changed_at)
			VALUES ($1, $2, $3, $4, $5, now())
			ON CONFLICT (client_id) DO UPDATE
			SET issuer = excluded.issuer, algorithm = excluded.algorithm, legacy = excluded.legacy,
			    string_subject = excluded.string_subject, changed_at = excluded.changed_at`,
			c.Mnemonic, c.Issuer, c.Alg, c.Legacy, c.StringSubject)
		if err != nil {
			return fmt.Errorf("put system %s: %w", c.Mnemonic, err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM esia_certificate WHERE client_id = $1`, c.Mnemonic); err != nil {
			return err
		}
		return addCertificates(ctx, tx, c.Mnemonic, c.certificates)
	})
}

// putCommon stores what both protocols' clients have. To OpenID Connect the client is one that must sign with keys it has not
// given: nobody can be it there, whatever is mixed up.
func putCommon(ctx context.Context, tx pgx.Tx, c *Client) error {
	old, err := oauth.ClientByID(ctx, tx, c.Mnemonic)
	if err == nil && old.Protocol != oauth.ProtocolESIA {
		return fault.New(fault.Conflict, "idp_esia.mnemonic_taken", c.Mnemonic)
	}
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	return oauth.PutClient(ctx, tx, oauth.Client{
		ID: c.Mnemonic, Protocol: oauth.ProtocolESIA, Name: c.Name, RedirectURIs: c.Redirects, Scopes: c.Scopes,
		AuthMethod: oauth.AuthPrivateKeyJWT, SkipConsent: c.SkipConsent,
	})
}

// addCertificates adds certificates to a system; those it has stay.
func addCertificates(ctx context.Context, tx pgx.Tx, id string, all []certificate) error {
	for _, one := range all {
		_, err := tx.Exec(ctx, `
			INSERT INTO esia_certificate (client_id, sha256, streebog256, streebog512, der, added_at)
			VALUES ($1, $2, $3, $4, $5, now())
			ON CONFLICT (client_id, sha256) DO NOTHING`, id, one.SHA256, one.Streebog256, one.Streebog512, one.DER)
		if err != nil {
			return fmt.Errorf("add certificate: %w", err)
		}
	}
	var count int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM esia_certificate WHERE client_id = $1`, id).Scan(&count); err != nil {
		return err
	}
	if count > maxCertificates {
		return fault.New(fault.Invalid, "idp_esia.certificates_many", maxCertificates)
	}
	return nil
}

func removeCertificate(ctx context.Context, d db.DB, id string, sha256 []byte) (bool, error) {
	tag, err := d.Exec(ctx, `DELETE FROM esia_certificate WHERE client_id = $1 AND sha256 = $2`, id, sha256)
	return tag.RowsAffected() > 0, err
}

const selectClient = `
	SELECT c.id, c.name, c.redirect_uris, c.scopes, e.issuer, e.algorithm, e.legacy, e.string_subject, c.skip_consent
	FROM oauth_client c JOIN esia_client e ON e.client_id = c.id`

func scanClient(row pgx.Row) (*Client, error) {
	c := &Client{}
	err := row.Scan(&c.Mnemonic, &c.Name, &c.Redirects, &c.Scopes, &c.Issuer, &c.Alg, &c.Legacy, &c.StringSubject, &c.SkipConsent)
	return c, err
}

// ClientByMnemonic returns a system, or a NotFound fault.
func ClientByMnemonic(ctx context.Context, d db.DB, id string) (*Client, error) {
	c, err := scanClient(d.QueryRow(ctx, selectClient+` WHERE c.id = $1`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_esia.no_client")
	}
	if err != nil {
		return nil, fmt.Errorf("system %s: %w", id, err)
	}
	rows, _ := d.Query(ctx, `SELECT der, added_at FROM esia_certificate WHERE client_id = $1 ORDER BY added_at DESC, sha256`, id)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
		DER     []byte
		AddedAt time.Time
	}])
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		one, err := newCertificate(f.DER)
		if err != nil {
			return nil, fmt.Errorf("certificate of %s: %w", id, err)
		}
		one.AddedAt = f.AddedAt
		c.certificates = append(c.certificates, *one)
		c.Certificates = append(c.Certificates, f.DER)
	}
	return c, nil
}

// ListClients returns all systems by mnemonic, without their certificates.
func ListClients(ctx context.Context, d db.DB) ([]*Client, error) {
	return clientsFor(ctx, d, nil)
}

// clientsFor returns the systems that an account looks after, or all without one.
func clientsFor(ctx context.Context, d db.DB, account *uuid.UUID) ([]*Client, error) {
	rows, _ := d.Query(ctx, selectClient+`
		WHERE $1::uuid IS NULL OR EXISTS (SELECT 1 FROM esia_manager m WHERE m.client_id = c.id AND m.account_id = $1)
		ORDER BY c.id`, account)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Client, error) { return scanClient(row) })
}

// RemoveClient deletes a system with all that it got. Clients of the other protocol are not touched.
func RemoveClient(ctx context.Context, d db.DB, id string) error {
	tag, err := d.Exec(ctx, `DELETE FROM oauth_client WHERE id = $1 AND protocol = 'esia'`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "idp_esia.no_client")
	}
	return err
}

// AddManager lets an account look after a system at /console/tech.
func AddManager(ctx context.Context, d db.DB, id string, account uuid.UUID) error {
	_, err := d.Exec(ctx, `
		INSERT INTO esia_manager (client_id, account_id, added_at) VALUES ($1, $2, now())
		ON CONFLICT DO NOTHING`, id, account)
	return err
}

// AddTechnologist lets an account look after all systems.
func AddTechnologist(ctx context.Context, d db.DB, account uuid.UUID) error {
	_, err := d.Exec(ctx, `
		INSERT INTO esia_technologist (account_id, added_at) VALUES ($1, now())
		ON CONFLICT DO NOTHING`, account)
	return err
}

// isTechnologist tells whether an account looks after all systems.
func isTechnologist(ctx context.Context, d db.DB, account uuid.UUID) (yes bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM esia_technologist WHERE account_id = $1)`, account).Scan(&yes)
	return yes, err
}

func isManager(ctx context.Context, d db.DB, id string, account uuid.UUID) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM esia_manager WHERE client_id = $1 AND account_id = $2)`, id, account).Scan(&yes)
	return yes, err
}

// updateClient stores what the pages of /console/tech change.
func updateClient(ctx context.Context, tx pgx.Tx, c *Client) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_client SET redirect_uris = $2, scopes = $3, changed_at = now() WHERE id = $1 AND protocol = 'esia'`,
		c.Mnemonic, c.Redirects, c.Scopes)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE esia_client SET issuer = $2, algorithm = $3, legacy = $4, string_subject = $5, changed_at = now() WHERE client_id = $1`,
		c.Mnemonic, c.Issuer, c.Alg, c.Legacy, c.StringSubject)
	return err
}
