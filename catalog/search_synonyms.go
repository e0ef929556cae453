package catalog

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"tamga/internal/db"
)

//go:embed synonyms.yaml
var synonymsYAML []byte

// lexicon is what the search knows of the language besides word forms. It is data: catalog/synonyms.yaml. Its words are reduced
// to lexemes by the database, once.
type lexicon struct {
	once     sync.Mutex
	ready    bool
	filler   map[string]bool
	synonyms map[string][]synonym // by the first lexeme of a phrase
}

// synonym is a phrase of lexemes and what it may mean besides.
type synonym struct {
	phrase []string
	means  []string
	whole  float32 // how surely
}

type synonymFile struct {
	Filler   []string   `yaml:"filler"`
	Synonyms [][]string `yaml:"synonyms"`
}

// idle tells whether a word says nothing of what is wanted: a filler, or a letter or a digit by itself.
func (l *lexicon) idle(word string) bool { return l.filler[word] || utf8.RuneCountInString(word) == 1 }

// read loads the lexicon at the first search. A failed read is tried again by the next search.
func (l *lexicon) read(ctx context.Context, d db.DB) error {
	l.once.Lock()
	defer l.once.Unlock()
	if l.ready {
		return nil
	}
	var file synonymFile
	if err := yaml.UnmarshalWithOptions(synonymsYAML, &file, yaml.Strict()); err != nil {
		return fmt.Errorf("synonyms.yaml: %w", err)
	}
	l.filler = map[string]bool{}
	for _, word := range file.Filler {
		for _, w := range splitWords(word) {
			l.filler[w] = true
		}
	}
	var all []string
	for _, group := range file.Synonyms {
		for _, phrase := range group {
			all = append(all, splitWords(phrase)...)
		}
	}
	stems, err := stemsOf(ctx, d, all)
	if err != nil {
		return err
	}
	l.synonyms = map[string][]synonym{}
	for _, group := range file.Synonyms {
		l.addGroup(group, stems)
	}
	l.ready = true
	return nil
}

func (l *lexicon) addGroup(group []string, stems map[string]string) {
	phrases := make([][]string, 0, len(group))
	for _, text := range group {
		var phrase []string
		for _, w := range splitWords(text) {
			if stem := stems[w]; stem != "" {
				phrase = append(phrase, stem)
			}
		}
		if len(phrase) > 0 {
			phrases = append(phrases, phrase)
		}
	}
	for i, from := range phrases {
		for k, to := range phrases {
			if i != k && strings.Join(from, " ") != strings.Join(to, " ") {
				l.synonyms[from[0]] = append(l.synonyms[from[0]], synonym{from, to, 0.75})
			}
		}
	}
}

// widen gives the words of a query what they may mean besides. A phrase of several words stands for each of the words it
// replaces; of a synonym of several words each says only its part.
func (l *lexicon) widen(asked []*term) {
	read := make([][2]string, len(asked)) // as typed, and as mended
	for i, t := range asked {
		read[i] = [2]string{t.lexeme, t.best()}
	}
	for i := range asked {
		found := l.synonyms[read[i][0]]
		if read[i][1] != read[i][0] {
			found = append(slices.Clone(found), l.synonyms[read[i][1]]...)
		}
		for _, s := range found {
			if !begins(read[i:], s.phrase) {
				continue
			}
			for k := range s.phrase {
				for _, lexeme := range s.means {
					asked[i+k].mean(lexeme, s.whole/float32(len(s.means)))
				}
			}
		}
	}
}

// begins tells whether the words of a query begin with a phrase.
func begins(read [][2]string, phrase []string) bool {
	if len(phrase) > len(read) {
		return false
	}
	for i, lexeme := range phrase {
		if read[i][0] != lexeme && read[i][1] != lexeme {
			return false
		}
	}
	return true
}
