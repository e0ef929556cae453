package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// SendArgs is the job that sends one notification.
type SendArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job in River's tables.
func (SendArgs) Kind() string { return "notify.send" }

// InsertOpts bounds the attempts by the length of the back-off.
func (SendArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: len(backoff) + 1} }

// backoff is the wait after each failed attempt: soon at first, since somebody waits for a code, and a day and a half in all.
var backoff = []time.Duration{
	5 * time.Second, 15 * time.Second, 45 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute,
	time.Hour, 3 * time.Hour, 8 * time.Hour, 24 * time.Hour,
}

// ErrRefused marks an error that another attempt cannot mend: no such address, or the message itself is refused.
var ErrRefused = errors.New("refused")

// Sender hands a message over. id is the same in every attempt, so that the other side can drop a second copy.
type Sender interface {
	Send(ctx context.Context, id uuid.UUID, m Message) error
}

// Worker sends what Outbox has queued.
type Worker struct {
	river.WorkerDefaults[SendArgs]
	DB    db.DB
	Box   *secret.Box
	Email Sender // an *SMTP
	SMS   Sender // a *Gateway
	Now   func() time.Time
	// MaxAge is, by kind, the age after which a message is worth nothing and is given up: that of a one-time code is the
	// code's life. A kind that is not here does not age.
	MaxAge map[string]time.Duration
}

// Timeout bounds one attempt.
func (w *Worker) Timeout(*river.Job[SendArgs]) time.Duration { return 30 * time.Second }

// NextRetry follows the back-off.
func (w *Worker) NextRetry(job *river.Job[SendArgs]) time.Time {
	return time.Now().Add(backoff[min(max(job.Attempt, 1), len(backoff))-1])
}

// Work makes one attempt.
func (w *Worker) Work(ctx context.Context, job *river.Job[SendArgs]) error {
	n, err := notificationByID(ctx, w.DB, job.Args.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return river.JobCancel(fmt.Errorf("notification %s is gone", job.Args.ID))
	}
	if err != nil || n.State != queued {
		return err
	}
	if age := w.MaxAge[n.Kind]; age > 0 && w.Now().Sub(n.CreatedAt) > age {
		return markFailed(ctx, w.DB, n.ID, "too old to be of use; before that: "+text(n.LastError))
	}
	m, err := n.open(w.Box)
	if err == nil {
		err = w.hand(ctx, n.ID, m)
	}
	// The attempt may have used up its time, and what came of it must be noted all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err == nil {
		return markSent(ctx, w.DB, n.ID, w.Now())
	}
	// Mail servers like to repeat the address, and neither this column nor River's errors are sealed.
	why := errors.New(hide(err.Error(), m.To))
	if errors.Is(err, ErrRefused) || errors.Is(err, secret.ErrSealed) || job.Attempt >= job.MaxAttempts {
		if err := markFailed(ctx, w.DB, n.ID, why.Error()); err != nil {
			return err // and not a cancelled job, which would leave the row queued for ever
		}
		return river.JobCancel(why)
	}
	return errors.Join(markAttempt(ctx, w.DB, n.ID, why.Error()), why)
}

func (w *Worker) hand(ctx context.Context, id uuid.UUID, m Message) error {
	sender := w.Email
	if m.Channel == SMS {
		sender = w.SMS
	}
	if sender == nil {
		return fmt.Errorf("no sender for %s is set up", m.Channel)
	}
	return sender.Send(ctx, id, m)
}

// hide takes the recipient out of an error's text, and bounds it.
func hide(why, recipient string) string {
	if recipient != "" {
		why = strings.ReplaceAll(why, recipient, "…")
		why = strings.ReplaceAll(why, strings.TrimPrefix(recipient, "+"), "…")
	}
	const most = 300 // letters
	if letters := []rune(why); len(letters) > most {
		why = string(letters[:most]) + "…"
	}
	return strings.ToValidUTF8(strings.ReplaceAll(why, "\x00", ""), "�")
}

func text(s *string) string {
	if s == nil {
		return "not tried"
	}
	return *s
}
