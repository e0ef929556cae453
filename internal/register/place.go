package register

import (
	_ "embed"
	"slices"
	"strings"

	"tamga/internal/rus"
)

//go:embed places.txt
var placesText string

// Locality is a city, settlement or village.
type Locality struct {
	Name     string
	Kind     string // "г.", "с."
	District string // "Лаишевский район"
	Index    string // postal, or how its indexes begin

	streets []entry
}

// entry is a name with the words by which it is found.
type entry struct {
	name  string
	words []string
}

type places struct {
	localities []Locality
	entries    []entry // of localities, in the same order
}

var tatarstan = readPlaces(placesText)

func readPlaces(text string) *places {
	p := &places{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "= "); ok {
			part := strings.Split(head, "|")
			p.localities = append(p.localities, Locality{Name: part[0], Kind: part[1], District: part[2], Index: part[3]})
			p.entries = append(p.entries, newEntry(part[0]))
			continue
		}
		last := &p.localities[len(p.localities)-1]
		last.streets = append(last.streets, newEntry(line))
	}
	return p
}

func newEntry(name string) entry { return entry{name, wordsOf(name)} }

// kinds are words that stand before a name and are often left out or cut.
var kinds = map[string]string{"г": "", "гор": "", "город": "", "с": "", "село": "", "д": "", "дер": "", "деревня": "", "п": "", "пос": "",
	"поселок": "", "пгт": "", "ст": "", "рп": "", "ул": "", "улица": "", "урам": "", "пр": "проспект", "прт": "проспект", "просп": "проспект",
	"пркт": "проспект", "проспект": "проспект", "бр": "бульвар", "бул": "бульвар", "бульвар": "бульвар", "пер": "переулок",
	"переулок": "переулок", "пл": "площадь", "площадь": "площадь", "ш": "шоссе", "шоссе": "шоссе", "тракт": "тракт", "тр": "тракт"}

// wordsOf folds a name into the words that count: without case, «ё», Tatar letters, hyphens and what is usually cut.
func wordsOf(name string) []string {
	var words []string
	for _, word := range rus.SplitFullName(strings.ReplaceAll(name, "/", " ")) {
		if full, is := kinds[strings.ReplaceAll(word, "-", "")]; is {
			word = full
		}
		for part := range strings.SplitSeq(word, "-") {
			if part != "" {
				words = append(words, part)
			}
		}
	}
	return words
}

// Localities suggests names for the beginning of one.
func Localities(typed string, limit int) []string {
	var names []string
	for _, name := range match(tatarstan.entries, typed, limit) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Streets suggests streets of a locality.
func Streets(locality, typed string, limit int) []string {
	for i := range tatarstan.localities {
		if l := &tatarstan.localities[i]; slices.Equal(tatarstan.entries[i].words, wordsOf(locality)) {
			return match(l.streets, typed, limit)
		}
	}
	return nil
}

// match returns the entries in which every typed word begins a word; those that begin with the first typed one stand first.
func match(entries []entry, typed string, limit int) []string {
	words := wordsOf(typed)
	if len(words) == 0 {
		return nil
	}
	var first, rest []string
	for _, e := range entries {
		at := -1
		if !allBegin(e.words, words, &at) {
			continue
		}
		if at == 0 {
			first = append(first, e.name)
		} else {
			rest = append(rest, e.name)
		}
	}
	first = append(first, rest...)
	return first[:min(len(first), limit)]
}

// allBegin tells whether each typed word begins one of the words, and where the first of them stands.
func allBegin(words, typed []string, at *int) bool {
	for i, t := range typed {
		k := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, t) })
		if k < 0 {
			return false
		}
		if i == 0 {
			*at = k
		}
	}
	return true
}

// FindLocality returns the locality of a name however it is written: «г.казань». A name that several have is none.
func FindLocality(typed string) (Locality, bool) {
	words, found := wordsOf(typed), -1
	for i, e := range tatarstan.entries {
		if len(words) == 0 || !slices.Equal(e.words, words) {
			continue
		}
		if found >= 0 {
			return Locality{}, false
		}
		found = i
	}
	if found < 0 {
		return Locality{}, false
	}
	return tatarstan.localities[found], true
}

// Street returns a street of the locality as the register writes it, when exactly one has the typed words.
func (l Locality) Street(typed string) (string, bool) {
	words, name := wordsOf(typed), ""
	for _, e := range l.streets {
		if len(words) == 0 || !slices.Equal(e.words, words) {
			continue
		}
		if name != "" {
			return "", false
		}
		name = e.name
	}
	return name, name != ""
}
