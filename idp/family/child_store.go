package family

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

// errNoChild is the same for a child that is not there and for somebody else's.
var (
	errNoChild      = fault.New(fault.NotFound, "idp_family.none")
	errNoInvitation = fault.New(fault.NotFound, "idp_family.link_old")
)

// place binds a sealed value to its column and child.
func place(column string, child uuid.UUID) []byte {
	return []byte("child." + column + ":" + child.String())
}

// selectChild joins a child with one parent's hold on it.
const selectChild = `
	SELECT c.id, c.oid, c.last_name, c.first_name, c.middle_name, c.sex, c.birth_date, c.citizenship, c.snils, p.verified_at,
	       p.state, p.round, p.reason, p.attempts, c.created_at, c.verified_at IS NOT NULL
	FROM child c
	JOIN child_parent p ON p.child_id = c.id
	WHERE p.parent_id = $1`

func childrenOf(ctx context.Context, d db.DB, box *secret.Box, parent uuid.UUID) ([]Child, error) {
	rows, err := d.Query(ctx, selectChild+`
		ORDER BY c.birth_date, c.oid`, parent)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Child, error) {
		k, err := scanChild(row, box)
		if err != nil {
			return Child{}, err
		}
		return *k, nil
	})
}

// childOf returns a child of that parent, whatever the state of the hold.
func childOf(ctx context.Context, d db.DB, box *secret.Box, parent uuid.UUID, oid int64) (*Child, error) {
	return scanChild(d.QueryRow(ctx, selectChild+` AND c.oid = $2`, parent, oid), box)
}

// childByID is childOf by the id.
func childByID(ctx context.Context, d db.DB, box *secret.Box, parent, child uuid.UUID) (*Child, error) {
	return scanChild(d.QueryRow(ctx, selectChild+` AND c.id = $2`, parent, child), box)
}

func scanChild(row pgx.Row, box *secret.Box) (*Child, error) {
	k := &Child{}
	var snils []byte
	var known bool
	err := row.Scan(&k.ID, &k.OID, &k.LastName, &k.FirstName, &k.MiddleName, &k.Sex, &k.BirthDate, &k.Citizenship, &snils, &k.VerifiedAt,
		&k.State, &k.Round, &k.Reason, &k.Attempts, &k.CreatedAt, &known)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoChild
	}
	if err == nil && known && !k.Confirmed() { // invited: what others entered is not theirs to see yet
		return &Child{ID: k.ID, OID: k.OID, State: k.State, Round: k.Round, Reason: k.Reason, Attempts: k.Attempts, CreatedAt: k.CreatedAt}, nil
	}
	if err != nil || snils == nil {
		return k, err
	}
	open, err := box.Open(snils, place("snils", k.ID))
	if err != nil {
		return nil, fmt.Errorf("child %s: %w", k.ID, err)
	}
	k.SNILS = string(open)
	return k, nil
}

func sealSNILS(box *secret.Box, child uuid.UUID, snils string) []byte {
	if snils == "" {
		return nil
	}
	return box.Seal([]byte(snils), place("snils", child))
}

func certificateKey(box *secret.Box, d *Draft) []byte {
	return box.Blind("certificate:" + d.CertKind + ":" + d.CertNumber)
}

// insertChild stores a child that nobody has confirmed, and its first parent. The id comes with the form, so that sending it twice makes
// one child.
func insertChild(ctx context.Context, tx pgx.Tx, box *secret.Box, id, parent uuid.UUID, draft *Draft, now time.Time) (found bool, err error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO child (id, last_name, first_name, middle_name, sex, birth_date, snils, certificate_key, created_at)
		VALUES ($1, $2, $3, $4, $5, $6::text::date, $7, $8, $9)
		ON CONFLICT (id) DO NOTHING`, id, draft.LastName, draft.FirstName, draft.MiddleName, draft.Sex, draft.BirthDate,
		sealSNILS(box, id, draft.SNILS), certificateKey(box, draft), now)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	sealed, err := sealDraft(box, id, draft)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO child_parent (child_id, parent_id, draft, created_at) VALUES ($1, $2, $3, $4)`, id, parent, sealed, now)
	return true, err
}

func sealDraft(box *secret.Box, child uuid.UUID, draft *Draft) ([]byte, error) {
	raw, err := json.Marshal(draft)
	return box.Seal(raw, place("draft", child)), err
}

// draftOf returns what a parent has entered and the register has not confirmed, or nil.
func draftOf(ctx context.Context, d db.DB, box *secret.Box, parent, child uuid.UUID) (*Draft, error) {
	var sealed []byte
	err := d.QueryRow(ctx, `SELECT draft FROM child_parent WHERE parent_id = $1 AND child_id = $2`, parent, child).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && sealed == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	open, err := box.Open(sealed, place("draft", child))
	if err != nil {
		return nil, err
	}
	draft := &Draft{}
	return draft, json.Unmarshal(open, draft)
}

// putDraft asks for another check and returns its round. A check under way is not replaced: found is false then.
func putDraft(ctx context.Context, d db.DB, box *secret.Box, parent, child uuid.UUID, draft *Draft) (round int, found bool, err error) {
	sealed, err := sealDraft(box, child, draft)
	if err != nil {
		return 0, false, err
	}
	err = d.QueryRow(ctx, `
		UPDATE child_parent
		SET draft = $3, state = 'checking', round = round + 1, reason = '', attempts = 0, last_error = '', checked_at = NULL
		WHERE parent_id = $1 AND child_id = $2 AND state <> 'checking'
		RETURNING round`, parent, child, sealed).Scan(&round)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return round, err == nil, err
}

// applyDraft puts what a parent entered in force.
func applyDraft(ctx context.Context, d db.DB, box *secret.Box, child uuid.UUID, draft *Draft, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE child
		SET last_name = $2, first_name = $3, middle_name = $4, sex = $5, birth_date = $6::text::date, snils = $7, certificate_key = $8,
		    verified_at = coalesce(verified_at, $9)
		WHERE id = $1`, child, draft.LastName, draft.FirstName, draft.MiddleName, draft.Sex, draft.BirthDate,
		sealSNILS(box, child, draft.SNILS), certificateKey(box, draft), now)
	return err
}
