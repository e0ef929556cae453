package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"tamga/internal/db"
	"tamga/migrations"
)

// Set is a schema that a test may ask for.
type Set struct {
	name  string
	files func() fs.FS // nil: nothing at all, not even River's tables
}

// The schemas of the three databases, and an empty database.
var (
	IDP    = Set{"idp", migrations.IDP}
	Portal = Set{"portal", migrations.Portal}
	Stand  = Set{"stand", migrations.Stand}
	Empty  = Set{"empty", nil}
)

// patience bounds all that stands before a test: starting the cluster, migrating, copying.
const patience = 2 * time.Minute

// Tx returns a transaction on a migrated database, rolled back at the end of the test.
func Tx(t testing.TB, set Set) pgx.Tx {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pool, err := sharedPool(ctx, set)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		// An error here means that the test ended the transaction, or broke its connection: nothing is left to undo.
		_ = tx.Rollback(context.Background())
	})
	return tx
}

// DB returns a pool on a migrated database of its own, dropped at the end of the test.
func DB(t testing.TB, set Set) *pgxpool.Pool {
	t.Helper()
	pool, err := db.Open(context.Background(), URL(t, set))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the address of a migrated database of its own, dropped at the end of the test even if connections are left.
func URL(t testing.TB, set Set) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := theCluster(ctx)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	name, err := c.clone(ctx, set)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := c.drop(context.Background(), name); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return c.url(name)
}

// Redis returns a client of an empty Redis of its own. Its clock stands still: keys do not expire by themselves. A test of
// expiry uses RedisServer.
func Redis(t testing.TB) *redis.Client {
	t.Helper()
	client, _ := RedisServer(t)
	return client
}

// RedisServer is Redis with the server, whose FastForward moves the clock.
func RedisServer(t testing.TB) (*redis.Client, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("dbtest: close redis: %v", err)
		}
	})
	return client, server
}

// shared holds the database behind Tx of each set. It belongs to this process, so that packages do not wait for each other's
// keys; the next test process drops it.
var shared struct {
	sync.Mutex
	pools map[string]*pgxpool.Pool
}

func sharedPool(ctx context.Context, set Set) (*pgxpool.Pool, error) {
	c, err := theCluster(ctx)
	if err != nil {
		return nil, err
	}
	shared.Lock()
	defer shared.Unlock()
	if pool := shared.pools[set.name]; pool != nil {
		return pool, nil
	}
	name, err := c.clone(ctx, set)
	if err != nil {
		return nil, err
	}
	pool, err := db.Open(ctx, c.url(name)+"&pool_max_conns=32")
	if err != nil {
		return nil, err
	}
	if shared.pools == nil {
		shared.pools = map[string]*pgxpool.Pool{}
	}
	shared.pools[set.name] = pool
	return pool, nil
}

// cloneName names a database after this process, so that others can see when its owner is gone.
func cloneName(set Set) string {
	return fmt.Sprintf("%s%d_%s_%s", clonePrefix, os.Getpid(), set.name, strings.ToLower(rand.Text()[:10]))
}
