package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tamga/departments/checks"
	"tamga/departments/stand"
	"tamga/frontend"
	"tamga/idp"
	"tamga/internal/local"
	"tamga/internal/secret"
)

// demoCommand runs everything in one process on embedded databases.
type demoCommand struct {
	PortBase int           `env:"TAMGA_PORT_BASE" default:"8080" help:"port of the portal; provider, staff site and stands take the next three"`
	Data     string        `env:"TAMGA_DATA" default:".tamga" help:"where the data are kept"`
	Clamd    string        `env:"TAMGA_CLAMD" help:"clamd that scans what citizens attach; nothing is scanned without"`
	Env      string        `env:"TAMGA_ENV" default:"development" help:"the demo does not start in production"`
	LateIn   time.Duration `env:"TAMGA_DEMO_LATE_AFTER" hidden:"" help:"age at which a waiting delivery is told of"`

	out io.Writer // os.Stdout when nil
}

// Run starts the demo and stops it cleanly when told to.
func (d *demoCommand) Run(ctx context.Context) error {
	if d.Env == "production" {
		return errors.New("the demo does not start with TAMGA_ENV=production: its people and keys are known to everybody")
	}
	if d.out == nil {
		d.out = os.Stdout
	}
	if err := os.MkdirAll(d.Data, 0o755); err != nil {
		return err
	}
	logs, err := os.OpenFile(filepath.Join(d.Data, "tamga.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = logs.Close() }()
	log := slog.New(slog.NewJSONHandler(logs, nil))
	slog.SetDefault(log)

	began := time.Now()
	state, err := d.start(ctx, log)
	if err != nil {
		return err
	}
	defer state.stop()
	state.announce(d.out, time.Since(began))
	told := context.AfterFunc(ctx, func() { fmt.Fprintln(d.out, "stopping: requests and jobs under way are finished first") })
	defer told()
	return serve(ctx, log, state.roles...)
}

// demoState is the servers and roles of a running demo.
type demoState struct {
	data     string
	portal   string
	idp      string
	intra    string
	stand    string
	postgres *local.Postgres
	redis    *local.Redis
	database func(name string) string // address of a database
	redisURL string
	roots    string       // file of the authority of the demo's e-signatures
	smtp     net.Listener // where the stands take e-mail, on a free port
	roles    []*role
}

func (s *demoState) stop() {
	for _, r := range s.roles {
		r.close() // a second close of what serve has closed does nothing
	}
	if s.redis != nil {
		s.redis.Stop()
	}
	if s.postgres != nil {
		s.postgres.Stop()
	}
}

// addresses says where the sites are found.
func (d *demoCommand) addresses(s *demoState) {
	at := func(n int) string { return "http://localhost:" + strconv.Itoa(d.PortBase+n) }
	s.portal, s.idp, s.intra, s.stand = at(0), at(1), at(2), at(3)
}

// start brings everything up, in parallel where one thing does not need the other.
func (d *demoCommand) start(ctx context.Context, log *slog.Logger) (_ *demoState, err error) {
	s := &demoState{data: d.Data}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	d.addresses(s)
	if err := d.portsFree(); err != nil {
		return nil, err
	}
	k, err := secret.LoadOrCreateKeys(filepath.Join(d.Data, "keys.json"), "portal", "idp", "stand", "bank", "client")
	if err != nil {
		return nil, err
	}
	step := d.progress(ctx)
	done := step("starting PostgreSQL in " + d.Data)
	s.postgres, err = local.StartPostgres(ctx, local.Options{
		Dir: filepath.Join(d.Data, "postgres"), Databases: []string{"portal", "idp", "stand"}, Fsync: true,
		Log: func(line string) { fmt.Fprintln(d.out, "  "+line) },
	})
	done()
	if err != nil {
		return nil, err
	}
	if s.redis, err = local.StartRedis(); err != nil {
		return nil, err
	}
	s.database, s.redisURL = s.postgres.URL, s.redis.URL()
	done = step("bringing the databases up to date")
	err = (&migrateCommand{definitions: demoDefinitions(), Portal: s.database("portal"), IDP: s.database("idp"), Stand: s.database("stand")}).Run(ctx)
	done()
	if err != nil {
		return nil, err
	}
	done = step("seeding demo people")
	err = d.seed(ctx, s, k)
	done()
	if err != nil {
		return nil, err
	}
	done = step("opening the sites")
	defer done()
	return s, d.open(ctx, s, k, log)
}

// portsFree asks for all four ports before anything is started.
func (d *demoCommand) portsFree() error {
	for n, name := range []string{"portal", "identity provider", "staff site", "stands"} {
		r := &role{name: name}
		if _, err := r.listen(d.address(n)); err != nil {
			return err
		}
		r.close()
	}
	return nil
}

// address is where the n-th site listens. The demo is for the machine it runs on.
func (d *demoCommand) address(n int) string {
	return net.JoinHostPort("localhost", strconv.Itoa(d.PortBase+n))
}

// progress returns a function that says what is being waited for, once it has taken a second.
func (d *demoCommand) progress(ctx context.Context) func(string) func() {
	return func(what string) func() {
		ctx, cancel := context.WithCancel(ctx)
		var said sync.WaitGroup
		said.Go(func() {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
				fmt.Fprintf(d.out, "  %s …\n", what)
			}
		})
		return func() { cancel(); said.Wait() }
	}
}

// settings returns the configuration of the roles, as the environment would give it in a real deployment.
func (d *demoCommand) settings(s *demoState, k secret.Keys) (common, citizens, bank, bodies, mail) {
	return common{Env: "development", LogLevel: "info"},
		citizens{definitions: demoDefinitions(), DatabaseURL: s.database("portal"), RedisURL: s.redisURL, Key: keyText(k, "portal"), PortalURL: s.portal,
			Files: filepath.Join(d.Data, "files"), Clamd: d.Clamd},
		bank{BankURL: s.stand + "/bank/api", BankSecret: string(keyText(k, "bank")), YooURL: s.stand + "/yookassa/v3", YooShop: "100500",
			YooSecret: string(keyText(k, "bank")), YooHold: true, YooPage: s.stand},
		bodies{Plain: true, LateAfter: d.LateIn, RetryMost: 10 * time.Second, Departments: standAddresses(s.stand), Registers: standRegisters(s.stand)},
		mail{SMSURL: s.stand + "/sms", SMTPTLS: "none", MailFrom: "Тамга <noreply@tamga.example>"}
}

// standAddresses are the departmental systems of the demo; one department has none and works at our workplace.
func standAddresses(at string) map[string]string {
	addresses := map[string]string{}
	for _, code := range stand.Codes() {
		addresses[code] = at + "/" + code
	}
	addresses["construction"] = "workplace:"
	return addresses
}

// standRegisters are the demo's state registers.
func standRegisters(at string) map[string]string {
	addresses := map[string]string{}
	for _, code := range checks.Registers() {
		addresses[code] = at + "/registers/" + code
	}
	return addresses
}

// keyText writes a key as the environment would give it.
func keyText(k secret.Keys, name string) keys {
	return keys(base64.StdEncoding.EncodeToString(k[name]))
}

func clientSecret(k secret.Keys) string { return base64.RawURLEncoding.EncodeToString(k["client"]) }

// open builds the roles. They share the templates and the log.
func (d *demoCommand) open(ctx context.Context, s *demoState, k secret.Keys, log *slog.Logger) (err error) {
	shared, err := common{}.pages(log)
	if err != nil {
		return err
	}
	if s.smtp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	if s.roots, err = demoSignature(d.Data, time.Now()); err != nil {
		return err
	}
	builders := d.builders(s, k, shared, log)
	s.roles = make([]*role, len(builders))
	g, ctx := errgroup.WithContext(ctx)
	for i, b := range builders {
		g.Go(func() (err error) {
			s.roles[i], err = b.build(ctx)
			return err
		})
	}
	err = g.Wait()
	s.roles = withoutNil(s.roles)
	return err
}

// builder is a role that is not open yet.
type builder interface {
	build(context.Context) (*role, error)
}

// builders returns the roles with their configuration.
func (d *demoCommand) builders(s *demoState, k secret.Keys, shared *frontend.Pages, log *slog.Logger) []builder {
	common, citizens, bank, bodies, mail := d.settings(s, k)
	common.shared, common.log = shared, log
	mail.SMTP = s.smtp.Addr().String()
	return []builder{
		&standRole{common: common, DatabaseURL: s.database("stand"), Key: keyText(k, "stand"), Listen: d.address(3), URL: s.stand,
			PortalURL: s.portal, Issuer: s.idp, BankSecret: bank.BankSecret, YooShop: bank.YooShop, YooSecret: bank.YooSecret, smtp: s.smtp},
		&idpRole{common: common, mail: mail, DatabaseURL: s.database("idp"), RedisURL: s.redisURL, Key: keyText(k, "idp"),
			Listen: d.address(1), Issuer: s.idp, PortalURL: s.portal, Registers: s.stand, Roots: s.roots, Post: s.stand + "/post",
			BankURL: s.stand + "/bank/id", BankName: "Учебный банк", FetchInner: true, Insecure: true},
		&workerRole{common: common, citizens: citizens, bank: bank, bodies: bodies, mail: mail},
		&intraRole{common: common, citizens: citizens, Listen: d.address(2), Insecure: true, Roots: s.roots},
		&portalRole{common: common, citizens: citizens, bank: bank, bodies: bodies, Listen: d.address(0), Issuer: s.idp,
			ClientID: "portal", ClientSecret: clientSecret(k), Insecure: true},
	}
}

func withoutNil(roles []*role) []*role {
	var list []*role
	for _, r := range roles {
		if r != nil {
			list = append(list, r)
		}
	}
	return list
}

// announce prints what a newcomer needs.
func (s *demoState) announce(out io.Writer, took time.Duration) {
	fmt.Fprintf(out, `
  Tamga is up in %.1f s. Data: %s (make clean-data forgets them), log: %s. Ctrl-C stops everything.

  Portal              %-24s register with any mobile phone, or sign in through ESIA
  Identity provider   %-24s +79172000001 Гарипова Алия     password %s
                      %-24s +79172000002 Хабибуллин Тимур  password %[6]s
                      %-24[7]s +79172000003 Смирнов Пётр      password %[6]s (simplified account)
                      %-24[7]s +79172000005 Закирова Гөлнара  password %[6]s (operator of a service centre: %[5]s/operator)
                      %-24[7]s +79172000004 Җиһаншина Әминә   password %[6]s (head of ООО «Кырлай»)
                      %-24[7]s +79172000006 Галиев Илнур      password %[6]s (a sole trader)
  Staff site          %-24[8]s Управление ЗАГС → Валеева Гузель Рашитовна   password %[6]s
                      %-24[7]s Управление ЗАГС → Кузнецов Олег Павлович     temporary password Temp2026
                      %-24[7]s Управление ЗАГС → Шарипова Диляра Маратовна  password %[6]s (head: access to payments)
                      %-24[7]s Министерство → Нуриев Марат Ильгизович       password %[6]s (deliveries, catalog, support)
                      %-24[7]s Минстрой → Хасанова Алсу Ринатовна           password %[6]s (workplace)
  Stands and bank     %-24[9]s АИС ЗАГС, social protection, municipality, registers, bank
  Outbox              %-24[10]s SMS and e-mail, with the codes
  Post                %-24[11]s registered letters
  E-signature of Aliya: %[12]s

`, took.Seconds(), s.data, filepath.Join(s.data, "tamga.log"), s.portal, s.idp, idp.DemoPassword, "", s.intra, s.stand, s.stand+"/outbox",
		s.stand+"/post", signatureHint(s.data))
}
