package applications

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/catalog"
	"tamga/departments"
	"tamga/frontend/htmltest"
	"tamga/internal/files"
	"tamga/internal/files/clamdtest"
)

// withFiles is a service whose second page takes files: in parts of a list, and by themselves.
var withFiles = serviceHead("with-files", "social", "Справка с документами", "Документлар белән белешмә", "A paper with documents") + `  - id: papers
    title: *t
    questions:
      - {id: note, type: text, label: *t}
      - {id: scan, type: file, label: *t, types: [pdf, png], max_mb: 1, count: 2}
  - id: children
    title: *t
    repeat: {item: {ru: "Ребёнок %d", tt: "%d бала", en: "Child %d"}, add: *t, min: 1, max: 3}
    questions:
      - {id: photo, type: file, label: *t}
`

// twoFiles is a service of two people, each of whom gives a file.
var twoFiles = strings.Replace(serviceHead("two-files", "social", "Справка на двоих", "Икегә белешмә", "A paper for two"),
	"parties: [{id: first, name: *t}]", "parties: [{id: first, name: *t}, {id: second, name: *t}]", 1) + `  - id: papers
    title: *t
    party: each
    questions:
      - {id: scan, type: file, label: *t, types: [pdf], max_mb: 1, count: 2}
`

// twoLists is a service with two repeated steps, and a paper that an answer makes necessary.
var twoLists = serviceHead("two-lists", "social", "Два списка", "Ике исемлек", "Two lists") + `  - id: kids
    title: *t
    repeat: {item: {ru: "Ребёнок %d", tt: "%d бала", en: "Child %d"}, add: *t, min: 1, max: 3}
    questions: [{id: kid, type: text, label: *t}]
  - id: cars
    title: *t
    repeat: {item: {ru: "Машина %d", tt: "%d машина", en: "Car %d"}, add: *t, min: 1, max: 3}
    questions: [{id: car, type: text, label: *t}]
  - id: why
    title: *t
    questions: [{id: reason, type: text, label: *t}]
  - id: proof
    title: *t
    when: reason == "болезнь"
    questions: [{id: paper, type: file, label: *t, types: [pdf], max_mb: 1}]
`

var fileServices = sync.OnceValues(func() (*catalog.Catalog, error) {
	all := fstest.MapFS{"services/with-files.yaml": {Data: []byte(withFiles)}, "services/two-files.yaml": {Data: []byte(twoFiles)},
		"services/two-lists.yaml": {Data: []byte(twoLists)}, "services/all-fields.yaml": {Data: []byte(allFields())}}
	err := fs.WalkDir(catalog.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "services/") {
			return err
		}
		raw, err := fs.ReadFile(catalog.Files(), name)
		all[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		return nil, err
	}
	c, err := catalog.Load(all)
	if err == nil {
		for _, s := range c.Services() {
			s.Version = 1
		}
	}
	return c, err
})

// fileWorld is a world with a folder, a scanner and the service that takes files.
func fileWorld(t *testing.T) (*world, *clamdtest.Server, string) {
	t.Helper()
	w := newWorld(t)
	c, err := fileServices()
	if err != nil {
		t.Fatal(err)
	}
	w.core.Catalog = c
	clamd, dir := clamdtest.New(t), filepath.Join(t.TempDir(), "files")
	folder, err := files.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.core.Files = FileRoom{Folder: folder, Scanner: &files.Scanner{Address: clamd.Address, Timeout: 5 * time.Second}}
	return w, clamd, dir
}

// stored counts the contents in the folder.
func stored(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type upload struct {
	field, name, media string
	content            []byte
}

func aPDF(inside string) []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + inside + "\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
}

func aPNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// attach posts the form of a page as a browser does when files are chosen.
func (b *browser) attach(page answer, over map[string]string, press string, sent ...upload) answer {
	b.w.t.Helper()
	f := page.Form("main form")
	if enctype := page.Attr("main form", "enctype"); enctype != "multipart/form-data" {
		b.w.t.Fatalf("the form is sent as %q", enctype)
	}
	for name, value := range over {
		f.Values.Set(name, value)
	}
	if name, value, ok := strings.Cut(press, "="); ok {
		f.Values.Set(name, value)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range f.Values {
		for _, v := range values {
			if err := form.WriteField(name, v); err != nil {
				b.w.t.Fatal(err)
			}
		}
	}
	if len(sent) == 0 { // an input without a chosen file sends this
		sent = []upload{{"scan", "", "application/octet-stream", nil}}
	}
	for _, u := range sent {
		head := textproto.MIMEHeader{"Content-Type": {u.media},
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename="%s"`, u.field, u.name)}}
		part, err := form.CreatePart(head)
		if err == nil {
			_, err = part.Write(u.content)
		}
		if err != nil {
			b.w.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.w.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, f.Action, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("X-Person", b.p.ID.String())
	req.Header.Set("Cookie", "c="+b.cookie)
	res, err := b.w.app.Test(req, -1)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 500 {
		b.w.t.Fatalf("%s: %d, %v", f.Action, res.StatusCode, err)
	}
	return answer{htmltest.Parse(b.w.t, string(text)), res.StatusCode, res.Header.Get("Location")}
}

func (a answer) errors() string { return strings.Join(a.Texts(".govuk-error-summary__list li"), "; ") }

func TestUploadSurvivesAMistakeElsewhere(t *testing.T) {
	t.Parallel()
	w, _, dir := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	pdf := aPDF("")
	page := p.attach(p.get(path), nil, "", upload{"scan", "C:\\скан.pdf", "application/pdf", pdf})
	if page.status != 422 || len(page.Attrs("input[type=hidden][name=scan]", "value")) != 1 || stored(t, dir) != 1 {
		t.Fatalf("%d, %s, %d stored", page.status, page.errors(), stored(t, dir))
	}
	if !strings.Contains(page.Text(".tm-files__list"), "скан.pdf") {
		t.Errorf("the list says %q", page.Text(".tm-files__list"))
	}
	if res := p.attach(page, map[string]string{"note": "слово"}, "", upload{"scan", "b.png", "image/png", aPNG(t)}); res.status != 303 {
		t.Fatalf("%d %s", res.status, res.errors())
	}
	if n := w.count(`SELECT count(*) FROM application_file WHERE application = $1 AND kept AND scan = 'clean'`, id); n != 2 {
		t.Errorf("%d files are kept", n)
	}
	// One more than the question takes is refused and the two stay.
	page = p.attach(p.get(path), nil, "", upload{"scan", "c.png", "image/png", aPNG(t)})
	if page.status != 422 || !strings.Contains(page.errors(), "не больше 2") || len(page.Attrs("input[type=hidden][name=scan]", "value")) != 2 {
		t.Errorf("%d %s", page.status, page.errors())
	}
	sealed, err := w.core.Files.Folder.Get(uuid.MustParse(page.Attrs("input[type=hidden][name=scan]", "value")[0]))
	if err != nil || bytes.Contains(sealed, []byte("PDF")) {
		t.Errorf("the content lies open, %v", err)
	}
}

func TestFilesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	w, clamd, dir := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	_, path := p.begin("with-files")
	page := p.get(path)
	for _, test := range []struct {
		name, media string
		content     []byte
		says        string
	}{
		{"a.pdf", "application/pdf", nil, "пустой"},
		{"a.pdf", "application/pdf", []byte("<html><script>alert(1)</script>"), "не подходит"},
		{"a.svg", "image/svg+xml", []byte("<svg onload=alert(1)>"), "не подходит"},
		{"a.pdf", "application/pdf", aPNG(t), "не совпадает"},
		{"a.png", "text/html", aPNG(t), "не совпадает"},
		{"a.pdf", "application/pdf", aPDF("<</S/JavaScript/JS(x)>>"), "программы"},
		{"a.pdf", "application/pdf", append(aPDF(""), make([]byte, 1<<20)...), "больше 1 МБ"},
		{"a.pdf", "application/pdf", aPDF("%" + string(clamdtest.EICAR)), "вирус"},
	} {
		res := p.attach(page, map[string]string{"note": "слово"}, "", upload{"scan", test.name, test.media, test.content})
		if res.status != 422 || !strings.Contains(res.errors(), test.says) || res.Attr("#note", "value") != "слово" {
			t.Errorf("%s as %s: %d %q", test.name, test.media, res.status, res.errors())
		}
		if text := res.Text("#scan-error"); !strings.Contains(text, test.says) {
			t.Errorf("beside the field: %q", text)
		}
	}
	if n := stored(t, dir); n != 0 || clamd.Scans.Load() != 1 {
		t.Errorf("%d stored, %d scanned", n, clamd.Scans.Load())
	}
	// A file sent to an input that takes none is left alone.
	if res := p.attach(page, map[string]string{"note": "слово"}, "", upload{"note", "a.pdf", "application/pdf", aPDF("")}); res.status != 422 || stored(t, dir) != 0 {
		t.Errorf("%d, %d stored", res.status, stored(t, dir))
	}
}

func TestScannerAway(t *testing.T) {
	t.Parallel()
	w, clamd, dir := fileWorld(t)
	clamd.Broken.Store(true)
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	res := p.attach(p.get(path), map[string]string{"note": "слово"}, "", upload{"scan", "a.pdf", "application/pdf", aPDF("")},
		upload{"scan", "b.pdf", "application/pdf", aPDF("%" + string(clamdtest.EICAR))})
	if res.status != 303 {
		t.Fatalf("%d %s", res.status, res.errors())
	}
	if words := p.get(path).Text(".tm-files__list"); !strings.Contains(words, "Проверяем на вирусы") {
		t.Errorf("the page says %q", words)
	}
	if res = p.attach(p.get(res.to), nil, "", upload{"children.0.photo", "x.png", "image/png", aPNG(t)}); res.status != 303 {
		t.Fatalf("%d %s", res.status, res.errors())
	}
	check := p.get(applicationPath(id, "/check"))
	if check.Has("main form") || !strings.Contains(check.Words(), "проверяем") {
		t.Errorf("signing is offered before the scan: %s", check.Words())
	}
	ids := fileIDsOf(t, w, id)
	work := func(file uuid.UUID) error {
		return w.jobs.workScan(context.Background(), &river.Job[scanArgs]{Args: scanArgs{file}})
	}
	var snooze *river.JobSnoozeError
	if err := work(ids[0]); !errors.As(err, &snooze) || snooze.Duration < scanFirst {
		t.Fatalf("the scanner is still away: %v", err)
	}
	if n := w.count(`SELECT count(*) FROM river_job WHERE kind = 'applications.scan'`); n != 3 {
		t.Errorf("%d scans are planned", n)
	}
	clamd.Broken.Store(false)
	for _, file := range ids {
		if err := work(file); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`SELECT count(*) FROM application_file WHERE scan = 'infected' AND virus = 'Eicar-Test-Signature'`); n != 1 || stored(t, dir) != 2 {
		t.Errorf("%d infected, %d stored", n, stored(t, dir))
	}
	if !strings.Contains(w.lastSMS(), "вирусом") {
		t.Errorf("told %q", w.lastSMS())
	}
	if check = p.get(applicationPath(id, "/check")); check.Has("main form") {
		t.Error("signing is offered with a virus")
	}
	page := p.get(path)
	if res = p.attach(page, nil, ""); res.status != 422 || !strings.Contains(res.errors(), "вирус") {
		t.Errorf("a virus is saved again: %d %s", res.status, res.errors())
	}
	infected := page.Attrs("button[name=_remove_file]", "value")[1]
	page = p.attach(page, nil, "_remove_file="+infected)
	if res = p.attach(page, nil, ""); res.status != 303 {
		t.Fatalf("%d %s", res.status, res.errors())
	}
	if res = p.sign(id); res.status != 303 {
		t.Errorf("signing clean files: %d", res.status)
	}
	departmentReadsFiles(t, w, id)
}

// departmentReadsFiles fetches what the letter names: for its time, wherever staff have turned it, and not by an address made up.
func departmentReadsFiles(t *testing.T, w *world, id uuid.UUID) {
	t.Helper()
	var list []departments.Attachment
	if err := w.inTx(id, w.anybody(), func(_ context.Context, _ pgx.Tx, d *dossier) error {
		list = w.core.letterFiles(d)
		return nil
	}); err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	stranger := &browser{w: w}
	address := strings.TrimPrefix(list[0].URL, w.core.PublicURL)
	if res := stranger.get(address); res.status != 200 {
		t.Errorf("the department reads: %d", res.status)
	}
	w.pass(departmentReads + time.Minute)
	if res := stranger.get(address); res.status != 404 {
		t.Errorf("after its time: %d", res.status)
	}
	w.pass(-departmentReads - time.Minute)
	w.exec(`UPDATE delivery SET department = 'zags' WHERE application_id = $1`, id)
	if res := stranger.get(address); res.status != 200 {
		t.Errorf("the department to which the letter was turned: %d", res.status)
	}
	if res := stranger.get(address[:len(address)-4] + "AAAA"); res.status != 404 {
		t.Errorf("an address made up: %d", res.status)
	}
}

// anybody is the only person of a world.
func (w *world) anybody() *Person {
	for _, p := range w.people {
		return p
	}
	return nil
}

func fileIDsOf(t *testing.T, w *world, application uuid.UUID) []uuid.UUID {
	t.Helper()
	rows, err := filesOf(context.Background(), w.db, application)
	if err != nil {
		t.Fatal(err)
	}
	var ids []uuid.UUID
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

func TestDownloadIsForThoseWhoTakePart(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	p, other := w.browser("Гарипова", "Алия", "female"), w.browser("Чужой", "Иван", "male")
	id, path := p.begin("with-files")
	pdf := aPDF("")
	p.attach(p.get(path), map[string]string{"note": "x"}, "", upload{"scan", "скан №1.pdf", "application/pdf", pdf})
	file := fileIDsOf(t, w, id)[0]
	otherID, otherPath := other.begin("with-files")
	for _, address := range []string{applicationPath(id, "/files/"+file.String()), applicationPath(otherID, "/files/"+file.String()),
		applicationPath(id, "/files/x")} {
		if res := other.get(address); res.status != 404 {
			t.Errorf("somebody else reads %s: %d", address, res.status)
		}
	}
	// Neither does the id help in another's form.
	res := other.attach(other.get(otherPath), map[string]string{"note": "x", "scan": file.String()}, "")
	if res.status != 422 || !strings.Contains(res.errors(), "Приложите файл") {
		t.Errorf("a stranger's file is attached: %d %s", res.status, res.errors())
	}
	req := httptest.NewRequest(http.MethodGet, applicationPath(id, "/files/"+file.String()), nil)
	req.Header.Set("X-Person", p.p.ID.String())
	got, err := w.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(got.Body); err != nil || !bytes.Equal(body.Bytes(), pdf) {
		t.Errorf("read %q, %v", body.String(), err)
	}
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
		"Content-Disposition": `attachment; filename="file.pdf"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape("скан №1.pdf"), "+", "%20"),
		"Content-Type":        "application/pdf", "Cache-Control": "private, no-store"} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q", name, got.Header.Get(name))
		}
	}
}

func TestForgottenFilesGo(t *testing.T) {
	t.Parallel()
	w, _, dir := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	page := p.attach(p.get(path), map[string]string{"note": "x"}, "", upload{"scan", "a.pdf", "application/pdf", aPDF("")})
	p.attach(p.get(path), map[string]string{"note": ""}, "", upload{"scan", "loose.pdf", "application/pdf", aPDF("")})
	if page.status != 303 || stored(t, dir) != 2 {
		t.Fatalf("%d, %d stored", page.status, stored(t, dir))
	}
	sweep := func() {
		t.Helper()
		if err := w.jobs.workSweep(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	if stored(t, dir) != 2 {
		t.Fatal("a file went whose page is still open")
	}
	w.pass(looseKept + time.Minute)
	sweep()
	sweep()
	if n := w.count(`SELECT count(*) FROM application_file`); n != 1 || stored(t, dir) != 1 {
		t.Errorf("%d rows, %d stored after a day", n, stored(t, dir))
	}
	w.pass(draftKept)
	sweep()
	sweep()
	if n := w.count(`SELECT count(*) FROM application WHERE id = $1`, id); n != 0 || stored(t, dir) != 0 || w.count(`SELECT count(*) FROM application_file_gone`) != 0 {
		t.Errorf("%d drafts, %d stored after the draft is gone", n, stored(t, dir))
	}
	// A content whose row never came.
	orphan := uuid.New()
	if err := w.core.Files.Folder.Put(orphan, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(dir, orphan.String()[34:], orphan.String()), time.Time{}, w.now().Add(-2*looseKept)); err != nil {
		t.Fatal(err)
	}
	if err := w.jobs.workOrphans(context.Background(), nil); err != nil || stored(t, dir) != 0 {
		t.Errorf("an orphan stays: %v", err)
	}
}

// A file that is named in the moment of the sweep stays.
func TestFileNamedWhileTheSweepLooks(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	p.attach(p.get(path), map[string]string{"note": ""}, "", upload{"scan", "loose.pdf", "application/pdf", aPDF("")})
	w.pass(looseKept + time.Minute)
	err := w.inTx(id, p.p, func(ctx context.Context, tx pgx.Tx, d *dossier) error {
		if err := markKept(ctx, tx, id, []uuid.UUID{d.Files[0].ID}); err != nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, 5*time.Second) // it waits for nobody
		defer cancel()
		return dropLoose(within, w.db, w.now().Add(-looseKept))
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(fileIDsOf(t, w, id)); n != 1 {
		t.Errorf("%d files are left", n)
	}
}

// A file whose content is gone keeps no other from the scanner.
func TestMissedScansGoOn(t *testing.T) {
	t.Parallel()
	w, clamd, dir := fileWorld(t)
	clamd.Broken.Store(true)
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	p.attach(p.get(path), map[string]string{"note": "x"}, "", upload{"scan", "a.pdf", "application/pdf", aPDF("a")}, upload{"scan", "b.pdf", "application/pdf", aPDF("b")})
	files := fileIDsOf(t, w, id)
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.ToSlash(path), files[0].String()) {
			err = os.Remove(path)
		}
		return err
	}); err != nil || stored(t, dir) != 1 {
		t.Fatalf("%d stored, %v", stored(t, dir), err)
	}
	clamd.Broken.Store(false)
	w.pass(3 * scanLast)
	if err := w.jobs.workSweep(t.Context(), nil); err == nil {
		t.Error("a file whose content is gone is nobody's worry")
	}
	if n := w.count(`SELECT count(*) FROM application_file WHERE id = $1 AND scan = 'clean'`, files[1]); n != 1 {
		t.Error("the second file still waits")
	}
}
