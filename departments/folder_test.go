package departments_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/i18n"
)

// A department that only has a folder works by the same contract.
func TestFolder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dir := t.TempDir()
	b.must(departments.SaveEndpoints(t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: "archive", Name: i18n.Text{RU: "Архив"}, URL: "file://" + dir + "/"}}, b.now()))
	b.work()
	d, no := b.submit("archive", uuid.Nil), b.submit("archive", uuid.Nil)
	message := filepath.Join(dir, "out", d.ID.String()+".json")
	b.until("the message lies in the folder", func() (string, bool) { _, err := os.Stat(message); return "", err == nil })
	body, err := os.ReadFile(message)
	b.must(err)
	signature, err := os.ReadFile(message + ".jws")
	b.must(err)
	trust := &departments.Trust{Client: b.jobs.Client, Now: b.now}
	if err := trust.Verify(t.Context(), b.portalURL+"/api/departments/jwks.json", string(signature), body); err != nil {
		t.Errorf("the package: %v", err)
	}
	if b.state(d) != "waiting" || b.told(d) != "" {
		t.Fatalf("before the answer: %s, told %q", b.state(d), b.told(d))
	}
	b.put(dir, d.ID.String()+".answer.json", `{"status": 200, "text": "Принято в архиве"}`)
	b.put(dir, no.ID.String()+".answer.json", `{"status": 422, "reason": "Нет такого фонда"}`)
	b.wantTold(d, "sent accepted")
	b.wantTold(no, "rejected")
	if _, err := os.Stat(message); err == nil {
		t.Error("the package lies there after its answer")
	}
	for _, id := range []uuid.UUID{d.ID, no.ID} {
		if _, err := os.Stat(filepath.Join(dir, "done", id.String()+".answer.json")); err != nil {
			t.Errorf("the answer is not put away: %v", err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "in", "*")); len(left) != 0 {
		t.Errorf("left in the folder: %v", left)
	}
	b.put(dir, "1.event.json", b.event(d, "archive", departments.TypeMessage, departments.SaidData{Text: "Нашли"}))
	b.put(dir, "2.event.json", b.event(d, "zags", departments.TypeMessage, departments.SaidData{Text: "Чужое"}))
	b.put(dir, "3.event.json", "{")
	b.must(os.Symlink("/etc/passwd", filepath.Join(dir, "in", "4.event.json")))
	b.watch()
	b.wantTold(d, "sent accepted message")
	b.until("the files are sorted", func() (string, bool) {
		left, _ := filepath.Glob(filepath.Join(dir, "in", "*.event.json"))
		return strings.Join(left, " "), len(left) == 0
	})
	if _, err := os.Stat(filepath.Join(dir, "done", "1.event.json")); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"2": "source", "3": "not JSON", "4": "cannot be read"} {
		if reason, err := os.ReadFile(filepath.Join(dir, "bad", name+".event.json.reason.txt")); err != nil || !strings.Contains(string(reason), want) {
			t.Errorf("%s: %q %v", name, reason, err)
		}
	}
}

// A worker that has put an answer away and died before it wrote that down finds it again; one that cannot be read is left to be mended.
func TestFolderAnswerOfTheDead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	to := &departments.Endpoint{Code: "archive", URL: "file://" + dir}
	m := &departments.Outgoing{ID: uuid.New(), Body: []byte("{}"), Signature: "s"}
	carry := func() (int, error) {
		a, err := departments.Folder{}.Carry(t.Context(), to, m)
		if err != nil {
			return 0, err
		}
		return a.Status, nil
	}
	if status, err := carry(); err != nil || status != 425 {
		t.Fatalf("before the answer: %d %v", status, err)
	}
	answer := filepath.Join(dir, "in", m.ID.String()+".answer.json")
	for _, said := range []string{`{"status": 600}`, `{"status": 202}`} {
		if err := os.WriteFile(answer, []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
		status, err := carry()
		if bad := said == `{"status": 600}`; bad == (err == nil) || !bad && status != 202 {
			t.Errorf("%s: %d %v", said, status, err)
		}
	}
	if _, err := os.Stat(answer); err == nil {
		t.Error("the answer is still there")
	}
	if status, err := carry(); err != nil || status != 202 {
		t.Errorf("the next worker: %d %v", status, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "out", "*")); len(left) != 0 {
		t.Errorf("it is laid out again: %v", left)
	}
}

// put writes a file as the department should: under another name, then renamed.
func (b *bench) put(dir, name, content string) {
	b.t.Helper()
	b.must(os.WriteFile(filepath.Join(dir, "in", name+".part"), []byte(content), 0o600))
	b.must(os.Rename(filepath.Join(dir, "in", name+".part"), filepath.Join(dir, "in", name)))
}

func (b *bench) event(d departments.Delivery, code, typ string, data any) string {
	b.t.Helper()
	e, err := departments.NewEvent(typ, uuid.NewString(), departments.Source(code), b.portalURL, d.ApplicationID.String(), time.Now(), data)
	b.must(err)
	raw, err := json.Marshal(e)
	b.must(err)
	return string(raw)
}

// watch makes a round now.
func (b *bench) watch() {
	b.t.Helper()
	_, err := b.river.Insert(b.t.Context(), departments.WatchArgs(), nil)
	b.must(err)
}
