package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"tamga/internal/dbtest"
)

type idleArgs struct{}

func (idleArgs) Kind() string { return "test.idle" }

// TestJobOfAKilledWorker: nobody tells River that a worker was killed, so the job stands as running.
func TestJobOfAKilledWorker(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), dbtest.DB(t, dbtest.Portal)
	done := make(chan struct{}, 1)
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[idleArgs]) error {
		done <- struct{}{}
		return nil
	}))
	client, err := working(&ground{pool: pool, log: slog.New(slog.DiscardHandler)}, workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	job, err := client.Insert(ctx, idleArgs{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(ctx, `
		UPDATE river_job SET state = 'running', attempt = 1, attempted_by = '{gone}', attempted_at = now() - interval '3 minutes'
		WHERE id = $1`, job.Job.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Stop(context.WithoutCancel(ctx)) })
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Error("the job of the killed worker waits")
	}
}
