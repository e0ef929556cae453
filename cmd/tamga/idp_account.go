package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/user"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/frontend"
	"tamga/idp"
	"tamga/idp/esia"
	"tamga/idp/safety"
	"tamga/internal/notify"
)

// accountCommand acts on people's accounts. Whatever it does stands in the person's own journal, with the reason.
type accountCommand struct {
	Block   accountBlock   `cmd:"" help:"Block an account: nobody signs in, sessions and tokens end. The person sees the reason."`
	Unblock accountUnblock `cmd:"" help:"Lift a block, the person's own too."`

	Technologist accountTechnologist `cmd:"" help:"Let a person look after all systems of ESIA at /console/tech."`
}

// accountOrder is what both commands are told.
type accountOrder struct {
	providerDB
	Key    keys   `env:"TAMGA_IDP_KEY" help:"secret keys of the provider, to send the person a message; without it nobody is told"`
	Issuer string `env:"TAMGA_ISSUER" default:"http://localhost:8081" help:"public address of the provider"`
	Actor  string `help:"who orders it, for the journal; the user of this machine when empty"`
	Reason string `required:"" help:"why: the person sees it"`
	Name   string `arg:"" name:"account" help:"number of the account (oid), or its phone"`
}

// carry finds the account and lets fn act on it.
func (o *accountOrder) carry(ctx context.Context, state string, fn func(*safety.Keeper, uuid.UUID, safety.Actor) error) error {
	return o.with(ctx, func(pool *pgxpool.Pool) error {
		id, err := safety.Find(ctx, pool, o.Name)
		if err != nil {
			return fmt.Errorf("no account %q", o.Name)
		}
		keeper, err := o.keeper(pool)
		if err != nil {
			return err
		}
		if err := fn(keeper, id, safety.Actor{ID: o.actor(), Role: "administrator"}); err != nil {
			return err
		}
		return o.print(map[string]any{"account": o.Name, "state": state, "reason": o.Reason, "told": keeper.Notify != nil})
	})
}

func (o *accountOrder) keeper(pool *pgxpool.Pool) (*safety.Keeper, error) {
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		return nil, err
	}
	jobs, err := insertOnly(pool, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	office := idp.Office{DB: pool, River: jobs, Pages: pages, Issuer: o.Issuer}
	if o.Key != "" {
		box, err := o.Key.box()
		if err != nil {
			return nil, err
		}
		office.Notify = &notify.Outbox{River: jobs, Box: box, Now: time.Now}
	}
	return office.Keeper(), nil
}

func (o *accountOrder) actor() string {
	if o.Actor != "" {
		return o.Actor
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "administrator"
}

type accountBlock struct{ accountOrder }

// Run blocks.
func (b *accountBlock) Run(ctx context.Context) error {
	return b.carry(ctx, "blocked", func(k *safety.Keeper, id uuid.UUID, by safety.Actor) error { return k.Block(ctx, id, by, b.Reason) })
}

type accountUnblock struct{ accountOrder }

// Run lifts the block.
func (u *accountUnblock) Run(ctx context.Context) error {
	return u.carry(ctx, "open", func(k *safety.Keeper, id uuid.UUID, by safety.Actor) error { return k.Unblock(ctx, id, by, u.Reason) })
}

type accountTechnologist struct {
	providerDB
	Name string `arg:"" name:"account" help:"number of the account (oid), or its phone"`
}

// Run gives the right.
func (a *accountTechnologist) Run(ctx context.Context) error {
	return a.with(ctx, func(pool *pgxpool.Pool) error {
		id, err := safety.Find(ctx, pool, a.Name)
		if err != nil {
			return fmt.Errorf("no account %q", a.Name)
		}
		if err := esia.AddTechnologist(ctx, pool, id); err != nil {
			return err
		}
		return a.print(map[string]any{"account": a.Name, "technologist": true})
	})
}
