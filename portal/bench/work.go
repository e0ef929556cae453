package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/valyala/fasthttp"
)

// searches types the queries that the search is held to (catalog/queries.yaml), and reads the pages.
func searches(g *ground, d time.Duration, workers int) (result, error) {
	raw, err := os.ReadFile("catalog/queries.yaml")
	if err != nil {
		return result{}, err
	}
	var byService map[string][]string
	if err := yaml.Unmarshal(raw, &byService); err != nil {
		return result{}, err
	}
	var queries []string
	for _, list := range byService {
		queries = append(queries, list...)
	}
	client := &fasthttp.Client{}
	return load(workers, d, func(int) (time.Duration, error) {
		address := g.site + "/search?" + url.Values{"q": {queries[rand.IntN(len(queries))]}}.Encode()
		began := time.Now()
		status, _, err := client.Get(nil, address)
		if err == nil && status != fasthttp.StatusOK {
			err = fmt.Errorf("%s answered %d", address, status)
		}
		return time.Since(began), err
	})
}

// reader is somebody signed in at a browser.
type reader struct {
	client  *fasthttp.Client
	site    string
	cookies map[string]string
}

// do sends a request, as a form when there is one, and returns the page or where it leads.
func (r *reader) do(path string, form url.Values) (page, next string, took time.Duration, err error) {
	ask, got := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(ask)
	defer fasthttp.ReleaseResponse(got)
	ask.SetRequestURI(r.site + path)
	if form != nil {
		ask.Header.SetMethod(fasthttp.MethodPost)
		ask.Header.SetContentType("application/x-www-form-urlencoded")
		ask.SetBodyString(form.Encode())
	}
	for name, value := range r.cookies {
		ask.Header.SetCookie(name, value)
	}
	began := time.Now()
	if err := r.client.Do(ask, got); err != nil {
		return "", "", 0, err
	}
	took = time.Since(began)
	got.Header.VisitAllCookie(func(_, raw []byte) {
		var c fasthttp.Cookie
		if c.ParseBytes(raw) == nil {
			r.cookies[string(c.Key())] = string(c.Value())
		}
	})
	if status := got.StatusCode(); status != fasthttp.StatusOK && status != fasthttp.StatusSeeOther {
		return "", "", took, fmt.Errorf("%s answered %d: %.3000s", path, status, text(string(got.Body())))
	}
	u, err := url.Parse(string(got.Header.Peek("Location")))
	if err != nil {
		return "", "", took, err
	}
	return string(got.Body()), u.RequestURI(), took, nil
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	tag         = regexp.MustCompile(`<[^>]*>|\s+`)
)

func text(page string) string { return tag.ReplaceAllString(page, " ") }

// hiddenOf returns the hidden fields of a page: the token and the version of the draft.
func hiddenOf(page string) url.Values {
	fields := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
		fields.Set(f[1], f[2])
	}
	return fields
}

// begin signs a person in and starts the application; it returns the path of its first step.
func (r *reader) begin(n int) (string, error) {
	page, _, _, err := r.do("/sign-in", nil)
	if err != nil {
		return "", err
	}
	form := hiddenOf(page)
	form.Set("phone", phone(n))
	form.Set("password", password)
	if _, _, _, err = r.do("/sign-in", form); err != nil {
		return "", err
	}
	if page, _, _, err = r.do("/applications/new?service=bench-form", nil); err != nil {
		return "", err
	}
	form = hiddenOf(page)
	form.Set("service", "bench-form")
	_, next, _, err := r.do("/applications", form)
	if err == nil && !strings.Contains(next, "/steps/") {
		err = fmt.Errorf("an application leads to %q", next)
	}
	return next, err
}

// steps saves the first step of a form again and again, each worker that of another person.
func steps(g *ground, d time.Duration, workers int) (result, error) {
	readers, paths := make([]*reader, workers), make([]string, workers)
	client := &fasthttp.Client{}
	for w := range readers {
		var err error
		readers[w] = &reader{client: client, site: g.site, cookies: map[string]string{}}
		if paths[w], err = readers[w].begin(w); err != nil {
			return result{}, err
		}
	}
	return load(workers, d, func(w int) (time.Duration, error) {
		page, _, _, err := readers[w].do(paths[w], nil)
		if err != nil {
			return 0, err
		}
		form := hiddenOf(page)
		for name, value := range map[string]string{
			"last_name": "Гарипова", "first_name": "Алия", "birth_date-day": "12", "birth_date-month": "4", "birth_date-year": "1998",
			"snils": "112-233-445 95", "phone": "+7 917 200-00-01", "email": "aliya@demo.tamga.example", "about": "Номер " + fmt.Sprint(rand.IntN(1e6)),
		} {
			form.Set(name, value)
		}
		_, next, took, err := readers[w].do(paths[w], form)
		if err == nil && next == "" {
			err = fmt.Errorf("the step was not saved")
		}
		return took, err
	})
}
