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

// identityColumns are what scanIdentity reads.
const identityColumns = `
	SELECT account_id, round, state, last_name, first_name, middle_name, sex, birth_date, birth_place, citizenship, snils, document,
	       document_id, request_id, submitted_at
	FROM identity
	WHERE account_id = $1`

// IdentityOf returns the personal data of an account: those in force, or, until some have passed, those last sent.
func IdentityOf(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID) (*Identity, error) {
	return scanIdentity(d.QueryRow(ctx, identityColumns+`
		ORDER BY state = 'passed' DESC, round DESC
		LIMIT 1`, account), box)
}

// LatestIdentity returns the data last sent, in force or not.
func LatestIdentity(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID) (*Identity, error) {
	return scanIdentity(d.QueryRow(ctx, identityColumns+`
		ORDER BY state = 'former', round DESC
		LIMIT 1`, account), box)
}

// FormerIdentities returns the data that were in force before, the latest first.
func FormerIdentities(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID) ([]*Identity, error) {
	rows, err := d.Query(ctx, identityColumns+` AND state = 'former'
		ORDER BY round DESC`, account)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Identity, error) { return scanIdentity(row, box) })
}

func scanIdentity(row pgx.Row, box *secret.Box) (*Identity, error) {
	i := &Identity{}
	var snils, document []byte
	err := row.Scan(&i.Account, &i.Round, &i.State, &i.LastName, &i.FirstName, &i.MiddleName, &i.Sex, &i.BirthDate, &i.BirthPlace,
		&i.Citizenship, &snils, &document, &i.DocumentID, &i.Request, &i.SubmittedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.no_identity")
	}
	if err != nil {
		return nil, err
	}
	open, err := box.Open(snils, place("snils", i.Account))
	if err != nil {
		return nil, fmt.Errorf("identity %s: %w", i.Account, err)
	}
	i.SNILS = string(open)
	if open, err = box.Open(document, place("document", i.Account)); err != nil {
		return nil, fmt.Errorf("identity %s: %w", i.Account, err)
	}
	return i, json.Unmarshal(open, &i.Document)
}

// putIdentity stores data for the next round of checks and returns the round's number. While a round is under way nothing is stored:
// found is false then. Data in force stay so; of those that failed only the last are kept.
func putIdentity(ctx context.Context, tx pgx.Tx, box *secret.Box, i *Identity, now time.Time) (round int, found bool, err error) {
	// Two tabs at once must not both begin a round. The account's row is what they both have.
	if _, err := tx.Exec(ctx, `SELECT 1 FROM account WHERE id = $1 FOR UPDATE`, i.Account); err != nil {
		return 0, false, err
	}
	last, err := LatestIdentity(ctx, tx, box, i.Account)
	switch {
	case errors.Is(err, fault.NotFound):
		last = &Identity{}
	case err != nil:
		return 0, false, err
	case last.State == "checking":
		return 0, false, nil
	}
	var documentID *int64
	if known, err := IdentityOf(ctx, tx, box, i.Account); err == nil && known.Document == i.Document {
		documentID = &known.DocumentID
	}
	document, err := json.Marshal(i.Document)
	if err != nil {
		return 0, false, err
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO identity (account_id, round, state, last_name, first_name, middle_name, sex, birth_date, birth_place, citizenship,
		                      snils, snils_key, document, request_id, submitted_at, document_id)
		VALUES ($1, (SELECT greatest(max(i.round), max(c.round), 0) + 1
		             FROM identity i FULL JOIN identity_check c USING (account_id) WHERE account_id = $1), 'checking', $2, $3, $4, $5, $6, $7, $8,
		        $9, $10, $11, $12, $13, coalesce($14, nextval('paper_id_seq')))
		RETURNING round`,
		i.Account, i.LastName, i.FirstName, i.MiddleName, i.Sex, i.BirthDate, i.BirthPlace, i.Citizenship,
		box.Seal([]byte(i.SNILS), place("snils", i.Account)), snilsKey(box, i.SNILS),
		box.Seal(document, place("document", i.Account)), i.Request, now, documentID).Scan(&round)
	if err != nil {
		return 0, false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM identity WHERE account_id = $1 AND state = 'failed'`, i.Account)
	return round, err == nil, err
}

// dropIdentity forgets a round that is under way or has failed.
func dropIdentity(ctx context.Context, d db.DB, account uuid.UUID) (dropped bool, err error) {
	tag, err := d.Exec(ctx, `DELETE FROM identity WHERE account_id = $1 AND state IN ('checking', 'failed')`, account)
	return err == nil && tag.RowsAffected() > 0, err
}

func insertCheck(ctx context.Context, d db.DB, c Check, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO identity_check (id, account_id, round, register, created_at)
		VALUES ($1, $2, $3, $4, $5)`, c.ID, c.Account, c.Round, c.Register, now)
	return err
}

func checkByID(ctx context.Context, d db.DB, id uuid.UUID) (*Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id AS account, round, register, state, reason, attempts, last_error, checked_at
		FROM identity_check
		WHERE id = $1`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Check])
}

// checksOf returns the answers of a round, in the order of Registers.
func checksOf(ctx context.Context, d db.DB, account uuid.UUID, round int) ([]Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id AS account, round, register, state, reason, attempts, last_error, checked_at
		FROM identity_check
		WHERE account_id = $1 AND round = $2
		ORDER BY register DESC`, account, round)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Check])
}

// noteAttempt keeps why a register could not be asked.
func noteAttempt(ctx context.Context, d db.DB, id uuid.UUID, problem string) error {
	_, err := d.Exec(ctx, `
		UPDATE identity_check SET attempts = attempts + 1, last_error = $2 WHERE id = $1 AND state = 'waiting'`, id, problem)
	return err
}

// lockIdentity makes the answers of one person's checks wait for each other, and tells whether the round is still under way.
func lockIdentity(ctx context.Context, tx pgx.Tx, account uuid.UUID, round int) (waits bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT state = 'checking' FROM identity WHERE account_id = $1 AND round = $2 FOR UPDATE`, account, round).Scan(&waits)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return waits, err
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

// decideIdentity ends a round. Data that pass take the place of those in force.
func decideIdentity(ctx context.Context, d db.DB, account uuid.UUID, round int, state string, now time.Time) error {
	if state == "passed" {
		if _, err := d.Exec(ctx, `UPDATE identity SET state = 'former' WHERE account_id = $1 AND state = 'passed'`, account); err != nil {
			return err
		}
	}
	_, err := d.Exec(ctx, `
		UPDATE identity SET state = $3, decided_at = $4 WHERE account_id = $1 AND round = $2`, account, round, state, now)
	return err
}
