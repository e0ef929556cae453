package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/frontend/htmltest"
	"tamga/idp"
	"tamga/internal/i18n"
)

// person sits at a browser of their own, without JavaScript: reads pages, follows links, fills and sends forms. Texts of pages are
// named by their locale keys where there is one, so that stories stay true when a word is improved.
type person struct {
	t      *testing.T
	w      *town
	client *http.Client
	page   *htmltest.Page
	url    *url.URL
	status int
	kind   string // content type
	typed  url.Values
	slot   string // the time at an office that was chosen

	mu      sync.Mutex
	visited map[string]bool // every address seen, redirects too
}

// person returns somebody new at a new browser.
func (w *town) person(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, w: w, typed: url.Values{}, visited: map[string]bool{}}
	p.client = &http.Client{
		Jar:       jar,
		Timeout:   30 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true}, // a role may be another one at the next request
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			p.remember(r.URL)
			if len(via) > 15 {
				t.Errorf("redirects without end: %s", r.URL)
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	return p
}

func (p *person) remember(u *url.URL) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.visited[u.String()] = true
}

// open goes to an address: a path is the portal's.
func (p *person) open(address string) *person {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.w.state.portal + address
	}
	return p.do(http.MethodGet, address, nil)
}

// again reloads the page.
func (p *person) again() *person {
	p.t.Helper()
	return p.open(p.url.String())
}

// follow clicks a link.
func (p *person) follow(text string, args ...any) *person {
	p.t.Helper()
	return p.open(p.resolve(p.page.Link(p.says(text, args...))))
}

// click follows the link with that id.
func (p *person) click(selector string) *person {
	p.t.Helper()
	return p.open(p.resolve(p.page.Attr(selector, "href")))
}

// fill types into fields: name, value, name, value. The field must be there, and a choice must be offered.
func (p *person) fill(fields ...string) *person {
	p.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		name, value := fields[i], fields[i+1]
		if !p.page.Has("[name=" + name + "]") {
			p.t.Fatalf("%s has no field %s:\n%s", p.url, name, p.page.Words())
		}
		for _, kind := range []string{"radio", "checkbox"} {
			box := "input[type=" + kind + "][name=" + name + "]"
			if p.page.Has(box) && !p.page.Has(box+`[value="`+value+`"]`) {
				p.t.Fatalf("%s does not offer %s=%s", p.url, name, value)
			}
		}
		p.typed.Set(name, value)
	}
	return p
}

// choose picks from a list by what the choice says.
func (p *person) choose(name, text string) *person {
	p.t.Helper()
	options := "select[name=" + name + "] option"
	for i, says := range p.page.Texts(options) {
		if strings.Contains(says, text) {
			p.typed.Set(name, p.page.Attrs(options, "value")[i])
			return p
		}
	}
	p.t.Fatalf("%s: %s offers no %q but %q", p.url, name, text, p.page.Texts(options))
	return p
}

// press sends the form of a button.
func (p *person) press(text string, args ...any) *person {
	p.t.Helper()
	f := p.form(text, args...)
	if f.Method == http.MethodGet {
		return p.open(f.Action + "?" + f.Values.Encode())
	}
	return p.do(f.Method, f.Action, f.Values)
}

// form is what press would send.
func (p *person) form(text string, args ...any) htmltest.Form {
	p.t.Helper()
	f := p.page.Button(p.says(text, args...))
	for name, values := range p.typed {
		f.Values[name] = values
	}
	f.Action = p.resolve(f.Action)
	return f
}

// see fails unless the page says all that.
func (p *person) see(text string, args ...any) *person {
	p.t.Helper()
	if want := p.says(text, args...); !strings.Contains(p.page.Words(), want) {
		p.t.Fatalf("%s (%d) does not say %q:\n%s", p.url, p.status, want, p.page.Words())
	}
	return p
}

// notSee fails if the page says that.
func (p *person) notSee(text string, args ...any) *person {
	p.t.Helper()
	if not := p.says(text, args...); strings.Contains(p.page.String(), not) || strings.Contains(p.page.Words(), not) {
		p.t.Fatalf("%s says %q:\n%s", p.url, not, p.page.Words())
	}
	return p
}

// at fails unless the browser shows that path.
func (p *person) at(path string) *person {
	p.t.Helper()
	if p.url.Path != path {
		p.t.Fatalf("at %s, want %s:\n%s", p.url, path, p.page.Words())
	}
	return p
}

// await reloads the page until it says that.
func (p *person) await(text string, args ...any) *person {
	p.t.Helper()
	want := p.says(text, args...)
	for deadline := time.Now().Add(patience); !strings.Contains(p.page.Words(), want); p.again() {
		if time.Now().After(deadline) {
			p.t.Fatalf("%s does not come to say %q:\n%s", p.url, want, p.page.Words())
		}
		time.Sleep(50 * time.Millisecond)
	}
	return p
}

var localeKey = regexp.MustCompile(`^[a-z]+\.[a-z0-9_]+$`)

// says returns the Russian text of a locale key, and other texts as they are.
func (p *person) says(text string, args ...any) string {
	p.t.Helper()
	if localeKey.MatchString(text) {
		pages, err := thePages()
		if err != nil {
			p.t.Fatal(err)
		}
		if !pages.Bundle.Has(i18n.RU, text) {
			p.t.Fatalf("no text has the key %s", text)
		}
		text = pages.T(i18n.RU, text, args...)
	}
	return htmltest.Plain(text)
}

func (p *person) resolve(address string) string {
	p.t.Helper()
	to, err := p.url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	return to.String()
}

func (p *person) do(method, address string, form url.Values) *person {
	p.t.Helper()
	status, body, at, err := p.send(method, address, form)
	if err != nil {
		p.t.Fatal(err)
	}
	p.kind = http.DetectContentType([]byte(body))
	if status >= 500 {
		p.t.Fatalf("%s %s answers %d:\n%s", method, address, status, htmltest.Parse(p.t, body).Words())
	}
	p.status, p.url, p.page, p.typed = status, at, htmltest.Parse(p.t, body), url.Values{}
	return p
}

// send is do without consequences: it may be called from many goroutines at once.
func (p *person) send(method, address string, form url.Values) (status int, body string, at *url.URL, err error) {
	var content io.Reader
	if form != nil {
		content = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, address, content)
	if err != nil {
		return 0, "", nil, err
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if p.url != nil {
			req.Header.Set("Referer", p.url.String())
		}
	}
	p.remember(req.URL)
	res, err := p.client.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return res.StatusCode, string(raw), res.Request.URL, err
}

// pressMany presses a button n times at once, and returns the statuses that came of it.
func (p *person) pressMany(n int, text string, args ...any) map[int]int {
	p.t.Helper()
	f := p.form(text, args...)
	var mu sync.Mutex
	var sending sync.WaitGroup
	got := map[int]int{}
	for range n {
		sending.Go(func() {
			status, _, _, err := p.send(f.Method, f.Action, f.Values)
			if err != nil {
				p.t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got[status]++
		})
	}
	sending.Wait()
	return got
}

// enter signs in through ESIA from the page that the person is at, or from the portal's sign-in, and comes back to where it
// led. A first visit makes a cabinet.
func (p *person) enter(r resident) *person {
	p.t.Helper()
	if p.url == nil {
		p.open("/cabinet")
	}
	if p.url.Host == hostOf(p.w.state.portal) {
		p.open(p.toESIA())
	}
	if p.url.Path == "/login" { // the provider may know the browser still
		p.fill("login", r.Phone, "password", idp.DemoPassword).press("idp.login_send")
	}
	if p.url.Path == "/oauth2/consent" {
		p.press("idp.consent_grant")
	}
	if p.url.Path == "/esia/bind" {
		p.fill("consent", "yes").press("portal.bind_new_do")
	}
	return p
}

// toESIA is the link of the page that leads to the provider.
func (p *person) toESIA() string {
	p.t.Helper()
	for _, href := range p.page.Links() {
		if strings.HasPrefix(href, "/esia/start") {
			return href
		}
	}
	p.t.Fatalf("%s does not lead to ESIA:\n%s", p.url, p.page.Words())
	return ""
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// message is an SMS or e-mail that reached the outbox of the stands.
type message struct{ Channel, To, Subject, Text string }

// messages returns what was sent to a phone or an address, the newest first.
func (w *town) messages(t *testing.T, to string) (list []message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.state.stand+"/outbox.json?to="+url.QueryEscape(to), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

// letter waits for a message to somebody that matches the pattern, and returns its first group.
func (w *town) letter(t *testing.T, to, pattern string) (found string) {
	t.Helper()
	want := regexp.MustCompile(pattern)
	eventually(t, "a message to "+to+" like "+pattern, func() bool {
		for _, m := range w.messages(t, to) {
			if match := want.FindStringSubmatch(m.Text); match != nil {
				found = match[len(match)-1]
				return true
			}
		}
		return false
	})
	return found
}

// newcomer registers at the provider, from its sign-in page, and lets the registers check the data: the person is known to nobody
// before.
func (p *person) registers(r resident, born [3]string, passport string) *person {
	p.t.Helper()
	email := r.Phone[1:] + "@town.example"
	p.follow("idp.login_register").fill("last_name", r.Last, "first_name", r.First, "phone", r.Phone, "email", email, "consent", "yes")
	p.press("idp.registration_send")
	p.fill("code", p.w.letter(p.t, r.Phone, `код (\d{6})`)).press("idp.next")
	p.fill("password", idp.DemoPassword, "repeat", idp.DemoPassword).press("idp.password_send").see("idp.registered_title")
	p.follow("idp.level_raise")
	p.fill("middle_name", r.Middle, "sex", r.Sex, "birth_place", "г. Казань", "snils", r.SNILS, "passport", passport,
		"birth-day", born[0], "birth-month", born[1], "birth-year", born[2], "issued-day", "1", "issued-month", "6", "issued-year", "2020",
		"issued_by", "МВД по Республике Татарстан", "code", "160-001")
	return p.press("idp.next").await("idp.checks_passed")
}

// clerk signs an employee in at the staff site.
func (p *person) clerk(organisation, employee, password string) *person {
	p.t.Helper()
	p.open(p.w.state.intra+"/sign-in").choose("organisation", organisation).press("intra.continue")
	return p.choose("employee", employee).fill("password", password).press("intra.sign_in")
}
