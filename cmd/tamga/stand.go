package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"tamga/departments/stand"
	"tamga/departments/stand/yookassa"
	"tamga/internal/db"
	"tamga/internal/web"
	"tamga/migrations"
)

// standRole is the systems that are not ours: departments, registers, bank, and the outbox of messages.
type standRole struct {
	common
	DatabaseURL string `env:"TAMGA_STAND_DATABASE_URL" required:"" help:"PostgreSQL of the stands"`
	Key         keys   `env:"TAMGA_STAND_KEY" required:"" help:"secret key of the stands, 32 bytes in base64"`
	Listen      string `env:"TAMGA_STAND_LISTEN" default:":8083" help:"where to listen"`
	SMTPListen  string `env:"TAMGA_STAND_SMTP_LISTEN" default:"127.0.0.1:8025" help:"where the stands take e-mail"`
	URL         string `env:"TAMGA_STAND_URL" required:"" help:"public address of the stands"`
	PortalURL   string `env:"TAMGA_PORTAL_URL" required:"" help:"public address of the portal"`
	Issuer      string `env:"TAMGA_ISSUER" help:"public address of the identity provider, to which the bank says who its customer is; without it the bank does not"`
	BankSecret  string `env:"TAMGA_BANK_SECRET" required:"" help:"secret that the bank shares with the portal, 32 characters or more"`

	YooShop   string `env:"TAMGA_YOOKASSA_SHOP" help:"shop of the stand of YooKassa; without it there is none"`
	YooSecret string `env:"TAMGA_YOOKASSA_SECRET" help:"its secret"`

	smtp net.Listener // set by the demo, which chooses a free port
}

// Run serves the stands until it is stopped.
func (s *standRole) Run(ctx context.Context) error {
	r, err := s.build(ctx)
	if err != nil {
		return err
	}
	return serve(ctx, s.logger(), r)
}

func (s *standRole) build(ctx context.Context) (_ *role, err error) {
	if s.production() {
		return nil, errors.New("the stands do not run with TAMGA_ENV=production")
	}
	r := &role{name: "stand"}
	defer r.closeOnError(&err)
	if r.ln, err = r.listen(s.Listen); err != nil {
		return nil, err
	}
	if s.smtp == nil {
		if s.smtp, err = r.listen(s.SMTPListen); err != nil {
			return nil, err
		}
	}
	log := s.logger()
	pool, err := db.Open(ctx, s.DatabaseURL)
	if err != nil {
		return nil, err
	}
	r.closer = append(r.closer, pool.Close)
	if err := db.CheckSchema(ctx, pool, migrations.Stand()); err != nil {
		return nil, err
	}
	texts, err := s.pages(log)
	if err != nil {
		return nil, err
	}
	seal, err := s.Key.one("stand")
	if err != nil {
		return nil, err
	}
	cfg := stand.Config{
		DB: pool, Pages: texts, Log: log, Now: time.Now, Secret: seal, Portal: s.PortalURL, Mail: s.smtp,
		Checks: map[string]web.Check{"database": func(ctx context.Context) error { return db.CheckSchema(ctx, pool, migrations.Stand()) }},
		Bank: &stand.Bank{DB: pool, Pages: texts, Secret: []byte(s.BankSecret), URL: s.URL + "/bank",
			Callback: s.PortalURL + "/payments/callback/sandbox", Now: time.Now, Log: log},
	}
	if s.YooShop != "" {
		cfg.YooKassa = &stand.YooKassa{DB: pool, Pages: texts, Stand: &yookassa.Stand{Shop: s.YooShop, Secret: s.YooSecret, Now: time.Now,
			Webhook: s.PortalURL + "/payments/callback/yookassa", Checkout: s.URL + "/yookassa/pay/"}}
		if err := stand.OpenYooKassa(ctx, pool, cfg.YooKassa.Stand); err != nil {
			return nil, err
		}
	}
	if s.Issuer != "" {
		cfg.BankID = &stand.BankID{DB: pool, Pages: texts, Secret: seal, URL: s.URL + "/bank/id", Client: s.Issuer, Now: time.Now}
	}
	r.app, err = stand.New(cfg)
	return r, err
}

// originOf returns scheme and host of an address.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
