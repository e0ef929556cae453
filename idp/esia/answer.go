package esia

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/idp/papers"
)

// object is a JSON object that keeps the order of its fields: people read these answers, too.
type object struct {
	names  []string
	values map[string]any
}

// newObject begins an object by its state facts.
func newObject(facts ...string) *object {
	return (&object{values: map[string]any{}}).set("stateFacts", facts)
}

// set adds a field.
func (o *object) set(name string, value any) *object {
	if _, there := o.values[name]; !there {
		o.names = append(o.names, name)
	}
	o.values[name] = value
	return o
}

// text adds a field unless the value is empty.
func (o *object) text(name, value string) *object {
	if value != "" {
		o.set(name, value)
	}
	return o
}

// MarshalJSON writes the fields in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(o.values[name])
		if err != nil {
			return nil, err
		}
		b.WriteString(strconv.Quote(name) + ":")
		b.Write(value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

// tag gives the object its eTag: a keyed fingerprint of all that stands before it.
func (r *reader) tag(o *object) *object {
	return o.set("eTag", papers.ETag(r.h.Box, o))
}

// element is one element of a collection.
type element struct {
	Path  string // below /rs; "" for one that is always given whole
	Value *object
}

// collection makes a collection of elements: their addresses, or with embed the elements themselves.
func (r *reader) collection(elements []element, whole bool) *object {
	list := []any{}
	for _, e := range elements {
		if whole || e.Path == "" {
			list = append(list, e.Value)
		} else {
			list = append(list, r.rs+e.Path)
		}
	}
	all := newObject("hasSize").set("size", len(list)).set("elements", list)
	for _, e := range elements {
		all.set("eTag of "+e.Path, e.Value.values["eTag"]) // addresses stay the same when what is behind them changes
	}
	return newObject("hasSize").set("size", len(list)).set("eTag", papers.ETag(r.h.Box, all)).set("elements", list)
}

// answer is what a request found.
type answer struct {
	Value  *object
	Schema string // "prn/Person-3"
	Links  []string
}

// write sends an answer with the headers of the real provider. It sent a Location, too, until 2017; the Python library esia-client
// takes that for a redirect, whatever the status.
func (a *answer) write(c *fiber.Ctx) error {
	body, err := json.Marshal(a.Value)
	if err != nil {
		return err
	}
	for _, link := range a.Links {
		c.Response().Header.Add(fiber.HeaderLink, link)
	}
	if tag, _ := a.Value.values["eTag"].(string); tag != "" {
		c.Response().Header.Set(fiber.HeaderETag, tag)
	}
	c.Set(fiber.HeaderContentType, "application/json; schema=\""+a.Schema+"\"; charset=UTF-8")
	return c.Send(body)
}

// answerOf makes an answer.
func (r *reader) answerOf(value *object, schema string) *answer {
	return &answer{Value: value, Schema: r.rs + "/model/" + schema}
}

// embed says what is wanted whole: "elements" of this collection, or collections of this person.
type embed map[string]bool

var embedVersion = regexp.MustCompile(`-\d+$`)

// embedOf reads the parameter: (elements), (contacts.elements,documents.elements-1), (), with or without brackets.
func embedOf(text string) embed {
	e := embed{}
	if len(text) > 2000 {
		return e
	}
	text = strings.Trim(strings.TrimSpace(text), "()")
	for name := range strings.SplitSeq(text, ",") {
		if name = embedVersion.ReplaceAllString(strings.TrimSpace(name), ""); name != "" {
			e[name] = true
		}
	}
	return e
}

// elements tells whether a collection's own elements are wanted whole.
func (e embed) elements() bool { return e["elements"] }

// of tells whether a person's collection is wanted, and whether with its elements.
func (e embed) of(name string) (wanted, whole bool) {
	return e[name] || e[name+".elements"], e[name+".elements"]
}
