package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/departments/checks"
	"tamga/internal/web"
	"tamga/intra"
	"tamga/support"
)

func desk(g *ground) checks.Desk {
	return checks.Desk{DB: g.pool, River: g.river, Box: g.box, Texts: g.pages.Bundle, Now: time.Now}
}

// checkJobs ask registers.
func (b bodies) checkJobs(ctx context.Context, g *ground, services *catalog.Catalog, ours *departments.Keys, client *departments.Client) (*checks.Jobs, error) {
	urls := map[string]string{}
	for code, url := range b.Registers {
		urls[code] = strings.TrimRight(url, "/")
	}
	if err := checks.SaveRegisters(ctx, g.pool, client, urls, time.Now()); err != nil {
		return nil, err
	}
	return &checks.Jobs{Desk: desk(g), Client: client, Keys: ours, Trust: &departments.Trust{Client: client, Now: time.Now}, Log: g.log,
		Service: services.Service, OnTrouble: registerTrouble}, nil
}

// planned has registers asked what a service's rule says once the department has the application. A mistake there is logged and holds nothing.
func planned(g *ground, update departments.OnUpdate) departments.OnUpdate {
	return func(ctx context.Context, tx pgx.Tx, u departments.Update) error {
		if err := update(ctx, tx, u); err != nil || u.Kind != departments.KindStatus || u.Status != departments.Sent {
			return err
		}
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return checks.Plan(ctx, tx, g.river, u.ApplicationID, u.Department) })
		if err != nil {
			g.log.Error("checks: nothing is asked of registers", slog.Any("err", err), "application", u.ApplicationID)
		}
		return nil
	}
}

// registerTrouble makes an incident of a register that does not answer, and closes it when it does.
func registerTrouble(ctx context.Context, tx pgx.Tx, t checks.Trouble) error {
	if t.Over {
		return support.Mend(ctx, tx, t.Key, t.At)
	}
	_, err := support.Raise(ctx, tx, support.Report{Key: t.Key, Topic: "application", Cause: t.Cause, At: t.At})
	return err
}

// checks is what the staff of departments see of their questions.
func checksHandler(g *ground, services *catalog.Catalog, staff *intra.Staff) *checks.Handler {
	return &checks.Handler{Desk: desk(g), Pages: g.pages, Clerks: clerks(g, staff, intra.RightChecks), Service: services.Service}
}

var _ web.Handler = (*checks.Handler)(nil)
