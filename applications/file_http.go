package applications

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/fault"
	"tamga/internal/files"
	"tamga/internal/web"
)

// scanTime is how long somebody waits for the scanner with the page; afterwards a job asks it.
const scanTime = 8 * time.Second

// uploadRate keeps one person from filling the folder.
var uploadRate = web.Rate{Burst: maxFiles, Every: 20 * time.Second}

var (
	errNoFile = fault.New(fault.NotFound, "catalog_fields.no_file")
	errNoRoom = errors.New("the application has too many files")
)

// receive takes the files of a posted step before its answers are read, so that they are there whatever is wrong with the rest. It
// adds their ids to the values and returns what was wrong with the others.
func (h *Handler) receive(c *fiber.Ctx, values url.Values) (catalog.Problems, error) {
	m, err := c.MultipartForm()
	if err != nil || len(m.File) == 0 {
		return nil, nil // not every form has files
	}
	p, d, err := h.read(c)
	if err != nil {
		return nil, err
	}
	step, _, _ := d.visible(c.Params("step"))
	if step == nil || !d.editable() {
		return nil, nil // saveStep says so itself
	}
	return h.receiveStep(c, p, d, step, m, values)
}

// receiveStep takes the files that answer questions of a step.
func (h *Handler) receiveStep(c *fiber.Ctx, p *Person, d *dossier, step *catalog.Step, m *multipart.Form, values url.Values) (catalog.Problems, error) {
	var problems catalog.Problems
	for name, sent := range m.File {
		q := step.FileQuestion(name)
		sent = slices.DeleteFunc(slices.Clone(sent), func(f *multipart.FileHeader) bool { return f.Filename == "" && f.Size == 0 })
		for i, f := range sent {
			if q == nil || d.Definition.Question(q.ID) == nil {
				break
			}
			if len(values[name])+1 > q.MaxFiles() {
				problems = append(problems, catalog.Problem{Field: name, Key: "catalog_fields.file_over",
					Args: []any{q.MaxFiles(), len(sent) - i}})
				break
			}
			id, problem, err := h.receiveOne(c, p, d, step, q, f)
			if err != nil {
				return nil, err
			}
			if problem != nil {
				problem.Field = name
				problems = append(problems, *problem)
				continue
			}
			values.Add(name, id.String())
		}
	}
	slices.SortFunc(problems, func(a, b catalog.Problem) int { return strings.Compare(a.Field, b.Field) })
	return problems, nil
}

// receiveOne inspects, scans and stores one file.
func (h *Handler) receiveOne(c *fiber.Ctx, p *Person, d *dossier, step *catalog.Step, q *catalog.Question, f *multipart.FileHeader) (uuid.UUID, *catalog.Problem, error) {
	ctx, name := c.UserContext(), files.CleanName(f.Filename)
	wrong := func(key string, args ...any) (uuid.UUID, *catalog.Problem, error) {
		return uuid.Nil, &catalog.Problem{Key: key, Args: append([]any{name}, args...)}, nil
	}
	if h.Files.Folder == nil {
		return wrong("catalog_fields.file_away")
	}
	if err := h.within(ctx, "files", p, uploadRate); errors.Is(err, fault.TooMany) {
		return wrong("catalog_fields.file_rate")
	} else if err != nil {
		return uuid.Nil, nil, err
	}
	if f.Size > q.MaxBytes() {
		return wrong("catalog_fields.file_large", int(q.MaxBytes()>>20))
	}
	content, err := contentOf(f, q.MaxBytes())
	if err != nil {
		return uuid.Nil, nil, err
	}
	kind, err := files.Inspect(content, name, f.Header.Get("Content-Type"), q.FileKinds())
	if err != nil {
		key, known := inspectTexts[err]
		if !known {
			return uuid.Nil, nil, err
		}
		return wrong(key, q.FileNames())
	}
	row := fileRow{ID: uuid.Must(uuid.NewV7()), Party: step.Owner(d.Me.ID), Question: q.ID, Kind: string(kind), Size: int64(len(content)),
		Scan: scanNone}
	if h.Files.Scanner != nil {
		if row.Scan, err = h.scanNow(ctx, content); err != nil {
			return uuid.Nil, nil, err
		}
		if row.Scan == scanInfected {
			return wrong("catalog_fields.file_virus")
		}
	}
	sum := sha256.Sum256(content)
	row.SHA256 = sum[:]
	if row.Name, err = h.seal(name, d.ID, "file", row.ID.String()); err != nil {
		return uuid.Nil, nil, err
	}
	err = h.storeFile(ctx, d.ID, p.ID, row, content)
	if errors.Is(err, errNoRoom) {
		return wrong("catalog_fields.file_room", maxFiles, maxFileBytes>>20)
	}
	return row.ID, nil, err
}

// inspectTexts are what to tell the person.
var inspectTexts = map[error]string{
	files.ErrEmpty: "catalog_fields.file_empty", files.ErrKind: "catalog_fields.file_kind", files.ErrMismatch: "catalog_fields.file_mismatch",
	files.ErrBroken: "catalog_fields.file_broken", files.ErrActive: "catalog_fields.file_active", files.ErrEncrypted: "catalog_fields.file_locked",
}

func contentOf(f *multipart.FileHeader, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, limit+1))
}

func (h *Handler) scanNow(ctx context.Context, content []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	virus, err := h.Files.Scanner.Scan(ctx, content)
	switch {
	case errors.Is(err, files.ErrUnavailable):
		return scanUnavailable, nil
	case err != nil:
		return "", err
	case virus != "":
		return scanInfected, nil
	}
	return scanClean, nil
}

// storeFile puts the content into the folder and then the row, under the lock of the application. A content whose row does not
// come is removed at once, or by the sweep when the process dies in between.
func (h *Handler) storeFile(ctx context.Context, application, person uuid.UUID, row fileRow, content []byte) error {
	if err := h.Files.Folder.Put(row.ID, h.Box.Seal(content, filePlace(application, row.ID))); err != nil {
		return err
	}
	err := pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if _, err := lockApplicationOf(ctx, tx, person, application); err != nil {
			return err
		}
		fits, err := insertFile(ctx, tx, application, person, row, h.Now())
		switch {
		case err != nil:
			return err
		case !fits:
			return errNoRoom
		case row.Scan == scanUnavailable:
			return h.scanLater(ctx, tx, row.ID)
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, h.Files.Folder.Delete(row.ID))
	}
	return nil
}

// dropFile answers the button that takes a file away: it returns the values without it, to be shown again.
func dropFile(values url.Values) (url.Values, bool) {
	gone := values.Get(catalog.RemoveFile)
	if gone == "" {
		return values, false
	}
	left := url.Values{}
	for name, list := range values {
		if name != catalog.RemoveFile {
			left[name] = slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == gone })
		}
	}
	return left, true
}

// withUploads puts what was wrong with files in the place of what the reading of the form says of the same inputs.
func withUploads(problems, uploads catalog.Problems) catalog.Problems {
	problems = slices.DeleteFunc(problems, func(p catalog.Problem) bool {
		return slices.ContainsFunc(uploads, func(u catalog.Problem) bool { return u.Field == p.Field })
	})
	return append(problems, uploads...)
}

// download serves a file to somebody who takes part. It is never shown in the page: it may be somebody else's work.
func (h *Handler) download(c *fiber.Ctx) error {
	p, application, err := h.ofParam(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("file"))
	if err != nil || h.Files.Folder == nil {
		return errNoFile
	}
	f, err := fileFor(c.UserContext(), h.DB, p.ID, application, id)
	if errors.Is(err, errNoFile) {
		f, err = h.proposedFile(c.UserContext(), p.ID, application, id)
	}
	if err != nil {
		return err
	}
	return h.serveFile(c, f)
}

// serveFile sends the content so that no browser shows or runs it on our site.
func (k *Core) serveFile(c *fiber.Ctx, f *served) error {
	content, err := k.Files.read(k, f.Application, f.ID)
	if err != nil {
		return err
	}
	var name string
	if err := k.unseal(f.Name, &name, f.Application, "file", f.ID.String()); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="file.`+f.Kind+`"; filename*=UTF-8''`+strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	c.Set(fiber.HeaderContentType, files.Kind(f.Kind).Media())
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.Send(content)
}
