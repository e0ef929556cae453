package departments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// Folder carries messages to departments without a service: packages lie in a folder that both sides reach. docs/departments.md has
// the names of the files. A file appears whole, under its name, or not at all.
type Folder struct{}

// The folders of a department.
const (
	folderOut  = "out"
	folderIn   = "in"
	folderDone = "done"
	folderBad  = "bad"
)

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
func (Folder) Carry(_ context.Context, to *Endpoint, m *Outgoing) (*Answer, error) {
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
			return answerOf(root, where, id, raw)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	// The signature first: whoever sees the message finds it signed.
	if err := writeFile(root, path.Join(folderOut, id+".json.jws"), []byte(m.Signature)); err != nil {
		return nil, err
	}
	if err := writeFile(root, path.Join(folderOut, id+".json"), m.Body); err != nil {
		return nil, err
	}
	return &Answer{Status: http.StatusTooEarly, Body: []byte("the message lies in the folder and is not answered")}, nil
}

// answerOf reads an answer and clears the table. A worker that dies in between finds the answer again among what is done. An answer that
// cannot be read stays where it is, to be mended.
func answerOf(root *os.Root, where, id string, raw []byte) (*Answer, error) {
	var said struct{ Status int }
	if err := json.Unmarshal(raw, &said); err != nil || said.Status != 200 && said.Status != 202 && said.Status != 422 {
		return nil, errors.New("the answer in the folder is not {\"status\": 200, 202 or 422}")
	}
	if name := id + ".answer.json"; where != folderDone {
		if err := root.Rename(path.Join(where, name), path.Join(folderDone, name)); err != nil {
			return nil, fmt.Errorf("the answer cannot be put away: %w", err)
		}
	}
	for _, name := range []string{id + ".json", id + ".json.jws"} {
		_ = root.Remove(path.Join(folderOut, name))
	}
	return &Answer{Status: said.Status, Body: raw}, nil
}

func readFile(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
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

// writeFile makes a file appear whole: it is written and flushed under another name.
func writeFile(root *os.Root, name string, content []byte) error {
	f, err := root.OpenFile(name+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o660)
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
		refused := ""
		if raw, err := readFile(root, name); err != nil {
			refused = "the file cannot be read" // a link that leads out of the folder, a directory, or one too large
		} else if refused, err = j.tellFrom(ctx, e, raw); err != nil {
			return err
		}
		to, base := folderDone, path.Base(name)
		if refused != "" {
			to = folderBad
			if err := writeFile(root, path.Join(to, base+".reason.txt"), []byte(refused+"\n")); err != nil {
				return err
			}
		}
		if err := root.Rename(name, path.Join(to, base)); err != nil {
			return err
		}
	}
	return nil
}

// tellFrom gives an event of a folder to the application. Who may write into the folder speaks for the department.
func (j *Jobs) tellFrom(ctx context.Context, e *Endpoint, raw []byte) (refused string, err error) {
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
