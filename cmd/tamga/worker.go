package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/migrations"
	"tamga/payments"
	"tamga/payments/utility"
	"tamga/portal/notices"
	"tamga/support"
)

// workerRole works the jobs of the portal's database. Any number of them may run.
type workerRole struct {
	common
	citizens
	bank
	bodies
	mail
}

// Run works until it is stopped.
func (w *workerRole) Run(ctx context.Context) error {
	r, err := w.build(ctx)
	if err != nil {
		return err
	}
	return serve(ctx, w.logger(), r)
}

func (w *workerRole) build(ctx context.Context) (_ *role, err error) {
	r := &role{name: "worker"}
	defer r.closeOnError(&err)
	g, err := r.open(ctx, w.common, w.DatabaseURL, w.RedisURL, w.Key, migrations.Portal())
	if err != nil {
		return nil, err
	}
	g.note.Inbox, g.note.WayTo = (&notices.Inbox{Box: g.box, Now: time.Now}).Take, notices.WayTo
	services, err := r.services(ctx, g, w.definitions)
	if err != nil {
		return nil, err
	}
	ours, err := w.ours(w.Key)
	if err != nil {
		return nil, err
	}
	client := w.client()
	if err := departments.SaveEndpoints(ctx, g.pool, client, w.endpoints(services), time.Now()); err != nil {
		return nil, err
	}
	core, err := w.core(g, services)
	if err != nil {
		return nil, err
	}
	tills, err := w.acquirers()
	if err != nil {
		return nil, err
	}
	exchanges := &departments.Jobs{DB: g.pool, Box: g.box, Keys: ours, Client: client, Source: w.PortalURL, Now: time.Now, Log: g.log,
		Policy: w.policy(), OnUpdate: planned(g, core.OnUpdate), Carriers: carriers(g),
		Trust: &departments.Trust{Client: client, Now: time.Now, DB: g.pool}, OnTrouble: trouble}
	registers, err := w.checkJobs(ctx, g, services, ours, client)
	if err != nil {
		return nil, err
	}
	sets := []jobSet{
		registers,
		&payments.Jobs{DB: g.pool, Bank: tills[0], More: tills[1:], Notify: g.note, Pages: g.pages, Now: time.Now, PublicURL: w.PortalURL, Log: g.log,
			Owners: w.owners(ours, client, "/quittances"), Box: g.box},
		&utility.Jobs{DB: g.pool, Box: g.box, Owners: w.owners(ours, client, "/readings"), Now: time.Now},
		exchanges,
		&applications.Jobs{Core: core, Log: g.log},
		&support.Jobs{
			Desk:   support.Desk{DB: g.pool, Box: g.box, Notify: g.note, Pages: g.pages, Now: time.Now, PublicURL: w.PortalURL},
			Checks: g.check, Reach: reach(client), Log: g.log,
		},
		&catalog.Press{DB: g.pool, River: g.river, Files: w.files(), Now: time.Now},
	}
	workers, periodic := river.NewWorkers(), []*river.PeriodicJob{journal.Periodic(10 * time.Second)}
	river.AddWorker(workers, w.worker(g.pool, g.box))
	river.AddWorker(workers, &journal.Sealer{DB: g.pool})
	for _, set := range sets {
		set.AddWorkers(workers)
		if p, ok := set.(interface{ PeriodicJobs() []*river.PeriodicJob }); ok {
			periodic = append(periodic, p.PeriodicJobs()...)
		}
	}
	if r.jobs, err = working(g, workers, periodic); err != nil {
		return nil, err
	}
	queues, err := exchanges.Queues(ctx)
	maps.Copy(queues, registers.Queues())
	for name, config := range queues {
		err = errors.Join(err, r.jobs.Queues().Add(name, config))
	}
	if err == nil {
		err = exchanges.Awake(ctx, r.jobs)
	}
	return r, err
}

// owners are where departments hear of money for the charges that they have made, or of readings of their meters.
func (b bodies) owners(ours *departments.Keys, client *departments.Client, path string) map[string]payments.Owner {
	owners := map[string]payments.Owner{}
	for code, address := range b.Departments {
		if strings.HasPrefix(address, "http") { // a folder and the workplace make no charges
			owners[code] = payments.Owner{URL: address + path, Sign: ours.In(b.form(code)), Header: departments.HeaderFor(b.form(code)), Client: client.Guarded()}
		}
	}
	return owners
}

// jobSet is a domain's share of the work.
type jobSet interface{ AddWorkers(*river.Workers) }

// endpoints joins the configured addresses with the names that the catalog knows.
func (b bodies) endpoints(services *catalog.Catalog) []departments.Endpoint {
	var list []departments.Endpoint
	for code, address := range b.Departments {
		e := departments.Endpoint{Code: code, URL: address, Name: i18n.Text{RU: code}, Signature: b.form(code)}
		if d := services.Department(code); d != nil {
			e.Name = d.Name
		}
		list = append(list, e)
	}
	return list
}

// rescueAfter is when a job whose worker was killed is worked again. River's own hour would let a paid application, or the code
// that somebody waits for, lie that long. No job may run longer: River ends each after a minute unless its worker asks for less.
const rescueAfter = 2 * time.Minute

// working returns a River client that works the jobs, twenty at once.
func working(g *ground, workers *river.Workers, periodic []*river.PeriodicJob) (*river.Client[pgx.Tx], error) {
	client, err := river.NewClient(riverpgxv5.New(g.pool), &river.Config{
		Logger:       quiet(g.log),
		Workers:      workers,
		PeriodicJobs: periodic,
		Queues:       map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 20}},

		RescueStuckJobsAfter: rescueAfter,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return client, nil
}

// reach asks whether a department's system answers, for the status page.
func reach(client *departments.Client) func(context.Context, string) error {
	return func(ctx context.Context, address string) error {
		answer, err := client.Get(ctx, address)
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("answer %d", answer.Status)
		}
		return err
	}
}
