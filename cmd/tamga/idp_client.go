package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/idp/oauth"
	"tamga/internal/db"
	"tamga/internal/local"
	"tamga/migrations"
)

// idpCommand is the provider: alone it serves.
type idpCommand struct {
	Serve  idpRole       `cmd:"" default:"withargs" help:"Serve: what 'tamga idp' alone does."`
	Client clientCommand `cmd:"" help:"The clients that may ask who somebody is: OpenID Connect and ESIA."`
	Keys   keysCommand   `cmd:"" help:"The keys that sign ID tokens."`

	Account accountCommand `cmd:"" help:"People's accounts: block and unblock."`
}

type clientCommand struct {
	Add    clientAdd    `cmd:"" help:"Register a client, or change the one with the same id. Prints it as JSON, with its secret this once."`
	List   clientList   `cmd:"" help:"Print all clients as JSON."`
	Show   clientShow   `cmd:"" help:"Print one client as JSON."`
	Remove clientRemove `cmd:"" help:"Remove a client, its tokens and the consents given to it."`
	Token  clientToken  `cmd:"" help:"Print an initial access token, with which a program may register clients by itself (RFC 7591)."`
}

// providerDB is how a command finds the provider's database.
type providerDB struct {
	DatabaseURL string `env:"TAMGA_IDP_DATABASE_URL" help:"PostgreSQL of the identity provider; without it, that of the demo that runs in --data"`
	Data        string `env:"TAMGA_DATA" default:".tamga" help:"where the data of the demo are"`

	out io.Writer // os.Stdout when nil
}

// with opens the database for fn.
func (p *providerDB) with(ctx context.Context, fn func(*pgxpool.Pool) error) error {
	url := p.DatabaseURL
	if url == "" {
		var err error
		if url, err = local.RunningURL(filepath.Join(p.Data, "postgres"), "idp"); err != nil {
			return fmt.Errorf("%w: start the demo (make run), or name a database by --database-url or TAMGA_IDP_DATABASE_URL", err)
		}
	}
	pool, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := db.CheckSchema(ctx, pool, migrations.IDP()); err != nil {
		return fmt.Errorf("%w (run: tamga migrate)", err)
	}
	return fn(pool)
}

// print writes v as JSON for people and programs.
func (p *providerDB) print(v any) error {
	out := p.out
	if out == nil {
		out = os.Stdout
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

type clientList struct {
	providerDB
	Protocol string `enum:"oidc,esia," default:"" help:"only those of one protocol"`
}

// Run prints the clients.
func (l *clientList) Run(ctx context.Context) error {
	return l.with(ctx, func(pool *pgxpool.Pool) error {
		clients, err := oauth.ListClients(ctx, pool, l.Protocol)
		if err != nil {
			return err
		}
		list := make([]any, 0, len(clients))
		for _, c := range clients {
			one, err := described(ctx, pool, c)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return l.print(list)
	})
}

type clientShow struct {
	providerDB
	ID string `arg:"" help:"client_id, or the mnemonic of a system of ESIA"`
}

// Run prints one client.
func (s *clientShow) Run(ctx context.Context) error {
	return s.with(ctx, func(pool *pgxpool.Pool) error {
		c, err := oauth.ClientByID(ctx, pool, s.ID)
		if err != nil {
			return plain(err, s.ID)
		}
		one, err := described(ctx, pool, c)
		if err != nil {
			return err
		}
		return s.print(one)
	})
}

type clientRemove struct {
	providerDB
	ID string `arg:"" help:"client_id, or the mnemonic of a system of ESIA"`
}

// Run removes a client.
func (r *clientRemove) Run(ctx context.Context) error {
	return r.with(ctx, func(pool *pgxpool.Pool) error {
		if err := oauth.RemoveClient(ctx, pool, r.ID); err != nil {
			return plain(err, r.ID)
		}
		return r.print(map[string]string{"removed": r.ID})
	})
}

type clientToken struct {
	providerDB
	Note string        `default:"made on the command line" help:"whom it is for"`
	Uses int           `default:"1" help:"how many clients may be registered with it"`
	Life time.Duration `default:"24h" help:"how long it is good"`
}

// Run prints a token. It is stored hashed, so it can be read only now.
func (t *clientToken) Run(ctx context.Context) error {
	if t.Uses < 1 || t.Uses > 10000 || t.Life <= 0 || strings.TrimSpace(t.Note) == "" {
		return fmt.Errorf("a token has a note, a life and 1 to 10000 uses")
	}
	return t.with(ctx, func(pool *pgxpool.Pool) error {
		until := time.Now().Add(t.Life).UTC().Truncate(time.Second)
		token, err := oauth.NewRegistrationToken(ctx, pool, t.Note, t.Uses, until)
		if err != nil {
			return err
		}
		return t.print(map[string]any{"initial_access_token": token, "uses": t.Uses, "expires_at": until})
	})
}
