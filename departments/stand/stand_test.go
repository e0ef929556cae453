package stand

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/encoding/charmap"

	"tamga/departments"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/notify"
)

// site is the stands without a portal.
type site struct {
	t    *testing.T
	db   *pgxpool.Pool
	app  *fiber.App
	mail string // address of the SMTP server
}

func newStandPages(t *testing.T) *frontend.Pages {
	t.Helper()
	p, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newSite(t *testing.T) *site {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, db: dbtest.DB(t, dbtest.Stand), mail: ln.Addr().String()}
	s.app, err = New(Config{DB: s.db, Pages: newStandPages(t), Now: time.Now, Secret: bytes.Repeat([]byte("s"), 32),
		Portal: "http://portal.invalid", Mail: ln})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.app.Shutdown() })
	return s
}

func (s *site) do(request *http.Request) (int, string) {
	s.t.Helper()
	response, err := s.app.Test(request, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(raw)
}

func (s *site) get(path string) (int, string) {
	request := httptest.NewRequest("GET", path, nil)
	request.Header.Set("Accept", "text/html")
	return s.do(request)
}

func (s *site) postJSON(path, body string) (int, string) {
	request := httptest.NewRequest("POST", path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	return s.do(request)
}

// outbox reads /outbox.json.
func (s *site) outbox(to string) []message {
	s.t.Helper()
	status, body := s.get("/outbox.json?" + url.Values{"to": {to}}.Encode())
	var all []message
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != 200 {
		s.t.Fatalf("outbox: %d %s", status, body)
	}
	return all
}

func TestPagesFitTheirData(t *testing.T) {
	t.Parallel()
	p := newStandPages(t)
	for _, err := range []error{homeView.Check(p), inboxView.Check(p), applicationView.Check(p), outboxView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestSMS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := `{"to":"+79172000001","text":"Код 123456. Әйтмәгез!","id":"7"}`
	for range 2 { // the portal died before it noted the answer, and sends again
		if status, said := s.postJSON("/sms", body); status != 200 {
			t.Fatalf("%d %s", status, said)
		}
	}
	s.postJSON("/sms", `{"to":"+79172000002","text":"Другому"}`)
	for _, to := range []string{"+79172000001", "8 917 200-00-01", "9172000001", " 79172000001"} {
		got := s.outbox(to)
		if len(got) != 1 || got[0].Text != "Код 123456. Әйтмәгез!" || got[0].Channel != "sms" || got[0].To != "+79172000001" {
			t.Errorf("outbox of %q: %+v", to, got)
		}
	}
	if got := s.outbox(""); len(got) != 2 || got[0].Text != "Другому" {
		t.Errorf("newest first: %+v", got)
	}
	if status, _ := s.postJSON("/sms", `{"to":"115","text":"x"}`); status != 400 {
		t.Errorf("a short number: %d", status)
	}
}

// Letters as the portal really sends them.
func TestMail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sender := &notify.SMTP{Addr: s.mail, From: "Портал услуг <noreply@tamga.example>", Security: notify.Plain}
	id := uuid.Must(uuid.NewV7())
	letter := notify.Message{To: "Aliya@demo.tamga.example", Subject: "Заявление № 1626-000123-4: кабул ителде, җөмгадан башлап көтәбез",
		Body: "Хөрмәтле Әминә Фәритовна!\n\nВаше заявление принято — ждём вас.\n<b>Не тег</b>"}
	for range 2 {
		if err := sender.Send(t.Context(), id, letter); err != nil {
			t.Fatal(err)
		}
	}
	got := s.outbox("aliya@demo.tamga.example")
	if len(got) != 1 || got[0].Subject != letter.Subject || got[0].Text != letter.Body || got[0].Channel != "email" {
		t.Fatalf("%+v", got)
	}
	status, body := s.get("/outbox?to=aliya@demo.tamga.example")
	page := htmltest.Parse(t, body)
	if status != 200 || page.Text("article h2") != letter.Subject || !strings.Contains(page.Text("article"), "<b>Не тег</b>") {
		t.Errorf("page: %d %s", status, page.Text("main"))
	}
}

// Letters that other programs may send: HTML only, and a charset of the nineties.
func TestForeignMail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old, err := charmap.Windows1251.NewEncoder().String("Привет из девяностых")
	if err != nil {
		t.Fatal(err)
	}
	subject := mime.QEncoding.Encode("utf-8", "Сөйләшү")
	for to, raw := range map[string]string{
		"a@x.example": "Subject: " + subject + "\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n" + old + "\r\n",
		"b@x.example": "Subject: x\r\nContent-Type: multipart/alternative; boundary=q\r\n\r\n--q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
			"<style>p{}</style><p>Привет из&nbsp;девяностых</p>\r\n--q--\r\n",
	} {
		if err := smtp.SendMail(s.mail, nil, "from@x.example", []string{to}, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		if got := s.outbox(to); len(got) != 1 || strings.ReplaceAll(got[0].Text, "\u00a0", " ") != "Привет из девяностых" {
			t.Errorf("%s: %+v", to, got)
		}
	}
}

func TestRegisters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	aliya := Person{SNILS: "112-233-445 95", LastName: "Гарипова", FirstName: "Алия", MiddleName: "Маратовна", BirthDate: "1998-04-12",
		Sex: "female", Series: "9218", Number: "123456", IssuedOn: "2018-05-01", Code: "160-001"}
	for range 2 {
		if err := SeedDemo(t.Context(), s.db, []Person{aliya}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		register string
		change   func(*Person)
		want     string
	}{
		{"pension", func(*Person) {}, `{"match":true}`},
		{"pension", func(p *Person) { p.LastName = "ГАРИПОВА" }, `{"match":true}`},
		{"pension", func(p *Person) { p.LastName = "Гарифова" }, `{"match":false,"reason":"name"}`},
		{"pension", func(p *Person) { p.BirthDate = "1998-04-13" }, `{"match":false,"reason":"birth_date"}`},
		{"pension", func(p *Person) { p.Sex = "male" }, `{"match":false,"reason":"sex"}`},
		{"pension", func(p *Person) { p.SNILS = "1" }, `{"match":false,"reason":"not_found"}`},
		{"pension", func(p *Person) { p.SNILS, p.LastName = "11223344600", "Новосёлова" }, `{"match":true}`},
		{"pension", func(p *Person) { p.SNILS, p.LastName = "11223344600", "Ошибкина" }, `{"match":false,"reason":"name"}`},
		{"interior", func(*Person) {}, `{"match":true}`},
		{"interior", func(p *Person) { p.Code = "160001" }, `{"match":true}`},
		{"interior", func(p *Person) { p.Number = "000000" }, `{"match":false,"reason":"not_found"}`},
		{"interior", func(p *Person) { p.IssuedOn = "2019-05-01" }, `{"match":false,"reason":"not_found"}`},
		{"interior", func(p *Person) { p.FirstName = "Алсу" }, `{"match":false,"reason":"name"}`},
		{"interior", func(p *Person) { p.Series, p.LastName = "9200", "Ошибкин" }, `{"match":false,"reason":"name"}`},
	} {
		asked := aliya
		c.change(&asked)
		raw, err := json.Marshal(asked)
		if err != nil {
			t.Fatal(err)
		}
		if status, got := s.postJSON("/registers/"+c.register, string(raw)); status != 200 || got != c.want {
			t.Errorf("%s of %+v: %d %s, want %s", c.register, asked, status, got, c.want)
		}
	}
}

// receiveDemo puts an application into the ЗАГС's inbox, as the portal's message would.
func (s *site) receiveDemo() *received {
	s.t.Helper()
	signed := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	data, err := json.Marshal(departments.Application{SubmittedAt: signed, ServiceName: "Заключение брака", Hash: "abc123",
		Sections: []departments.Section{{Title: "Церемония", Rows: []departments.Row{{Label: "Торжественная", Value: "Да"}}}},
		Parties: []departments.Party{{ID: "first", Role: "Первый заявитель", Last: "Җиһаншина", First: "Әминә", SNILS: "11223344595",
			SignedAt: &signed, Hash: "abc123"}, {ID: "second", Role: "Второй заявитель", Last: "Смирнов", First: "Пётр",
			SignedAt: &signed, Hash: "other"}},
		Slot:    &departments.Slot{Office: "zags-kazan", Name: "Дворец бракосочетания", Start: signed},
		Payment: &departments.Payment{UIN: "0355", Amount: 35000, PaidAt: signed},
		Answers: json.RawMessage(`{"shared":{"ceremony":true},"parties":{"first":{"surname":"own"}}}`)})
	if err != nil {
		s.t.Fatal(err)
	}
	r := &received{ID: uuid.Must(uuid.NewV7()), ApplicationID: uuid.Must(uuid.NewV7()), Number: "1626-000123-4", Service: "marriage"}
	_, err = s.db.Exec(s.t.Context(), `
		INSERT INTO stand_application (department, id, application_id, number, service, data, sha256, received_at)
		VALUES ('zags', $1, $2, $3, $4, $5, sha256('x'), now())`, r.ID, r.ApplicationID, r.Number, r.Service, data)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func TestApplicationIsReadable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.receiveDemo()
	for _, l := range []string{"ru", "tt", "en"} {
		status, body := s.get("/zags/applications/" + r.ID.String() + "?lang=" + l)
		page := htmltest.Parse(t, body)
		text := page.Text("main")
		for _, want := range []string{"1626-000123-4", "Җиһаншина", "112-233-445 95", "abc123", "Дворец бракосочетания", "350", "Торжественная",
			"answers › parties › first"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not shown", l, want)
			}
		}
		if status != 200 || strings.Contains(body, "stand.") && strings.Contains(text, "stand.") {
			t.Errorf("%s: %d, or a text is missing", l, status)
		}
	}
	_, body := s.get("/zags/applications/" + r.ID.String())
	if text := htmltest.Parse(t, body).Text("main"); strings.Count(text, "подписан этот текст") != 1 || !strings.Contains(text, "подписан другой текст") {
		t.Error("a signature over another text is not told from a good one")
	}
	if status, _ := s.get("/social/applications/" + r.ID.String()); status != 404 {
		t.Errorf("another system shows it: %d", status)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.receiveDemo()
	for path, want := range map[string]string{"/": "АИС ЗАГС", "/zags": "1626-000123-4", "/social": "Заявлений пока нет", "/outbox": "Сообщений нет",
		"/outbox?still=1": "Обновлять страницу", "/zags/jwks.json": `"crv":"P-256"`} {
		if status, body := s.get(path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, no %q", path, status, want)
		}
	}
	if status, body := s.get("/zags/jwks.json"); status != 200 || strings.Contains(body, `"d":`) {
		t.Error("the private key is published")
	}
}

// press does what the button of that action does, also where the page no longer shows it: another tab may.
func (s *site) press(r *received, action string, fields url.Values) (int, string) {
	s.t.Helper()
	path := "/zags/applications/" + r.ID.String()
	response, err := s.app.Test(httptest.NewRequest("GET", "/zags", nil), -1)
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	fields.Set("action", action)
	fields.Set("_csrf", htmltest.Parse(s.t, string(raw)).Attr("input[name=_csrf]", "value"))
	request := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range response.Cookies() {
		request.AddCookie(c)
	}
	return s.do(request)
}

func TestRefusalNeedsGround(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.receiveDemo()
	status, body := s.press(r, "refuse", url.Values{"ground": {"  "}})
	if status != 422 || !strings.Contains(body, "Назовите основание") {
		t.Fatalf("without a ground: %d", status)
	}
	if status, _ = s.press(r, "complete", url.Values{}); status != 409 {
		t.Errorf("completed before it was accepted: %d", status)
	}
	if status, _ = s.press(r, "refuse", url.Values{"ground": {"Статья 14 Семейного кодекса"}}); status != 303 {
		t.Fatalf("with a ground: %d", status)
	}
	var state, text string
	err := s.db.QueryRow(t.Context(), `SELECT state, text FROM stand_application a JOIN stand_callback c ON c.delivery_id = a.id`).Scan(&state, &text)
	if err != nil || state != "refused" || text != "Статья 14 Семейного кодекса" {
		t.Errorf("%s, the portal is told %q, %v", state, text, err)
	}
	if status, _ = s.press(r, "accept", url.Values{}); status != 409 {
		t.Errorf("accepted after the refusal: %d", status)
	}
	request := httptest.NewRequest("POST", "/zags/applications/"+r.ID.String(), strings.NewReader("action=accept"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if status, _ = s.do(request); status != 403 {
		t.Errorf("a form without a token: %d", status)
	}
}
