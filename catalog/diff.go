package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// A comparison of two versions reads the definitions as they are written: every text by itself, steps and questions by their ids, so
// that a page that moved is not one page gone and another one new.

// leaf is one value of a definition, with its place.
type leaf struct{ path, value string }

// flatten lists all values of a definition in its order.
func flatten(source string) ([]leaf, error) {
	var root yaml.MapSlice
	if err := yaml.UnmarshalWithOptions([]byte(source), &root, yaml.UseOrderedMap()); err != nil {
		return nil, err
	}
	var leaves []leaf
	walkLeaves(root, "", &leaves)
	return leaves, nil
}

func walkLeaves(v any, path string, into *[]leaf) {
	switch n := v.(type) {
	case yaml.MapSlice:
		for _, item := range n {
			at := fmt.Sprint(item.Key)
			if path != "" {
				at = path + "." + at
			}
			walkLeaves(item.Value, at, into)
		}
	case []any:
		walkList(n, path, into)
	case nil:
	default:
		*into = append(*into, leaf{path, strings.TrimSpace(fmt.Sprint(n))})
	}
}

// walkList names the things of a list by what they are called, else by their number. A list of words is one value.
func walkList(list []any, path string, into *[]leaf) {
	var names, words []string
	for i, one := range list {
		item, ok := one.(yaml.MapSlice)
		if !ok {
			words = append(words, fmt.Sprint(one))
			continue
		}
		name := nameIn(item)
		if name != "" {
			names = append(names, name)
		} else {
			name = fmt.Sprint(i + 1)
		}
		walkLeaves(one, path+"["+name+"]", into)
	}
	if len(words) > 0 {
		*into = append(*into, leaf{path, strings.Join(words, ", ")})
	}
	if len(names) > 1 {
		*into = append(*into, leaf{path + orderMark, strings.Join(names, " → ")})
	}
}

// orderMark ends the path of the order of a list.
const orderMark = "#order"

// nameIn is what the definition itself calls a thing of a list.
func nameIn(item yaml.MapSlice) string {
	for _, key := range []string{"id", "value", "code"} {
		for _, pair := range item {
			if text, ok := pair.Value.(string); ok && pair.Key == key {
				return text
			}
		}
	}
	return ""
}

// Change is one thing that differs: a question, a page or the service itself, with the values that do.
type Change struct {
	Step, Question string // ids; both empty for the service itself
	Kind           string // "added", "removed", "changed"
	Name           string // label of the question or title of the page, in Russian
	Lines          []ChangeLine
}

// ChangeLine is one value in both versions.
type ChangeLine struct {
	Path string // below the question, page or service: "label.ru"
	Old  []Span
	New  []Span
}

// Span is a run of words, marked where it is in one of the versions only.
type Span struct {
	Text   string
	Marked bool
}

// Differences compares two definitions as they are written.
func Differences(old, new string) ([]Change, error) {
	was, err := flatten(old)
	if err != nil {
		return nil, err
	}
	is, err := flatten(new)
	if err != nil {
		return nil, err
	}
	before, after := leafMap(was), leafMap(is)
	dropIdleOrders(before, after)
	d := &differ{before: before, after: after, groups: map[string]*Change{}}
	for _, l := range is {
		if text, there := after[l.path]; there && before[l.path] != text {
			d.note(l.path, before[l.path], text)
		}
	}
	for _, l := range was {
		if _, there := after[l.path]; !there && before[l.path] != "" {
			d.note(l.path, before[l.path], "")
		}
	}
	return d.changes(), nil
}

func leafMap(leaves []leaf) map[string]string {
	m := map[string]string{}
	for _, l := range leaves {
		m[l.path] = l.value
	}
	return m
}

// dropIdleOrders forgets orders that differ only by what was added or removed, which is told by itself.
func dropIdleOrders(before, after map[string]string) {
	for path, was := range before {
		is, there := after[path]
		if !strings.HasSuffix(path, orderMark) {
			continue
		}
		a, b := strings.Split(was, " → "), strings.Split(is, " → ")
		common := func(list, other []string) string {
			return strings.Join(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(other, s) }), " ")
		}
		if !there || common(a, b) == common(b, a) {
			delete(before, path)
			delete(after, path)
		}
	}
	for path := range after {
		if _, there := before[path]; !there && strings.HasSuffix(path, orderMark) {
			delete(after, path)
		}
	}
}

// differ gathers values by the question or page that they belong to.
type differ struct {
	before, after map[string]string
	groups        map[string]*Change
	order         []string
}

func (d *differ) note(path, old, new string) {
	group, rest := splitPath(path)
	c := d.groups[group]
	if c == nil {
		c = &Change{Kind: d.kind(group), Name: d.name(group)}
		c.Step, c.Question = idsOf(group)
		d.groups[group] = c
		d.order = append(d.order, group)
	}
	before, after := spans(old, new)
	c.Lines = append(c.Lines, ChangeLine{Path: rest, Old: before, New: after})
}

func (d *differ) changes() []Change {
	list := make([]Change, 0, len(d.order))
	for _, group := range d.order {
		list = append(list, *d.groups[group])
	}
	return list
}

// kind tells whether a question or page is in both versions.
func (d *differ) kind(group string) string {
	if group == "" {
		return "changed"
	}
	has := func(m map[string]string) bool {
		_, there := m[group+".id"]
		return there
	}
	switch {
	case !has(d.before):
		return "added"
	case !has(d.after):
		return "removed"
	}
	return "changed"
}

func (d *differ) name(group string) string {
	for _, m := range []map[string]string{d.after, d.before} {
		for _, key := range []string{".label.ru", ".title.ru"} {
			if text := m[group+key]; text != "" {
				return text
			}
		}
	}
	return ""
}

// splitPath parts the question or page from what follows.
func splitPath(path string) (group, rest string) {
	end := 0
	for _, list := range []string{"steps[", ".questions["} {
		if !strings.HasPrefix(path[end:], list) {
			break
		}
		close := strings.IndexByte(path[end:], ']')
		if close < 0 {
			break
		}
		end += close + 1
	}
	return path[:end], strings.TrimPrefix(path[end:], ".")
}

func idsOf(group string) (step, question string) {
	first, second, _ := strings.Cut(group, "].questions[")
	step = strings.TrimSuffix(strings.TrimPrefix(first, "steps["), "]")
	return step, strings.TrimSuffix(second, "]")
}

// spans marks the words that only one of two texts has.
func spans(old, new string) (before, after []Span) {
	a, b := strings.Fields(old), strings.Fields(new)
	if len(a)*len(b) > 250_000 || len(a) == 0 || len(b) == 0 {
		return whole(old), whole(new)
	}
	// The longest common run of words, the usual table.
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				length[i][k] = length[i+1][k+1] + 1
			} else {
				length[i][k] = max(length[i+1][k], length[i][k+1])
			}
		}
	}
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && k < len(b) && a[i] == b[k]:
			before, after = add(before, a[i], false), add(after, b[k], false)
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && length[i+1][k] >= length[i][k+1]:
			before = add(before, a[i], true)
			i++
		default:
			after = add(after, b[k], true)
			k++
		}
	}
	return before, after
}

func whole(text string) []Span {
	if text == "" {
		return nil
	}
	return []Span{{text, true}}
}

// add appends a word to the last run, or begins another.
func add(list []Span, word string, marked bool) []Span {
	if n := len(list); n > 0 && list[n-1].Marked == marked {
		list[n-1].Text += " " + word
		return list
	}
	return append(list, Span{word, marked})
}
