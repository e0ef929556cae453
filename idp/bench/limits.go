package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/crypto/argon2"

	"tamga/internal/secret"
)

// limits are what the machine can do at all.
type limits struct {
	hash   result // passwords hashed, by as many workers as processors
	sign   result // ES256 signatures
	commit result // rows inserted and committed, by eight connections
}

func measureLimits(ctx context.Context, url string, d time.Duration) (l limits, err error) {
	if l.hash, err = bareHashes(ctx, d); err != nil {
		return l, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return l, err
	}
	if l.sign, err = load(runtime.GOMAXPROCS(0), d/4, func(int, int) error {
		_, err := ecdsa.SignASN1(rand.Reader, key, make([]byte, 32))
		return err
	}); err != nil {
		return l, err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return l, err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS bare (id bigint PRIMARY KEY, body bytea)`); err != nil {
		return l, err
	}
	body := make([]byte, 700)
	l.commit, err = load(8, d/2, func(_, n int) error {
		_, err := pool.Exec(ctx, `INSERT INTO bare VALUES ($1, $2)`, n, body)
		return err
	})
	return l, err
}

func bareHashes(ctx context.Context, d time.Duration) (result, error) {
	hasher := secret.NewHasher(0)
	return load(runtime.GOMAXPROCS(0), d, func(int, int) error {
		_, err := hasher.Hash(ctx, password)
		return err
	})
}

// weakHash is what a binary with the tag nohash makes of a password.
func weakHash(password string) string {
	salt := make([]byte, 16)
	sum := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, b64.EncodeToString(salt), b64.EncodeToString(sum))
}
