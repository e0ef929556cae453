package utility

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/secret"
	"tamga/payments"
)

// ReadingArgs is the job that tells a register of a reading. It is inserted in the transaction that keeps the reading, and tried
// again until the register has answered.
type ReadingArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job.
func (ReadingArgs) Kind() string { return "utility.reading" }

// Jobs tell registers of readings.
type Jobs struct {
	DB     db.DB
	Box    *secret.Box
	Owners map[string]payments.Owner // where registers take readings, by source
	Now    func() time.Time
}

// AddWorkers registers the worker.
func (j *Jobs) AddWorkers(w *river.Workers) { river.AddWorker(w, &readingWorker{jobs: j}) }

type readingWorker struct {
	river.WorkerDefaults[ReadingArgs]
	jobs *Jobs
}

func (*readingWorker) Timeout(*river.Job[ReadingArgs]) time.Duration { return 30 * time.Second }

// readingNotice is what the register is told. Nothing in it is of a person but the number of the flat's account.
type readingNotice struct {
	ID      uuid.UUID `json:"id"`
	Account string    `json:"account"`
	Meter   string    `json:"meter"`
	Value   string    `json:"value"` // 123.456
	Month   string    `json:"month"` // 2026-11
	At      time.Time `json:"at"`
}

// Work sends the reading. One whose answer was lost goes again under the same key; a 422 is the register's final no, which the
// person is shown with its reason.
func (w *readingWorker) Work(ctx context.Context, job *river.Job[ReadingArgs]) error {
	j := w.jobs
	r, err := readingByID(ctx, j.DB, job.Args.ID)
	if err != nil || r.Sent {
		return err
	}
	owner, ok := j.Owners[r.Source]
	if !ok {
		return river.JobSnooze(time.Hour) // an operator has not said yet where it goes
	}
	number, err := j.Box.Open(r.Number, numberSeal(r.AccountID))
	if err != nil {
		return err
	}
	body, err := json.Marshal(readingNotice{r.ID, string(number), r.Meter, fmt.Sprintf("%d.%03d", r.Value/valueScale, r.Value%valueScale), r.Month.Format("2006-01"), r.GivenAt})
	if err != nil {
		return err
	}
	status, answer, err := owner.Post(ctx, r.ID.String(), body)
	switch {
	case err != nil:
		return err
	case status/100 == 2:
		return setReadingSent(ctx, j.DB, r.ID, "", j.Now())
	case status == http.StatusUnprocessableEntity:
		var said struct {
			Text string `json:"text"`
		}
		if json.Unmarshal(answer, &said) != nil || said.Text == "" {
			said.Text = "без причины"
		}
		return setReadingSent(ctx, j.DB, r.ID, said.Text, j.Now())
	}
	return fmt.Errorf("reading %s: %s answers %d", r.ID, r.Source, status)
}
