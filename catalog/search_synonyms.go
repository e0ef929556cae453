package catalog

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"sync"

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
	best := make([]string, len(asked))
	for i, t := range asked {
		best[i] = t.best()
	}
	for i := range asked {
		for _, s := range l.synonyms[best[i]] {
			if len(s.phrase) > len(best)-i || strings.Join(s.phrase, " ") != strings.Join(best[i:i+len(s.phrase)], " ") {
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
