package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/idp/oauth"
	"tamga/internal/secret"
)

// keysCommand is about the keys that sign ID tokens.
type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"Make a new signing key: it is published at once, and signs when clients have had time to see it."`
	List   keysList   `cmd:"" help:"Print the signing keys as JSON: announced, signing, verifying, retired."`
}

type keysList struct{ providerDB }

// Run prints the keys.
func (l *keysList) Run(ctx context.Context) error {
	return l.with(ctx, func(pool *pgxpool.Pool) error {
		list, err := (&oauth.Keys{DB: pool, Now: time.Now}).List(ctx)
		if err != nil {
			return err
		}
		return l.print(list)
	})
}

type keysRotate struct {
	providerDB
	Key   keys          `env:"TAMGA_IDP_KEY" help:"secret keys of the provider; without it, those of the demo in --data"`
	After time.Duration `default:"24h" help:"how long the key is published before it signs; 0s only when the old one is stolen"`
}

// Run makes a key. Servers that run see it within a minute.
func (r *keysRotate) Run(ctx context.Context) error {
	if r.After < 0 {
		return errors.New("a key cannot have signed before it was made")
	}
	box, err := r.box()
	if err != nil {
		return err
	}
	return r.with(ctx, func(pool *pgxpool.Pool) error {
		made, err := (&oauth.Keys{DB: pool, Box: box, Now: time.Now}).Rotate(ctx, r.After)
		if err != nil {
			return err
		}
		return r.print(made)
	})
}

func (r *keysRotate) box() (*secret.Box, error) {
	if r.Key != "" {
		return r.Key.box()
	}
	path := filepath.Join(r.Data, "keys.json")
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("name the provider's keys by TAMGA_IDP_KEY: the demo has none in %s", r.Data)
	}
	k, err := secret.LoadOrCreateKeys(path, "idp")
	if err != nil {
		return nil, err
	}
	return keyText(k, "idp").box()
}
