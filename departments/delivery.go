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
	Type           string    // TypeSubmitted when ""; also TypeMessage, TypeCorrected, TypeCancelled
	ApplicationID  uuid.UUID
	Number         string // the application's human number
	Department     string // code of an endpoint
	Service        string
	ServiceVersion int
	Data           json.RawMessage // JSON of Application, MessageData, CorrectedData or CancelledData, by Type; sealed at rest
}

// deliverArgs wakes the worker for one delivery. It holds no data: the row does.
type deliverArgs struct {
	DeliveryID uuid.UUID `json:"delivery_id"`
}

// Kind names the job in River's tables.
func (deliverArgs) Kind() string { return "departments.deliver" }

// Enqueue puts d into the outbox and wakes the worker, in the caller's transaction: either the application is submitted and
// will be delivered, or neither. Data are sealed by box at rest. Enqueueing the same ID again changes nothing. Other jobs of the
// transaction may go along: that saves a trip to the database.
func Enqueue(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], box *secret.Box, d Delivery, along ...river.InsertManyParams) error {
	if !json.Valid(d.Data) {
		return fmt.Errorf("enqueue delivery %s: data are not JSON", d.ID)
	}
	if d.Type == "" {
		d.Type = TypeSubmitted
	}
	if err := lockApplication(ctx, tx, d.ApplicationID); err != nil {
		return err
	}
	own := river.InsertManyParams{Args: deliverArgs{DeliveryID: d.ID}, InsertOpts: &river.InsertOpts{Queue: queueOf(d.Department)}}
	jobs, err := r.InsertManyTx(ctx, tx, append([]river.InsertManyParams{own}, along...))
	if err != nil {
		return fmt.Errorf("wake delivery %s: %w", d.ID, err)
	}
	sum := sha256.Sum256(d.Data)
	return insertDelivery(ctx, tx, d, seal(box, d), sum[:], jobs[0].Job.ID) // when it was enqueued before, the job finds that it is not its own, and ends
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

// The kinds of news.
const (
	KindStatus      = "status"      // Status, and Text
	KindMessage     = "message"     // the department says Text to the applicant
	KindRequest     = "request"     // it needs something: Text and Request
	KindResult      = "result"      // it has issued documents: Results, all of them fetched and checked, and Text
	KindAppointment = "appointment" // it awaits the applicant: Appointment; a later one takes the place of an earlier one
	KindDelivery    = "delivery"    // not of the application but of our message DeliveryID about it (TypeMessage, TypeCorrected,
	//                                 TypeCancelled): Status is Sent, Rejected with Text saying why, or Late
)

// Update is news about an application, told once per EventID.
type Update struct {
	EventID       string
	ApplicationID uuid.UUID
	DeliveryID    uuid.UUID // the message that the news are about; of a call-back: that which submitted the application
	Department    string    // code
	Kind          string    // never ""
	Status        string    // of KindStatus and KindDelivery
	Text          string    // plain text from the department; already cut and cleaned
	At            time.Time

	Request     *Request
	Results     []Result
	Appointment *Appointment
}

// Result is a document that a department has issued.
type Result struct {
	Name      string
	MediaType string
	SHA256    [32]byte
	Content   []byte
	Signature []byte // detached CMS signature of Content, nil without one
}

// OnUpdate keeps an update. It runs in the transaction that records the news: both happen, or neither and the department, or
// the worker, tries again.
type OnUpdate = func(ctx context.Context, tx pgx.Tx, u Update) error
