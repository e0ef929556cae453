package payments

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

type lookupRow struct {
	actor        string
	organisation uuid.UUID
	kind         lookupKind
	purpose      string
	call         *call
	query        []byte
	hits         int
	exported     bool
	asker        []byte // sealed
}

type seenPerson struct {
	hash []byte
	own  bool
}

// insertLookup writes a look-up and whom it showed, in the transaction that reads them.
func insertLookup(ctx context.Context, d db.DB, r lookupRow, people []seenPerson) error {
	var callID uuid.NullUUID
	if r.call != nil {
		callID = uuid.NullUUID{UUID: r.call.ID, Valid: true}
	}
	hashes, own := make([][]byte, len(people)), make([]bool, len(people))
	for i, p := range people {
		hashes[i], own[i] = p.hash, p.own
	}
	_, err := d.Exec(ctx, `
		WITH written AS (
			INSERT INTO payment_lookup (at, actor, organisation, kind, purpose, call_id, query, hits, exported, asker)
			VALUES (now(), $1, $2, $3, $4, $5, $6, $7, $8, $11)
			RETURNING id
		)
		INSERT INTO payment_lookup_seen (lookup_id, person, own)
		SELECT written.id, p.person, p.own
		FROM written, unnest($9::bytea[], $10::boolean[]) AS p (person, own)`,
		r.actor, uuid.NullUUID{UUID: r.organisation, Valid: r.organisation != uuid.Nil}, r.kind, r.purpose, callID, r.query, r.hits, r.exported,
		hashes, own, r.asker)
	return err
}

// payeeName is a department that money goes to.
type payeeName struct{ Code, Name string }

func payeeNames(ctx context.Context, d db.DB) ([]payeeName, error) {
	rows, err := d.Query(ctx, `
		SELECT DISTINCT ON (code) code, name
		FROM payee
		ORDER BY code, valid_from DESC`)
	if err != nil {
		return nil, err
	}
	var all []payeeName
	for rows.Next() {
		var p payeeName
		if err := rows.Scan(&p.Code, &p.Name); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
