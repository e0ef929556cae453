package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

// place binds a sealed value to its column and row: moved elsewhere, it does not open.
func place(column string, account uuid.UUID) []byte {
	return []byte("identity." + column + ":" + account.String())
}

// IdentityOf returns the personal data of an account.
func IdentityOf(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID) (*Identity, error) {
	i := &Identity{Account: account}
	var snils, document []byte
	err := d.QueryRow(ctx, `
		SELECT round, state, last_name, first_name, middle_name, sex, birth_date, birth_place, citizenship, snils, document,
		       request_id, submitted_at
		FROM identity
		WHERE account_id = $1`, account).Scan(&i.Round, &i.State, &i.LastName, &i.FirstName, &i.MiddleName, &i.Sex,
		&i.BirthDate, &i.BirthPlace, &i.Citizenship, &snils, &document, &i.Request, &i.SubmittedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.no_identity")
	}
	if err != nil {
		return nil, err
	}
	open, err := box.Open(snils, place("snils", account))
	if err != nil {
		return nil, fmt.Errorf("identity %s: %w", account, err)
	}
	i.SNILS = string(open)
	if open, err = box.Open(document, place("document", account)); err != nil {
		return nil, fmt.Errorf("identity %s: %w", account, err)
	}
	return i, json.Unmarshal(open, &i.Document)
}

// putIdentity stores data for the next round of checks and returns the round's number. Data under check, and data of an
// account that has passed, are not replaced: found is false then.
func putIdentity(ctx context.Context, d db.DB, box *secret.Box, i *Identity, now time.Time) (round int, found bool, err error) {
	document, err := json.Marshal(i.Document)
	if err != nil {
		return 0, false, err
	}
	err = d.QueryRow(ctx, `
		INSERT INTO identity AS old (account_id, round, state, last_name, first_name, middle_name, sex, birth_date, birth_place,
		                             citizenship, snils, snils_key, document, request_id, submitted_at)
		VALUES ($1, 1, 'checking', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (account_id) DO UPDATE
		SET round = old.round + 1, state = 'checking', decided_at = NULL, last_name = excluded.last_name,
		    first_name = excluded.first_name, middle_name = excluded.middle_name, sex = excluded.sex,
		    birth_date = excluded.birth_date, birth_place = excluded.birth_place, citizenship = excluded.citizenship,
		    snils = excluded.snils, snils_key = excluded.snils_key, document = excluded.document,
		    request_id = excluded.request_id, submitted_at = excluded.submitted_at
		WHERE old.state = 'failed'
		RETURNING round`,
		i.Account, i.LastName, i.FirstName, i.MiddleName, i.Sex, i.BirthDate, i.BirthPlace, i.Citizenship,
		box.Seal([]byte(i.SNILS), place("snils", i.Account)), snilsKey(box, i.SNILS),
		box.Seal(document, place("document", i.Account)), i.Request, now).Scan(&round)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return round, err == nil, err
}

func insertCheck(ctx context.Context, d db.DB, c Check, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO identity_check (id, account_id, round, register, created_at)
		VALUES ($1, $2, $3, $4, $5)`, c.ID, c.Account, c.Round, c.Register, now)
	return err
}

func checkByID(ctx context.Context, d db.DB, id uuid.UUID) (*Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id AS account, round, register, state, reason, attempts, last_error
		FROM identity_check
		WHERE id = $1`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Check])
}

// checksOf returns the answers of the latest round, in the order of Registers.
func checksOf(ctx context.Context, d db.DB, account uuid.UUID) ([]Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id, c.account_id AS account, c.round, c.register, c.state, c.reason, c.attempts, c.last_error
		FROM identity_check c
		JOIN identity i ON i.account_id = c.account_id AND i.round = c.round
		WHERE c.account_id = $1
		ORDER BY c.register DESC`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Check])
}

// noteAttempt keeps why a register could not be asked.
func noteAttempt(ctx context.Context, d db.DB, id uuid.UUID, problem string) error {
	_, err := d.Exec(ctx, `
		UPDATE identity_check SET attempts = attempts + 1, last_error = $2 WHERE id = $1 AND state = 'waiting'`, id, problem)
	return err
}

// lockIdentity makes the answers of one person's checks wait for each other, and returns the current round.
func lockIdentity(ctx context.Context, tx pgx.Tx, account uuid.UUID) (round int, err error) {
	err = tx.QueryRow(ctx, `SELECT round FROM identity WHERE account_id = $1 FOR UPDATE`, account).Scan(&round)
	return round, err
}

// finishCheck writes an answer down once.
func finishCheck(ctx context.Context, d db.DB, id uuid.UUID, state, reason string, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE identity_check
		SET state = $2, reason = $3, checked_at = $4, attempts = attempts + 1, last_error = ''
		WHERE id = $1 AND state = 'waiting'`, id, state, reason, now)
	return err
}

// failPassed turns a passed check of the round into a failed one, when what the registers confirmed may not be used.
func failPassed(ctx context.Context, d db.DB, account uuid.UUID, round int, register, reason string) error {
	_, err := d.Exec(ctx, `
		UPDATE identity_check SET state = 'failed', reason = $4 WHERE account_id = $1 AND round = $2 AND register = $3`,
		account, round, register, reason)
	return err
}

func decideIdentity(ctx context.Context, d db.DB, account uuid.UUID, state string, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE identity SET state = $2, decided_at = $3 WHERE account_id = $1`, account, state, now)
	return err
}
