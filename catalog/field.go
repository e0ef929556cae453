package catalog

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tamga/frontend"
	"tamga/internal/rus"
)

// Field is one thing of a step's page, drawn by {{template "question" .}} (frontend/templates/ui/question.html): a control of
// the frontend, or one of those that only a step has.
type Field struct {
	frontend.Field
	Calendar *Calendar        // free times of an office
	Button   *frontend.Button // "add" and "remove" of a repeated step
	Hidden   *Hidden
	Group    *Group // a question of several parts
	Files    *FileList
}

// Group is a compound question: its parts in one box with a legend. A message of the whole stands above them.
type Group struct {
	Name    string
	Legend  string
	Small   bool // the page asks other things too
	Hint    string
	Message frontend.ErrorMessage
	Fields  []Field
	More    *More
}

// More is a part of a group that few need. It is folded up, and open when something is in it.
type More struct {
	Title string
	Open  bool
	Field Field
}

// DescribedBy names what a screen reader reads after the legend.
func (g *Group) DescribedBy() string { return describedBy(g.Name, g.Hint, g.Message) }

// Hidden is a value that a form carries along.
type Hidden struct{ Name, Value string }

// Calendar is the choice of a time: links to the months, and radios in groups by day. It needs no scripts.
type Calendar struct {
	Name    string
	Legend  string
	Hint    string
	Message frontend.ErrorMessage
	Month   string // kept by a hidden input, so that a page with problems shows the same month
	Months  []MonthLink
	Days    []frontend.Radios
	Empty   string // what to say when there is no free time at all
}

// DescribedBy names what a screen reader reads after the legend.
func (c *Calendar) DescribedBy() string {
	return describedBy(c.Name, c.Hint, c.Message)
}

func describedBy(name, hint string, message frontend.ErrorMessage) string {
	var ids []string
	if hint != "" {
		ids = append(ids, name+"-hint")
	}
	if !message.Empty() {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
}

// MonthLink leads to another month of a calendar.
type MonthLink struct {
	Text    string
	Href    string
	Current bool
}

// Fields returns the fields of a step: the stored answers, or what was typed with its problems, or what is known of the
// person. Typed values win when typed is not nil.
func (s *Service) Fields(step *Step, a Set, party string, typed url.Values, problems Problems, env Env, tr Tr) []Field {
	v := s.look(a)
	owner := step.Owner(party)
	visible := v.find(owner, step.ID)
	if visible == nil {
		return nil
	}
	d := &drawing{service: s, values: typed, problems: problems, env: env, tr: tr, stored: v.set.Of(owner), vars: v.envs[owner],
		several: len(visible.Questions) > 1}
	if typed == nil {
		d.values = url.Values{}
		d.recall(visible)
	}
	if visible.Repeat == nil {
		return d.questions(visible, "")
	}
	return d.groups(visible)
}

// drawing is one step being drawn. All values have the shape of a form, whether typed or recalled.
type drawing struct {
	service  *Service
	values   url.Values
	problems Problems
	env      Env
	tr       Tr
	stored   Answers
	vars     map[string]any
	several  bool // the step has more than one question
	inside   bool // the question is a part of another
}

func (d *drawing) questions(step *Step, prefix string) []Field {
	fields := make([]Field, 0, len(step.Questions))
	for i := range step.Questions {
		q := &step.Questions[i]
		if draw := q.kind.draw; draw != nil {
			fields = append(fields, draw(d, q, prefix+q.ID))
		}
	}
	return fields
}

func (d *drawing) groups(step *Step) []Field {
	n := groupCount(step, d.values)
	fields := []Field{{Hidden: &Hidden{step.ID + "-count", strconv.Itoa(n)}}}
	for i := range n {
		title := fmt.Sprintf(step.Repeat.Item.In(d.tr.Lang), i+1)
		fields = append(fields, Field{Field: frontend.Field{Heading: title}})
		fields = append(fields, d.questions(step, groupPrefix(step, i))...)
		if n > max(step.Repeat.Min, 1) {
			fields = append(fields, Field{Button: &frontend.Button{Text: d.tr.T("catalog.remove", title), Name: removeButton,
				Value: step.ID + "." + strconv.Itoa(i), Classes: "govuk-button--secondary", Attributes: skipChecks}})
		}
	}
	if n < step.Repeat.Max {
		fields = append(fields, Field{Button: &frontend.Button{Text: step.Repeat.Add.In(d.tr.Lang), Name: addButton, Value: step.ID,
			Classes: "govuk-button--secondary", Attributes: skipChecks}})
	}
	return fields
}

// Buttons of a repeated step. Their values name the step: a page may have several.
const (
	addButton    = "_add"
	removeButton = "_remove"
)

var skipChecks = frontend.Attributes{"formnovalidate": ""}

// Rearrange answers the buttons "add" and "remove" of a repeated step: it returns the typed values with a group more or less,
// to be drawn again by Fields without problems. It returns false when another button was pressed, one of another step for one.
func (t *Step) Rearrange(form url.Values) (url.Values, bool) {
	if t.Repeat == nil {
		return form, false
	}
	n := groupCount(t, form)
	if form.Get(addButton) == t.ID {
		return without(form, t, -1, min(n+1, t.Repeat.Max)), true
	}
	number, ours := strings.CutPrefix(form.Get(removeButton), t.ID+".")
	gone, err := strconv.Atoi(number)
	if !ours || err != nil || gone < 0 || gone >= n {
		return form, ours
	}
	return without(form, t, gone, max(n-1, t.Repeat.Min, 1)), true
}

// without copies the groups of a form, but for one, and sets their number.
func without(form url.Values, t *Step, gone, count int) url.Values {
	kept := url.Values{t.ID + "-count": {strconv.Itoa(count)}}
	for name, values := range form {
		rest, ours := strings.CutPrefix(name, t.ID+".")
		number, question, split := strings.Cut(rest, ".")
		i, err := strconv.Atoi(number)
		if !ours || !split || err != nil || i == gone {
			continue
		}
		if gone >= 0 && i > gone {
			i--
		}
		kept[groupPrefix(t, i)+question] = values
	}
	return kept
}

// recall fills the values from the stored answers; where nothing is stored, from what is known of the person.
func (d *drawing) recall(step *Step) {
	if step.Repeat != nil {
		groups := asGroups(d.stored[step.ID])
		if len(groups) == 0 {
			d.recallGroups(step)
			return
		}
		d.values.Set(step.ID+"-count", strconv.Itoa(len(groups)))
		for i, group := range groups {
			for k := range step.Questions {
				d.recallOne(&step.Questions[k], groupPrefix(step, i), group, false)
			}
		}
		return
	}
	fresh := true // a question left out on purpose must not come back filled in
	for i := range step.Questions {
		_, has := d.stored[step.Questions[i].ID]
		fresh = fresh && !has
	}
	for i := range step.Questions {
		d.recallOne(&step.Questions[i], "", d.stored, fresh)
	}
}

// recallGroups makes a group for each child or car that is known, and one where none is.
func (d *drawing) recallGroups(step *Step) {
	n := 0
	for ; n < step.Repeat.Max; n++ {
		known := false
		for k := range step.Questions {
			q := step.Questions[k]
			if q.Prefill += "." + strconv.Itoa(n); inGroups(q.Prefill) {
				known = known || d.env.Prefill[q.Prefill] != ""
				d.recallOne(&q, groupPrefix(step, n), nil, true)
			}
		}
		if !known {
			break
		}
	}
	if n == 0 { // what one life situation asks once
		for k := range step.Questions {
			d.recallOne(&step.Questions[k], groupPrefix(step, 0), nil, true)
		}
	}
	d.values.Set(step.ID+"-count", strconv.Itoa(max(n, 1)))
}

// known returns what is known beforehand of a question: from its source, or, where several applications are begun with one set of
// answers, under its own id.
func (d *drawing) known(q *Question) string {
	if value := d.env.Prefill["="+q.ID]; value != "" {
		return value
	}
	if q.Prefill == "" {
		return ""
	}
	return d.env.Prefill[q.Prefill]
}

func (d *drawing) recallOne(q *Question, prefix string, answers map[string]any, fresh bool) {
	name := prefix + q.ID
	value, has := clean(q, answers[q.ID])
	if q.compound() {
		d.recallParts(q, name, value, fresh)
		return
	}
	if !has {
		if known := d.known(q); fresh && known != "" {
			value, has = known, true
		}
	}
	switch text, _ := value.(string); {
	case !has:
	case q.Type == "checkboxes":
		d.values[name] = asStrings(value)
	case q.Type == "file":
		d.values[name] = fileIDs(value)
	case q.Type == "date":
		if t, err := time.Parse(time.DateOnly, text); err == nil {
			d.values.Set(name+"-day", strconv.Itoa(t.Day()))
			d.values.Set(name+"-month", strconv.Itoa(int(t.Month())))
			d.values.Set(name+"-year", strconv.Itoa(t.Year()))
		}
	case q.Type == "snils":
		d.values.Set(name, rus.FormatSNILS(text))
	case q.Type == "phone":
		d.values.Set(name, rus.FormatPhone(text))
	case q.Type == "money", q.Type == "decimal":
		d.values.Set(name, strings.TrimSuffix(strings.ReplaceAll(text, ".", ","), ",00"))
	default:
		d.values.Set(name, text)
	}
}
