package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// blockRows is the most rows of one block: hashing 10 000 takes about 60 ms.
const blockRows = 10_000

// sealed is a row in the form that is hashed.
type sealed struct {
	ID        int64
	At        time.Time
	Txid      string
	Actor     string
	ActorRole string
	Action    string
	Subject   *string
	Purpose   string
	Details   string // jsonb as PostgreSQL prints it: keys in its own order, one blank after : and ,
	Address   *string
}

// leaf is the row's hash: each field with its length in front, so that no two rows make the same bytes. NULL has the length
// -1, which no text has.
func (r *sealed) leaf() []byte {
	out := binary.BigEndian.AppendUint64(nil, uint64(r.ID))
	out = binary.BigEndian.AppendUint64(out, uint64(r.At.UnixMicro())) // PostgreSQL keeps microseconds
	for _, text := range []*string{
		&r.Txid, &r.Actor, &r.ActorRole, &r.Action, r.Subject, &r.Purpose, &r.Details, r.Address,
	} {
		if text == nil {
			out = binary.BigEndian.AppendUint64(out, ^uint64(0))
			continue
		}
		out = binary.BigEndian.AppendUint64(out, uint64(len(*text)))
		out = append(out, *text...)
	}
	return hashLeaf(out)
}

// block is a link of the chain.
type block struct {
	N        int64
	FromID   int64
	ToID     int64
	Rows     int
	Root     []byte
	PrevHash []byte
	Hash     []byte
	SealedAt time.Time
}

func (b *block) sum() []byte {
	out := []byte("tamga journal block 1\n")
	for _, n := range []int64{b.N, b.FromID, b.ToID, int64(b.Rows), b.SealedAt.UnixMicro()} {
		out = binary.BigEndian.AppendUint64(out, uint64(n))
	}
	out = append(append(out, b.Root...), b.PrevHash...)
	sum := sha256.Sum256(out)
	return sum[:]
}

// Seal closes the rows that have been committed since the last call into blocks, and returns how many rows that were. When
// another process is sealing it does nothing.
func Seal(ctx context.Context, d db.DB) (rows int, err error) {
	for {
		n, err := sealBlock(ctx, d)
		rows += n
		if err != nil {
			return rows, fmt.Errorf("seal the journal: %w", err)
		}
		if n < blockRows {
			return rows, nil
		}
	}
}

func sealBlock(ctx context.Context, d db.DB) (n int, err error) {
	err = pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		locked, err := lockSeal(ctx, tx)
		if err != nil || !locked {
			return err
		}
		rows, err := takePending(ctx, tx, blockRows)
		if err != nil || len(rows) == 0 {
			return err
		}
		last, err := lastBlock(ctx, tx)
		if err != nil {
			return err
		}
		ids, leaves := make([]int64, len(rows)), make([][]byte, len(rows))
		for i := range rows {
			ids[i], leaves[i] = rows[i].ID, rows[i].leaf()
		}
		b := block{
			N: last.N + 1, FromID: ids[0], ToID: ids[len(ids)-1], Rows: len(ids), Root: merkleRoot(leaves),
			PrevHash: last.Hash, SealedAt: time.Now().Truncate(time.Microsecond),
		}
		b.Hash = b.sum()
		n = len(rows)
		return insertBlock(ctx, tx, b, ids, leaves)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
