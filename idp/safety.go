package idp

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/esia"
	"tamga/idp/family"
	"tamga/idp/oauth"
	"tamga/idp/organisation"
	"tamga/idp/papers"
	"tamga/idp/safety"
	"tamga/internal/db"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// safety are the pages on which people look after their accounts. From here on sessions begin only for those whom it admits.
func (cfg *Config) safety(sessions *account.Sessions, limit *web.Limiter) *safety.Handler {
	keeper := &safety.Keeper{DB: cfg.DB, Sessions: sessions, Notify: cfg.Notify, Pages: cfg.Pages, PublicURL: cfg.Issuer, Now: cfg.Now,
		Revoke: revokeAll}
	sessions.Starting = keeper.Admit
	return &safety.Handler{
		Keeper: keeper, Limit: limit, Box: cfg.Box, Passwords: cfg.Passwords, River: cfg.River, Secure: cfg.Secure,
		Exporters: exporters(cfg.Box), Obstacles: obstacles, INN: innOf(cfg.Box),
	}
}

func (j *Jobs) safety() *safety.Jobs {
	now := j.Now
	if now == nil {
		now = time.Now
	}
	return &safety.Jobs{
		Keeper: &safety.Keeper{DB: j.DB, Sessions: &account.Sessions{DB: j.DB, Now: now}, Notify: j.Notify, Pages: j.Pages,
			PublicURL: strings.TrimSuffix(j.Issuer, "/"), Now: now, Revoke: revokeAll},
		Box: j.Box, Obstacles: obstacles, BeforeErase: []func(context.Context, pgx.Tx, uuid.UUID) error{family.Forget},
	}
}

// Office is what somebody needs who acts on accounts from outside of the pages: the command line.
type Office struct {
	DB     *pgxpool.Pool
	River  *river.Client[pgx.Tx] // inserts the notices to clients
	Notify *notify.Outbox        // nil without the provider's keys: the person gets no message then
	Pages  *frontend.Pages
	Issuer string
}

// Keeper blocks and unblocks. The clients of an account hear of it as they do when a person leaves.
func (o Office) Keeper() *safety.Keeper {
	issuer := strings.TrimSuffix(o.Issuer, "/")
	sessions := &account.Sessions{DB: o.DB, Now: time.Now}
	provider := &oauth.Handler{DB: o.DB, River: o.River, Issuer: issuer}
	sessions.Ended = func(ctx context.Context, tx pgx.Tx, ended []uuid.UUID) error {
		return errors.Join(provider.SessionsEnded(ctx, tx, ended), esia.EndSessions(ctx, tx, ended))
	}
	return &safety.Keeper{DB: o.DB, Sessions: sessions, Notify: o.Notify, Pages: o.Pages, PublicURL: issuer, Now: time.Now, Revoke: revokeAll}
}

// revokeAll ends the tokens of both protocols.
func revokeAll(ctx context.Context, tx pgx.Tx, account uuid.UUID, client string) error {
	return errors.Join(oauth.Revoke(ctx, tx, account, client), esia.Revoke(ctx, tx, account, client))
}

// obstacles to a deletion: a legal entity would be left without a head. A sole proprietor ends with the person.
var obstacles = []safety.Obstacle{func(ctx context.Context, d db.DB, account uuid.UUID) (string, []any, error) {
	roles, err := organisation.RolesOf(ctx, d, account)
	for _, r := range roles {
		if r.Chief && r.Type != organisation.Business {
			return "idp_safety.obstacle_chief", []any{r.ShortName}, err
		}
	}
	return "", nil, err
}}

// exporters are the parts of a person's data that other packages keep.
func exporters(box *secret.Box) []safety.Exporter {
	return []safety.Exporter{
		{Name: "documents", Func: func(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
			return some(papers.Documents(ctx, d, box, id))
		}},
		{Name: "addresses", Func: func(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
			return some(papers.Addresses(ctx, d, box, id))
		}},
		{Name: "vehicles", Func: func(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
			return some(papers.Vehicles(ctx, d, box, id))
		}},
		{Name: "children", Func: func(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
			return some(family.Children(ctx, d, box, id))
		}},
		{Name: "organisations", Func: func(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
			return some(organisation.RolesOf(ctx, d, id))
		}},
	}
}

// some is a list, or nil when it is empty: the part is left out then.
func some[T any](list []T, err error) (any, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, nil
}

// innOf finds the taxpayer number among a person's documents, if the register has confirmed it.
func innOf(box *secret.Box) func(context.Context, db.DB, uuid.UUID) (string, error) {
	return func(ctx context.Context, d db.DB, account uuid.UUID) (string, error) {
		all, err := papers.Documents(ctx, d, box, account)
		for _, p := range all {
			if p.Type == "INN" && p.Verified() {
				return p.Number, err
			}
		}
		return "", err
	}
}
