package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"

	"tamga/frontend"
)

// Two windows on one page of questions: whoever saves second is shown both texts, and loses none. A form carries the tag of the answers
// that it was opened with. When those that are stored have another tag, and what was typed is not the same as they are, the page comes
// back with a choice for each answer that differs, and what was typed in its fields.

// Stale is what stands on a page of questions that was saved elsewhere after it was opened.
type Stale struct {
	Rows []frontend.Radios
	Keep string // address that goes on with what is saved
}

// Tag names answers, as a form carries it. Those of two places, two steps for one, differ.
func Tag(place string, answers Answers) (string, error) {
	var text bytes.Buffer
	text.WriteString(place + " ")
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(answers); err != nil {
		return "", err
	}
	sum := sha256.Sum256(bytes.TrimRight(text.Bytes(), "\n"))
	return hex.EncodeToString(sum[:8]), nil
}

// keepPrefix begins the name of a choice between two texts of one answer: "keep." and the question.
const (
	keepPrefix = "keep."
	keepSaved  = "saved"
	keepTyped  = "typed"
)

// KeepsSaved tells whether the reader chose what is stored of a question, not what was typed.
func KeepsSaved(typed url.Values, question string) bool {
	return typed.Get(keepPrefix+question) == keepSaved
}

// Chosen puts what is stored in the place of what was typed, for the questions of which the reader chose so.
func Chosen(typed url.Values, answers, stored Answers) {
	for name := range typed {
		id, ok := strings.CutPrefix(name, keepPrefix)
		if !ok || !KeepsSaved(typed, id) {
			continue
		}
		delete(answers, id)
		if value, has := stored[id]; has {
			answers[id] = value
		}
	}
}

// Conflicts are the answers of a step that were saved elsewhere with other words than those typed here, each with both texts. The
// sections are the step's, as they are stored and as they were typed. What was typed is chosen to begin with.
func Conflicts(step *Step, stored, typed []Section, tr Tr) []frontend.Radios {
	if step.Repeat != nil {
		if was, is := groupsInWords(stored), groupsInWords(typed); was != is {
			return []frontend.Radios{Choice(step.ID, step.Title.In(tr.Lang), was, is, tr)}
		}
		return nil
	}
	var rows []frontend.Radios
	for _, one := range Pair(stored, typed) {
		if one.Was != one.Is {
			rows = append(rows, Choice(one.question, one.Label, one.Was, one.Is, tr))
		}
	}
	return rows
}

// Choice offers two texts of one answer.
func Choice(id, label, stored, typed string, tr Tr) frontend.Radios {
	legend := frontend.Question(label)
	legend.Legend.Classes, legend.Legend.IsPageHeading = "govuk-fieldset__legend--s", false
	return frontend.Radios{Name: keepPrefix + id, IDPrefix: "keep-" + id, Value: keepTyped, Fieldset: legend, Classes: "govuk-radios--small",
		Items: []frontend.Choice{{Value: keepTyped, Text: tr.T("ui.stale_typed", typed)}, {Value: keepSaved, Text: tr.T("ui.stale_saved", stored)}}}
}

// Both is an answer before and after.
type Both struct{ question, Label, Was, Is string }

// Pair lays the rows of two summaries of one thing side by side.
func Pair(was, is []Section) []Both {
	var rows []Both
	at := map[string]int{}
	for i, sections := range [][]Section{was, is} {
		for _, s := range sections {
			for _, row := range s.Rows {
				n, known := at[row.Question]
				if !known {
					n = len(rows)
					at[row.Question] = n
					rows = append(rows, Both{question: row.Question, Label: row.Label})
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

// groupsInWords is a list of groups as one text.
func groupsInWords(sections []Section) string {
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
