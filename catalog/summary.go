package catalog

import (
	"encoding/json"
	"fmt"
)

// Section is the answers of one step, or of one group of a repeated step.
type Section struct {
	Title string
	Step  string // id
	Rows  []Row
}

// Row is one answer in the reader's words.
type Row struct {
	Question string // id
	Label    string
	Value    string // "Не указано" when the question was left out; lines parted by \n
	Files    []File // what Value names, when files were attached
}

// Summary returns all visible answers: the shared ones for party "", else those of the party alone. It serves the page
// "check your answers", the other party, and the printed application.
func (s *Service) Summary(a Set, party string, tr Tr) []Section {
	v := s.look(a)
	var sections []Section
	for i := range v.steps {
		seen := &v.steps[i]
		if seen.owner != party {
			continue
		}
		step, answers, env := &seen.step, v.set.Of(seen.owner), v.envs[seen.owner]
		if step.Repeat == nil {
			sections = append(sections, s.section(step, step.Title.In(tr.Lang), answers, env, tr))
			continue
		}
		for k, group := range asGroups(answers[step.ID]) {
			title := fmt.Sprintf(step.Repeat.Item.In(tr.Lang), k+1)
			sections = append(sections, s.section(step, title, group, groupEnv(env, step, group), tr))
		}
	}
	return sections
}

func (s *Service) section(step *Step, title string, answers Answers, env map[string]any, tr Tr) Section {
	section := Section{Title: title, Step: step.ID}
	for i := range step.Questions {
		q := &step.Questions[i]
		row := Row{Question: q.ID, Label: q.Label.In(tr.Lang)}
		if q.named() || q.isFact() && answers[q.ID] == nil {
			continue
		}
		if q.Type == "calculation" {
			if row.Value = s.calculate(q, env, tr); row.Value == "" {
				continue
			}
		} else {
			row.Value = s.show(q, answers[q.ID], tr)
		}
		if q.Type == "file" {
			row.Files = asFiles(answers[q.ID])
		}
		section.Rows = append(section.Rows, row)
	}
	return section
}

// Visible returns the answers that count: those to visible questions. This is what a department receives.
func (s *Service) Visible(a Set) Set { return s.look(a).set }

// Canonical returns the bytes that are signed: the service, its version and the answers to all visible questions as JSON
// with sorted keys. Hidden answers and the order of filling do not change it.
func (s *Service) Canonical(a Set) ([]byte, error) {
	visible := s.Visible(a)
	return json.Marshal(map[string]any{
		"service": s.ID, "version": s.Version, "shared": visible.Shared, "parties": visible.Parties,
	})
}
