package portal

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"tamga/frontend"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := thePages()
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []interface{ Check(*frontend.Pages) error }{
		registerTemplate, signInTemplate, resetTemplate, resetCodeTemplate, settingsTemplate, dataTemplate, languageTemplate,
		passwordTemplate, problemTemplate, choiceTemplate, compareTemplate, levelTemplate, actingTemplate, bindingTemplate, cabinetTemplate,
		homeTemplate, infoTemplate, exportTemplate, deleteTemplate, journalTemplate, placeTemplate, officesTemplate, offlineTemplate, sessionsTemplate,
	} {
		if err := page.Check(pages); err != nil {
			t.Error(err)
		}
	}
}

var hrefs = regexp.MustCompile(`<a [^>]*href="([^"]*)"`)

// TestLinksLead follows every link of the portal's open pages, the catalogue's among them: none may lead nowhere.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	w := setup(t).browser()
	seen, queue := map[string]bool{}, []string{"/", "/sign-in", "/register"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		path, _, _ = strings.Cut(path, "#")
		if path == "" || seen[path] || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/esia/start") || strings.Contains(path, "lang=") {
			continue
		}
		seen[path] = true
		w.get(path).want(200, "")
		if strings.Contains(w.Page.String(), "portal.") && strings.Contains(w.Page.Text("main"), "portal.") {
			t.Errorf("%s shows a key: %s", path, w.Page.Text("main"))
		}
		for _, link := range hrefs.FindAllStringSubmatch(w.Page.String(), -1) {
			queue = append(queue, html.UnescapeString(link[1]))
		}
	}
	for _, path := range []string{"/about", "/accessibility", "/privacy", "/situations", "/organisations"} {
		if !seen[path] {
			t.Errorf("nothing leads to %s", path)
		}
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	w := setup(t).browser().get("/").want(200, "/", "Регистрация брака", "Мы женимся", "Жителям")
	if got := w.Page.Form(`form[action="/search"]`).Method; got != "GET" {
		t.Errorf("search goes by %s", got)
	}
	for _, lang := range []string{"tt", "en"} {
		w.get("/?lang="+lang).want(200, "")
		if strings.Contains(w.Page.Text("main"), "Популярные услуги") {
			t.Errorf("%s shows Russian", lang)
		}
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/applications/1?x=2":                "/applications/1?x=2",
		"/":                                  "/",
		"//evil.example":                     "",
		"///evil.example":                    "",
		`/\evil.example`:                     "",
		"/\t/evil.example":                   "",
		"https://evil.example":               "",
		"evil":                               "",
		"":                                   "",
		"/sign-in?next=/x":                   "",
		"/esia/start":                        "",
		"/a#b":                               "/a",
		"/a/" + strings.Repeat("x", maxNext): "",
	} {
		if got := localPath(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
