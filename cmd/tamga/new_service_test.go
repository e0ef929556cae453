package main

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/frontend/htmltest"
)

// examples are the files that docs/catalog.md shows, by the name in their first line.
func examples(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/catalog.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n# ([a-z/.-]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		files[block[1]] = block[2]
	}
	return files
}

// TestNewServiceFromTheDocs does what docs/catalog.md says, with the page's own files and nothing else: a methodologist writes a
// service, checks and publishes it; two residents file it with a plan of their yard, one pays, and the committee's answer comes to
// the cabinet.
func TestNewServiceFromTheDocs(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, catalog.Files()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TAMGA_CATALOG", folder) // so this test runs alone
	w := newTown(t)
	w.publish(t, folder)
	w.person(t).open("/services/yard-party").wantStatus(404)

	files := examples(t)
	w.write(t, folder, "services/yard-party.yaml", strings.Replace(files["services/yard-party.yaml"], "topics: [city]", "topics: [citi]", 1))
	w.write(t, folder, "parameters.yaml", read(t, folder, "parameters.yaml")+files["parameters.yaml"])
	if err := (&catalogCheck{folder}).Run(); err == nil {
		t.Fatal("a misspelt topic passes the check")
	}
	w.write(t, folder, "services/yard-party.yaml", files["services/yard-party.yaml"])
	if err := (&catalogCheck{folder}).Run(); err != nil {
		t.Fatal(err)
	}
	w.restart("worker", "intra", "portal") // a new parameter is read at the start; a new service is not
	w.publish(t, folder)
	visitor := w.person(t)
	eventually(t, "the portal knows the service", func() bool { return visitor.open("/services/yard-party").status == http.StatusOK })
	visitor.see("Праздник двора").see("300 ₽").open("/search?q=день соседей").see("Праздник двора")

	c := &couple{t: t, w: w, bride: w.person(t), groom: w.person(t), her: w.newResident("Сафина", "Ләйлә", "Рустемовна", "F"),
		him: w.newResident("Ахметов", "Данил", "Айратович", "M")}
	c.bride.open("/services/yard-party").press("catalog.start").enter(c.her).press("applications.begin")
	c.id = uuid.MustParse(inPath.FindStringSubmatch(c.bride.url.Path)[1])
	next := func() *person { return c.bride.press("applications.save_continue") }
	c.bride.fill("occasion", "trade", "music", "yes")
	next().see("Для торговли нужно другое разрешение")
	c.bride.open(c.path("/steps/party_step")).fill("occasion", "neighbours", "music", "yes")
	next().at(c.path("/steps/sound")).fill("music_until", "23")
	next().see("После 22 часов во дворе должно быть тихо").fill("music_until", "21")
	day := time.Now().AddDate(0, 0, 30)
	next().at(c.path("/steps/place")).fill("yard", "Казань, ул. Чистопольская, 61", "day-day", day.Format("2"), "day-month", day.Format("1"),
		"day-year", day.Format("2006"))
	c.bride.attach("plan", "План двора.png", pixel(t)).at(c.path("/steps/signer")).see(c.her.Last[:2])
	c.bride.fill("consent_data", "yes")
	next().at(c.path("/check")).see("План двора.png").see("21")
	c.invites().joins()
	c.groom.open(c.path("/check")).press("applications.sign")
	c.bride.open(c.path("/check")).press("applications.sign_pay").click("#now").press("payments.pay", "300 ₽")
	c.bride.press("bank.pay", "300 ₽").await("payments.receipt_title")

	c.bride.open(c.path("")).await("applications.now_accepted_title")
	number := c.bride.page.Text("#number")
	committee := w.person(t).open(w.state.stand + "/municipality").follow(number)
	committee.see("Праздник двора").see("Казань, ул. Чистопольская, 61").see("План двора.png").see(c.her.name()).see(c.him.name()).see("300 ₽")
	committee.fill("text", "Праздник согласован, № 12").press("stand.complete")
	for _, p := range []*person{c.bride, c.groom} {
		p.open(c.path("")).await("applications.now_completed_title").see("Праздник согласован, № 12")
		p.open("/cabinet").see("Праздник двора").see("applications.state_completed")
	}
	if n := w.count(t, `SELECT count(*) FROM delivery WHERE application_id = $1 AND service = 'yard-party'`, c.id); n != 1 {
		t.Errorf("%d deliveries", n)
	}
}

// publish is the command of the docs.
func (w *town) publish(t *testing.T, folder string) {
	t.Helper()
	command := catalogPublish{definitions: definitions{folder}, DatabaseURL: w.state.database("portal")}
	if err := command.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *town) write(t *testing.T, folder, name, text string) {
	t.Helper()
	if text == "" {
		t.Fatalf("docs/catalog.md has no %s", name)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(os.DirFS(folder), name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(string(raw), "\n") + "\n"
}

func (p *person) wantStatus(status int) {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s answers %d, want %d", p.url, p.status, status)
	}
}

// pixel is a picture of one point.
func pixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// attach sends the page's form with a file, as a browser does.
func (p *person) attach(field, name string, content []byte) *person {
	p.t.Helper()
	f := p.form("applications.save_continue")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, values := range f.Values {
		for _, value := range values {
			if key != field {
				_ = form.WriteField(key, value)
			}
		}
	}
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = form.Close()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, f.Action, &body)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "text/html")
	res, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.status, p.url, p.page, p.typed = res.StatusCode, res.Request.URL, htmltest.Parse(p.t, string(raw)), nil
	p.typed = map[string][]string{}
	return p
}
