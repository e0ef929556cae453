package catalog

import (
	"slices"
	"strings"
)

// maxQuery is how many words of a query count: nobody types more, and a paste must not cost a scan.
const maxQuery = 12

// chunk is what stands between two spaces of a query, in the ways it may have been meant: as typed first, then as the same keys
// give it in the other layout.
type chunk struct {
	readings [][]string
}

// chunks reads a query. In the other layout a letter may be a sign, as the comma that is б, so signs part words only later.
func chunks(query string) []chunk {
	var all []chunk
	left := maxQuery
	for _, part := range strings.Fields(query) {
		var c chunk
		for _, text := range []string{part, otherLayout(part)} {
			if found := splitWords(text); len(found) > 0 {
				c.readings = append(c.readings, found[:min(len(found), left)])
			}
		}
		if c.readings == nil {
			continue
		}
		all = append(all, c)
		if left -= len(c.readings[0]); left <= 0 {
			break
		}
	}
	return all
}

// The keys of one keyboard in its two layouts.
const (
	latinKeys    = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	cyrillicKeys = "ёйцукенгшщзхъфывапролджэячсмитьбю"
)

var layouts = func() map[rune]rune {
	other := map[rune]rune{}
	latin, cyrillic := []rune(latinKeys), []rune(cyrillicKeys)
	for i := range latin {
		other[latin[i]], other[cyrillic[i]] = cyrillic[i], latin[i]
	}
	for shifted, key := range map[rune]rune{'~': '`', '{': '[', '}': ']', ':': ';', '"': '\'', '<': ',', '>': '.'} {
		other[shifted] = other[key]
	}
	return other
}()

// otherLayout is what the same keys would have typed in the other layout, "" when that has no letters to it.
func otherLayout(text string) string {
	return strings.Map(func(r rune) rune {
		if key, ok := layouts[r]; ok {
			return key
		}
		return r
	}, strings.ToLower(text))
}

// term is one word of a query with what it may mean: lexemes of the index, each with how surely it is meant.
type term struct {
	word    string
	lexeme  string // "" for a word that says nothing, as "и"
	key     string
	means   map[string]float32
	written string // the word of the index that is shown instead of a misspelt one, "" when it is as typed
	other   *term  // the same keys in the other layout, when neither is known; nil otherwise
}

func (t *term) known() bool { return len(t.means) > 0 }

func (t *term) mean(lexeme string, quality float32) {
	if lexeme == "" {
		return
	}
	if t.means == nil {
		t.means = map[string]float32{}
	}
	t.means[lexeme] = max(t.means[lexeme], quality)
}

// sure is how surely the word means anything.
func (t *term) sure() (most float32) {
	for _, quality := range t.means {
		most = max(most, quality)
	}
	return most
}

// best is the lexeme that the word most surely means.
func (t *term) best() string {
	best := t.lexeme
	for lexeme, quality := range t.means {
		if now := t.means[best]; quality > now || quality == now && lexeme < best {
			best = lexeme
		}
	}
	return best
}

// choose picks for each chunk the reading whose words are known, as typed when none is or both are.
func choose(all []chunk, look map[string]*term, filler map[string]bool) []*term {
	unknown := func(w string) bool { return !look[w].known() && !filler[w] && look[w].lexeme != "" }
	var asked []*term
	for _, c := range all {
		typed := c.readings[0]
		reading := typed
		if i := slices.IndexFunc(c.readings, func(r []string) bool { return !slices.ContainsFunc(r, unknown) }); i >= 0 {
			reading = c.readings[i]
		} else if other := c.readings[len(c.readings)-1]; len(other) == 1 && len(typed) > 1 && !slices.ContainsFunc(typed, func(w string) bool { return !unknown(w) }) {
			reading = other // signs inside an unknown word are letters of the other layout
		}
		for _, w := range reading {
			t := *look[w]
			if !slices.Equal(reading, typed) && t.written == "" {
				t.written = w
			}
			if len(typed) == 1 && len(c.readings) == 2 && len(c.readings[1]) == 1 && unknown(w) {
				other := *look[c.readings[1][0]]
				t.other = &other
			}
			asked = append(asked, &t)
		}
	}
	return asked
}

// near is a word of the index that looks like a misspelt one.
type near struct {
	word, lexeme, key string
}

// mend gives a word that the index does not have the meanings of its nearest neighbours.
func (t *term) mend(neighbours []near) {
	best := 0
	for _, n := range neighbours {
		quality := likeness(t.key, n.key)
		if quality <= 0 {
			continue
		}
		t.mean(n.lexeme, float32(quality)/100)
		if quality > best {
			best, t.written = quality, n.word
		}
	}
	for lexeme, quality := range t.means { // a much better neighbour makes the worse ones unlikely
		if int(quality*100+.5) < best-15 {
			delete(t.means, lexeme)
		}
	}
}

// likeness says in percent how surely a is a misspelt b, or another form of it; 0 when it is not.
func likeness(a, b string) int {
	short, long := min(len(a), len(b)), max(len(a), len(b))
	if short < 3 {
		return 0
	}
	slips := distance(a, b)
	switch { // nobody mistakes the first letter and two more
	case slips == 1 && long > 3:
		return 80
	case slips == 2 && short > 7 && a[0] == b[0]:
		return 65
	case slips == 3 && short > 10 && a[0] == b[0]:
		return 55
	}
	// Tatar endings are added one after another, "балалар-ыбыз-га", and stems do not change.
	same := 0
	for same < short && a[same] == b[same] {
		same++
	}
	if same >= 4 && (same == len(b) && same*2 > len(a) || same == len(a)) {
		return 60
	}
	if same >= 5 && same*10 >= short*7 && long-same <= 5 {
		return 50
	}
	return 0
}

// distance is the number of slips between two keys: a letter too many, a letter missing, another letter, two letters swapped.
func distance(a, b string) int {
	last, row := make([]int, len(b)+1), make([]int, len(b)+1)
	before := make([]int, len(b)+1)
	for k := range row {
		row[k] = k
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for k := 1; k <= len(b); k++ {
			cost := 1
			if a[i-1] == b[k-1] {
				cost = 0
			}
			row[k] = min(last[k]+1, row[k-1]+1, last[k-1]+cost)
			if i > 1 && k > 1 && a[i-1] == b[k-2] && a[i-2] == b[k-1] {
				row[k] = min(row[k], before[k-2]+1)
			}
		}
	}
	return row[len(b)]
}
