package departments

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// Folder carries messages to departments without a service: packages lie in a folder that both sides reach. docs/departments.md has
// the names of the files. A file appears whole, under its name, or not at all.
type Folder struct {
	Trust *Trust // checks what departments sign that sign by GOST CMS
}

// The folders of a department.
const (
	folderOut  = "out"
	folderIn   = "in"
	folderDone = "done"
	folderBad  = "bad"
)

// cmsFile ends the name of a signature by GOST CMS, which lies beside what is signed.
const cmsFile = ".p7s"

// folderAge is how much older than usual a signature in a folder may be: files wait for somebody to carry them, and for our worker.
const folderAge = 7 * 24 * time.Hour

// maxPackage bounds a file that we read: a result with its documents inside.
const maxPackage = 32 << 20

// openFolder opens the department's folder. Nothing in it can lead out of it.
func openFolder(e *Endpoint) (*os.Root, error) {
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(u.Path)
	if err != nil {
		return nil, errors.New("the department's folder cannot be opened")
	}
	for _, name := range []string{folderOut, folderIn, folderDone, folderBad} {
		if err := root.Mkdir(name, 0o770); err != nil && !errors.Is(err, fs.ErrExist) {
			_ = root.Close()
			return nil, fmt.Errorf("the department's folder cannot be written: %w", err)
		}
	}
	return root, nil
}

// Carry puts the message into the folder and looks whether it is answered. Until then it has not arrived.
func (f Folder) Carry(ctx context.Context, to *Endpoint, m *Outgoing) (*Answer, error) {
	root, err := openFolder(to)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	id := m.ID.String()
	for _, where := range []string{folderIn, folderDone} { // one that is done already was taken by a worker that died before it was written down
		raw, err := readFile(root, path.Join(where, id+".answer.json"))
		switch {
		case err == nil:
			return f.answerOf(ctx, root, to, where, m.ID, raw)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	// The signature first: whoever sees the message finds it signed.
	name, signature, err := signatureFile(to.Signature, m.Signature)
	if err != nil {
		return nil, err
	}
	if err := writeFile(root, path.Join(folderOut, id+".json"+name), signature); err != nil {
		return nil, err
	}
	if err := writeFile(root, path.Join(folderOut, id+".json"), m.Body); err != nil {
		return nil, err
	}
	return &Answer{Status: http.StatusTooEarly, Body: []byte("the message lies in the folder and is not answered")}, nil
}

// answerOf reads an answer and clears the table. A worker that dies in between finds the answer again among what is done. An answer that
// cannot be read, or is not signed as it must be, stays where it is, to be mended.
func (f Folder) answerOf(ctx context.Context, root *os.Root, from *Endpoint, where string, id uuid.UUID, raw []byte) (*Answer, error) {
	var said struct{ Status int }
	if err := json.Unmarshal(raw, &said); err != nil || said.Status != 200 && said.Status != 202 && said.Status != 422 {
		return nil, errors.New("the answer in the folder is not {\"status\": 200, 202 or 422}")
	}
	name, answer := id.String()+".answer.json", &Answer{Status: said.Status, Body: raw, checked: true}
	if from.Signature == FormCMS {
		answer.Signature = readSignature(root, name)
		if answer.problem = f.Trust.answered(ctx, from, id, answer, folderAge); answer.problem != nil {
			return answer, nil
		}
		_ = root.Rename(path.Join(folderIn, name+cmsFile), path.Join(folderDone, name+cmsFile)) // a worker that died may have done so
	}
	if where != folderDone {
		if err := root.Rename(path.Join(where, name), path.Join(folderDone, name)); err != nil {
			return nil, fmt.Errorf("the answer cannot be put away: %w", err)
		}
	}
	for _, name := range []string{"", ".jws", cmsFile} {
		_ = root.Remove(path.Join(folderOut, id.String()+".json"+name))
	}
	return answer, nil
}

func readFile(root *os.Root, name string) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a pipe would wait for its other end
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(errors.New("not a file"), err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxPackage+1))
	if len(raw) > maxPackage {
		return nil, fmt.Errorf("more than %d bytes", maxPackage)
	}
	return raw, err
}

// writeFile makes a file appear whole: it is written and flushed under another name. What somebody has put there goes: a link would lead
// elsewhere, and a pipe would wait.
func writeFile(root *os.Root, name string, content []byte) error {
	_ = root.Remove(name + ".part")
	f, err := root.OpenFile(name+".part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o660)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return root.Rename(name+".part", name)
}

// readFolders takes the news that lie in the folders. One folder's trouble does not keep the others from their turn.
func (j *Jobs) readFolders(ctx context.Context) error {
	all, err := foldersOf(ctx, j.DB)
	for i := range all {
		if oops := j.readFolder(ctx, &all[i]); oops != nil {
			err = errors.Join(err, fmt.Errorf("folder of %s: %w", all[i].Code, oops))
		}
	}
	return err
}

func (j *Jobs) readFolder(ctx context.Context, e *Endpoint) error {
	root, err := openFolder(e)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	names, err := fs.Glob(root.FS(), folderIn+"/*.event.json")
	if err != nil {
		return err
	}
	for _, name := range names[:min(len(names), 500)] {
		if oops := j.takeFile(ctx, root, e, path.Base(name)); oops != nil {
			err = errors.Join(err, oops) // one file's trouble is not that of the others
		}
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

// takeFile takes news, and puts the file away.
func (j *Jobs) takeFile(ctx context.Context, root *os.Root, e *Endpoint, base string) error {
	refused := ""
	raw, err := readFile(root, path.Join(folderIn, base))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // another worker was quicker
	case err != nil:
		refused = "the file cannot be read" // a link that leads out of the folder, a directory, a pipe, or one too large
	default:
		if refused, err = j.tellFrom(ctx, root, e, base, raw); err != nil {
			return err
		}
	}
	to := folderDone
	if refused != "" {
		to = folderBad
		noteRefusal(ctx, j.DB, j.Log, j.Now(), e.Code, &refusal{http.StatusUnprocessableEntity, "folder", refused}, "")
		err = writeFile(root, path.Join(to, short(base)+".reason.txt"), []byte(refused+"\n"))
	}
	_ = root.Rename(path.Join(folderIn, base+cmsFile), path.Join(to, base+cmsFile)) // mostly there is none
	return errors.Join(err, root.Rename(path.Join(folderIn, base), path.Join(to, base)))
}

// short leaves room in a file's name for what follows.
func short(name string) string { return name[:min(len(name), 200)] }

// tellFrom gives an event of a folder to the application. Who may write into the folder speaks for the department, unless it signs by GOST CMS.
func (j *Jobs) tellFrom(ctx context.Context, root *os.Root, e *Endpoint, base string, raw []byte) (refused string, err error) {
	if e.Signature == FormCMS && j.Trust == nil {
		return "", fmt.Errorf("%w: nothing to check signatures by", errOurs)
	}
	if e.Signature == FormCMS {
		err := j.Trust.registered(ctx, e.Code, readSignature(root, base), raw, j.Trust.window()+folderAge)
		switch {
		case errors.Is(err, ErrKeys):
			return "", err
		case err != nil:
			return "signature: " + err.Error(), nil
		}
	}
	event, err := ParseEvent(raw)
	if err != nil {
		return err.Error(), nil
	}
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return "", err
	}
	h := &Handler{DB: j.DB, River: r, Audience: j.Source, Now: j.Now, Log: j.Log, OnUpdate: j.OnUpdate}
	err = pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return h.Tell(ctx, tx, e.Code, event) })
	var no *refusal
	var known *fault.Error
	switch {
	case errors.As(err, &no):
		return no.Error(), nil
	case errors.As(err, &known):
		return "state: the application cannot take this news now", nil
	}
	return "", err
}

// signatureFile is how a signature lies beside what is signed: a JWS as text, a CMS in DER, as tools read it.
func signatureFile(form, signature string) (ending string, content []byte, err error) {
	if form != FormCMS {
		return ".jws", []byte(signature), nil
	}
	content, err = base64.StdEncoding.DecodeString(signature)
	return cmsFile, content, err
}

// readSignature returns the CMS beside a file as CMSHeader would have it: "" when there is none. Tools write DER, base64 or PEM. When the
// worker has died while putting the two away, it lies among what is done.
func readSignature(root *os.Root, base string) string {
	for _, where := range []string{folderIn, folderDone} {
		if raw, err := readFile(root, path.Join(where, base+cmsFile)); err == nil && len(raw) <= maxCMS {
			return base64Of(raw)
		}
	}
	return ""
}

func base64Of(raw []byte) string {
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	} else if text := strings.Join(strings.Fields(string(raw)), ""); len(raw) > 0 && raw[0] != 0x30 {
		return text
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func foldersOf(ctx context.Context, d db.DB) ([]Endpoint, error) {
	all, err := listEndpoints(ctx, d)
	var folders []Endpoint
	for _, e := range all {
		if strings.HasPrefix(e.URL, "file:") {
			folders = append(folders, e)
		}
	}
	return folders, err
}
