package applications

import (
	"context"
	"encoding/hex"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/fault"
	"tamga/internal/files"
)

// What happens to an uploaded file: it is inspected and scanned before it is taken, kept sealed under its id, and shown on its
// step. An answer that names it makes it kept; a file that no answer names for a day goes, and with a draft all of its files go.
// Nothing is signed before the scanner has called every file of an application clean, where there is a scanner.

// FileRoom is where files of applications are kept, and who scans them.
type FileRoom struct {
	Folder  *files.Folder  // nil: files cannot be attached
	Scanner *files.Scanner // nil: nothing is scanned
}

// The states of a scan.
const (
	scanNone        = "none" // there is no scanner
	scanUnavailable = "unavailable"
	scanClean       = "clean"
	scanInfected    = "infected"
)

// Limits of one application, whatever its questions allow.
const (
	maxFiles     = 60
	maxFileBytes = 200 << 20
	looseKept    = 24 * time.Hour // for a file that no answer names: the page may still be open
)

// MaxUpload is the largest body of a form with files: several at once.
const MaxUpload = 64 << 20

var stepShape = regexp.MustCompile(`^/applications/[0-9a-f-]{36}/(steps/[a-z0-9_]+|messages|requests/[0-9a-f-]{36})$`)

// messageQuestion stands for the question of a file that goes with a message.
const messageQuestion = "message"

// TakesFiles tells whether a form with files may be posted to a path of the portal.
func TakesFiles(path string) bool { return stepShape.MatchString(path) }

var errScanning = fault.New(fault.Conflict, "catalog_fields.scan_wait")

// attachment is a file of an application.
type attachment struct {
	ID        uuid.UUID
	Party     string
	Question  string
	Name      string
	Kind      string
	Size      int64
	SHA256    []byte
	Scan      string
	Kept      bool
	CreatedAt time.Time
}

// public is the file as forms and answers know it.
func (a *attachment) public(application uuid.UUID) catalog.File {
	return catalog.File{ID: a.ID.String(), Name: a.Name, Type: a.Kind, Size: a.Size, SHA256: hex.EncodeToString(a.SHA256),
		State: a.Scan, Href: applicationPath(application, "/files/"+a.ID.String())}
}

// gatherFiles takes what is attached to an application whose service asks for files.
func (k *Core) gatherFiles(f *dossier, rows []fileRow) error {
	if !f.Definition.AsksFiles() {
		return nil
	}
	for _, row := range rows {
		a, err := k.opened(f.ID, row)
		if err != nil {
			return err
		}
		f.Files = append(f.Files, a)
	}
	return nil
}

// opened is a file with its name in the clear.
func (k *Core) opened(application uuid.UUID, row fileRow) (*attachment, error) {
	a := &attachment{ID: row.ID, Party: row.Party, Question: row.Question, Kind: row.Kind, Size: row.Size, SHA256: row.SHA256,
		Scan: row.Scan, Kept: row.Kept, CreatedAt: row.CreatedAt}
	return a, k.unseal(row.Name, &a.Name, application, "file", a.ID.String())
}

// fileOf finds files for the form of a step: those that belong to the answers of its owner.
func (d *dossier) fileOf(step *catalog.Step) func(string) (catalog.File, bool) {
	owner := step.Owner(d.Me.ID)
	return func(id string) (catalog.File, bool) {
		i := slices.IndexFunc(d.Files, func(a *attachment) bool { return a.Party == owner && a.ID.String() == id })
		if i < 0 {
			return catalog.File{}, false
		}
		return d.Files[i].public(d.ID), true
	}
}

// unscanned tells whether a file that belongs to the answers has not been found clean.
func (d *dossier) unscanned() bool {
	return slices.ContainsFunc(d.Files, func(a *attachment) bool { return a.Kept && !a.clean() })
}

// unscannedIn tells whether a file that other answers name has not been found clean.
func (d *dossier) unscannedIn(set catalog.Set) bool {
	named := d.filesIn(set)
	return slices.ContainsFunc(d.Files, func(a *attachment) bool { return slices.Contains(named, a.ID) && !a.clean() })
}

func (a *attachment) clean() bool { return a.Scan == scanClean || a.Scan == scanNone }

// filesIn are the files that answers name.
func (d *dossier) filesIn(set catalog.Set) []uuid.UUID {
	named := []uuid.UUID{}
	for _, owner := range append([]string{""}, partyIDs(d)...) {
		for _, id := range catalog.FilesIn(set.Of(owner)) {
			if parsed, err := uuid.Parse(id); err == nil {
				named = append(named, parsed)
			}
		}
	}
	return named
}

// keepFiles marks the files that the answers name. The others wait a day for somebody who still has the page open.
func (k *Core) keepFiles(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if len(d.Files) == 0 {
		return nil
	}
	return markKept(ctx, tx, d.ID, d.filesIn(d.Set))
}

// fileReader opens a stored file: only the very bytes that were uploaded open.
func (r *FileRoom) read(k *Core, application, id uuid.UUID) ([]byte, error) {
	sealed, err := r.Folder.Get(id)
	if err != nil {
		return nil, err
	}
	return k.Box.Open(sealed, filePlace(application, id))
}

func filePlace(application, id uuid.UUID) []byte {
	return []byte("application/" + application.String() + "/content/" + id.String())
}
