// Command bench measures the identity provider beside npm oidc-provider on the same machine, in the same run, on the same work.
// `make bench-idp` runs it; .bench/idp.json gets the two figures that the project keeps.
//
// Both providers run as processes of their own, one at a time; the load comes from this process. The peer keeps everything in
// its own memory, ours in PostgreSQL with fsync. In a whole flow a person without a session, at a browser used before,
// signs in with a password, agrees on the consent page, and the client redeems the code with PKCE and reads an ID token by ES256.
package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	duration := flag.Duration("t", 12*time.Second, "how long each measure takes")
	workers := flag.Int("c", 16, "workers at once")
	out := flag.String("o", ".bench/idp.json", "where the figures go")
	only := flag.String("only", "", "only this work of ours (flow, refresh …; all of them: ours), without the password's hash, or the whole flow with it (signin); no figures are written")
	flag.Parse()
	err := error(nil)
	if *only != "" {
		err = runOnly(ctx, *duration, *workers, *only)
	} else {
		err = run(ctx, *duration, *workers, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, d time.Duration, workers int, out string) error {
	g, err := startGround(ctx)
	if err != nil {
		return err
	}
	defer g.leave()
	r := &report{}
	fmt.Println("the machine alone …")
	if r.limits, err = measureLimits(ctx, g.postgres.URL("bare"), d); err != nil {
		return err
	}
	fmt.Println("npm oidc-provider …")
	if r.peer, err = measurePeer(d, workers); err != nil {
		return err
	}
	fmt.Println("ours, without the password's hash …")
	if r.ours, err = g.measureOurs(ctx, d, workers, true); err != nil {
		return err
	}
	fmt.Println("ours, with the password's hash …")
	if r.hashed, err = g.measureOurs(ctx, d, workers, false); err != nil {
		return err
	}
	r.print(os.Stdout)
	return r.write(out)
}

// runOnly measures ours, and tells the processor time of each work: that is steadier than a rate on a machine that others use.
func runOnly(ctx context.Context, d time.Duration, workers int, work string) error {
	g, err := startGround(ctx)
	if err != nil {
		return err
	}
	defer g.leave()
	g.only = work
	if work != "signin" {
		_, err = g.measureOurs(ctx, d, workers, true)
		return err
	}
	before := meter{}.read()
	bare, err := bareHashes(ctx, d)
	if err != nil {
		return err
	}
	fmt.Printf("  %-20s %8.1f/s  %.2f ms of processor each\n", "bare hash", bare.Rate, ms(meter{}.read().minus(before).Load)*0.9/float64(bare.N))
	m, err := g.measureOurs(ctx, d, workers, false)
	if err == nil {
		fmt.Printf("  %-20s %8.1f/s  %s; %.0f %% of the bare hash\n", "flow with hash", m.flow.Rate, m.cost, 100*m.flow.Rate/bare.Rate)
	}
	return err
}

// measures are the rates of one provider, and what a whole flow costs.
type measures struct {
	discovery, credentials, introspection, refresh, flow result
	cost                                                 cost
}

func measurePeer(d time.Duration, workers int) (*measures, error) {
	dir := filepath.Join("idp", "bench", "peer")
	install := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--silent")
	install.Dir = dir
	if raw, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm ci in %s: %w\n%s", dir, err, raw)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &target{
		name: "npm oidc-provider", issuer: fmt.Sprintf("http://127.0.0.1:%d", port),
		secret: base64.RawURLEncoding.EncodeToString(random(32)), login: `name="login"`, consent: `value="consent"`,
		password: password, account: func(n int) string { return fmt.Sprintf("p%d", n) }, client: newClient(),
	}
	g := &ground{}
	defer g.leave()
	node := exec.Command("node", "server.mjs")
	node.Dir = dir
	node.Env = append(os.Environ(), fmt.Sprintf("PORT=%d", port), "REDIRECT="+redirectURI, "SECRET="+p.secret, "NODE_ENV=production")
	if err := g.start(node); err != nil {
		return nil, err
	}
	p.meter.server = node.Process.Pid
	if err := p.ready(); err != nil {
		return nil, err
	}
	return p.measure(d, workers, "")
}

func (g *ground) measureOurs(ctx context.Context, d time.Duration, workers int, noHash bool) (*measures, error) {
	var tags []string
	if noHash {
		tags = []string{"nohash"}
	}
	binary, err := build(ctx, g.dir, tags...)
	if err != nil {
		return nil, err
	}
	hash, err := passwordHash(ctx, noHash)
	if err != nil {
		return nil, err
	}
	before := len(g.stop)
	p, err := g.startOurs(ctx, "ours", binary, hash)
	if err != nil {
		return nil, err
	}
	defer func() {
		p.client.CloseIdleConnections()
		for len(g.stop) > before {
			g.stop[len(g.stop)-1]()
			g.stop = g.stop[:len(g.stop)-1]
		}
	}()
	if noHash {
		return p.measure(d, workers, g.only)
	}
	return p.measure(d, workers, "flow")
}
