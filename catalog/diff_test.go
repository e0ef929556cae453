package catalog

import (
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	const old = `
id: x
steps:
  - id: one
    title: {ru: "Первая"}
    questions:
      - {id: a, type: text, label: {ru: "Ваше имя"}}
      - {id: b, type: text, label: {ru: "Город"}}
  - id: two
    title: {ru: "Вторая"}
    questions: [{id: c, type: date, label: {ru: "Когда"}}]
audience: [citizen]
`
	changed := func(pairs ...string) []Change {
		text := old
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("no %q", pairs[i])
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		list, err := Differences(old, text)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := changed("id: x", "# a comment\nid:   x"); len(got) != 0 {
		t.Errorf("comments and spaces differ: %+v", got)
	}
	got := changed("Ваше имя", "Ваше полное имя")
	if len(got) != 1 || got[0].Question != "a" || got[0].Kind != "changed" || got[0].Lines[0].Path != "label.ru" || got[0].Lines[0].New[1] != (Span{"полное", true}) {
		t.Errorf("a word more: %+v", got)
	}
	got = changed("      - {id: b, type: text, label: {ru: \"Город\"}}\n", "")
	if len(got) != 1 || got[0].Kind != "removed" || got[0].Name != "Город" || got[0].Step != "one" {
		t.Errorf("a question less: %+v", got)
	}
	got = changed("[citizen]", "[citizen, organisation]")
	if len(got) != 1 || got[0].Step != "" || got[0].Lines[0].Path != "audience" {
		t.Errorf("a word more in a list: %+v", got)
	}
	swapped := strings.Replace(strings.Replace(old, "id: a,", "id: z,", 1), "id: b,", "id: a,", 1)
	swapped = strings.Replace(strings.Replace(swapped, "id: z,", "id: b,", 1), "Ваше имя", "Город", 1)
	swapped = strings.Replace(swapped, "label: {ru: \"Город\"}}\n  - id", "label: {ru: \"Ваше имя\"}}\n  - id", 1)
	list, err := Differences(old, swapped)
	if err != nil || len(list) != 1 || list[0].Lines[0].Path != "questions#order" {
		t.Errorf("another order: %+v, %v", list, err)
	}
}
