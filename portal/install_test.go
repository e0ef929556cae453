package portal

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestInstall: in each language the manifest names icons that exist, and the worker keeps files that exist and a page of nobody.
func TestInstall(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser()
	read := func(path string) string {
		t.Helper()
		got := w.one(http.MethodGet, path, nil)
		body, err := io.ReadAll(got.Body)
		if err != nil || got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v", path, got.StatusCode, err)
		}
		return string(body)
	}
	titles := map[string]bool{}
	for _, lang := range []string{"ru", "tt", "en"} {
		w.get("/?lang="+lang).want(200, "/")
		link := w.Page.Attr("link[rel=manifest]", "href")
		var m manifest
		if err := json.Unmarshal([]byte(read(link)), &m); err != nil || string(m.Lang) != lang || m.Scope != "/" || m.Display != "standalone" {
			t.Errorf("%s: %+v %v", link, m, err)
		}
		for _, icon := range m.Icons {
			read(icon.Source)
		}
		worker := read(w.Page.Attr("link[rel=manifest]", "data-worker"))
		kept, _, _ := strings.Cut(strings.TrimPrefix(worker, "self.tamga = "), "\n")
		var what struct {
			Name, Offline string
			Files         []string
		}
		if err := json.Unmarshal([]byte(kept), &what); err != nil || len(what.Files) == 0 || what.Name == "" {
			t.Fatalf("the worker keeps %s: %v", kept, err)
		}
		for _, file := range append(what.Files, regexp.MustCompile(`/assets/worker[^"]+`).FindString(worker)) {
			if !strings.HasPrefix(file, "/assets/") {
				t.Errorf("%s is kept on the device", file)
			}
			read(file)
		}
		page := b.browser().get(what.Offline).want(200, "").Page
		titles[page.Text("h1")] = true
		if !page.Has("[data-kept][hidden] button[data-again]") || page.Has(`form[method="post"]`) {
			t.Errorf("the page without a network: %s", page.Text("main"))
		}
	}
	if len(titles) != 3 {
		t.Errorf("the page without a network is called %v", titles)
	}
}
