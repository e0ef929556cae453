package account

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// The ways from level to level. What leads where stands in table level_way.
const (
	WayChecks    = "checks"
	WayCentre    = "centre"
	WayLetter    = "letter"
	WayBank      = "bank"
	WaySignature = "signature"
	waySeed      = "seed"
)

// Ground is why somebody comes to a level. The database refuses a way without its ground.
type Ground struct {
	Way         string
	Operator    *uuid.UUID // WayCentre: who held the passport
	Centre      *int64     // WayCentre: number of the organisation
	Letter      *uuid.UUID // WayLetter
	Bank        *uuid.UUID // WayBank: the question that the bank has answered
	Certificate string     // WaySignature: serial number and issuer
}

// Raise takes an account one level up. The account must be where the way begins, with personal data in force; otherwise it is a
// Conflict, also for the second of two clicks.
func Raise(ctx context.Context, tx pgx.Tx, account uuid.UUID, g Ground, now time.Time) error {
	tag, err := tx.Exec(ctx, `
		WITH raised AS (
			UPDATE account a SET level = w.to_level, level_at = $3
			FROM level_way w
			WHERE a.id = $1 AND w.code = $2 AND a.level = w.from_level
			RETURNING a.id, w.from_level, w.to_level)
		INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at, operator_id, centre_oid, letter_id, bank_id, certificate)
		SELECT r.id, $2, r.from_level, r.to_level, i.round, $3, $4, $5, $6, $7, $8
		FROM raised r JOIN identity i ON i.account_id = r.id AND i.state = 'passed'`,
		account, g.Way, now, g.Operator, g.Centre, g.Letter, g.Bank, g.Certificate)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_confirm.not_this_level")
	}
	return err
}

// Change is a step of an account from one level to the next.
type Change struct {
	Way     string
	ToLevel Level
	At      time.Time
}

// Changes returns the steps of an account, the first one first.
func Changes(ctx context.Context, d db.DB, account uuid.UUID) ([]Change, error) {
	rows, _ := d.Query(ctx, `SELECT way, to_level, at FROM level_change WHERE account_id = $1 ORDER BY id`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Change])
}

// Step is a row of the state machine.
type Step struct {
	Code      string
	FromLevel Level
	ToLevel   Level
}

// Steps returns the state machine of levels, in the order of the page that explains it.
func Steps(ctx context.Context, d db.DB) ([]Step, error) {
	rows, _ := d.Query(ctx, `SELECT code, from_level, to_level FROM level_way WHERE code <> 'seed' ORDER BY place`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Step])
}
