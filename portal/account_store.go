package portal

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

var (
	errNoAccount = fault.New(fault.NotFound, "portal.no_account")
	errTaken     = fault.New(fault.Conflict, "portal.esia_taken")
	errOther     = fault.New(fault.Conflict, "portal.esia_other_person")
)

const accountColumns = `
	SELECT id, phone, password_hash, last_name, first_name, middle_name, email, lang, esia_sub, level, profile, snils_blind,
	  own_names, epoch, created_at, last_seen_at
	FROM account`

func accountByID(ctx context.Context, d db.DB, id uuid.UUID) (*Account, error) {
	rows, _ := d.Query(ctx, accountColumns+`
		WHERE id = $1`, id)
	return oneAccount(rows)
}

func accountByPhone(ctx context.Context, d db.DB, phone string) (*Account, error) {
	rows, _ := d.Query(ctx, accountColumns+`
		WHERE phone = $1`, phone)
	return oneAccount(rows)
}

func accountByESIA(ctx context.Context, d db.DB, sub string) (*Account, error) {
	rows, _ := d.Query(ctx, accountColumns+`
		WHERE esia_sub = $1`, sub)
	return oneAccount(rows)
}

// lockAccount holds the row until the transaction ends.
func lockAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Account, error) {
	rows, _ := tx.Query(ctx, accountColumns+`
		WHERE id = $1
		FOR UPDATE`, id)
	return oneAccount(rows)
}

// holdAccount keeps the account from being deleted until the transaction ends, and hinders nothing else.
func holdAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	done, err := tx.Exec(ctx, `
		SELECT FROM account
		WHERE id = $1
		FOR KEY SHARE`, id)
	if err == nil && done.RowsAffected() == 0 {
		return errNoAccount
	}
	return err
}

func oneAccount(rows pgx.Rows) (*Account, error) {
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Account])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoAccount
	}
	return a, err
}

// putFirstPassword makes an account for a phone, or gives another first password to one that was never entered. It returns false
// when somebody uses the account already.
func putFirstPassword(ctx context.Context, d db.DB, id uuid.UUID, phone, hash string, lang i18n.Lang, now time.Time) (bool, error) {
	done, err := d.Exec(ctx, `
		INSERT INTO account (id, phone, password_hash, lang, consent_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (phone) DO UPDATE
		SET password_hash = excluded.password_hash, lang = excluded.lang, consent_at = excluded.consent_at
		WHERE account.last_seen_at IS NULL AND account.esia_sub IS NULL`, id, phone, hash, lang, now)
	return done.RowsAffected() == 1, err
}

// insertESIAAccount makes an account for somebody who came through ESIA. A phone that another cabinet has is left to it.
func insertESIAAccount(ctx context.Context, d db.DB, id uuid.UUID, lang i18n.Lang, p *identity, sealed, blind []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO account (id, phone, last_name, first_name, middle_name, email, lang, esia_sub, level, profile, snils_blind,
		  consent_at, created_at, last_seen_at, bound_at)
		VALUES ($1, CASE WHEN EXISTS (SELECT FROM account WHERE phone = $2) THEN NULL ELSE nullif($2, '') END,
		  $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12, $12)`,
		id, p.Phone, p.Last, p.First, p.Middle, p.Email, lang, p.Sub, p.Level, sealed, blind, now)
	switch {
	case db.IsUnique(err, "account_esia_sub_key"):
		return errTaken
	case db.IsUnique(err, "account_phone_key"):
		return fault.New(fault.Conflict, "portal.esia_again") // somebody registered the phone at the same moment
	}
	return err
}

// bindAccount binds a cabinet that has no binding. With own the portal's names and e-mail stay.
func bindAccount(ctx context.Context, d db.DB, id uuid.UUID, p *identity, sealed, blind []byte, own bool, now time.Time) error {
	done, err := d.Exec(ctx, `
		UPDATE account
		SET esia_sub = $2, level = $3, profile = $4, snils_blind = coalesce(snils_blind, $5), own_names = $6, bound_at = $7,
		  last_name = CASE WHEN $6 THEN last_name ELSE $8 END,
		  first_name = CASE WHEN $6 THEN first_name ELSE $9 END,
		  middle_name = CASE WHEN $6 THEN middle_name ELSE $10 END,
		  email = CASE WHEN $11 = '' OR ($6 AND email <> '') THEN email ELSE $11 END
		WHERE id = $1 AND esia_sub IS NULL AND (snils_blind IS NULL OR snils_blind = $5)`,
		id, p.Sub, p.Level, sealed, blind, own, now, p.Last, p.First, p.Middle, p.Email)
	switch {
	case db.IsUnique(err, "account_esia_sub_key"):
		return errTaken
	case err != nil:
		return err
	case done.RowsAffected() == 0:
		return errOther
	}
	return nil
}

// refreshAccount stores what ESIA says now of somebody who is bound.
func refreshAccount(ctx context.Context, d db.DB, id uuid.UUID, p *identity, sealed, blind []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET level = $3, profile = $4, snils_blind = coalesce($5, snils_blind), last_seen_at = $6,
		  last_name = CASE WHEN own_names THEN last_name ELSE $7 END,
		  first_name = CASE WHEN own_names THEN first_name ELSE $8 END,
		  middle_name = CASE WHEN own_names THEN middle_name ELSE $9 END,
		  email = CASE WHEN email = '' THEN $10 ELSE email END
		WHERE id = $1 AND esia_sub = $2`, id, p.Sub, p.Level, sealed, blind, now, p.Last, p.First, p.Middle, p.Email)
	return err
}

// unbindAccount forgets what ESIA told, except whose cabinet it is, and ends all sessions: those that came through ESIA would have its
// word about whoever is bound next.
func unbindAccount(ctx context.Context, d db.DB, id uuid.UUID) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET esia_sub = NULL, level = 'none', profile = NULL, own_names = false, bound_at = NULL, epoch = epoch + 1
		WHERE id = $1 AND password_hash IS NOT NULL`, id)
	return err
}

// setPassword ends all sessions of the account: the caller starts a new one under the epoch returned.
func setPassword(ctx context.Context, d db.DB, id uuid.UUID, hash string) (epoch int, err error) {
	err = d.QueryRow(ctx, `
		UPDATE account
		SET password_hash = $2, epoch = epoch + 1
		WHERE id = $1
		RETURNING epoch`, id, hash).Scan(&epoch)
	return epoch, err
}

// rehashPassword stores the same password under today's setting.
func rehashPassword(ctx context.Context, d db.DB, id uuid.UUID, old, hash string) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET password_hash = $3
		WHERE id = $1 AND password_hash = $2`, id, old, hash)
	return err
}

func setSeen(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET last_seen_at = $2
		WHERE id = $1`, id, now)
	return err
}

// setNames changes how the portal addresses a person. The names of a bound cabinet stay: who it is, is settled.
func setNames(ctx context.Context, d db.DB, id uuid.UUID, last, first, middle, email string) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET email = $5,
		  last_name = CASE WHEN esia_sub IS NULL THEN $2 ELSE last_name END,
		  first_name = CASE WHEN esia_sub IS NULL THEN $3 ELSE first_name END,
		  middle_name = CASE WHEN esia_sub IS NULL THEN $4 ELSE middle_name END
		WHERE id = $1`, id, last, first, middle, email)
	return err
}

func setLang(ctx context.Context, d db.DB, id uuid.UUID, lang i18n.Lang) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET lang = $2
		WHERE id = $1`, id, lang)
	return err
}

// seeNews notes a look at the cabinet and returns when the one before was.
func seeNews(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (before *time.Time, err error) {
	err = d.QueryRow(ctx, `
		WITH old AS (SELECT news_seen_at FROM account WHERE id = $1)
		UPDATE account
		SET news_seen_at = $2
		WHERE id = $1
		RETURNING (SELECT news_seen_at FROM old)`, id, now).Scan(&before)
	return before, err
}

// endSessions ends all sessions of the account: the caller gives its own the epoch returned.
func endSessions(ctx context.Context, d db.DB, id uuid.UUID) (epoch int, err error) {
	err = d.QueryRow(ctx, `
		UPDATE account
		SET epoch = epoch + 1
		WHERE id = $1
		RETURNING epoch`, id).Scan(&epoch)
	return epoch, err
}
