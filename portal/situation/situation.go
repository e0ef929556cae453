package situation

import (
	"embed"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"tamga/catalog"
)

//go:embed situations.yaml forms/*.yaml
var files embed.FS

// situation is a life situation with its services and shared questions.
type situation struct {
	ID       string   `yaml:"id"`
	Services []string `yaml:"services"`

	Implies map[string]string `yaml:"implies"` // answers that follow from having answered here: who names an account is paid by bank

	form *catalog.Service
}

// all reads the files. They are part of the binary, and a test reads them: they cannot be wrong at run time.
var all = func() []situation {
	list, err := read()
	if err != nil {
		panic(err)
	}
	return list
}()

func read() ([]situation, error) {
	raw, err := files.ReadFile("situations.yaml")
	if err != nil {
		return nil, err
	}
	var file struct {
		Situations []situation `yaml:"situations"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	for i := range file.Situations {
		s := &file.Situations[i]
		name := "forms/" + s.ID + ".yaml"
		if raw, err = files.ReadFile(name); err != nil {
			return nil, err
		}
		if s.form, err = catalog.ReadForm(name, raw); err != nil {
			return nil, fmt.Errorf("situation %s: %w", s.ID, err)
		}
	}
	return file.Situations, nil
}

func byID(id string) *situation {
	i := slices.IndexFunc(all, func(s situation) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// asked are the steps with the questions that any of the services has.
func (s *situation) asked(services []*catalog.Service) []catalog.Step {
	var steps []catalog.Step
	for _, step := range s.form.Steps {
		step.Questions = slices.DeleteFunc(slices.Clone(step.Questions), func(q catalog.Question) bool {
			return !slices.ContainsFunc(services, func(service *catalog.Service) bool { return service.Question(q.ID) != nil })
		})
		if len(step.Questions) > 0 {
			steps = append(steps, step)
		}
	}
	return steps
}

// known is what drafts are filled with: what is known of the person, and over it what was answered here.
func known(profile map[string]string, steps []catalog.Step, answers catalog.Answers) map[string]string {
	all := map[string]string{}
	for key, value := range profile {
		all[key] = value
	}
	for i := range steps {
		from := steps[i].Prefills()
		for _, q := range steps[i].Questions {
			switch value := answers[q.ID].(type) {
			case string:
				all["="+q.ID] = value
				if from[q.ID] != "" {
					all[from[q.ID]] = value
				}
			case map[string]any:
				for part, text := range value {
					if text, ok := text.(string); ok && from[q.ID+"."+part] != "" {
						all[from[q.ID+"."+part]] = text
					}
				}
			}
		}
	}
	return all
}
