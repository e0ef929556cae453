package applications

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/web"
)

// desk is the page of files for staff, and an employee of social protection.
type desk struct {
	w        *world
	app      *fiber.App
	employee uuid.UUID
}

func openDesk(t *testing.T, w *world) *desk {
	t.Helper()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{w: w, employee: uuid.New(), app: web.New(web.Config{Role: "intra", ShowError: p.ShowError})}
	h := &StaffHandler{Core: w.core, Pages: p, Definition: w.core.Catalog.Service, Actor: func(c *fiber.Ctx) string { return c.Get("X-Employee") },
		Allowed: func(c *fiber.Ctx) error {
			if c.Get("X-Employee") == "" {
				return fault.New(fault.SignIn, "intra.sign_in_first")
			}
			return nil
		}}
	h.Mount(d.app)
	w.exec(`INSERT INTO organisation (id, name, department) VALUES ($1, 'Центр', 'social')`, d.employee)
	w.exec(`INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, temporary, rights, password_changed_at)
		VALUES ($1, $1, 'Сафина', 'Ляйсан', 'x', false, '{applications}', now())`, d.employee)
	return d
}

func (d *desk) post(path string, form url.Values) (*http.Response, string) {
	d.w.t.Helper()
	return d.ask(http.MethodPost, path, form)
}

// get returns the text of a page.
func (d *desk) get(path string) string {
	d.w.t.Helper()
	_, text := d.ask(http.MethodGet, path, nil)
	return text
}

func (d *desk) ask(method, path string, form url.Values) (*http.Response, string) {
	d.w.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	req.Header.Set("X-Employee", d.employee.String())
	res, err := d.app.Test(req, -1)
	if err != nil {
		d.w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var body strings.Builder
	if err := res.Write(&body); err != nil {
		d.w.t.Fatal(err)
	}
	_, text, _ := strings.Cut(body.String(), "\r\n\r\n")
	return res, text
}

// sentWithFile files an application with one attached file.
func sentWithFile(t *testing.T, w *world, p *browser) (id, file uuid.UUID, number string) {
	t.Helper()
	id, path := p.begin("with-files")
	res := p.attach(p.get(path), map[string]string{"note": "слово"}, "", upload{"scan", "<b>скан.pdf", "application/pdf", aPDF("")})
	if res = p.attach(p.get(res.to), nil, "", upload{"children.0.photo", "x.png", "image/png", aPNG(t)}); res.status != 303 {
		t.Fatalf("%d %s", res.status, res.errors())
	}
	if res = p.sign(id); res.status != 303 {
		t.Fatalf("signing: %d", res.status)
	}
	if err := w.db.QueryRow(context.Background(), `SELECT number FROM application WHERE id = $1`, id).Scan(&number); err != nil {
		t.Fatal(err)
	}
	return id, fileIDsOf(t, w, id)[0], number
}

func TestStaffReadFilesOfTheirDepartmentAlone(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	p, d := w.browser("Гарипова", "Алия", "female"), openDesk(t, w)
	id, file, number := sentWithFile(t, w, p)
	seen := func(action string) int {
		records, err := journal.OfSubject(t.Context(), w.db, p.p.ID.String(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range records {
			if r.Action == action && r.Actor == d.employee.String() && r.Purpose == "Рассмотреть заявление" {
				n++
			}
		}
		return n
	}
	why := url.Values{"purpose": {"decision"}, "number": {strings.ReplaceAll(number, "-", " ")}}

	if res, _ := d.post("/files", url.Values{"number": {number}}); res.StatusCode != 422 || seen("application.files_listed") != 0 {
		t.Errorf("without a purpose: %d", res.StatusCode)
	}
	res, body := d.post("/files", why)
	if res.StatusCode != 200 || !strings.Contains(body, "_b_скан.pdf") || !strings.Contains(body, file.String()) || seen("application.files_listed") != 1 {
		t.Errorf("%d, %d entries: %s", res.StatusCode, seen("application.files_listed"), body)
	}
	if res, _ = d.post("/files/"+file.String(), url.Values{}); res.StatusCode < 400 || seen("application.file_read") != 0 {
		t.Errorf("a file without a purpose: %d", res.StatusCode)
	}
	res, body = d.post("/files/"+file.String(), why)
	if res.StatusCode != 200 || body != string(aPDF("")) || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") || seen("application.file_read") != 1 {
		t.Errorf("%d %v, %d entries", res.StatusCode, res.Header, seen("application.file_read"))
	}

	// Whoever has lost the right, the post or the department sees nothing, however the page was reached.
	for _, one := range []struct{ name, change, back string }{
		{"no right", `UPDATE employee SET rights = '{catalog}'`, `UPDATE employee SET rights = '{applications}'`},
		{"blocked", `UPDATE employee SET blocked_at = now()`, `UPDATE employee SET blocked_at = NULL`},
		{"temporary password", `UPDATE employee SET temporary = true`, `UPDATE employee SET temporary = false`},
		{"another department", `UPDATE organisation SET department = 'zags'`, `UPDATE organisation SET department = 'social'`},
		{"no department", `UPDATE organisation SET department = NULL`, `UPDATE organisation SET department = 'social'`},
		{"not found clean", `UPDATE application_file SET scan = 'unavailable'`, `UPDATE application_file SET scan = 'clean'`},
	} {
		w.exec(one.change)
		if res, _ := d.post("/files/"+file.String(), why); res.StatusCode != 404 {
			t.Errorf("%s: a file: %d", one.name, res.StatusCode)
		}
		if res, body := d.post("/files", why); strings.Contains(body, file.String()) {
			t.Errorf("%s: the list: %d", one.name, res.StatusCode)
		}
		w.exec(one.back)
	}
	if seen("application.file_read") != 1 {
		t.Error("a refused look is in the journal as one that was had")
	}
	if res, _ := d.post("/files/"+file.String(), why); res.StatusCode != 200 {
		t.Errorf("afterwards: %d", res.StatusCode)
	}

	// The owner finds the file by its name on the page with the answers.
	check := p.get(applicationPath(id, "/check"))
	link := `main a[href="` + applicationPath(id, "/files/"+file.String()) + `"]`
	if !check.Has(link) || check.Text(link) != "_b_скан.pdf" {
		t.Errorf("the page with the answers: %s", check.Words())
	}
}

func TestUnscannedFileIsItsSendersAlone(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	id, file, _ := sentWithFile(t, w, p)
	other := uuid.New()
	w.exec(`UPDATE application_file SET scan = 'unavailable'`)
	if _, err := fileFor(t.Context(), w.db, p.p.ID, id, file); err != nil {
		t.Errorf("the sender: %v", err)
	}
	w.exec(`UPDATE application_file SET person = $1`, other)
	if _, err := fileFor(t.Context(), w.db, p.p.ID, id, file); err == nil {
		t.Error("another party reads what was not scanned")
	}
	w.exec(`UPDATE application_file SET scan = 'infected', virus = 'x', person = $1`, p.p.ID)
	if _, err := fileFor(t.Context(), w.db, p.p.ID, id, file); err == nil {
		t.Error("a virus is served")
	}
}
