package applications

import (
	"net/url"
	"strings"

	"tamga/catalog"
	"tamga/frontend"
)

// Two windows on one page of questions: whoever saves second is shown both texts, and loses none.

// keepPrefix begins the name of a choice between two texts of one answer: "keep." and the question.
const (
	keepPrefix = "keep."
	keepSaved  = "saved"
	keepTyped  = "typed"
)

// chosen puts what is stored in the place of what was typed, for the questions of which the reader chose so.
func chosen(typed url.Values, answers, stored catalog.Answers) {
	for name := range typed {
		id, ok := strings.CutPrefix(name, keepPrefix)
		if !ok || typed.Get(name) != keepSaved {
			continue
		}
		delete(answers, id)
		if value, has := stored[id]; has {
			answers[id] = value
		}
	}
}

// conflicts are the answers of a step that were typed here and saved elsewhere with other words. What was typed is chosen to begin with.
func (h *Handler) conflicts(d *dossier, step *catalog.Step, a *attempt, tr catalog.Tr) []frontend.Radios {
	typed := *d
	typed.Set = d.Definition.With(d.Set, step, d.Me.ID, a.answers)
	was, is := d.saved(step, tr), typed.saved(step, tr)
	var rows []frontend.Radios
	if step.Repeat != nil {
		return append(rows, choice(step.ID, step.Title.In(tr.Lang), inWords(was), inWords(is), tr))
	}
	for _, one := range pair(was, is) {
		if one.Was != one.Is {
			rows = append(rows, choice(one.question, one.Label, one.Was, one.Is, tr))
		}
	}
	return rows
}

func choice(id, label, was, is string, tr catalog.Tr) frontend.Radios {
	legend := frontend.Question(label)
	legend.Legend.Classes, legend.Legend.IsPageHeading = "govuk-fieldset__legend--s", false
	return frontend.Radios{Name: keepPrefix + id, IDPrefix: "keep-" + id, Value: keepTyped, Fieldset: legend, Classes: "govuk-radios--small",
		Items: []frontend.Choice{{Value: keepTyped, Text: tr.T("applications_after.conflict_typed", is)},
			{Value: keepSaved, Text: tr.T("applications_after.conflict_saved", was)}}}
}

// both is an answer before and after.
type both struct{ question, Label, Was, Is string }

// pair lays the rows of two summaries of one thing side by side.
func pair(was, is []catalog.Section) []both {
	var rows []both
	at := map[string]int{}
	for i, sections := range [][]catalog.Section{was, is} {
		for _, s := range sections {
			for _, row := range s.Rows {
				n, known := at[row.Question]
				if !known {
					n = len(rows)
					at[row.Question] = n
					rows = append(rows, both{question: row.Question, Label: row.Label})
				}
				if i == 0 {
					rows[n].Was = row.Value
				} else {
					rows[n].Is = row.Value
				}
			}
		}
	}
	return rows
}

// inWords is a list of groups as one text.
func inWords(sections []catalog.Section) string {
	var lines []string
	for _, s := range sections {
		line := s.Title + ":"
		for _, row := range s.Rows {
			line += " " + row.Label + " — " + row.Value + ";"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}
