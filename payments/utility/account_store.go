package utility

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

// mayBill tells whether a department may charge for flats at all.
func mayBill(ctx context.Context, d db.DB, department string) (may bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT FROM department_payee WHERE department = $1 AND origin = 'utility')`, department).Scan(&may)
	return may, err
}

// saveAccount keeps what a register has told, unless something newer is kept already. Meters of which it says nothing more are gone.
func saveAccount(ctx context.Context, tx pgx.Tx, box *secret.Box, a *told, at time.Time) error {
	hash := numberHash(box, a.number)
	id := uuid.Must(uuid.NewV7())
	err := tx.QueryRow(ctx, `
		INSERT INTO utility_account (id, source, number_hash, number, holder_hash, place, first_day, last_day, said_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '-infinity')
		ON CONFLICT (source, number_hash) DO UPDATE SET number_hash = excluded.number_hash
		RETURNING id`, id, a.Source, hash, box.Seal([]byte(a.number), numberSeal(id)), holderHash(box, a.number, a.holder),
		box.Seal([]byte(a.place), placeSeal(id)), a.FirstDay, a.LastDay).Scan(&id)
	if err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `
		UPDATE utility_account
		SET holder_hash = $2, place = $3, first_day = $4, last_day = $5, said_at = $6
		WHERE id = $1 AND said_at < $6`, id, holderHash(box, a.number, a.holder), box.Seal([]byte(a.place), placeSeal(id)), a.FirstDay, a.LastDay, at)
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	var numbers []string
	for _, m := range a.meters {
		numbers = append(numbers, m.Number)
		_, err := tx.Exec(ctx, `
			INSERT INTO utility_meter (id, account_id, number, title, unit, value, value_on, typical, verified_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (account_id, number) DO UPDATE SET title = excluded.title, unit = excluded.unit, value = excluded.value, value_on = excluded.value_on,
				typical = excluded.typical, verified_until = excluded.verified_until, removed_at = NULL`,
			m.ID, id, m.Number, m.Title, m.Unit, m.Last, m.LastOn, m.Typical, m.VerifiedUntil)
		if err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE utility_meter SET removed_at = $3
		WHERE account_id = $1 AND removed_at IS NULL AND number <> ALL (coalesce($2::text[], '{}'))`, id, numbers, at)
	return err
}

// link puts the account of that number and surname into somebody's cabinet; a NotFound fault says that there is none, without
// telling which of the two is wrong.
func link(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID, number, surname string, at time.Time) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		INSERT INTO utility_link (owner, account_id, added_at)
		SELECT $3, id, $4 FROM utility_account WHERE number_hash = $1 AND holder_hash = $2
		ON CONFLICT (owner, account_id) DO UPDATE SET removed_at = NULL
		RETURNING account_id`, numberHash(box, number), holderHash(box, number, surname), owner, at).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.New(fault.NotFound, "payments_utility.no_account")
	}
	return id, err
}

func unlink(ctx context.Context, d db.DB, owner, account uuid.UUID, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE utility_link SET removed_at = $3 WHERE owner = $1 AND account_id = $2 AND removed_at IS NULL`, owner, account, at)
	return err
}

// Leave takes all accounts out of a cabinet that is deleted.
func (h *Handler) Leave(ctx context.Context, tx pgx.Tx, owner uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE utility_link SET removed_at = $2 WHERE owner = $1 AND removed_at IS NULL`, owner, h.Now())
	return err
}

// accountsOf returns the accounts in somebody's cabinet; with an id only that one.
func accountsOf(ctx context.Context, d db.DB, owner uuid.UUID, id *uuid.UUID) ([]Account, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.source, a.number, a.place, a.first_day, a.last_day
		FROM utility_link l
		JOIN utility_account a ON a.id = l.account_id
		WHERE l.owner = $1 AND l.removed_at IS NULL AND ($2::uuid IS NULL OR a.id = $2)
		ORDER BY l.added_at
		LIMIT 50`, owner, id)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Account])
}

// accountOf returns one account of somebody's cabinet.
func accountOf(ctx context.Context, d db.DB, owner, id uuid.UUID) (*Account, error) {
	found, err := accountsOf(ctx, d, owner, &id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "payments_utility.no_account")
	}
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

// metersOf returns the meters of an account with what was typed before this month, and in it.
func metersOf(ctx context.Context, d db.DB, account uuid.UUID, now time.Time) ([]Meter, error) {
	month := monthOf(now).Format(time.DateOnly)
	rows, _ := d.Query(ctx, `
		SELECT m.id, m.number, m.title, m.unit, greatest(m.value, coalesce(b.value, 0)) AS last,
			CASE WHEN coalesce(b.value, 0) > m.value THEN b.given_on ELSE m.value_on END AS last_on, m.typical, m.verified_until,
			n.value AS now, n.given_at AS now_at, n.sent_at IS NOT NULL AS sent, coalesce(n.refusal, '') AS refusal
		FROM utility_meter m
		LEFT JOIN LATERAL (
			SELECT r.value, r.given_at::date AS given_on FROM meter_reading r
			WHERE r.meter_id = m.id AND r.month < $2::date AND r.refusal = ''
			ORDER BY r.month DESC, r.seq DESC
			LIMIT 1) b ON true
		LEFT JOIN LATERAL (
			SELECT r.value, r.given_at, r.sent_at, r.refusal FROM meter_reading r
			WHERE r.meter_id = m.id AND r.month = $2::date
			ORDER BY r.seq DESC
			LIMIT 1) n ON true
		WHERE m.account_id = $1 AND m.removed_at IS NULL
		ORDER BY m.title, m.number`, account, month)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Meter])
}

// past is a reading in the history of an account.
type past struct {
	Title   string
	Unit    string
	Value   int64
	GivenAt time.Time
	Sent    bool
	Refusal string
}

func historyOf(ctx context.Context, d db.DB, account uuid.UUID) ([]past, error) {
	rows, _ := d.Query(ctx, `
		SELECT m.title, m.unit, r.value, r.given_at, r.sent_at IS NOT NULL AS sent, r.refusal
		FROM meter_reading r
		JOIN utility_meter m ON m.id = r.meter_id
		WHERE m.account_id = $1
		ORDER BY r.given_at DESC, m.title
		LIMIT 40`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[past])
}

// lockMeters makes those who type readings of one account at the same moment wait for each other.
func lockMeters(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT FROM utility_account WHERE id = $1 FOR UPDATE`, account)
	return err
}

func insertReading(ctx context.Context, tx pgx.Tx, meter uuid.UUID, value int64, by uuid.UUID, at time.Time) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	_, err := tx.Exec(ctx, `
		INSERT INTO meter_reading (id, meter_id, month, seq, value, given_by, given_at)
		SELECT $1, $2, $3::date, coalesce(max(seq), 0) + 1, $4, $5, $6
		FROM meter_reading
		WHERE meter_id = $2 AND month = $3::date`, id, meter, monthOf(at).Format(time.DateOnly), value, by, at)
	return id, err
}

// reading is what the register is told.
type reading struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Source    string
	Number    []byte // sealed number of the account
	Meter     string
	Value     int64
	Month     time.Time
	GivenAt   time.Time
	Sent      bool
}

func readingByID(ctx context.Context, d db.DB, id uuid.UUID) (*reading, error) {
	rows, _ := d.Query(ctx, `
		UPDATE meter_reading r
		SET attempts = r.attempts + 1
		FROM utility_meter m
		JOIN utility_account a ON a.id = m.account_id
		WHERE r.id = $1 AND m.id = r.meter_id
		RETURNING r.id, a.id AS account_id, a.source, a.number, m.number AS meter, r.value, r.month, r.given_at, r.sent_at IS NOT NULL AS sent`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[reading])
}

func setReadingSent(ctx context.Context, d db.DB, id uuid.UUID, refusal string, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE meter_reading SET sent_at = coalesce(sent_at, $3), refusal = left($2, 300) WHERE id = $1`, id, refusal, at)
	return err
}
