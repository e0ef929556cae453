package journal

import (
	"context"
	"encoding/hex"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/internal/db"
	"tamga/internal/dbtest"
)

var read = Entry{
	Actor: "ivanova", ActorRole: "operator", Action: "person.read", Subject: "citizen-1", Purpose: "обращение 17",
	Details: map[string]any{"fields": "snils"}, Address: netip.MustParseAddr("10.0.0.7"),
}

func write(t *testing.T, d db.DB, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if err := Write(t.Context(), d, e); err != nil {
			t.Fatal(err)
		}
	}
}

func seal(t *testing.T, d db.DB, want int) {
	t.Helper()
	if n, err := Seal(t.Context(), d); err != nil || n != want {
		t.Fatalf("sealed %d rows, %v, want %d", n, err, want)
	}
}

func execute(t *testing.T, d db.DB, sql string, args ...any) {
	t.Helper()
	if _, err := d.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func damage(t *testing.T, d db.DB, heads ...Head) Damage {
	t.Helper()
	err := Verify(t.Context(), d, heads...)
	var found *Damage
	switch {
	case err == nil:
		return Damage{}
	case errors.As(err, &found):
		return *found
	}
	t.Fatal(err)
	return Damage{}
}

// idAt returns the id of the nth row. In the shared test database ids do not start at 1.
func idAt(t *testing.T, d db.DB, n int) (id int64) {
	t.Helper()
	err := d.QueryRow(t.Context(), `SELECT id FROM journal ORDER BY id OFFSET $1 LIMIT 1`, n).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSubjectSeesEntries(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Portal)
	other := Entry{Actor: "worker", ActorRole: "system", Action: "night.run"}
	write(t, tx, read, other, read)
	got, err := OfSubject(t.Context(), tx, "citizen-1", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("got %d entries, want 2", len(got))
	}
	if diff := cmp.Diff(read, got[0].Entry, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
	next, err := OfSubject(t.Context(), tx, "citizen-1", got[0].ID, 10)
	if err != nil || len(next) != 1 || next[0].ID != got[1].ID {
		t.Errorf("second page: %v, %v", next, err)
	}
	if err := Write(t.Context(), tx, Entry{Actor: "x", Action: "y"}); err == nil {
		t.Error("an entry without a role was taken")
	}
}

func TestJournalIsAppendOnly(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	write(t, pool, read)
	seal(t, pool, 1)
	for _, sql := range []string{
		`UPDATE journal SET actor = 'somebody'`, `DELETE FROM journal`, `TRUNCATE journal`,
		`UPDATE journal_block SET rows = 2`, `DELETE FROM journal_block`,
		`UPDATE journal_leaf SET hash = hash`, `DELETE FROM journal_leaf`, `TRUNCATE journal_leaf`,
	} {
		err := pgx.BeginFunc(t.Context(), pool, func(inner pgx.Tx) error {
			_, err := inner.Exec(t.Context(), sql)
			return err
		})
		if err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

func TestSealChains(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	if got := damage(t, pool); got != (Damage{}) {
		t.Fatalf("an empty journal: %v", &got)
	}
	write(t, pool, read, read, read)
	seal(t, pool, 3)
	seal(t, pool, 0)
	write(t, pool, read)
	seal(t, pool, 1)
	head, err := LastHead(t.Context(), pool)
	if err != nil || head.N != 2 {
		t.Fatalf("head %d, %v", head.N, err)
	}
	write(t, pool, read) // not sealed yet, and no damage
	if got := damage(t, pool, head); got != (Damage{}) {
		t.Errorf("a sound journal: %v", &got)
	}
}

// TestDamageIsNamed does, as the tables' owner, what an intruder with the owner's rights would do.
func TestDamageIsNamed(t *testing.T) {
	t.Parallel()
	const off = `ALTER TABLE journal DISABLE TRIGGER USER; ALTER TABLE journal_block DISABLE TRIGGER USER;
		ALTER TABLE journal_leaf DISABLE TRIGGER USER`
	for _, c := range []struct {
		what string
		sql  string // $1 is the id of the fourth row, in block 2
		row  int    // the row to be named, 0 for the block alone, -1 for no block
	}{
		{"one byte", `UPDATE journal SET actor = 'ivanovb' WHERE id = $1`, 4},
		{"a space in a purpose", `UPDATE journal SET purpose = purpose || ' ' WHERE id = $1`, 4},
		{"a microsecond", `UPDATE journal SET at = at + interval '1 microsecond' WHERE id = $1`, 4},
		{"no subject", `UPDATE journal SET subject = NULL WHERE id = $1`, 4},
		{"address", `UPDATE journal SET address = '10.0.0.8' WHERE id = $1`, 4},
		{"details", `UPDATE journal SET details = '{"fields": "name"}' WHERE id = $1`, 4},
		{"row deleted", `DELETE FROM journal WHERE id = $1`, 4},
		{"row's seal deleted", `DELETE FROM journal_leaf WHERE id = $1`, 0},
		{"row and seal deleted", `WITH l AS (DELETE FROM journal_leaf WHERE id = $1) DELETE FROM journal WHERE id = $1`, 0},
		{"seal changed", `UPDATE journal_leaf SET hash = sha256('x') WHERE id = $1`, 4},
		{"block changed", `UPDATE journal_block SET sealed_at = now() - interval '1 day' WHERE n = 2 AND $1 > 0`, 0},
		{"row slipped in", `INSERT INTO journal (actor, actor_role, action) OVERRIDING SYSTEM VALUE
			SELECT 'x', 'y', 'z' WHERE $1::bigint > 0`, -1},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			pool := dbtest.DB(t, dbtest.Portal)
			write(t, pool, read, read, read)
			seal(t, pool, 3)
			write(t, pool, read, read)
			seal(t, pool, 2)
			write(t, pool, read)
			seal(t, pool, 1)
			fourth := idAt(t, pool, 3)
			execute(t, pool, off)
			execute(t, pool, c.sql, fourth)
			got := damage(t, pool)
			want := Damage{Block: 2, What: got.What}
			switch {
			case c.row > 0:
				want.Row = fourth
			case c.row < 0:
				want.Block, want.Row = 0, fourth+3
			}
			if got != want || got.What == "" {
				t.Errorf("got %v, want block %d row %d", &got, want.Block, want.Row)
			}
		})
	}
}

func TestRewrittenChainIsKnownByHead(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	write(t, pool, read, read)
	seal(t, pool, 2)
	head, err := LastHead(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	// The owner forges a row and makes the whole chain anew.
	execute(t, pool, `ALTER TABLE journal DISABLE TRIGGER USER`)
	execute(t, pool, `UPDATE journal SET actor = 'somebody'`)
	execute(t, pool, `SET session_replication_role = replica; DELETE FROM journal_leaf; DELETE FROM journal_block;
		SET session_replication_role = origin; INSERT INTO journal_pending SELECT id FROM journal`)
	if got := damage(t, pool, head); got.Block != 1 {
		t.Errorf("the cut chain: %v", &got)
	}
	seal(t, pool, 2)
	if got := damage(t, pool); got != (Damage{}) {
		t.Errorf("the forged chain is consistent, yet: %v", &got)
	}
	if got := damage(t, pool, head); got.Block != 1 {
		t.Errorf("the forged chain against the kept head: %v", &got)
	}
}

// TestLateCommit seals while a transaction that took its id earlier is still open.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	late, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write(t, late, read)
	write(t, pool, read, read)
	seal(t, pool, 2)
	if got := damage(t, pool); got != (Damage{}) {
		t.Errorf("while a row is not committed: %v", &got)
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := damage(t, pool); got != (Damage{}) {
		t.Errorf("before the late row is sealed: %v", &got)
	}
	seal(t, pool, 1)
	if got := damage(t, pool); got != (Damage{}) {
		t.Errorf("after: %v", &got)
	}
	execute(t, pool, `ALTER TABLE journal DISABLE TRIGGER USER`)
	execute(t, pool, `UPDATE journal SET actor = 'x' WHERE id = $1`, idAt(t, pool, 0))
	if got := damage(t, pool); got.Block != 2 || got.Row != idAt(t, pool, 0) {
		t.Errorf("the late row changed: %v", &got)
	}
}

// TestWritersAndSealers has both at work at once: at the end each row is in exactly one block.
func TestWritersAndSealers(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	const writers, each = 4, 50
	var wg, sealers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		sealers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if _, err := Seal(t.Context(), pool); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range writers {
		wg.Go(func() {
			for range each {
				if err := Write(t.Context(), pool, read); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(done)
	sealers.Wait()
	if _, err := Seal(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if got := damage(t, pool); got != (Damage{}) {
		t.Errorf("%v", &got)
	}
	var leaves int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM journal_leaf`).Scan(&leaves); err != nil || leaves != writers*each {
		t.Errorf("%d rows are sealed, %v, want %d", leaves, err, writers*each)
	}
}

func TestPeriodicJobSeals(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	write(t, pool, read)
	workers := river.NewWorkers()
	river.AddWorker(workers, &Sealer{DB: pool})
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}}, Workers: workers,
		PeriodicJobs: []*river.PeriodicJob{Periodic(time.Second)}, TestOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer client.StopAndCancel(context.Background())
	waitForBlock(t, pool)
}

func waitForBlock(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if head, err := LastHead(t.Context(), pool); err != nil {
			t.Fatal(err)
		} else if head.N > 0 {
			return
		}
	}
	t.Fatal("nothing was sealed in 20 s")
}

// The roots are those of the certificate-transparency project's tests (merkletree/merkle_tree_test.cc).
func TestMerkleRootVectors(t *testing.T) {
	t.Parallel()
	inputs := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := map[int]string{
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var leaves [][]byte
	for _, in := range inputs {
		data, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, hashLeaf(data))
		if want := roots[len(leaves)]; want != "" && hex.EncodeToString(merkleRoot(leaves)) != want {
			t.Errorf("%d leaves: got %x, want %s", len(leaves), merkleRoot(leaves), want)
		}
	}
}
