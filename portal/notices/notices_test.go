package notices

import (
	"testing"

	"tamga/frontend"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []interface{ Check(*frontend.Pages) error }{listTemplate, settingsTemplate} {
		if err := page.Check(pages); err != nil {
			t.Error(err)
		}
	}
}

func TestLinkIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"Готово: http://p.test/applications/1. Ждём": "/applications/1", "http://other.test/x": "", "нет": ""} {
		if got := linkIn(text, "http://p.test"); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
