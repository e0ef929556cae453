package frontend

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tamga/internal/i18n"
)

var (
	verbs   = regexp.MustCompile(`%(?:\[\d+\])?[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]`)
	literal = regexp.MustCompile("(?:[{(]|\\s)(?:t|or_text \\.?[$\\w.]+|plural \"[^\"]*\") \"([^\"]+)\"")
)

// TestLocales holds all languages to the same keys and the same verbs, whatever domain the texts belong to.
func TestLocales(t *testing.T) {
	t.Parallel()
	texts := map[i18n.Lang]map[string][]string{}
	for _, lang := range i18n.Langs {
		texts[lang] = readLocale(t, lang)
	}
	for key, russian := range texts[i18n.RU] {
		for _, lang := range []i18n.Lang{i18n.TT, i18n.EN} {
			other, ok := texts[lang][key]
			if !ok {
				t.Errorf("%s: no %q", lang, key)
				continue
			}
			for _, form := range other {
				if got, want := verbsOf(form), verbsOf(russian[0]); got != want {
					t.Errorf("%s: %q has verbs %q, Russian has %q", lang, key, got, want)
				}
			}
		}
	}
	for _, lang := range []i18n.Lang{i18n.TT, i18n.EN} {
		for key := range texts[lang] {
			if _, ok := texts[i18n.RU][key]; !ok {
				t.Errorf("%s: %q is not in Russian", lang, key)
			}
		}
	}
}

// readLocale returns all forms of all texts, and holds each key to its file's name.
func readLocale(t *testing.T, lang i18n.Lang) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	files, err := fs.Glob(embedded, path.Join("locales", string(lang), "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := fs.ReadFile(embedded, file)
		if err != nil {
			t.Fatal(err)
		}
		var entries map[string]any
		if err := yaml.Unmarshal(raw, &entries); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		prefix := strings.TrimSuffix(path.Base(file), ".yaml") + "."
		for key, value := range entries {
			if !strings.HasPrefix(key, prefix) {
				t.Errorf("%s: key %q does not begin with %q", file, key, prefix)
			}
			all[key] = formsOf(value)
			want := []string{"one", "few", "many"}
			if forms, ok := value.(map[string]any); ok && lang == i18n.RU {
				for _, form := range want {
					if forms[form] == nil {
						t.Errorf("%s: %q lacks the form %q", file, key, form)
					}
				}
			}
		}
	}
	return all
}

func formsOf(value any) []string {
	forms, ok := value.(map[string]any)
	if !ok {
		return []string{fmt.Sprint(value)}
	}
	var list []string
	for _, form := range forms {
		list = append(list, fmt.Sprint(form))
	}
	return list
}

func verbsOf(text string) string {
	found := verbs.FindAllString(text, -1)
	slices.Sort(found)
	return strings.Join(found, " ")
}

// TestTemplateKeys: every text that a template names exists.
func TestTemplateKeys(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	named := 0
	err := fs.WalkDir(embedded, "templates", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(embedded, file)
		if err != nil {
			return err
		}
		for _, found := range literal.FindAllStringSubmatch(string(raw), -1) {
			named++
			if !p.Bundle.Has(i18n.RU, found[1]) {
				t.Errorf("%s: no text %q", file, found[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d texts named in templates", named)
}

// TestTemplatesParse: a page of any domain at least parses; its types are checked by its domain.
func TestTemplatesParse(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	pages, err := fs.Glob(embedded, "templates/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if dir := path.Base(path.Dir(page)); dir == "layout" || dir == "ui" {
			continue
		}
		if _, err := p.parse(strings.TrimPrefix(page, "templates/"), i18n.RU); err != nil {
			t.Error(err)
		}
	}
}
