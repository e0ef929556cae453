package applications

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/files"
)

// scanArgs scans a file that came while the scanner was away.
type scanArgs struct {
	File uuid.UUID `json:"file"`
}

// Kind names the job in River's tables.
func (scanArgs) Kind() string { return "applications.scan" }

// How often the scanner is asked again: soon at first, then every quarter of an hour. A job of River that only waits is not
// counted as tried.
const (
	scanFirst = 20 * time.Second
	scanLast  = 15 * time.Minute
)

func (k *Core) scanLater(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	_, err := k.River.InsertTx(ctx, tx, scanArgs{id}, &river.InsertOpts{ScheduledAt: k.Now().Add(scanFirst)})
	return err
}

func (j *Jobs) workScan(ctx context.Context, job *river.Job[scanArgs]) error {
	f, err := fileToScan(ctx, j.DB, job.Args.File)
	if err != nil || f == nil || j.Files.Folder == nil {
		return err
	}
	err = j.rescan(ctx, f)
	if errors.Is(err, files.ErrUnavailable) {
		age := j.Now().Sub(f.CreatedAt)
		return river.JobSnooze(min(max(age/2, scanFirst), scanLast))
	}
	return err
}

// rescan asks the scanner about a file and writes down its word. Where no scanner is configured any more the file passes as it
// would today. A virus is removed at once, and those who take part are told.
func (j *Jobs) rescan(ctx context.Context, f *scanned) error {
	state, virus := scanClean, ""
	if j.Files.Scanner != nil {
		content, err := j.Files.read(j.Core, f.Application, f.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("file %s: %w", f.ID, err)
		}
		if err == nil {
			virus, err = j.Files.Scanner.Scan(ctx, content)
		}
		if err != nil {
			return err
		}
		if virus != "" {
			state = scanInfected
		}
	}
	err := j.locked(ctx, f.Application, func(tx pgx.Tx, d *dossier) error {
		kept, err := setScan(ctx, tx, f.ID, state, virus, j.Now())
		if err != nil || state != scanInfected || !kept {
			return err
		}
		if err := j.note(ctx, tx, d, Event{Kind: "file_refused"}); err != nil {
			return err
		}
		return j.tell(ctx, tx, d, "file_refused", nil)
	})
	if err == nil && state == scanInfected {
		err = j.Files.Folder.Delete(f.ID)
	}
	return err
}

// sweepFiles scans what its job has missed, and removes contents that nothing names any more.
func (j *Jobs) sweepFiles(ctx context.Context) error {
	if j.Files.Folder == nil {
		return nil
	}
	var all error
	if err := dropLoose(ctx, j.DB, j.Now().Add(-looseKept)); err != nil {
		all = errors.Join(all, err)
	}
	gone, err := goneFiles(ctx, j.DB)
	all = errors.Join(all, err)
	var done []uuid.UUID
	for _, id := range gone {
		if err := j.Files.Folder.Delete(id); err != nil {
			all = errors.Join(all, err)
			continue
		}
		done = append(done, id)
	}
	if len(done) > 0 {
		all = errors.Join(all, forgetGone(ctx, j.DB, done))
	}
	return errors.Join(all, j.scanMissed(ctx))
}

// scanMissed asks about the files whose own job did not come to its end. One whose content is gone keeps none of the others.
func (j *Jobs) scanMissed(ctx context.Context) (all error) {
	ids, err := unscannedFiles(ctx, j.DB, j.Now().Add(-2*scanLast))
	if err != nil {
		return err
	}
	for _, id := range ids {
		f, err := fileToScan(ctx, j.DB, id)
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		if err := j.rescan(ctx, f); errors.Is(err, files.ErrUnavailable) {
			return all // the others would find it away too
		} else if err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

// orphansArgs looks through the folder for contents without a row: a process died between the two.
type orphansArgs struct{}

// Kind names the job in River's tables.
func (orphansArgs) Kind() string { return "applications.orphans" }

func (j *Jobs) workOrphans(ctx context.Context, _ *river.Job[orphansArgs]) error {
	if j.Files.Folder == nil {
		return nil
	}
	_, err := j.Files.Folder.Orphans(ctx, j.Now().Add(-looseKept), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		return knownFiles(ctx, j.DB, ids)
	})
	return err
}
