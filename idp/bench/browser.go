package main

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"
)

// browser is a person's browser: cookies, redirects and forms, and no more than a load generator can afford, since it takes its
// time from the same processors. Every browser has an address of its own, told as a proxy would.
type browser struct {
	client  *fasthttp.Client
	address string
	cookies map[string]string
}

func newBrowser(client *fasthttp.Client, n int) *browser {
	return &browser{client: client, cookies: map[string]string{}, address: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255)}
}

// open sends a request, as a form when there is one, and follows redirects until a page comes or an address that begins with stop.
func (b *browser) open(address string, form url.Values, stop string) (page, at string, err error) {
	for range 10 {
		page, next, err := b.once(address, form)
		if err != nil || next == "" {
			return page, address, err
		}
		u, err := url.Parse(address)
		if err != nil {
			return "", "", err
		}
		if u, err = u.Parse(next); err != nil {
			return "", "", err
		}
		if address, form = u.String(), nil; strings.HasPrefix(address, stop) {
			return "", address, nil
		}
	}
	return "", "", errors.New("too many redirects")
}

// once sends one request and returns the page or where it leads.
func (b *browser) once(address string, form url.Values) (page, next string, err error) {
	ask, got := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(ask)
	defer fasthttp.ReleaseResponse(got)
	ask.SetRequestURI(address)
	if form != nil {
		ask.Header.SetMethod(fasthttp.MethodPost)
		ask.Header.SetContentType("application/x-www-form-urlencoded")
		ask.SetBodyString(form.Encode())
	}
	ask.Header.Set("X-Forwarded-For", b.address)
	for name, value := range b.cookies {
		ask.Header.SetCookie(name, value)
	}
	if err := b.client.Do(ask, got); err != nil {
		return "", "", err
	}
	got.Header.VisitAllCookie(func(_, raw []byte) {
		var c fasthttp.Cookie
		if c.ParseBytes(raw) != nil {
			return
		}
		b.cookies[string(c.Key())] = string(c.Value())
		if len(c.Value()) == 0 {
			delete(b.cookies, string(c.Key()))
		}
	})
	switch status := got.StatusCode(); {
	case status == fasthttp.StatusOK:
		return string(got.Body()), "", nil
	case status < 300 || status > 399:
		return "", "", fmt.Errorf("%s answered %d: %.300s", address, status, got.Body())
	}
	return "", string(got.Header.Peek("Location")), nil
}

// submit fills the form that has the mark and sends it.
func (b *browser) submit(page, at, mark string, fill url.Values, stop string) (string, string, error) {
	action, values, err := formWith(page, mark)
	if err != nil {
		return "", "", err
	}
	for name := range fill {
		values.Set(name, fill.Get(name))
	}
	u, err := url.Parse(at)
	if err != nil {
		return "", "", err
	}
	if u, err = u.Parse(action); err != nil {
		return "", "", err
	}
	return b.open(u.String(), values, stop)
}

// formWith finds the form whose markup has the mark, and returns where it goes and what it sends. Of the buttons only the one
// with the mark is pressed.
func formWith(page, mark string) (action string, values url.Values, err error) {
	for rest := page; ; {
		_, after, found := strings.Cut(rest, "<form")
		if !found {
			return "", nil, fmt.Errorf("no form with %q on the page: %.2000s", mark, page)
		}
		form, next, _ := strings.Cut(after, "</form>")
		if rest = next; !strings.Contains(form, mark) {
			continue
		}
		head, fields, _ := strings.Cut(form, ">")
		values = url.Values{}
		for tag := range tags(fields, "<input") {
			if kind := attribute(tag, "type"); kind != "checkbox" && kind != "radio" && attribute(tag, "name") != "" {
				values.Set(attribute(tag, "name"), attribute(tag, "value"))
			}
		}
		for tag := range tags(fields, "<button") {
			if strings.Contains(tag, mark) && attribute(tag, "name") != "" {
				values.Set(attribute(tag, "name"), attribute(tag, "value"))
			}
		}
		return attribute(head, "action"), values, nil
	}
}

// tags yields the inside of every tag that begins so.
func tags(markup, begin string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for {
			_, after, found := strings.Cut(markup, begin)
			if !found {
				return
			}
			var tag string
			tag, markup, _ = strings.Cut(after, ">")
			if !yield(tag) {
				return
			}
		}
	}
}

func attribute(tag, name string) string {
	_, after, found := strings.Cut(tag, " "+name+`="`)
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(after, `"`)
	return html.UnescapeString(value)
}
