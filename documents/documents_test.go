package documents

import (
	"testing"

	"tamga/catalog"
	"tamga/frontend"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []interface{ Check(*frontend.Pages) error }{listTemplate, editTemplate, removeTemplate} {
		if err := page.Check(pages); err != nil {
			t.Error(err)
		}
	}
}

// TestSourcesAreKnown: what documents tell is what questions of services may ask for, and every kind is a step with its answers.
func TestSourcesAreKnown(t *testing.T) {
	t.Parallel()
	for kind, sources := range from {
		step := form.Step(kind)
		if step == nil || len(needed[kind]) == 0 {
			t.Errorf("no kind %s", kind)
			continue
		}
		for source, at := range sources {
			probe := "steps:\n  - id: s\n    title: {ru: x, tt: x, en: x}\n    questions: [{id: q, type: text, prefill: " + source + ", label: {ru: x, tt: x, en: x}}]\n"
			if _, err := catalog.ReadForm("probe", []byte(probe)); err != nil {
				t.Errorf("%s: %v", source, err)
			}
			answers := catalog.Answers{}
			put(answers, at, "1")
			if got := sourcesOf(&Document{Kind: kind, Answers: answers})[source]; got != "1" {
				t.Errorf("%s of %s is %q", source, kind, got)
			}
		}
	}
}

// TestSourcesOrder: a register's word goes before the person's, theirs before an unchecked one; of two children none is the child.
func TestSourcesOrder(t *testing.T) {
	t.Parallel()
	one := func(kind, source string, verified bool, answers catalog.Answers) Document {
		return Document{Kind: kind, Source: source, Verified: verified, Answers: answers}
	}
	child := func(name string) catalog.Answers { return catalog.Answers{"kid": map[string]any{"first_name": name}} }
	got := Sources([]Document{one(INN, esia, false, catalog.Answers{"inn_number": "unchecked"}), one(INN, own, false, catalog.Answers{"inn_number": "own"}),
		one(Licence, own, false, catalog.Answers{"licence_number": "own"}), one(Licence, esia, true, catalog.Answers{"licence_number": "esia"}),
		one(Child, esia, true, child("Илназ")), one(Child, own, false, child("Айгөл")), one(Vehicle, own, false, catalog.Answers{"sts": "1"})})
	for key, want := range map[string]string{"inn": "own", "driving_licence": "esia", "child_first_name": "", "child_first_name.0": "Илназ",
		"child_first_name.1": "Айгөл", "vehicle_sts": "1", "vehicle_sts.0": "1"} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}
