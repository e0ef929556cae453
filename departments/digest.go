package departments

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Digest is what a department says it has received.
type Digest struct {
	Received []Receipt `json:"received"`
}

// Receipt names a message by the hash of its body.
type Receipt struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}

// maxDigest bounds a list: some 100 bytes for each message of two days.
const maxDigest = 32 << 20

// digestBack is how far a comparison looks back; what was sent in the last minutes is left for the next.
const (
	digestBack  = 48 * time.Hour
	digestQuiet = 5 * time.Minute
)

// digestArgs compares one department's list with ours; the empty code starts the comparison of all.
type digestArgs struct {
	Department string `json:"department"`
	AskedBy    string `json:"asked_by,omitempty"`
}

// Kind names the job in River's tables.
func (digestArgs) Kind() string { return "departments.digest" }

type digestWorker struct {
	river.WorkerDefaults[digestArgs]
	jobs *Jobs
}

// Timeout lets a long list come.
func (w *digestWorker) Timeout(*river.Job[digestArgs]) time.Duration { return time.Minute }

// Work never fails for a department's sake: what went wrong is in the row of the comparison.
func (w *digestWorker) Work(ctx context.Context, job *river.Job[digestArgs]) error {
	j := w.jobs
	if job.Args.Department != "" {
		return j.compare(ctx, job.Args.Department, job.Args.AskedBy)
	}
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	codes, err := digestCodes(ctx, j.DB)
	for _, code := range codes {
		_, oops := r.Insert(ctx, digestArgs{Department: code}, nil)
		err = errors.Join(err, oops)
	}
	return err
}

// errNoDigest is a department that has no such list.
var errNoDigest = errors.New("the department has no list of what it has received")

func (j *Jobs) digest(ctx context.Context, code string, since time.Time) (map[string]string, error) {
	from, err := endpointByCode(ctx, j.DB, code)
	if err != nil {
		return nil, err
	}
	address := from.URL + "/digest?" + url.Values{"since": {since.UTC().Format(time.RFC3339)}}.Encode()
	signature, err := j.Keys.In(from.Signature)([]byte(address), j.Now())
	if err != nil {
		return nil, err
	}
	answer, err := j.Client.fetch(ctx, address, signature, maxDigest)
	switch {
	case err != nil:
		return nil, err
	case answer.Status == http.StatusNotFound:
		return nil, errNoDigest
	case answer.Status != http.StatusOK || len(answer.Body) > maxDigest:
		return nil, fmt.Errorf("answer %d of %d bytes", answer.Status, len(answer.Body))
	}
	if j.Trust != nil {
		if err := j.Trust.From(ctx, from, answer.Signature, answer.Body); err != nil {
			return nil, err
		}
	}
	return parseDigest(answer.Body)
}

func parseDigest(body []byte) (map[string]string, error) {
	var list Digest
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("the list cannot be read: %w", err)
	}
	had := make(map[string]string, len(list.Received))
	for _, r := range list.Received {
		if raw, err := hex.DecodeString(r.SHA256); err != nil || len(raw) != 32 || r.ID == "" {
			return nil, errors.New("the list has an entry without id or hash")
		}
		had[r.ID] = strings.ToLower(r.SHA256)
	}
	return had, nil
}

// compared is the outcome of a comparison.
type compared struct {
	Department string
	At         time.Time
	Since      time.Time
	AskedBy    string
	Compared   int
	Missing    int
	Differ     int
	Unknown    int
	Problem    string
}

// compare sends again what the department has not, and opens an incident for what differs.
func (j *Jobs) compare(ctx context.Context, code, by string) error {
	now := j.Now()
	c := &compared{Department: code, At: now, Since: now.Add(-digestBack), AskedBy: by}
	had, err := j.digest(ctx, code, c.Since)
	if errors.Is(err, errNoDigest) && by == "" {
		return nil // it need not have one
	}
	if err != nil {
		c.Problem = describe(err)
		return insertDigest(ctx, j.DB, c)
	}
	ours, err := sentBetween(ctx, j.DB, code, c.Since.Add(digestQuiet), now.Add(-digestQuiet))
	if err != nil {
		return err
	}
	differed, err := differing(ctx, j.DB, code)
	if err != nil {
		return err
	}
	for _, s := range ours {
		c.Compared++
		if had[s.ID.String()] == hex.EncodeToString(s.Sum) && !differed[s.ID] {
			delete(had, s.ID.String())
			continue // nearly all
		}
		if err := j.match(ctx, c, &s, had[s.ID.String()]); err != nil {
			return err
		}
		delete(had, s.ID.String())
	}
	if c.Unknown, err = countUnknown(ctx, j.DB, code, had); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		if err := insertDigest(ctx, tx, c); err != nil {
			return err
		}
		change := func() ([]Trouble, error) { return endTrouble(ctx, tx, code, nil, "unknown", now) }
		if c.Unknown > 0 {
			cause := fmt.Sprintf("the department has %d messages that we never sent", c.Unknown)
			change = func() ([]Trouble, error) { return raiseTrouble(ctx, tx, code, nil, "unknown", cause, now) }
		}
		told, err := change()
		if err != nil {
			return err
		}
		return j.report(ctx, tx, told)
	})
}

// match holds one message against what the department says of it.
func (j *Jobs) match(ctx context.Context, c *compared, s *sent, theirs string) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		p, err := lockDelivery(ctx, tx, s.ID)
		if err != nil || p.State != "delivered" {
			return err
		}
		var told []Trouble
		switch theirs {
		case hex.EncodeToString(s.Sum):
			told, err = endTrouble(ctx, tx, c.Department, &s.ID, "differs", c.At)
		case "":
			c.Missing++
			if told, err = raiseTrouble(ctx, tx, c.Department, &s.ID, "missing", "the department does not have it: it is sent again", c.At); err == nil {
				err = j.resend(ctx, tx, p)
			}
		default:
			c.Differ++
			told, err = raiseTrouble(ctx, tx, c.Department, &s.ID, "differs", "the department has it with another content", c.At)
		}
		if err != nil {
			return err
		}
		return j.report(ctx, tx, told)
	})
}

// resend puts a message back that was lost behind the department's answer, and has the citizen told that it is safe and on its way.
func (j *Jobs) resend(ctx context.Context, tx pgx.Tx, p *progress) error {
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	now := j.Now()
	if err := markLost(ctx, tx, p.ID, now, now.Add(j.Policy.filled().Expiry)); err != nil {
		return err
	}
	u := ownUpdate(p, Late, "", now)
	u.EventID += "/" + uuid.NewString()
	if err := j.OnUpdate(ctx, tx, u); err != nil {
		return err
	}
	return wake(ctx, tx, r, p.ID, p.Department)
}
