package departments

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/fault"
)

// fetchArgs fetches the documents of a result. It holds no data: the row does.
type fetchArgs struct {
	Department string `json:"department"`
	EventID    string `json:"event_id"`
}

// Kind names the job in River's tables.
func (fetchArgs) Kind() string { return "departments.fetch" }

// fetchExpiry is how long we try before staff must look.
const fetchExpiry = 24 * time.Hour

// order has the documents fetched. The job stands in the department's queue: a department that is silent holds up only itself.
func (h *Handler) order(ctx context.Context, tx pgx.Tx, n *news) error {
	now := h.Now()
	if err := insertResult(ctx, tx, n, now, now.Add(fetchExpiry)); err != nil {
		return err
	}
	return wakeFetch(ctx, tx, h.River, n.Department, n.Event.ID)
}

func wakeFetch(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], department, event string) error {
	job, err := r.InsertTx(ctx, tx, fetchArgs{department, event}, &river.InsertOpts{Queue: queueOf(department)})
	if err != nil {
		return fmt.Errorf("fetch result %s of %s: %w", event, department, err)
	}
	return setResultJob(ctx, tx, department, event, job.Job.ID)
}

// issued is a result on its way to the citizen.
type issued struct {
	Department    string
	EventID       string
	ApplicationID uuid.UUID
	DeliveryID    uuid.UUID
	Text          string
	At            time.Time
	Documents     []Document
	State         string
	Attempts      int
	NextAt        time.Time
	ExpiresAt     time.Time
}

type fetchWorker struct {
	river.WorkerDefaults[fetchArgs]
	jobs *Jobs
}

// Timeout is for all documents of a result. River takes a job that runs longer than two minutes for dead.
func (w *fetchWorker) Timeout(*river.Job[fetchArgs]) time.Duration { return 100 * time.Second }

// Work fetches what is announced, all or nothing, and tells the application.
func (w *fetchWorker) Work(ctx context.Context, job *river.Job[fetchArgs]) error {
	j := w.jobs
	i, err := resultOf(ctx, j.DB, job.Args.Department, job.Args.EventID, job.ID)
	if err != nil || i == nil {
		return err
	}
	if i.NextAt.After(j.Now()) {
		return river.JobSnooze(i.NextAt.Sub(j.Now()))
	}
	results, problem := j.fetchAll(ctx, i)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordPatience)
	defer cancel()
	if problem == nil {
		problem = j.hand(ctx, i, results)
		var known *fault.Error
		if problem != nil && !errors.As(problem, &known) {
			return problem // our own trouble: River tries again, then the watch
		}
	}
	if problem == nil {
		return nil
	}
	next := j.Now().Add(j.Policy.filled().pause(i.Attempts+1, ""))
	if !next.Before(i.ExpiresAt) {
		next = time.Time{}
	}
	return j.sleep(next, failResult(ctx, j.DB, i, describe(problem), next))
}

func (j *Jobs) fetchAll(ctx context.Context, i *issued) ([]Result, error) {
	from, err := endpointByCode(ctx, j.DB, i.Department)
	if err != nil {
		return nil, err
	}
	var results []Result
	for n := range i.Documents {
		d := &i.Documents[n]
		content, err := j.fetchOne(ctx, d, from)
		if err != nil {
			return nil, fmt.Errorf("document %d «%s»: %w", n+1, d.Name, err)
		}
		results = append(results, d.result(content))
	}
	return results, nil
}

// fetchOne asks for a document with a signature over its address, so that the address alone opens nothing. The address was checked
// when it came; it is again, because the endpoint may have moved since.
func (j *Jobs) fetchOne(ctx context.Context, d *Document, from *Endpoint) ([]byte, error) {
	if !sameHost(d.URL, from.URL) {
		return nil, errors.New("its address is not at the department's host")
	}
	signature, err := j.Keys.In(from.Signature)([]byte(d.URL), j.Now())
	if err != nil {
		return nil, err
	}
	answer, err := j.Client.fetch(ctx, d.URL, signature, d.Size)
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("answer %d", answer.Status)
	}
	return answer.Body, checkContent(d, answer.MediaType, answer.Body)
}

// hand gives the documents to the application, once.
func (j *Jobs) hand(ctx context.Context, i *issued, results []Result) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		fresh, err := keepResult(ctx, tx, i.Department, i.EventID)
		if err != nil || !fresh {
			return err
		}
		return j.OnUpdate(ctx, tx, Update{EventID: i.Department + "/" + i.EventID, ApplicationID: i.ApplicationID, DeliveryID: i.DeliveryID,
			Department: i.Department, Kind: KindResult, Text: i.Text, At: i.At, Results: results})
	})
}

// reviveResult starts a job for a result whose worker was killed.
func (j *Jobs) reviveResult(ctx context.Context, lost fetchArgs) error {
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return wakeFetch(ctx, tx, r, lost.Department, lost.EventID) })
}
