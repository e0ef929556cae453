package lookup

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

type noteRow struct {
	actor        string
	organisation uuid.UUID
	kind         kind
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

// insertNote writes a look-up and whom it showed, in the transaction that reads them.
func insertNote(ctx context.Context, d db.DB, r noteRow, people []seenPerson) error {
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
