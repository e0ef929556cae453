package payments

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// ClaimsArgs is the daily job that forgets what guests have looked up.
type ClaimsArgs struct{}

// Kind names the job.
func (ClaimsArgs) Kind() string { return "payments.claims" }

// claimsKept is longer than a guest's cookie lives: nobody can come back to what is forgotten.
const claimsKept = guestFor + 24*time.Hour

type claimsWorker struct {
	river.WorkerDefaults[ClaimsArgs]
	jobs *Jobs
}

// Work forgets them. What people with accounts have named stays: they come back for their receipts.
func (w *claimsWorker) Work(ctx context.Context, _ *river.Job[ClaimsArgs]) error {
	return forgetGuests(ctx, w.jobs.DB, w.jobs.Now().Add(-claimsKept))
}
