package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"tamga/internal/web"
)

// grace is how long requests and jobs under way may take to finish when a role stops.
const grace = 15 * time.Second

// role is a part that has been opened and waits to run.
type role struct {
	name   string
	app    *fiber.App
	ln     net.Listener
	jobs   *river.Client[pgx.Tx] // nil for a role without jobs
	closer []func()              // in the order of opening
}

// close releases what a role opened, the latest first. Once.
func (r *role) close() {
	for i := len(r.closer) - 1; i >= 0; i-- {
		r.closer[i]()
	}
	r.closer = nil
}

// closeOnError releases what a role opened before its building failed.
func (r *role) closeOnError(err *error) {
	if *err != nil {
		r.close()
	}
}

// listen reserves a port for the role. A taken port is the commonest trouble of a first start, so its text says what to do.
func (r *role) listen(address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: port %s is taken by another program. Stop it, or choose other ports: TAMGA_PORT_BASE=9000 make run",
			r.name, address)
	}
	if err != nil {
		return nil, err
	}
	r.closer = append(r.closer, func() { _ = ln.Close() })
	return ln, nil
}

// serve runs roles until ctx ends or one of them fails, then stops all: first the sites, then the jobs, each finishing what it began.
func serve(ctx context.Context, log *slog.Logger, roles ...*role) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, r := range roles {
		if r.jobs != nil {
			if err := r.jobs.Start(context.WithoutCancel(ctx)); err != nil {
				return fmt.Errorf("%s: start jobs: %w", r.name, err)
			}
		}
		if r.app != nil {
			g.Go(func() error {
				log.Info("listening", "role", r.name, "address", r.ln.Addr().String())
				return web.Serve(ctx, r.app, r.ln, grace)
			})
		}
	}
	<-ctx.Done()
	err := g.Wait()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, r := range roles {
		if r.jobs == nil {
			continue
		}
		if stopErr := r.jobs.Stop(stop); stopErr != nil {
			log.Warn("jobs were cut off", "role", r.name, "err", stopErr)
			_ = r.jobs.StopAndCancel(context.WithoutCancel(ctx))
		}
	}
	for _, r := range roles {
		r.close()
	}
	return err
}
