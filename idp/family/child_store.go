package family

import (
	"context"
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
var errNoChild = fault.New(fault.NotFound, "idp_family.none")

// place binds a sealed СНИЛС to its row.
func place(child uuid.UUID) []byte { return []byte("child.snils:" + child.String()) }

// selectChild joins a child with one parent's hold on it.
const selectChild = `
	SELECT c.id, c.oid, c.last_name, c.first_name, c.middle_name, c.sex, c.birth_date, c.citizenship, c.snils, c.verified_at,
	       p.state, p.round, p.reason, p.attempts, c.created_at
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

// childByID is childOf for the jobs.
func childByID(ctx context.Context, d db.DB, box *secret.Box, parent, child uuid.UUID) (*Child, error) {
	return scanChild(d.QueryRow(ctx, selectChild+` AND c.id = $2`, parent, child), box)
}

func scanChild(row pgx.Row, box *secret.Box) (*Child, error) {
	k := &Child{}
	var snils []byte
	err := row.Scan(&k.ID, &k.OID, &k.LastName, &k.FirstName, &k.MiddleName, &k.Sex, &k.BirthDate, &k.Citizenship, &snils, &k.VerifiedAt,
		&k.State, &k.Round, &k.Reason, &k.Attempts, &k.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoChild
	}
	if err != nil || snils == nil {
		return k, err
	}
	open, err := box.Open(snils, place(k.ID))
	if err != nil {
		return nil, fmt.Errorf("child %s: %w", k.ID, err)
	}
	k.SNILS = string(open)
	return k, nil
}

func sealSNILS(box *secret.Box, k *Child) []byte {
	if k.SNILS == "" {
		return nil
	}
	return box.Seal([]byte(k.SNILS), place(k.ID))
}

func certificateKey(box *secret.Box, kind, number string) []byte {
	return box.Blind("certificate:" + kind + ":" + number)
}

// insertChild stores a child and its first parent. Sending the form twice makes one child: the id comes with the form.
func insertChild(ctx context.Context, d db.DB, box *secret.Box, k *Child, parent uuid.UUID, certificate []byte, now time.Time) (found bool, err error) {
	tag, err := d.Exec(ctx, `
		INSERT INTO child (id, last_name, first_name, middle_name, sex, birth_date, snils, certificate_key, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO NOTHING`,
		k.ID, k.LastName, k.FirstName, k.MiddleName, k.Sex, k.BirthDate, sealSNILS(box, k), certificate, now)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	return true, insertParent(ctx, d, k.ID, parent, now)
}

func insertParent(ctx context.Context, d db.DB, child, parent uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO child_parent (child_id, parent_id, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (child_id, parent_id) DO NOTHING`, child, parent, now)
	return err
}
