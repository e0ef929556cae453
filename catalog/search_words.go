package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// How much a word says, by its place.
const (
	weightName    = 1.0
	weightKeyword = 0.9
	weightRest    = 0.35
)

// words are what a service is found by.
type words struct {
	weights map[string]float32 // of each word: of the best place where it stands
	phrases []string           // whole names and keywords: a query that is one of them means just this service
}

// words gathers the texts of a service. What it asks and which documents it needs is left out: a passport stands in every
// service, and none is about passports.
func (c *Catalog) words(s *Service) words {
	w := words{weights: map[string]float32{}}
	for _, name := range []string{s.Name.RU, s.Name.TT, s.Name.EN} {
		w.phrase(name, weightName)
	}
	for _, list := range [][]string{s.Keywords.RU, s.Keywords.TT, s.Keywords.EN} {
		for _, keyword := range list {
			w.phrase(keyword, weightKeyword)
		}
	}
	w.add(s.About.RU+" "+s.About.TT+" "+s.About.EN, weightRest)
	for _, all := range [][]Subject{c.subjects.Topics, c.subjects.Situations} {
		for _, subject := range all {
			if holds(s.Topics, subject.ID) || holds(s.Situations, subject.ID) {
				w.add(subject.Name.RU+" "+subject.Name.TT+" "+subject.Name.EN, weightRest)
			}
		}
	}
	if d := c.Department(s.Department); d != nil {
		w.add(strings.Join([]string{d.Name.RU, d.Name.TT, d.Short.RU, d.Short.TT, d.Short.EN}, " "), weightRest)
	}
	return w
}

func (w *words) add(text string, weight float32) (all []string) {
	all = splitWords(text)
	for _, word := range all {
		w.weights[word] = max(w.weights[word], weight)
	}
	return all
}

func (w *words) phrase(text string, weight float32) {
	if all := w.add(text, weight); len(all) > 0 {
		w.phrases = append(w.phrases, strings.Join(all, " "))
	}
}

// sum tells whether the words have changed since they were written.
func (w words) sum() string {
	h := sha256.New()
	for _, word := range slices.Sorted(maps.Keys(w.weights)) {
		fmt.Fprintln(h, word, w.weights[word])
	}
	fmt.Fprintln(h, w.phrases)
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// splitWords cuts a text into words in one spelling: small letters, and no ё. Signs are no part of words, so nothing of a query
// can mean something to the search engine.
func splitWords(text string) []string {
	text = norm.NFC.String(strings.ToValidUTF8(text, ""))
	text = strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
