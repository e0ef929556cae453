package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/departments/stand"
	"tamga/internal/dbtest"
	"tamga/internal/web"
	"tamga/payments"
)

// TestKillPayments kills portal and worker, real processes, with SIGKILL at random moments, while people without accounts pay charges
// by УИН at a bank that delays, loses answers, repeats itself, stays silent and lies. In the end the bank's own books are compared with
// ours, payment by payment. Short in the usual run; TAMGA_KILL_PAYMENTS=2000 is the long form (make kill-payments).
func TestKillPayments(t *testing.T) {
	t.Parallel()
	n, payers, kills := 30, 6, int32(3)
	if long, err := strconv.Atoi(os.Getenv("TAMGA_KILL_PAYMENTS")); err == nil {
		n, payers, kills = long, 16, int32(long)
	}
	k := newKillTown(t)
	uins := k.charges(0, n)
	portal, worker := k.process("portal"), k.process("worker")
	portal.start()
	worker.start()

	stop := make(chan struct{})
	var killing sync.WaitGroup
	for _, p := range []*victim{portal, worker} {
		killing.Go(func() { p.dieAgainAndAgain(kills, stop) })
	}
	began := time.Now()
	k.pay(uins, payers)
	for round := 1; round < 8 && (portal.kills.Load() < 2 || worker.kills.Load() < 2); round++ { // a start took longer than all the paying
		k.pay(k.charges(round*n, n), payers)
	}
	close(stop)
	killing.Wait()
	t.Logf("%d charges, %d orders at the bank in %v; portal killed %d times, worker %d times; the bank failed %d answers",
		k.count(k.portal, `SELECT count(*) FROM charge`), k.count(k.stand, `SELECT count(*) FROM bank_payment`), time.Since(began).Round(time.Second), portal.kills.Load(), worker.kills.Load(), k.failed.Load())
	if portal.kills.Load() < 2 || worker.kills.Load() < 2 {
		t.Errorf("only %d and %d kills: nothing was tried", portal.kills.Load(), worker.kills.Load())
	}
	k.settle(worker)
	k.verify()
}

// killTown is a bank in this process, which nobody kills, and what portal and worker need to run beside it.
type killTown struct {
	*testing.T
	portal, stand *pgxpool.Pool
	env           []string
	listen        string // of the portal
	failed        atomic.Int64
	gaveUp        atomic.Int64 // payers that got no answer for a minute and a half
	calm          atomic.Bool  // the bank answers
}

func newKillTown(t *testing.T) *killTown {
	t.Helper()
	k := &killTown{T: t, portal: dbtest.DB(t, dbtest.Portal), stand: dbtest.DB(t, dbtest.Stand)}
	pages, err := thePages()
	if err != nil {
		t.Fatal(err)
	}
	ports := freePorts(t)
	k.listen = net.JoinHostPort("localhost", strconv.Itoa(ports))
	secret, bankAt := "0123456789abcdef0123456789abcdef", "http://"+net.JoinHostPort("localhost", strconv.Itoa(ports+1))
	key := base64.StdEncoding.EncodeToString([]byte(secret))
	k.env = append(os.Environ(), "TAMGA_REDIS_URL=redis://"+miniredis.RunT(t).Addr(),
		"TAMGA_PORTAL_KEY="+key, "TAMGA_PORTAL_URL=http://"+k.listen, "TAMGA_PORTAL_LISTEN="+k.listen, "TAMGA_BANK_URL="+bankAt+"/bank/api",
		"TAMGA_BANK_SECRET="+secret, "TAMGA_ISSUER=http://localhost:9", "TAMGA_CLIENT_SECRET=none", "TAMGA_INSECURE_COOKIES=true",
		"TAMGA_PROXIES=127.0.0.0/8,::1/128", "TAMGA_DEPARTMENTS_PLAIN=true", "TAMGA_SMTP=localhost:9", "TAMGA_SMS_URL=http://localhost:9", "TAMGA_LOG_LEVEL=error")
	bank := &stand.Bank{DB: k.stand, Pages: pages, Secret: []byte(secret), URL: bankAt + "/bank", Callback: "http://" + k.listen + "/payments/callback/sandbox",
		Now: time.Now}
	app := web.New(web.Config{Role: "stand", ShowError: pages.ShowError})
	app.Use(k.trouble)
	app.Use((&web.CSRF{Key: []byte(secret), Cookie: "stand_csrf", Exempt: []string{stand.BankAPI}}).Check)
	bank.Mount(app)
	ln, err := net.Listen("tcp", net.JoinHostPort("localhost", strconv.Itoa(ports+1)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { bank.Run(ctx) })
	running.Go(func() { _ = web.Serve(ctx, app, ln, time.Second) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return k
}

// trouble is a bank that answers late, not at all, or does what it was asked and loses the answer.
func (k *killTown) trouble(c *fiber.Ctx) error {
	if len(c.Path()) < len(stand.BankAPI) || c.Path()[:len(stand.BankAPI)] != stand.BankAPI || k.calm.Load() {
		return c.Next()
	}
	switch rand.IntN(8) {
	case 0:
		k.failed.Add(1)
		return c.SendStatus(fiber.StatusBadGateway)
	case 1:
		if err := c.Next(); err != nil {
			return err
		}
		k.failed.Add(1)
		c.Response().Reset()
		return c.SendStatus(fiber.StatusGatewayTimeout)
	case 2:
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
	}
	return c.Next()
}

// charges makes fines, some of which may be paid in parts, and returns their УИН. They are numbered from.
func (k *killTown) charges(from, n int) []string {
	k.Helper()
	var uins []string
	for i := range n {
		reference := fmt.Sprintf("kill-%d", from+i)
		c, err := payments.CreateCharge(k.Context(), k.portal, payments.NewCharge{Origin: payments.Outside(payments.FromRegister, "traffic", reference),
			Source: "traffic", Reference: reference, Last: "Гарипова", First: "Алия", Amount: int64(50000 + 100*i), Purpose: "Штраф " + reference, Payee: "gibdd", Part: i%4 == 0})
		if err != nil {
			k.Fatal(err)
		}
		uins = append(uins, c.UIN)
	}
	return uins
}

func (k *killTown) count(pool *pgxpool.Pool, sql string, args ...any) (n int) {
	k.Helper()
	if err := pool.QueryRow(k.Context(), sql, args...).Scan(&n); err != nil {
		k.Fatal(err)
	}
	return n
}

// victim is a role in a process of its own.
type victim struct {
	k     *killTown
	name  string
	cmd   *exec.Cmd
	log   *os.File
	kills atomic.Int32
}

func (k *killTown) process(name string) *victim {
	k.Helper()
	file, err := os.Create(filepath.Join(k.TempDir(), name+".log"))
	if err != nil {
		k.Fatal(err)
	}
	v := &victim{k: k, name: name, log: file}
	k.Cleanup(func() {
		if v.cmd != nil {
			v.kill()
		}
		_ = file.Close()
		if raw, err := os.ReadFile(file.Name()); err == nil && k.Failed() {
			k.Logf("%s said:\n%s", name, raw[max(0, len(raw)-6000):])
		}
	})
	return v
}

func (v *victim) start() {
	v.cmd = exec.CommandContext(context.Background(), os.Args[0])
	v.cmd.Env = append(slices.Clip(v.k.env), commandEnv+"="+v.name, "TAMGA_PORTAL_DATABASE_URL="+v.k.portal.Config().ConnString()+"&pool_max_conns=10&application_name="+v.name)
	v.cmd.Stdout, v.cmd.Stderr = v.log, v.log
	if err := v.cmd.Start(); err != nil {
		v.k.Error(err)
	}
}

// kill is kill -9: nothing is finished, nothing is said.
func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
	v.cmd = nil
}

// up tells whether the process does its work: the portal answers, the worker has taken up a job or looks for one.
func (v *victim) up() bool {
	if v.name == "worker" {
		var n int
		err := v.k.portal.QueryRow(context.Background(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%river_%'
			AND application_name = 'worker'`).Scan(&n)
		return err == nil && n > 0
	}
	res, err := http.Get("http://" + v.k.listen + "/payments")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// dieAgainAndAgain lets the process live for a moment, from the time it is up, and kills it, so often at most; at the end it lives.
func (v *victim) dieAgainAndAgain(most int32, stop <-chan struct{}) {
	for v.kills.Load() < most {
		began := time.Now()
		for !v.up() && time.Since(began) < 40*time.Second {
			time.Sleep(50 * time.Millisecond)
		}
		// on a busy machine, where a start takes long, it lives longer too: else nobody would ever be served
		life := time.Duration(200+rand.IntN(2500))*time.Millisecond + time.Duration(rand.Float64()*float64(time.Since(began)))
		select {
		case <-stop:
			return
		case <-time.After(life):
		}
		v.kill()
		v.kills.Add(1)
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		v.start()
	}
}

// settle ends the trouble: the bank answers, makes up its mind about everything, and time passes for the jobs, until both books agree.
func (k *killTown) settle(worker *victim) {
	k.Helper()
	k.calm.Store(true)
	worker.kill() // once more, and then what it had in hand is found by the next one, two minutes later
	k.exec(k.portal, `UPDATE river_job SET attempted_at = attempted_at - interval '3 minutes' WHERE state = 'running'`)
	k.exec(k.portal, `DELETE FROM river_leader`)
	worker.start()
	deadline := time.Now().Add(40*time.Second + time.Duration(k.count(k.portal, `SELECT count(*) FROM payment`))*50*time.Millisecond)
	for differ := k.differences(); len(differ) > 0; differ = k.differences() {
		if time.Now().After(deadline) {
			k.Fatalf("%d payments do not agree: %v", len(differ), differ[:min(8, len(differ))])
		}
		k.exec(k.stand, `UPDATE bank_payment SET expires_at = now() WHERE status = 'pending' AND expires_at > now()`)
		k.exec(k.stand, `UPDATE bank_payment SET settle_at = now() WHERE status = 'pending' AND settle_at > now()`)
		k.exec(k.stand, `UPDATE bank_payment SET flip_at = now() WHERE flip_at > now()`)
		k.exec(k.portal, `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE kind = 'payments.check' AND state IN ('scheduled', 'retryable')`)
		time.Sleep(500 * time.Millisecond)
	}
}

func (k *killTown) exec(pool *pgxpool.Pool, sql string) {
	k.Helper()
	if _, err := pool.Exec(k.Context(), sql); err != nil {
		k.Fatal(err)
	}
}

// bookLine is one payment as both sides have it.
type bookLine struct {
	Order    uuid.UUID
	BankID   string
	Status   string // at the bank
	Amount   int64
	Currency string
	Flips    bool // the bank has said no and is about to say yes
}
