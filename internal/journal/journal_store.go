package journal

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func insertEntry(ctx context.Context, d db.DB, e Entry, details []byte) error {
	var address *netip.Addr
	if e.Address.IsValid() {
		address = &e.Address
	}
	_, err := d.Exec(ctx, `
		INSERT INTO journal (actor, actor_role, action, subject, purpose, details, address)
		VALUES ($1, $2, $3, nullif($4, ''), $5, $6::jsonb, $7)`,
		e.Actor, e.ActorRole, e.Action, e.Subject, e.Purpose, string(details), address)
	return err
}

func recordsOfSubject(ctx context.Context, d db.DB, subject string, before int64, limit int) ([]Record, error) {
	rows, err := d.Query(ctx, `
		SELECT id, at, actor, actor_role, action, subject, purpose, details, address
		FROM journal
		WHERE subject = $1 AND ($2::bigint = 0 OR id < $2)
		ORDER BY id DESC
		LIMIT $3`, subject, before, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

func collect(rows pgx.Rows) ([]Record, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Record, error) {
		var (
			r       Record
			details []byte
			address *netip.Addr
		)
		err := row.Scan(&r.ID, &r.At, &r.Actor, &r.ActorRole, &r.Action, &r.Subject, &r.Purpose, &details, &address)
		if err != nil {
			return r, err
		}
		if address != nil {
			r.Address = *address
		}
		return r, json.Unmarshal(details, &r.Details)
	})
}

// sealLock is the advisory lock of the one who seals.
const sealLock = 0x6a6f75726e616c // "journal"

func lockSeal(ctx context.Context, tx pgx.Tx) (locked bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, int64(sealLock)).Scan(&locked)
	return locked, err
}

// takePending returns at most limit rows that wait to be sealed, in order of id, and takes them off the list.
func takePending(ctx context.Context, tx pgx.Tx, limit int) ([]sealed, error) {
	rows, err := tx.Query(ctx, `
		WITH taken AS (
			DELETE FROM journal_pending
			WHERE id IN (SELECT id FROM journal_pending ORDER BY id LIMIT $1)
			RETURNING id)
		SELECT j.id, j.at, j.txid::text AS txid, j.actor, j.actor_role, j.action, j.subject, j.purpose,
			j.details::text AS details, j.address::text AS address
		FROM taken JOIN journal j ON j.id = taken.id
		ORDER BY j.id`, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[sealed])
}

// lastBlock returns the end of the chain, and the zero block when nothing is sealed yet.
func lastBlock(ctx context.Context, d db.DB) (block, error) {
	rows, err := d.Query(ctx, `
		SELECT n, from_id, to_id, rows, root, prev_hash, hash, sealed_at
		FROM journal_block
		ORDER BY n DESC
		LIMIT 1`)
	if err != nil {
		return block{}, err
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[block])
	if errors.Is(err, pgx.ErrNoRows) {
		return block{Hash: make([]byte, hashSize)}, nil
	}
	return b, err
}

func insertBlock(ctx context.Context, tx pgx.Tx, b block, ids []int64, leaves [][]byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO journal_block (n, from_id, to_id, rows, root, prev_hash, hash, sealed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		b.N, b.FromID, b.ToID, b.Rows, b.Root, b.PrevHash, b.Hash, b.SealedAt)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO journal_leaf (id, block, hash)
		SELECT leaf.id, $1, leaf.hash
		FROM unnest($2::bigint[], $3::bytea[]) AS leaf (id, hash)`, b.N, ids, leaves)
	return err
}

// eachSealed calls f for every sealed row in order of block and id. A block without leaves comes once, with leafID nil; a leaf
// without its row, with row nil. One statement is one snapshot, so writers and sealers may go on meanwhile.
func eachSealed(ctx context.Context, d db.DB, f func(b block, leafID *int64, leaf []byte, row *sealed) error) error {
	rows, err := d.Query(ctx, `
		SELECT b.n, b.from_id, b.to_id, b.rows, b.root, b.prev_hash, b.hash, b.sealed_at, l.id, l.hash,
			j.id, j.at, j.txid::text, j.actor, j.actor_role, j.action, j.subject, j.purpose, j.details::text, j.address::text
		FROM journal_block b
		LEFT JOIN journal_leaf l ON l.block = b.n
		LEFT JOIN journal j ON j.id = l.id
		ORDER BY b.n, l.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			b                                           block
			leafID, id                                  *int64
			leaf                                        []byte
			at                                          *time.Time
			txid, actor, role, action, subject, purpose *string
			details, address                            *string
		)
		err := rows.Scan(&b.N, &b.FromID, &b.ToID, &b.Rows, &b.Root, &b.PrevHash, &b.Hash, &b.SealedAt, &leafID, &leaf,
			&id, &at, &txid, &actor, &role, &action, &subject, &purpose, &details, &address)
		if err != nil {
			return err
		}
		var row *sealed
		if id != nil {
			row = &sealed{*id, *at, *txid, *actor, *role, *action, subject, *purpose, *details, address}
		}
		if err := f(b, leafID, leaf, row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// firstUnsealed returns the least id of the rows that are neither sealed nor wait for it, or 0.
func firstUnsealed(ctx context.Context, d db.DB) (id int64, err error) {
	err = d.QueryRow(ctx, `
		SELECT coalesce(min(j.id), 0)
		FROM journal j
		WHERE NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.id = j.id)
		  AND NOT EXISTS (SELECT 1 FROM journal_pending p WHERE p.id = j.id)`).Scan(&id)
	return id, err
}
