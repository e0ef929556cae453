package departments

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/secret"
)

// Delivery is a message to a department about an application.
type Delivery struct {
	ID             uuid.UUID // the idempotency key: the department sees it as the event's id
	ApplicationID  uuid.UUID
	Number         string // the application's human number
	Department     string // code of an endpoint
	Service        string
	ServiceVersion int
	Data           json.RawMessage // the Application as JSON; sealed at rest
}

// deliverArgs wakes the worker for one delivery. It holds no data: the row does.
type deliverArgs struct {
	DeliveryID uuid.UUID `json:"delivery_id"`
}

// Kind names the job in River's tables.
func (deliverArgs) Kind() string { return "departments.deliver" }

// Enqueue puts d into the outbox and wakes the worker, in the caller's transaction: either the application is submitted and
// will be delivered, or neither. Data are sealed by box at rest. Enqueueing the same ID again changes nothing.
func Enqueue(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], box *secret.Box, d Delivery) error {
	if !json.Valid(d.Data) {
		return fmt.Errorf("enqueue delivery %s: data are not JSON", d.ID)
	}
	if err := lockApplication(ctx, tx, d.ApplicationID); err != nil {
		return err
	}
	sum := sha256.Sum256(d.Data)
	fresh, err := insertDelivery(ctx, tx, d, seal(box, d), sum[:])
	if err != nil || !fresh {
		return err
	}
	return wake(ctx, tx, r, d.ID, d.Department)
}

// wake starts a job for the delivery in its department's queue. Any older job of it finds that it is no longer the current one, and ends.
func wake(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], id uuid.UUID, department string) error {
	job, err := r.InsertTx(ctx, tx, deliverArgs{DeliveryID: id}, &river.InsertOpts{Queue: queueOf(department)})
	if err != nil {
		return fmt.Errorf("wake delivery %s: %w", id, err)
	}
	return setJob(ctx, tx, id, job.Job.ID)
}

// The statuses that OnUpdate is told.
const (
	Sent       = "sent"        // the department has it
	Accepted   = "accepted"    // taken into work after a look at it
	Rejected   = "rejected"    // not taken: Text says why
	InProgress = "in_progress" // intermediate news
	Completed  = "completed"
	Refused    = "refused" // decided against: Text is the ground
	Late       = "late"    // not delivered yet: it is safe, and waits
)

// Update is news about an application, told once per EventID.
type Update struct {
	EventID       string
	ApplicationID uuid.UUID
	Status        string
	Text          string // plain text from the department; already cut and cleaned
	At            time.Time
}

// OnUpdate keeps an update. It runs in the transaction that records the news: both happen, or neither and the department, or
// the worker, tries again.
type OnUpdate = func(ctx context.Context, tx pgx.Tx, u Update) error
