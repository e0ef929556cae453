package main

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// allLinks follows all links of the four sites as nobody, as a citizen in the middle of things and as an employee, in three
// languages. No page fails, no link is dead, and no page shows what only programmers should see.
func allLinks(t *testing.T, w *town) {
	c := w.newCouple(t).files().invites().joins().signs().pays()
	c.reaches("sent")
	draft := w.newCouple(t).files()
	employee := w.person(t).clerk("Министерство", "Нуриев", "Tamga2026")

	s := w.state
	total := 0
	for name, crawl := range map[string]struct {
		p     *person
		homes []string
	}{
		"nobody":   {w.person(t), []string{s.portal + "/", s.idp + "/login", s.intra + "/", s.stand + "/", s.stand + "/outbox", s.stand + "/bank"}},
		"filer":    {c.bride, []string{s.portal + "/", s.portal + "/cabinet", s.idp + "/profile"}},
		"second":   {draft.bride, []string{s.portal + "/applications", draft.path("/check")}},
		"employee": {employee, []string{s.intra + "/"}},
	} {
		found := crawl.p.crawl(crawl.homes)
		total += len(found)
		for _, lang := range []string{"ru", "tt", "en"} {
			for _, home := range crawl.homes {
				crawl.p.open(withLang(home, lang))
			}
			for _, address := range found {
				crawl.p.open(address)
				crawl.p.reads(t, name, lang)
			}
		}
	}
	if total < 100 {
		t.Errorf("only %d pages were found", total)
	}
	t.Logf("%d pages", total)
}

func withLang(address, lang string) string {
	if strings.Contains(address, "?") {
		return address + "&lang=" + lang
	}
	return address + "?lang=" + lang
}

var variable = regexp.MustCompile(`[0-9a-f-]{36}`)

// crawl returns the addresses of pages that links lead to. Of pages that differ only in a key or in the query it takes three.
func (p *person) crawl(homes []string) (found []string) {
	sites := []string{hostOf(p.w.state.portal), hostOf(p.w.state.idp), hostOf(p.w.state.intra), hostOf(p.w.state.stand)}
	known, alike := map[string]bool{}, map[string]int{}
	waiting := slices.Clone(homes)
	for len(waiting) > 0 && len(found) < 90 {
		address := waiting[0]
		waiting = waiting[1:]
		u, err := url.Parse(address)
		shape, _, _ := strings.Cut(address, "?")
		shape = variable.ReplaceAllString(shape, "*")
		if err != nil || known[address] || alike[shape] >= 3 || !slices.Contains(sites, u.Host) || u.Query().Has("lang") {
			continue
		}
		known[address] = true
		alike[shape]++
		p.open(address)
		if !strings.HasPrefix(p.kind, "text/html") {
			continue
		}
		found = append(found, address)
		if p.status >= 400 {
			continue
		}
		for _, link := range p.page.Links() {
			to := p.resolve(link)
			to, _, _ = strings.Cut(to, "#")
			waiting = append(waiting, to)
		}
	}
	return found
}

var rawKey = regexp.MustCompile(`\b(portal|idp|applications|payments|catalog|departments|intra|stand|bank|web|layout|home|rus|ui|errors)\.[a-z]+_?[a-z_]*\b`)

// reads holds the open page to what every page must be.
func (p *person) reads(t *testing.T, who, lang string) {
	t.Helper()
	wrong := func(what string, args ...any) {
		t.Helper()
		t.Errorf("%s, %s, %s: "+what, append([]any{who, lang, p.url.String()}, args...)...)
	}
	words := p.page.Words()
	if p.status >= 400 {
		wrong("a link leads to status %d", p.status)
	}
	if got := p.page.Attr("html", "lang"); got != lang {
		wrong("lang is %q", got)
	}
	if p.page.Count("title") == 0 || p.page.Text("title") == "" {
		wrong("no title")
	}
	if n := p.page.Count("h1"); n != 1 {
		wrong("%d headings of the first level", n)
	}
	for _, bad := range []string{"%!", "{{", "<no value>", "ZgotmplZ"} {
		if strings.Contains(p.page.String(), bad) {
			wrong("says %q", bad)
		}
	}
	if key := rawKey.FindString(words); key != "" {
		wrong("shows the key %s", key)
	}
}
