package catalog

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tamga/internal/i18n"
)

// shape compares a file with the type that it is read into: unknown keys, a list where a text belongs, and the like. It notes on
// the way where everything is written.
type shape struct {
	doc      *document
	anchors  map[string]ast.Node
	mistakes []error
}

func (w *shape) add(where string, format string, args ...any) {
	w.mistakes = append(w.mistakes, w.doc.at(where, format, args...))
}

func (w *shape) walk(n ast.Node, t reflect.Type, where string) {
	switch v := n.(type) {
	case *ast.AnchorNode:
		if w.anchors == nil {
			w.anchors = map[string]ast.Node{}
		}
		w.anchors[v.Name.GetToken().Value] = v.Value
		w.walk(v.Value, t, where)
		return
	case *ast.AliasNode: // what it stands for was looked at where it is written
		w.doc.places[where] = place{at: v.GetToken().Position}
		return
	case *ast.TagNode:
		w.walk(v.Value, t, where)
		return
	case *ast.NullNode:
		w.doc.places[where] = placeOf(n)
		return
	}
	w.doc.places[where] = placeOf(n)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[Number]():
		w.scalar(n, where, "a number or an expression in one line of text")
	case t.Kind() == reflect.Struct:
		w.mapping(n, t, where)
	case t.Kind() == reflect.Map:
		w.entries(n, t, where)
	case t.Kind() == reflect.Slice:
		w.list(n, t, where)
	case t.Kind() == reflect.Bool:
		if _, ok := n.(*ast.BoolNode); !ok {
			w.add(where, "want true or false, got %s", asWritten(n))
		}
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		if _, ok := n.(*ast.IntegerNode); !ok {
			w.add(where, "want a whole number, got %s", asWritten(n))
		}
	case t.Kind() == reflect.Float64:
		_, whole := n.(*ast.IntegerNode)
		if _, ok := n.(*ast.FloatNode); !ok && !whole {
			w.add(where, "want a number, got %s", asWritten(n))
		}
	case t.Kind() == reflect.String:
		w.scalar(n, where, "a text")
	}
}

func (w *shape) scalar(n ast.Node, where, want string) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		w.add(where, "want %s, got %s", want, asWritten(n))
	}
}

func (w *shape) list(n ast.Node, t reflect.Type, where string) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		w.add(where, "want a list: [one, other], or lines that begin with a hyphen; got %s", asWritten(n))
		return
	}
	for i, one := range list.Values {
		w.walk(one, t.Elem(), fmt.Sprintf("%s[%d]", where, i))
	}
}

// pairs are the keys and values of a mapping, written in either style.
func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func (w *shape) entries(n ast.Node, t reflect.Type, where string) {
	values, ok := pairs(n)
	if !ok {
		w.add(where, "want keys with values, got %s", asWritten(n))
	}
	for _, pair := range values {
		at := where + "." + pair.Key.GetToken().Value
		w.walk(pair.Value, t.Elem(), at)
		w.doc.places[at] = place{at: pair.Key.GetToken().Position}
	}
}

func (w *shape) mapping(n ast.Node, t reflect.Type, where string) {
	values, ok := pairs(n)
	switch {
	case !ok && t == reflect.TypeFor[i18n.Text]():
		w.add(where, `want a text in three languages, {ru: "…", tt: "…", en: "…"}; got %s`, asWritten(n))
	case !ok:
		w.add(where, "want keys with values (%s), got %s", strings.Join(keysOf(t), ", "), asWritten(n))
	}
	for _, pair := range values {
		key := pair.Key.GetToken().Value
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			continue
		}
		at := where + "." + key
		field, known := fieldOf(t, key)
		if !known {
			w.doc.places[at] = place{at: pair.Key.GetToken().Position}
			hint := meant(key, keysOf(t))
			if hint == "" {
				hint = "; the keys here are " + strings.Join(keysOf(t), ", ")
			}
			w.add(at, "no such key%s", hint)
			continue
		}
		w.walk(pair.Value, field, at)
		if _, block := pairs(pair.Value); block {
			w.doc.places[at] = place{at: pair.Key.GetToken().Position}
		}
	}
}

// fieldOf returns the type of a key of a struct.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if option == "inline" {
			if inner, ok := fieldOf(f.Type, key); ok {
				return inner, true
			}
		}
		if f.IsExported() && name == key && name != "" && name != "-" {
			return f.Type, true
		}
	}
	return nil, false
}

// keysOf are the keys of a struct, in its order.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			keys = append(keys, keysOf(f.Type)...)
		case f.IsExported() && name != "" && name != "-":
			keys = append(keys, name)
		}
	}
	return keys
}

// asWritten says what stands there, as its writer would call it.
func asWritten(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	}
	text := n.String()
	if runes := []rune(text); len(runes) > 40 {
		text = string(runes[:40]) + "…"
	}
	return fmt.Sprintf("%q", strings.Trim(text, `"'`))
}
