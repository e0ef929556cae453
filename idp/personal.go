package idp

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/idp/family"
	"tamga/idp/papers"
	"tamga/internal/web"
)

// personal are the pages of what belongs to a person: documents, addresses, vehicles, children.
func (cfg *Config) personal(people *account.Handler, limit *web.Limiter) []web.Handler {
	children := &family.Handler{DB: cfg.DB, River: cfg.River, Pages: cfg.Pages, Limit: limit, Box: cfg.Box, Notify: cfg.Notify, Now: cfg.Now,
		PublicURL: cfg.Issuer, Register: people.RegisterAs}
	people.Born = func(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
		return family.TakeOver(ctx, tx, cfg.Notify, cfg.Pages, id)
	}
	shelves := &papers.Handler{DB: cfg.DB, River: cfg.River, Pages: cfg.Pages, Limit: limit, Box: cfg.Box, Now: cfg.Now}
	shelves.Child = func(ctx context.Context, parent uuid.UUID, oid int64) (uuid.UUID, string, error) {
		k, err := family.ByOID(ctx, cfg.DB, cfg.Box, parent, oid)
		if err != nil {
			return uuid.Nil, "", err
		}
		return k.ID, k.FullName(), nil
	}
	return []web.Handler{shelves, children}
}

// startPapers begins the checks of documents that have waited for their owner's name to be confirmed. It runs within a job.
func startPapers(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	return papers.StartChecks(ctx, tx, river.ClientFromContext[pgx.Tx](ctx), person)
}
