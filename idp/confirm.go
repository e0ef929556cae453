package idp

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/idp/confirm"
	"tamga/idp/esia"
	"tamga/idp/factor"
	"tamga/idp/oauth"
	"tamga/idp/organisation"
	"tamga/idp/papers"
	"tamga/idp/safety"
	"tamga/internal/web"
)

// confirm are the pages of levels, of the ways to the confirmed one, and of operators.
func (cfg *Config) confirm(people *account.Handler, proofs *factor.Handler, guard *safety.Handler, limit *web.Limiter) *confirm.Handler {
	h := &confirm.Handler{DB: cfg.DB, River: cfg.River, Pages: cfg.Pages, Limit: limit, Box: cfg.Box, Passwords: cfg.Passwords,
		Notify: cfg.Notify, Now: cfg.Now, PublicURL: cfg.Issuer, People: people, Keeper: guard.Keeper, Post: cfg.Post, SameName: factor.SameName,
		Waiting: people.Waiting, AllowForm: oauth.AllowForm, Addresses: cfg.addressLines}
	people.More = func(ctx context.Context, a *account.Account) ([]account.MenuItem, error) {
		centres, err := organisation.CentresOf(ctx, cfg.DB, a.ID)
		if err != nil || len(centres) == 0 {
			return nil, err
		}
		return []account.MenuItem{{Key: "idp_confirm.menu", Href: "/operator", Icon: "work"}}, nil
	}
	if cfg.BankURL != "" {
		h.Bank = &confirm.Bank{Name: cfg.BankName, URL: strings.TrimSuffix(cfg.BankURL, "/")}
	}
	if proofs.Trusting() {
		h.Signed = proofs.Signed
	}
	return h
}

// addressLines are a person's addresses, each on a line.
func (cfg *Config) addressLines(ctx context.Context, person uuid.UUID) ([]string, error) {
	all, err := papers.Addresses(ctx, cfg.DB, cfg.Box, person)
	var lines []string
	for _, a := range all {
		if a.Text != "" {
			lines = append(lines, a.Text)
		}
	}
	return lines, err
}

func (j *Jobs) confirm() *confirm.Jobs {
	return &confirm.Jobs{Clerk: j.clerk(), Post: strings.TrimSuffix(j.Post, "/"), Sessions: j.sessions()}
}

// sessions ends sessions in the background: tokens end with them, and clients are told.
func (j *Jobs) sessions() *account.Sessions {
	return &account.Sessions{DB: j.DB, Now: j.clerk().Now, Ended: func(ctx context.Context, tx pgx.Tx, ended []uuid.UUID) error {
		provider := &oauth.Handler{DB: j.DB, River: river.ClientFromContext[pgx.Tx](ctx), Issuer: strings.TrimSuffix(j.Issuer, "/")}
		return errors.Join(provider.SessionsEnded(ctx, tx, ended), esia.EndSessions(ctx, tx, ended))
	}}
}

// passed goes on when personal data have come into force: papers that waited for the name are checked, and who has shown the passport
// to an operator is confirmed.
func (j *Jobs) passed(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if err := startPapers(ctx, tx, person); err != nil {
		return err
	}
	return j.confirm().AfterChecks(ctx, tx, person)
}
