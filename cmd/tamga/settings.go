package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/riverqueue/river"

	"tamga/applications"
	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/files"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/banks"
)

// citizens are the settings that all roles on the portal's database share.
type citizens struct {
	definitions
	DatabaseURL string `env:"TAMGA_PORTAL_DATABASE_URL" required:"" help:"PostgreSQL of portal, staff site and worker"`
	RedisURL    string `env:"TAMGA_REDIS_URL" required:"" help:"Redis for sessions, limits and one-time codes"`
	Key         keys   `env:"TAMGA_PORTAL_KEY" required:"" help:"secret keys of portal, staff site and worker: 32 bytes in base64, newest first, commas between"`
	PortalURL   string `env:"TAMGA_PORTAL_URL" required:"" help:"public address of the portal"`
	Files       string `env:"TAMGA_FILES" help:"folder for what citizens attach, shared by portal, staff site and worker; nothing can be attached without"`
	Clamd       string `env:"TAMGA_CLAMD" help:"clamd that scans what citizens attach: host:3310 or the path of a socket; nothing is scanned without"`
}

// room is where files of applications are kept.
func (s citizens) room() (applications.FileRoom, error) {
	var room applications.FileRoom
	if s.Clamd != "" {
		room.Scanner = &files.Scanner{Address: s.Clamd}
	}
	if s.Files == "" {
		return room, nil
	}
	var err error
	room.Folder, err = files.OpenFolder(s.Files)
	return room, err
}

// bank is how we reach the banks. One of the two is enough.
type bank struct {
	BankURL    string `env:"TAMGA_BANK_URL" help:"API of the bank"`
	BankSecret string `env:"TAMGA_BANK_SECRET" help:"secret shared with the bank, 32 characters or more"`

	YooURL     string `env:"TAMGA_YOOKASSA_URL" default:"https://api.yookassa.ru/v3" help:"API of YooKassa"`
	YooShop    string `env:"TAMGA_YOOKASSA_SHOP" help:"our shop at YooKassa, which payers may choose then"`
	YooSecret  string `env:"TAMGA_YOOKASSA_SECRET" help:"secret of the shop"`
	YooHold    bool   `env:"TAMGA_YOOKASSA_TWO_STAGES" help:"hold the money first, then take it"`
	YooCheques bool   `env:"TAMGA_YOOKASSA_CHEQUES" help:"have YooKassa make cheques (54-ФЗ): not for money of a budget"`
	YooVAT     int    `env:"TAMGA_YOOKASSA_VAT" default:"1" help:"VAT code of a cheque's line, 1 is without"`
	YooPage    string `env:"TAMGA_YOOKASSA_PAGE" default:"https://yoomoney.ru" help:"where YooKassa's page of payment is: forms may lead there"`
}

// acquirers are the banks that payers may choose from, the one for whoever does not choose first.
func (b bank) acquirers() (payments.Banks, error) {
	var list payments.Banks
	if b.BankURL != "" {
		if len(b.BankSecret) < 32 {
			return nil, errors.New("TAMGA_BANK_SECRET is shorter than 32 characters")
		}
		list = append(list, &banks.Sandbox{URL: b.BankURL, Secret: []byte(b.BankSecret), Now: time.Now})
	}
	if b.YooShop != "" {
		if b.YooSecret == "" {
			return nil, errors.New("TAMGA_YOOKASSA_SHOP needs TAMGA_YOOKASSA_SECRET")
		}
		list = append(list, &banks.YooKassa{URL: b.YooURL, Shop: b.YooShop, Secret: b.YooSecret, TwoStages: b.YooHold, Cheques: b.YooCheques,
			VATCode: b.YooVAT, Now: time.Now})
	}
	if len(list) == 0 {
		return nil, errors.New("no bank: set TAMGA_BANK_URL or TAMGA_YOOKASSA_SHOP")
	}
	return list, nil
}

// formTargets are where forms of payment may lead.
func (b bank) formTargets() []string {
	var list []string
	if b.BankURL != "" {
		list = append(list, originOf(b.BankURL))
	}
	if b.YooShop != "" {
		list = append(list, originOf(b.YooPage))
	}
	return list
}

// bodies are the departmental systems.
type bodies struct {
	Departments map[string]string `env:"TAMGA_DEPARTMENTS" help:"addresses of departmental systems: zags=https://zags.example/tamga;social=…"`
	LateAfter   time.Duration     `env:"TAMGA_LATE_AFTER" default:"15m" help:"age of a waiting delivery at which the citizen is told"`
	RetryMost   time.Duration     `env:"TAMGA_RETRY_MOST" default:"5m" help:"longest pause between two attempts of a delivery"`
	Registers   map[string]string `env:"TAMGA_REGISTERS" help:"addresses of state registers that departments ask: tax=https://smev.example/tax;civil=…; without one nothing is asked of it"`
	Signing     keys              `env:"TAMGA_DEPARTMENTS_KEY" help:"keys that sign messages to departments, 32 bytes in base64, the signing one first; TAMGA_PORTAL_KEY without it"`
	CMS         []string          `env:"TAMGA_DEPARTMENTS_CMS" help:"codes of departments with which messages are signed by GOST CMS in place of JWS: zags,archive"`
	Certificate string            `env:"TAMGA_DEPARTMENTS_CERTIFICATE" type:"existingfile" help:"our certificates of GOST R 34.10-2012 in PEM, the signing one first; needed by TAMGA_DEPARTMENTS_CMS"`
	PrivateKey  string            `env:"TAMGA_DEPARTMENTS_CERTIFICATE_KEY" type:"existingfile" help:"private key of the signing certificate, PKCS #8 in PEM"`
	Plain       bool              `env:"TAMGA_DEPARTMENTS_PLAIN" help:"allow addresses without TLS and in private networks"`
}

// ours are the keys by which departments know us. Those of their own can be changed without touching what is sealed at rest.
func (b bodies) ours(own keys) (*departments.Keys, error) {
	if b.Signing != "" {
		own = b.Signing
	}
	secrets, err := own.derive("departments")
	if err != nil {
		return nil, err
	}
	ours, err := departments.DeriveKeys("portal", secrets...)
	if err != nil || b.Certificate == "" && len(b.CMS) == 0 {
		return ours, err
	}
	certificates, err1 := os.ReadFile(b.Certificate)
	key, err2 := os.ReadFile(b.PrivateKey)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("TAMGA_DEPARTMENTS_CMS needs TAMGA_DEPARTMENTS_CERTIFICATE and TAMGA_DEPARTMENTS_CERTIFICATE_KEY: %w", err)
	}
	ours.CMS, err = departments.ReadSignet(certificates, key)
	return ours, err
}

// form is the one in which messages with a department are signed.
func (b bodies) form(code string) string {
	if slices.Contains(b.CMS, code) {
		return departments.FormCMS
	}
	return departments.FormJWS
}

func (b bodies) policy() departments.Policy {
	return departments.Policy{LateAfter: b.LateAfter, Most: b.RetryMost}
}

func (b bodies) client() *departments.Client {
	return departments.NewClient(departments.ClientConfig{Private: b.Plain, Plain: b.Plain})
}

// mail is how messages leave.
type mail struct {
	SMTP     string `env:"TAMGA_SMTP" required:"" help:"mail server, host:port"`
	MailFrom string `env:"TAMGA_MAIL_FROM" default:"Тамга <noreply@tamga.example>" help:"sender of e-mails"`
	SMTPUser string `env:"TAMGA_SMTP_USER" help:"user of the mail server"`
	SMTPPass string `env:"TAMGA_SMTP_PASSWORD" help:"password of the mail server"`
	SMTPTLS  string `env:"TAMGA_SMTP_SECURITY" enum:"starttls,tls,none" default:"starttls" help:"protection of the connection to the mail server"`
	SMSURL   string `env:"TAMGA_SMS_URL" required:"" help:"HTTP gateway of the SMS operator"`
	SMSToken string `env:"TAMGA_SMS_TOKEN" help:"its bearer token"`
}

// codeLife is the age at which a message with a one-time code is no longer worth sending.
const codeLife = 10 * time.Minute

func (m mail) worker(d db.DB, box *secret.Box) *notify.Worker {
	security := notify.Security(strings.TrimPrefix(m.SMTPTLS, "starttls"))
	return &notify.Worker{
		DB: d, Box: box, Now: time.Now,
		Email:  &notify.SMTP{Addr: m.SMTP, From: m.MailFrom, User: m.SMTPUser, Password: m.SMTPPass, Security: security},
		SMS:    &notify.Gateway{URL: m.SMSURL, Token: m.SMSToken},
		MaxAge: map[string]time.Duration{"idp.registration_code": codeLife, "portal.code": codeLife},
	}
}

// ground is what a role on one database stands on.
type ground struct {
	log   *slog.Logger
	pool  *pgxpool.Pool
	redis *redis.Client
	box   *secret.Box
	pages *frontend.Pages
	river *river.Client[pgx.Tx]
	note  *notify.Outbox
	check map[string]web.Check
}

// open opens the ground. What it opened is closed with the role.
func (r *role) open(ctx context.Context, c common, database, redisURL string, key keys, set fs.FS) (*ground, error) {
	g := &ground{log: c.logger()}
	var err error
	if g.pool, err = db.Open(ctx, database); err != nil {
		return nil, err
	}
	r.closer = append(r.closer, g.pool.Close)
	if err := db.CheckSchema(ctx, g.pool, set); err != nil {
		return nil, fmt.Errorf("%w (run: tamga migrate)", err)
	}
	if g.redis, err = openRedis(ctx, redisURL); err != nil {
		return nil, err
	}
	r.closer = append(r.closer, func() { _ = g.redis.Close() })
	if g.box, err = key.box(); err != nil {
		return nil, err
	}
	if g.pages, err = c.pages(g.log); err != nil {
		return nil, err
	}
	if g.river, err = insertOnly(g.pool, g.log); err != nil {
		return nil, err
	}
	g.note = &notify.Outbox{River: g.river, Box: g.box, Now: time.Now}
	g.check = map[string]web.Check{
		"database": func(ctx context.Context) error { return db.CheckSchema(ctx, g.pool, set) },
		"redis":    func(ctx context.Context) error { return g.redis.Ping(ctx).Err() },
	}
	return g, nil
}
