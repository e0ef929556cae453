package situation

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
	for _, page := range []interface{ Check(*frontend.Pages) error }{listTemplate, newTemplate, bundleTemplate} {
		if err := page.Check(pages); err != nil {
			t.Error(err)
		}
	}
}

// TestSituationsFit: each names services that there are, in a situation that the catalogue has, and asks nothing that none of them asks.
func TestSituationsFit(t *testing.T) {
	t.Parallel()
	services, err := catalog.Load(catalog.Files())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		var list []*catalog.Service
		for _, id := range s.Services {
			service, err := services.Service(id, 0)
			if err != nil {
				t.Fatalf("%s: %v", s.ID, err)
			}
			list = append(list, service)
		}
		asked := 0
		for _, step := range s.asked(list) {
			asked += len(step.Questions)
		}
		whole := 0
		for _, step := range s.form.Steps {
			whole += len(step.Questions)
			for _, q := range step.Questions {
				for _, service := range list {
					if other := service.Question(q.ID); other != nil && other.Type != q.Type {
						t.Errorf("%s: %s is a %s here and a %s in %s", s.ID, q.ID, q.Type, other.Type, service.ID)
					}
				}
			}
		}
		if asked != whole {
			t.Errorf("%s asks %d questions of which its services have %d", s.ID, whole, asked)
		}
	}
}
