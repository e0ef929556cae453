package journal

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tamga/internal/db"
)

// Damage is what Verify found first.
type Damage struct {
	Block int64  // 0 when the row is in no block
	Row   int64  // id in journal; 0 when it is not one row that is wrong
	What  string // for the reader
}

func (d *Damage) Error() string {
	switch {
	case d.Row == 0:
		return fmt.Sprintf("journal: block %d: %s", d.Block, d.What)
	case d.Block == 0:
		return fmt.Sprintf("journal: row %d: %s", d.Row, d.What)
	}
	return fmt.Sprintf("journal: row %d (block %d): %s", d.Row, d.Block, d.What)
}

// Head is the end of the chain at some time. One kept outside the database proves everything before it.
type Head struct {
	N        int64     `json:"n"` // 0: nothing was sealed yet
	Hash     []byte    `json:"hash"`
	SealedAt time.Time `json:"sealed_at"`
}

// LastHead returns the present end of the chain, to be kept elsewhere.
func LastHead(ctx context.Context, d db.DB) (Head, error) {
	b, err := lastBlock(ctx, d)
	return Head{b.N, b.Hash, b.SealedAt}, err
}

// Verify recomputes the chain and returns a *Damage for the first row that was changed, deleted, or slipped in. heads are ends
// of the chain that were kept elsewhere: without one, a chain rewritten as a whole, or cut at its end, looks sound. It reads
// the whole journal.
func Verify(ctx context.Context, d db.DB, heads ...Head) error {
	c := checker{prev: make([]byte, hashSize), heads: map[int64][]byte{}}
	for _, h := range heads {
		if h.N > 0 {
			c.heads[h.N] = h.Hash
		}
	}
	if err := eachSealed(ctx, d, c.row); err != nil {
		return err
	}
	if err := c.closeBlock(); err != nil {
		return err
	}
	for n := range c.heads {
		return &Damage{Block: n, What: "is missing, though its hash was kept elsewhere: the end of the chain was cut off"}
	}
	id, err := firstUnsealed(ctx, d)
	if err != nil {
		return fmt.Errorf("verify the journal: %w", err)
	}
	if id != 0 {
		return &Damage{Row: id, What: "is neither sealed nor waits for it: slipped in past the triggers, or its seal was deleted"}
	}
	return nil
}

// checker walks along the chain.
type checker struct {
	open   *block // whose leaves are coming
	leaves [][]byte
	prev   []byte // hash of the block before
	n      int64  // of the block before
	heads  map[int64][]byte
}

func (c *checker) row(b block, leafID *int64, leaf []byte, row *sealed) error {
	if c.open == nil || c.open.N != b.N {
		if err := c.closeBlock(); err != nil {
			return err
		}
		c.open = &b
		c.leaves = c.leaves[:0]
	}
	switch {
	case leafID == nil:
		return nil // no leaves at all: closeBlock finds the wrong count
	case row == nil:
		return &Damage{b.N, *leafID, "was deleted"}
	case !bytes.Equal(row.leaf(), leaf):
		return &Damage{b.N, row.ID, "was changed after it was sealed"}
	}
	c.leaves = append(c.leaves, leaf)
	return nil
}

func (c *checker) closeBlock() error {
	b := c.open
	if b == nil {
		return nil
	}
	kept, isHead := c.heads[b.N]
	delete(c.heads, b.N)
	switch {
	case b.N != c.n+1:
		return &Damage{Block: c.n + 1, What: "was deleted"}
	case !bytes.Equal(b.PrevHash, c.prev):
		return &Damage{Block: b.N, What: "does not continue the block before it"}
	case b.Rows != len(c.leaves):
		return &Damage{Block: b.N, What: fmt.Sprintf("has %d rows, was sealed with %d", len(c.leaves), b.Rows)}
	case !bytes.Equal(b.Root, merkleRoot(c.leaves)):
		return &Damage{Block: b.N, What: "one of its rows was changed together with its hash"}
	case !bytes.Equal(b.Hash, b.sum()):
		return &Damage{Block: b.N, What: "was changed"}
	case isHead && !bytes.Equal(b.Hash, kept):
		return &Damage{Block: b.N, What: "is not the one whose hash was kept elsewhere: the chain was rewritten"}
	}
	c.n, c.prev = b.N, b.Hash
	c.open = nil
	return nil
}
