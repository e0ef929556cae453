package esia

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"tamga/internal/job"
)

// PurgeArgs retires old keys, and deletes expired requests, grants and old rows of the journal of signatures.
type PurgeArgs struct{}

// Kind is River's name of the job.
func (PurgeArgs) Kind() string { return "esia.purge" }

// AddWorkers registers the job.
func AddWorkers(w *river.Workers, d *pgxpool.Pool) {
	job.Add[PurgeArgs](w, func(ctx context.Context) error {
		return errors.Join(retire(ctx, d, time.Now()), purge(ctx, d, time.Now()))
	})
}

// PeriodicJobs returns what runs by the clock.
func PeriodicJobs() []*river.PeriodicJob { return job.Every(time.Hour, PurgeArgs{}) }
