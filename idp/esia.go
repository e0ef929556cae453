package idp

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/idp/esia"
	"tamga/idp/oauth"
)

// esia returns the handler of ESIA's protocol, and lets the end of a sign-in take along what systems got by it.
func (cfg *Config) esia(sessions *account.Sessions) *esia.Handler {
	told := sessions.Ended
	sessions.Ended = func(ctx context.Context, tx pgx.Tx, ended []uuid.UUID) error {
		if err := esia.EndSessions(ctx, tx, ended); err != nil || told == nil {
			return err
		}
		return told(ctx, tx, ended)
	}
	return &esia.Handler{
		DB: cfg.DB, Box: cfg.Box, Pages: cfg.Pages, Sessions: sessions, Issuer: cfg.Issuer, Log: cfg.Log, Now: cfg.Now,
		Keys: &esia.Keys{DB: cfg.DB, Box: cfg.Box, Issuer: cfg.Issuer, Now: cfg.Now}, AllowForm: oauth.AllowForm, Requests: cfg.Requests,
	}
}

// DemoSystem is the mnemonic of the demo's information system. It has no certificate: whoever tries the technology portal
// uploads one.
const DemoSystem = "TAMGA_DEMO"

// seedSystems makes the demo's system, unless it is there: what was changed by hand stays. Timur looks after all systems.
func seedSystems(ctx context.Context, d Demo) error {
	if _, err := esia.ClientByMnemonic(ctx, d.DB, DemoSystem); err != nil {
		err := esia.PutClient(ctx, d.DB, esia.Client{
			Mnemonic: DemoSystem, Name: "Учебная информационная система", Redirects: []string{"localhost"},
			Scopes: []string{"openid", "fullname", "birthdate", "gender", "snils", "email", "mobile", "contacts"}, Legacy: true,
		})
		if err != nil {
			return err
		}
	}
	return esia.AddTechnologist(ctx, d.DB, DemoPeople()[1].Account.ID)
}
