package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// ByID returns an account.
func ByID(ctx context.Context, d db.DB, id uuid.UUID) (*Account, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, oid, last_name, first_name, middle_name, phone, email, email_confirmed_at IS NOT NULL AS email_confirmed,
		       level, level_at, language
		FROM account
		WHERE id = $1`, id)
	return oneAccount(rows)
}

// ByOID returns an account by the number that clients know.
func ByOID(ctx context.Context, d db.DB, oid int64) (*Account, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, oid, last_name, first_name, middle_name, phone, email, email_confirmed_at IS NOT NULL AS email_confirmed,
		       level, level_at, language
		FROM account
		WHERE oid = $1`, oid)
	return oneAccount(rows)
}

func oneAccount(rows pgx.Rows) (*Account, error) {
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Account])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.no_account")
	}
	return a, err
}

// lock is what a password opens.
type lock struct {
	Account
	Password string
	Second   bool // the person has switched a second proof on
}

// locksOf returns the accounts that an identifier may mean. Eleven digits may be a phone and a СНИЛС, so there may be two. The tables of
// second proofs are idp/factor's: most people have none, and are spared the question.
func locksOf(ctx context.Context, d db.DB, i identifier) ([]lock, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, oid, last_name, first_name, middle_name, phone, email, email_confirmed_at IS NOT NULL AS email_confirmed,
		       level, level_at, language, password,
		       EXISTS (SELECT 1 FROM factor_sms f WHERE f.account_id = account.id)
		       OR EXISTS (SELECT 1 FROM factor_totp f WHERE f.account_id = account.id)
		       OR EXISTS (SELECT 1 FROM factor_passkey f WHERE f.account_id = account.id AND NOT f.cloned) AS second
		FROM account
		WHERE phone = $1 OR (email = $2 AND email_confirmed_at IS NOT NULL) OR snils_key = $3
		ORDER BY phone = $1 DESC, id`, i.Phone, i.Email, i.SNILSKey)
	return pgx.CollectRows(rows, pgx.RowToStructByName[lock])
}

func setPassword(ctx context.Context, d db.DB, id uuid.UUID, hash string) error {
	_, err := d.Exec(ctx, `UPDATE account SET password = $2 WHERE id = $1`, id, hash)
	return err
}

// phoneTaken tells whether a phone is an account's, or is held for one that had it lately (idp/safety).
func phoneTaken(ctx context.Context, d db.DB, phone string) (bool, error) {
	var taken bool
	err := d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM account WHERE phone = $1)
		    OR EXISTS (SELECT 1 FROM contact_past WHERE kind = 'phone' AND value = $1 AND held_until > now())`, phone).Scan(&taken)
	return taken, err
}

// insertAccount makes a simplified account.
func insertAccount(ctx context.Context, d db.DB, a *Account, password string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO account (id, last_name, first_name, middle_name, phone, email, password, level, level_at, created_at, language)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'simplified', $8, $8, $9)`,
		a.ID, a.LastName, a.FirstName, a.MiddleName, a.Phone, a.Email, password, now, a.Language)
	if db.IsUnique(err, "account_phone") || db.IsUnique(err, "account_pkey") {
		return fault.New(fault.Conflict, "idp.registration_taken")
	}
	if err != nil {
		return fmt.Errorf("insert account: %w", err)
	}
	return nil
}

// SetLanguage keeps the language of a person's messages.
func SetLanguage(ctx context.Context, d db.DB, account uuid.UUID, lang i18n.Lang) error {
	_, err := d.Exec(ctx, `UPDATE account SET language = $2 WHERE id = $1 AND language <> $2`, account, lang)
	return err
}

// errSNILSTaken means that another account has this СНИЛС.
var errSNILSTaken = errors.New("snils belongs to another account")

// adopt gives the account the name and СНИЛС of a round that the registers have confirmed.
func adopt(ctx context.Context, d db.DB, account uuid.UUID, round int) error {
	err := pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error { // a savepoint: a clash must not fail the caller's transaction
		_, err := tx.Exec(ctx, `
			UPDATE account a
			SET snils_key = i.snils_key, last_name = i.last_name, first_name = i.first_name, middle_name = i.middle_name
			FROM identity i
			WHERE a.id = $1 AND i.account_id = a.id AND i.round = $2`, account, round)
		return err
	})
	if db.IsUnique(err, "account_snils_key") {
		return errSNILSTaken
	}
	return err
}

func insertConfirmation(ctx context.Context, d db.DB, token []byte, a *Account, expires time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO email_confirmation (token_hash, account_id, email, expires_at)
		VALUES ($1, $2, $3, $4)`, token, a.ID, a.Email, expires)
	return err
}

// confirmEmail uses a link once, if the account still has the address that the link was sent to.
func confirmEmail(ctx context.Context, d db.DB, token []byte, now time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		var id uuid.UUID
		var email string
		err := tx.QueryRow(ctx, `
			DELETE FROM email_confirmation WHERE token_hash = $1 AND expires_at > $2
			RETURNING account_id, email`, token, now).Scan(&id, &email)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "idp.email_link_old")
		}
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE account SET email_confirmed_at = $3
			WHERE id = $1 AND email = $2 AND NOT EXISTS (
				SELECT 1 FROM contact_past p
				WHERE p.kind = 'email' AND p.value = $2 AND p.account_id <> $1 AND p.confirmed_at IS NOT NULL AND p.held_until > $3)`,
			id, email, now)
		if db.IsUnique(err, "account_email") {
			return fault.New(fault.Conflict, "idp.email_taken")
		}
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "idp.email_link_old")
		}
		if err != nil {
			return err
		}
		return journal.Write(ctx, tx, journal.Entry{Actor: id.String(), ActorRole: "citizen", Action: "idp.email_confirmed", Subject: id.String()})
	})
}
