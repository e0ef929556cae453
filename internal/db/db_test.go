package db_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/dbtest"
)

func files(texts map[string]string) fs.FS {
	set := fstest.MapFS{}
	for name, text := range texts {
		set[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return set
}

var twoFiles = map[string]string{
	"0001_create_a.sql": "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);",
	"0003_alter_a.sql":  "ALTER TABLE a ADD COLUMN note text;",
	".gitkeep":          "",
}

func with(texts map[string]string, name, text string) map[string]string {
	out := map[string]string{name: text}
	for k, v := range texts {
		if k != name {
			out[k] = v
		}
	}
	return out
}

func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t, dbtest.Empty)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := db.Migrate(t.Context(), url, files(twoFiles)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	pool, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := db.CheckSchema(t.Context(), pool, files(twoFiles)); err != nil {
		t.Error(err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM schema_migrations`).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d migrations are noted, %v", n, err)
	}
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t, dbtest.Empty)
	if err := db.Migrate(t.Context(), url, files(twoFiles)); err != nil {
		t.Fatal(err)
	}
	for want, set := range map[string]map[string]string{
		"0001_create_a was changed after it ran": with(twoFiles, "0001_create_a.sql", "CREATE TABLE a (id bigint)"),
		"share a number":                         with(twoFiles, "0003_alter_b.sql", ""),
		"want NNNN_verb_noun.sql":                with(twoFiles, "4_x.sql", ""),
		"0004_break_it":                          with(twoFiles, "0004_break_it.sql", "CREATE TABLE half (); SELECT nothing"),
	} {
		err := db.Migrate(t.Context(), url, files(set))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	pool, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var half bool
	if err := pool.QueryRow(t.Context(), `SELECT to_regclass('half') IS NOT NULL`).Scan(&half); err != nil || half {
		t.Errorf("half of a failed migration stays, %v", err)
	}
	// A file of another branch with a lower number, merged later.
	late := with(twoFiles, "0002_create_b.sql", "CREATE TABLE b ()")
	if err := db.CheckSchema(t.Context(), pool, files(late)); err == nil || !strings.Contains(err.Error(), "0002_create_b") {
		t.Errorf("an older schema: %v", err)
	}
	if err := db.Migrate(t.Context(), url, files(late)); err != nil {
		t.Error(err)
	}
	// The binary of before the deploy goes on.
	if err := db.CheckSchema(t.Context(), pool, files(twoFiles)); err != nil {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestCheckSchemaOfEmptyDatabase(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Empty)
	if err := db.CheckSchema(t.Context(), pool, files(nil)); err == nil || !strings.Contains(err.Error(), "tamga migrate") {
		t.Errorf("got %v", err)
	}
}

// TestOpenRefusesDeafLocale makes the databases that a Debian or Docker default may leave one with.
func TestOpenRefusesDeafLocale(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Empty)
	for want, options := range map[string]string{
		`LC_CTYPE "C" does not lower Cyrillic`: "LC_CTYPE 'C' LC_COLLATE 'C'",
		"encoding is SQL_ASCII":                "ENCODING 'SQL_ASCII' LC_CTYPE 'C' LC_COLLATE 'C'",
	} {
		// Named as dbtest names its own, so that a killed test leaves nothing for long.
		name := fmt.Sprintf("test_%d_deaf_%s", os.Getpid(), strings.ToLower(rand.Text()[:10]))
		if _, err := pool.Exec(t.Context(), `CREATE DATABASE `+name+` TEMPLATE template0 `+options); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := pool.Exec(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
				t.Error(err)
			}
		})
		u, err := url.Parse(pool.Config().ConnString())
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		deaf, err := db.Open(t.Context(), u.String())
		if err == nil {
			deaf.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Empty)
	if _, err := tx.Exec(t.Context(), `
		CREATE TABLE slot (id int CONSTRAINT slot_once PRIMARY KEY, span int4range, n int CONSTRAINT n_positive CHECK (n > 0),
			parent int CONSTRAINT slot_parent REFERENCES slot,
			CONSTRAINT slot_apart EXCLUDE USING gist (span WITH &&));
		INSERT INTO slot VALUES (1, '[1,5)', 1, NULL)`); err != nil {
		t.Fatal(err)
	}
	for sql, is := range map[string]func(error) bool{
		`INSERT INTO slot VALUES (1, NULL, 1, NULL)`:    func(err error) bool { return db.IsUnique(err, "slot_once") },
		`INSERT INTO slot VALUES (2, '[4,6)', 1, NULL)`: func(err error) bool { return db.IsExclusion(err, "slot_apart") },
		`INSERT INTO slot VALUES (3, NULL, 0, NULL)`:    func(err error) bool { return db.IsCheck(err, "n_positive") },
		`INSERT INTO slot VALUES (4, NULL, 1, 99)`:      func(err error) bool { return db.IsForeignKey(err, "") },
	} {
		err := pgx.BeginFunc(t.Context(), tx, func(inner pgx.Tx) error {
			_, err := inner.Exec(t.Context(), sql)
			return fmt.Errorf("wrapped: %w", err)
		})
		if !is(err) || db.IsUnique(err, "other") || db.IsSerialization(err) {
			t.Errorf("%s: %v is not told from others", sql, err)
		}
	}
	if db.IsUnique(errors.New("x"), "") || db.IsUnique(nil, "") {
		t.Error("any error is unique")
	}
}

func TestLostRaceMayRunAgain(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Empty)
	if _, err := pool.Exec(t.Context(), `CREATE TABLE n (v int); INSERT INTO n VALUES (0)`); err != nil {
		t.Fatal(err)
	}
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead}
	err := pgx.BeginTxFunc(t.Context(), pool, opts, func(tx pgx.Tx) error {
		var v int
		if err := tx.QueryRow(t.Context(), `SELECT v FROM n`).Scan(&v); err != nil {
			return err
		}
		if _, err := pool.Exec(t.Context(), `UPDATE n SET v = v + 1`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `UPDATE n SET v = v + 1`)
		return err
	})
	if !db.IsSerialization(err) {
		t.Errorf("got %v", err)
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT v FROM n FOR UPDATE`); err != nil {
			return err
		}
		_, err := pool.Exec(t.Context(), `SELECT v FROM n FOR UPDATE NOWAIT`)
		return err
	})
	if !db.IsLocked(err) {
		t.Errorf("got %v", err)
	}
}

// TestUUIDs: a uuid.UUID goes to the server and comes back, alone, NULL and in arrays.
func TestUUIDs(t *testing.T) {
	t.Parallel()
	pool, err := db.Open(t.Context(), db.FixedPlans(dbtest.URL(t, dbtest.Empty)))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	want := uuid.New()
	var (
		one   uuid.UUID
		maybe *uuid.UUID
		none  *uuid.UUID
		many  []uuid.UUID
		text  string
	)
	var mode string
	if err := pool.QueryRow(t.Context(), `SHOW plan_cache_mode`).Scan(&mode); err != nil || mode != "force_generic_plan" {
		t.Errorf("%s, %v", mode, err)
	}
	err = pool.QueryRow(t.Context(), `SELECT $1::uuid, $1::uuid, $2::uuid, $3::uuid[], $1::uuid::text`, want, none, []uuid.UUID{want}).Scan(
		&one, &maybe, &none, &many, &text)
	if err != nil || one != want || maybe == nil || *maybe != want || none != nil || len(many) != 1 || many[0] != want || text != want.String() {
		t.Errorf("%v %v %v %v %s, %v", one, maybe, none, many, text, err)
	}
	if err := pool.QueryRow(t.Context(), `SELECT NULL::uuid`).Scan(&one); err == nil {
		t.Error("NULL passed for a uuid")
	}
}
