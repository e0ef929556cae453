package departments_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/cms"
	"tamga/internal/i18n"
)

// drop puts a file with its signature into a folder, the signature first.
func (b *bench) drop(dir, name, content, signature string) {
	b.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(signature)
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, "in", name+".p7s"), raw, 0o600))
	b.put(dir, name, content)
}

// In a folder, packages of both sides are signed by GOST CMS: an answer is one to its message only, and news are the department's.
func TestFolderInCMS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dir := t.TempDir()
	ours := b.speakCMS("archive", "file://"+dir)
	own, stranger := b.certified("Архив", -time.Hour, 1000*time.Hour), b.certified("Архив", -time.Hour, 1000*time.Hour)
	if status, page := b.upload("archive", own.pem()); status != 303 {
		t.Fatalf("%d %s", status, page)
	}
	b.work()
	d, other := b.submit("archive", uuid.Nil), b.submit("archive", uuid.Nil)
	message := filepath.Join(dir, "out", d.ID.String()+".json")
	b.until("the message lies in the folder", func() (string, bool) { _, err := os.Stat(message); return "", err == nil })
	body, err := os.ReadFile(message)
	b.must(err)
	der, err := os.ReadFile(message + ".p7s")
	b.must(err)
	if signed, err := cms.Parse(der); err != nil || signed.Verify(body, ours.cert) != nil {
		t.Errorf("the package: %v", err)
	}
	by := func(p *pair, text string, ago time.Duration) string {
		return p.sign(t, []byte(text), cms.Signing{Time: b.now().Add(-ago)})
	}
	refused := func(want int) {
		t.Helper()
		b.until("the answer is refused", func() (string, bool) {
			return "", one[int](b, b.portal, `SELECT coalesce(sum(count), 0)::int FROM department_refusal WHERE code = 'answer'`) > want
		})
		if b.state(d) != "waiting" {
			t.Fatalf("%s", b.state(d))
		}
	}
	answer := `{"id":"` + d.ID.String() + `","status":202}`
	foreign := `{"id":"` + other.ID.String() + `","status":202}`
	name := d.ID.String() + ".answer.json"
	for _, bad := range []struct{ text, signature string }{
		{answer, by(stranger, answer, 0)}, {answer, by(own, foreign, 0)}, {foreign, by(own, foreign, 0)}, {answer, by(own, answer, 9*24*time.Hour)}, {answer, ""}} {
		refusals := one[int](b, b.portal, `SELECT coalesce(sum(count), 0)::int FROM department_refusal WHERE code = 'answer'`)
		b.drop(dir, name, bad.text, bad.signature)
		refused(refusals + 1) // of which one may be about what lay there before
	}
	b.drop(dir, name, answer, by(own, answer, 24*time.Hour)) // somebody carried it
	b.wantTold(d, "sent")
	if _, err := os.Stat(filepath.Join(dir, "done", name+".p7s")); err != nil {
		t.Errorf("the signature of the answer is not put away: %v", err)
	}
	if left, _ := filepath.Glob(message + "*"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	said := func(text string) string {
		return b.event(d, "archive", departments.TypeMessage, departments.SaidData{Text: text})
	}
	good, forged, unsigned := said("Нашли"), said("Чужое"), said("Без подписи")
	b.put(dir, "3.event.json", unsigned)
	b.drop(dir, "2.event.json", forged, by(stranger, forged, 0))
	b.drop(dir, "1.event.json", good, by(own, good, 0))
	b.watch()
	b.wantTold(d, "sent message")
	for n, want := range map[string]string{"2": "not registered", "3": "missing"} {
		b.until("it is sorted", func() (string, bool) {
			reason, _ := os.ReadFile(filepath.Join(dir, "bad", n+".event.json.reason.txt"))
			return string(reason), strings.Contains(string(reason), want)
		})
	}
	b.drop(dir, "4.event.json", good, by(own, good, 0)) // a replay is known by its id
	b.watch()
	b.until("the replay is put away", func() (string, bool) {
		_, err := os.Stat(filepath.Join(dir, "done", "4.event.json"))
		return "", err == nil
	})
	if got := b.told(d); got != "sent message" {
		t.Errorf("told %q", got)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action = 'department.refused'`); n != 2 {
		t.Errorf("%d kinds are in the journal", n)
	}
}

// Nothing in a folder holds up what lies beside it, nor the worker: not a pipe that nobody writes to, a name with no room for more, a
// directory in the way.
func TestFolderHoldsNothingUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dir := t.TempDir()
	b.must(departments.SaveEndpoints(t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: "archive", Name: i18n.Text{RU: "Архив"}, URL: "file://" + dir}}, b.now()))
	d := b.submit("archive", uuid.Nil)
	for _, name := range []string{"in", "out", "done/1.event.json/x"} {
		b.must(os.MkdirAll(filepath.Join(dir, name), 0o700))
	}
	b.must(syscall.Mkfifo(filepath.Join(dir, "out", d.ID.String()+".json.part"), 0o600))
	b.must(syscall.Mkfifo(filepath.Join(dir, "in", "0.event.json"), 0o600))
	outside := filepath.Join(t.TempDir(), "outside")
	b.must(os.Symlink(outside, filepath.Join(dir, "out", d.ID.String()+".json.jws.part")))
	b.work()
	b.until("the message lies in the folder", func() (string, bool) {
		_, err := os.Stat(filepath.Join(dir, "out", d.ID.String()+".json"))
		return "", err == nil
	})
	if _, err := os.Stat(outside); err == nil {
		t.Error("a file outside of the folder was written")
	}
	b.put(dir, d.ID.String()+".answer.json", `{"status": 202}`)
	b.wantTold(d, "sent")
	say := func(text string) string {
		return b.event(d, "archive", departments.TypeMessage, departments.SaidData{Text: text})
	}
	b.must(os.WriteFile(filepath.Join(dir, "in", strings.Repeat("1", 243)+".event.json"), []byte("{"), 0o600))
	b.put(dir, "1.event.json", say("Раз"))
	b.put(dir, "2.event.json", say("Два"))
	b.watch()
	b.wantTold(d, "sent message message")
	b.until("the rest is sorted", func() (string, bool) {
		left, _ := filepath.Glob(filepath.Join(dir, "in", "*"))
		return strings.Join(left, " "), len(left) == 1 // what lies where the directory is in the way
	})
}
