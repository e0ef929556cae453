package safety

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"

	"tamga/internal/i18n"
)

// exportPage is a page that needs nothing but a browser: no styles, scripts or fonts from anywhere.
var exportPage = template.Must(template.New("export").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}dt{font-weight:bold;margin-top:.5rem}
dd{margin:0 0 0 1rem}section{border-top:2px solid #ccc;margin-top:2rem}article{border-top:1px solid #ddd;padding:.5rem 0}</style></head>
<body><h1>{{.Title}}</h1>{{range .Parts}}<section><h2>{{.Title}}</h2>{{template "value" .Value}}</section>
{{end}}</body></html>
{{define "value"}}{{if .Fields}}<dl>{{range .Fields}}<dt>{{.Name}}</dt><dd>{{template "value" .Value}}</dd>{{end}}</dl>
{{else if .Items}}{{range .Items}}<article>{{template "value" .}}</article>{{end}}{{else}}{{.Text}}{{end}}{{end}}`))

// shown is a value of JSON made ready to be read.
type shown struct {
	Text   string
	Fields []shownField
	Items  []shown
}

type shownField struct {
	Name  string
	Value shown
}

type shownPart struct {
	Title string
	Value shown
}

// words are the names of fields in the reader's language; a field without one keeps its own.
type words struct {
	bundle *i18n.Bundle
	lang   i18n.Lang
}

func (w words) of(prefix, name string) string {
	if key := "idp_safety." + prefix + name; w.bundle.Has(w.lang, key) {
		return w.bundle.T(w.lang, key)
	}
	return name
}

func (w words) show(v any) shown {
	switch v := v.(type) {
	case nil:
		return shown{Text: "—"}
	case bool:
		return shown{Text: w.of("value_", fmt.Sprint(v))}
	case []any:
		if len(v) == 0 {
			return shown{Text: "—"}
		}
		s := shown{}
		for _, item := range v {
			s.Items = append(s.Items, w.show(item))
		}
		return s
	case map[string]any:
		s := shown{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			s.Fields = append(s.Fields, shownField{w.of("field_", name), w.show(v[name])})
		}
		return s
	case string:
		if v == "" {
			return shown{Text: "—"}
		}
		return shown{Text: v}
	}
	return shown{Text: fmt.Sprint(v)}
}

// writePage writes the parts for people.
func (w words) writePage(out io.Writer, parts []exportPart) error {
	page := struct {
		Lang, Title string
		Parts       []shownPart
	}{Lang: string(w.lang), Title: w.of("", "export_file_title")}
	for _, p := range parts {
		raw, err := json.Marshal(p.Data)
		if err != nil {
			return err
		}
		var plain any
		numbers := json.NewDecoder(bytes.NewReader(raw))
		numbers.UseNumber() // an account's number is too long for a float
		if err := numbers.Decode(&plain); err != nil {
			return err
		}
		page.Parts = append(page.Parts, shownPart{w.of("part_", p.Name), w.show(plain)})
	}
	return exportPage.Execute(out, page)
}
