package payments

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Owner is the outside system that made charges: where it takes notices of their payment. It knows them for ours by the key that both
// have, or, when Sign is set, by our signature as in the exchange with departments.
type Owner struct {
	URL    string
	Secret []byte
	Sign   func(body []byte, now time.Time) (string, error)
	Header string       // of the signature; X-JWS-Signature when ""
	Client *http.Client // that keeps to the addresses which may be called; nil: one that does not
}

// QuittanceArgs is the job that tells the owner of a charge of money that came or went back. It is inserted in the transaction
// that records the money, and tried again until the owner takes it.
type QuittanceArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job.
func (QuittanceArgs) Kind() string { return "payments.quittance" }

// The headers of a notice: its key, by which an owner knows one that comes twice, and HMAC-SHA256 of the body, in hex.
const (
	quittanceKey       = "Idempotency-Key"
	quittanceSignature = "X-Signature"
	jwsSignature       = "X-JWS-Signature" // of owners whose notices are signed as the exchange is
)

// noAddress begins what is noted of an owner whom nobody has named to the worker.
const noAddress = "no address is set for "

// notice is what the owner of a charge is to hear.
type notice struct {
	kind   string // "paid" or "returned"
	amount int64
	refund uuid.UUID // by what it went back, uuid.Nil when by no refund
	at     time.Time
}

// quit queues a notice to the owner of a charge that is not an application's: that one hears by PaidArgs.
func (d *desk) quit(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, n notice) error {
	if c.OriginKind == FromApplication || n.amount == 0 {
		return nil
	}
	id := uuid.Must(uuid.NewV7())
	fresh, err := insertQuittance(ctx, tx, id, p, n)
	if err != nil || !fresh {
		return err
	}
	_, err = d.river.InsertTx(ctx, tx, QuittanceArgs{id}, nil)
	return err
}

type quittanceWorker struct {
	river.WorkerDefaults[QuittanceArgs]
	jobs *Jobs
}

func (*quittanceWorker) Timeout(*river.Job[QuittanceArgs]) time.Duration { return 30 * time.Second }

// Work sends the notice. One whose answer was lost goes again under the same key.
func (w *quittanceWorker) Work(ctx context.Context, job *river.Job[QuittanceArgs]) error {
	j := w.jobs
	q, err := quittanceByID(ctx, j.DB, job.Args.ID)
	if err != nil || q.Sent {
		return err
	}
	owner, ok := j.Owners[q.Source]
	if !ok {
		return errors.Join(tryQuittance(ctx, j.DB, q.ID, noAddress+q.Source, j.Now()), river.JobSnooze(time.Hour)) // an operator has not said yet where it goes
	}
	if err := owner.send(ctx, q); err != nil {
		return errors.Join(err, tryQuittance(ctx, j.DB, q.ID, err.Error(), j.Now()))
	}
	return setQuittanceSent(ctx, j.DB, q.ID, j.Now())
}

func (o Owner) send(ctx context.Context, q *Quittance) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	status, _, err := o.Post(ctx, q.ID.String(), body)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("quittance %s: %s answers %d", q.ID, q.Source, status)
	}
	return err
}

// Post sends a body under a key by which the owner knows one that comes twice, signed as the owner wants it.
func (o Owner) Post(ctx context.Context, key string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.URL, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(quittanceKey, key)
	if o.Sign != nil {
		signature, err := o.Sign(body, time.Now())
		if err != nil {
			return 0, nil, err
		}
		req.Header.Set(cmp.Or(o.Header, jwsSignature), signature)
	} else {
		mac := hmac.New(sha256.New, o.Secret)
		mac.Write(body)
		req.Header.Set(quittanceSignature, hex.EncodeToString(mac.Sum(nil)))
	}
	client := o.Client
	if client == nil {
		client = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, answer, err
}
