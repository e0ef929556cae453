// Package i18n holds the texts of all pages in the three languages of the republic's portal.
//
// Texts are flat YAML files, one folder per language and one file per domain. A value is a string with fmt verbs, or a map
// of plural forms (one, few, many, other) chosen by the first integer argument. Russian is the source: a key that another
// language lacks is shown in Russian, and a test fails.
package i18n

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Lang is a language of the pages.
type Lang string

// The languages, Russian first: it is the default and the fall-back.
const (
	RU Lang = "ru"
	TT Lang = "tt"
	EN Lang = "en"
)

// Langs lists the languages in the order of the switch on each page.
var Langs = []Lang{RU, TT, EN}

// Parse returns the language named by s, or Russian.
func Parse(s string) Lang {
	if l := Lang(s); slices.Contains(Langs, l) {
		return l
	}
	return RU
}

// Text is a text that lives beside its thing, in all languages (a service's name in its YAML, for one).
type Text struct {
	RU string `yaml:"ru" json:"ru"`
	TT string `yaml:"tt" json:"tt"`
	EN string `yaml:"en" json:"en"`
}

// In returns the text in l, or in Russian where l has none.
func (t Text) In(l Lang) string {
	switch {
	case l == TT && t.TT != "":
		return t.TT
	case l == EN && t.EN != "":
		return t.EN
	}
	return t.RU
}

// message is one text: plain, or one per plural form.
type message struct {
	plain string
	forms map[string]string
}

// Bundle is all texts in all languages. It does not change after Load.
type Bundle struct {
	texts map[Lang]map[string]message
}

// Load reads <lang>/*.yaml below the root of fsys.
func Load(fsys fs.FS) (*Bundle, error) {
	b := &Bundle{texts: map[Lang]map[string]message{}}
	for _, lang := range Langs {
		b.texts[lang] = map[string]message{}
		files, err := fs.Glob(fsys, path.Join(string(lang), "*.yaml"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			if err := b.read(fsys, lang, name); err != nil {
				return nil, fmt.Errorf("locale %s: %w", name, err)
			}
		}
	}
	return b, nil
}

func (b *Bundle) read(fsys fs.FS, lang Lang, name string) error {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var entries map[string]any
	if err := yaml.Unmarshal(raw, &entries); err != nil {
		return err
	}
	for key, value := range entries {
		if _, twice := b.texts[lang][key]; twice {
			return fmt.Errorf("key %q is in two files", key)
		}
		m := message{}
		switch v := value.(type) {
		case string:
			m.plain = v
		case map[string]any:
			m.forms = map[string]string{}
			for form, text := range v {
				m.forms[form] = fmt.Sprint(text)
			}
			m.plain = m.forms["other"]
		default:
			return fmt.Errorf("key %q: want a text or plural forms, got %T", key, value)
		}
		b.texts[lang][key] = m
	}
	return nil
}

// T returns the text of key in lang with args filled in. An unknown key is returned as it is, so that a page shows what is
// missing instead of nothing.
func (b *Bundle) T(lang Lang, key string, args ...any) string {
	m, ok := b.texts[lang][key]
	if !ok {
		if m, ok = b.texts[RU][key]; !ok {
			return key
		}
		lang = RU
	}
	text := m.plain
	if m.forms != nil {
		if form, ok := m.forms[pluralForm(lang, args)]; ok {
			text = form
		}
	}
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Has tells whether key has a text in lang itself.
func (b *Bundle) Has(lang Lang, key string) bool {
	_, ok := b.texts[lang][key]
	return ok
}

// Keys returns all keys of lang, sorted.
func (b *Bundle) Keys(lang Lang) []string {
	return slices.Sorted(maps.Keys(b.texts[lang]))
}

// pluralForm follows the CLDR cardinal rules of the three languages. Tatar nouns do not change after a number.
func pluralForm(lang Lang, args []any) string {
	n, ok := firstInt(args)
	if !ok || lang == TT {
		return "other"
	}
	if lang == EN {
		if n == 1 {
			return "one"
		}
		return "other"
	}
	switch tens, units := n%100, n%10; {
	case units == 1 && tens != 11:
		return "one"
	case units >= 2 && units <= 4 && (tens < 12 || tens > 14):
		return "few"
	}
	return "many"
}

func firstInt(args []any) (int64, bool) {
	for _, a := range args {
		switch n := a.(type) {
		case int:
			return int64(max(n, -n)), true
		case int64:
			return max(n, -n), true
		}
	}
	return 0, false
}
