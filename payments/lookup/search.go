package lookup

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tamga/internal/rus"
)

// span is a range of folded words in bytes: from <= word < to. Ranges, because LIKE with a parameter loses the index as soon
// as the server plans the statement for all parameters at once.
type span struct{ from, to string }

var anyWord = span{"", string(utf8.MaxRune)}

// reading is one way to take what was typed for a name. An empty first or middle is any.
type reading struct{ last, first, middle string }

// probe is a place in the index of names to look at; a lower rank stands before a higher one.
type probe struct {
	last          string
	first, middle span
	rank          int16
}

// Ranks of what was found by a name.
const (
	rankSame  = 0 // as typed, ё or е, capitals and neighbouring letters apart
	rankClose = 1 // one typo, or another spelling of a Tatar name
	rankBare  = 2 // the payment has no patronymic
)

// particles belong to the word before them: «Фәрит кызы».
var particles = []string{"кызы", "улы", "оглы", "гызы", "кзы", "огли", "угли"}

// nameUnits splits a typed name into surname, name and patronymic in any order: particles stay with their word.
func nameUnits(typed string) []string {
	var units []string
	for _, word := range rus.SplitFullName(typed) {
		if len(units) > 0 && slices.Contains(particles, word) {
			units[len(units)-1] += " " + word
			continue
		}
		units = append(units, word)
	}
	return units
}

// readings takes the units of a name in the orders people write them: surname first, as papers do, surname last, surname
// between. Of more than three units two are a double surname, or one word that a space fell into.
func readings(units []string) []reading {
	switch len(units) {
	case 0:
		return nil
	case 1:
		return halves(reading{last: units[0]})
	case 2:
		return append(halves(reading{units[0], units[1], ""}), halves(reading{units[1], units[0], ""})...)
	case 3:
		a, b, c := units[0], units[1], units[2]
		var all []reading
		for _, r := range []reading{{a, b, c}, {c, a, b}, {a, c, b}, {b, a, c}, {a + "-" + b, c, ""}, {b + "-" + c, a, ""}} {
			all = append(all, halves(r)...)
		}
		return all
	case 4:
		a, b, c, d := units[0], units[1], units[2], units[3]
		var all []reading
		for _, r := range []reading{{a + "-" + b, c, d}, {c + "-" + d, a, b}, {a + b, c, d}, {a, b + c, d}, {a, b, c + d}} {
			all = append(all, halves(r)...)
		}
		return all
	}
	return nil
}

// halves adds the reading with the halves of a double surname the other way round. Initials are no surname.
func halves(r reading) []reading {
	if initial(r.last) {
		return nil
	}
	if a, b, double := strings.Cut(r.last, "-"); double && !strings.Contains(b, "-") {
		return []reading{r, {b + "-" + a, r.first, r.middle}}
	}
	return []reading{r}
}

func initial(word string) bool { return utf8.RuneCountInString(word) == 1 }

// spanOf matches a word and what begins with it: "фарит" also finds "фарит кызы", and "и" every name on и.
func spanOf(word string) span {
	switch {
	case word == "":
		return anyWord
	case initial(word):
		letter, _ := utf8.DecodeRuneInString(word)
		return span{word, string(letter + 1)}
	}
	return span{word, word + "!"} // '!' follows the space, so the range holds the word alone or with further ones
}

// sameProbes look for the name as it was typed.
func sameProbes(all []reading) []probe {
	var probes []probe
	for _, r := range all {
		probes = append(probes, probe{r.last, spanOf(r.first), spanOf(r.middle), rankSame})
	}
	return probes
}

// variant is a word that payers' names have, in place of a typed one.
type variant struct {
	word string
	typo bool // one edit away; else the same word or another spelling of it
	same bool
}

// variants are the words in place of typed ones, by part of the name ("last", "first", "middle") and typed word.
type variants map[[2]string][]variant

// of returns what may stand in the place of a word. What was not typed, and initials, stay.
func (v variants) of(part, word string) []variant {
	if word == "" || initial(word) {
		return []variant{{word, false, true}}
	}
	return v[[2]string{part, word}]
}

// mostProbes bounds the work of one search: the best come first.
const mostProbes = 300

// closeProbes look for the name with one typo in one of its words, in other spellings of Tatar names, with the patronymic in its
// other form, Russian or Tatar, and without it.
func closeProbes(all []reading, v variants) []probe {
	var probes []probe
	seen := map[probe]bool{}
	add := func(p probe) {
		if !seen[p] && len(probes) < mostProbes {
			seen[p] = true
			probes = append(probes, p)
		}
	}
	for _, r := range all {
		for _, last := range v.of("last", r.last) {
			for _, first := range v.of("first", r.first) {
				if last.typo && first.typo {
					continue
				}
				for _, middle := range v.of("middle", r.middle) {
					if !(middle.typo && (last.typo || first.typo)) && !(last.same && first.same && middle.same) {
						add(probe{last.word, spanOf(first.word), spanOf(middle.word), rankClose})
					}
				}
				if r.middle == "" || last.typo || first.typo {
					continue
				}
				if father := fatherOf(r.middle); father != "" {
					add(probe{last.word, spanOf(first.word), span{father, father + string(utf8.MaxRune)}, rankClose})
				}
				add(probe{last.word, spanOf(first.word), span{"", " "}, rankBare})
			}
		}
	}
	return probes
}

// fatherOf is what the Russian and the Tatar form of a patronymic begin with, «маратовна» and «марат кызы»; "" when it is neither.
func fatherOf(middle string) string {
	father, particle, tatar := strings.Cut(middle, " ")
	if tatar && slices.Contains(particles, particle) {
		return strings.TrimRight(father, "йь") // сергей улы, сергеевич
	}
	for _, end := range []string{"овна", "евна", "ович", "евич"} {
		if father, russian := strings.CutSuffix(middle, end); russian && utf8.RuneCountInString(father) > 1 {
			return father
		}
	}
	return ""
}

// lacking returns the word and the word without each of its letters: what it shares with every word one edit away.
func lacking(word string) []string {
	all := []string{word}
	for i, r := range word {
		all = append(all, word[:i]+word[i+utf8.RuneLen(r):])
	}
	return all
}

// oneEdit tells whether two words are one edit apart: a letter wrong, lost or added, or two neighbours changed places.
func oneEdit(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) < len(y) {
		return string(x[i:]) == string(y[i+1:])
	}
	if i == len(x) {
		return false // the same word
	}
	if string(x[i+1:]) == string(y[i+1:]) {
		return true
	}
	return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}
