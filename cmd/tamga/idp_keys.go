package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/idp/esia"
	"tamga/idp/oauth"
	"tamga/internal/secret"
)

// keysCommand is about the keys that sign tokens, of both protocols.
type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"Make new signing keys, of OpenID Connect and of ESIA (RSA and GOST): they are published at once, and sign when clients have had time to see them."`
	List   keysList   `cmd:"" help:"Print the signing keys as JSON: announced, signing, verifying, retired."`
}

type keysList struct{ providerDB }

// Run prints the keys.
func (l *keysList) Run(ctx context.Context) error {
	return l.with(ctx, func(pool *pgxpool.Pool) error { return printKeys(ctx, &l.providerDB, pool) })
}

// printKeys prints the keys of both protocols, newest first.
func printKeys(ctx context.Context, p *providerDB, pool *pgxpool.Pool) error {
	openid, err := (&oauth.Keys{DB: pool, Now: time.Now}).List(ctx)
	if err != nil {
		return err
	}
	systems, err := (&esia.Keys{DB: pool, Now: time.Now}).List(ctx)
	if err != nil {
		return err
	}
	return p.print(map[string]any{"oidc": openid, "esia": systems})
}

type keysRotate struct {
	providerDB
	Key    keys          `env:"TAMGA_IDP_KEY" help:"secret keys of the provider; without it, those of the demo in --data"`
	Issuer string        `env:"TAMGA_ISSUER" default:"http://localhost:8081" help:"public address of the provider: names it in the certificates"`
	After  time.Duration `default:"24h" help:"how long the key of OpenID Connect is published before it signs; 0s only when the old one is stolen"`

	ESIAAfter time.Duration `name:"esia-after" default:"720h" help:"how long the certificates of ESIA lie in /public/ before their keys sign: systems install them by hand"`
	Only      string        `enum:"oidc,esia," default:"" help:"rotate the keys of one protocol only"`
}

// Run makes the keys and prints all. Servers that run see them within a minute.
func (r *keysRotate) Run(ctx context.Context) error {
	if r.After < 0 || r.ESIAAfter < 0 {
		return errors.New("a key cannot have signed before it was made")
	}
	box, err := r.box()
	if err != nil {
		return err
	}
	return r.with(ctx, func(pool *pgxpool.Pool) error {
		if r.Only != "esia" {
			if _, err := (&oauth.Keys{DB: pool, Box: box, Now: time.Now}).Rotate(ctx, r.After); err != nil {
				return err
			}
		}
		if r.Only != "oidc" {
			systems := &esia.Keys{DB: pool, Box: box, Issuer: r.Issuer, Now: time.Now}
			if err := systems.Rotate(ctx, r.ESIAAfter); err != nil {
				return err
			}
		}
		return printKeys(ctx, &r.providerDB, pool)
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
