package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// edition is what a version is made of: the definition as it is written, and the parameters that its rules read, with all their days.
// Both are kept, so that a version computes for ever as it was seen.
type edition struct {
	Definition string
	Parameters []Parameter // by name; nil in versions of before they were kept
}

// rates are the parameters that the expressions of a service read.
func (s *Service) rates() parameters {
	if s.pinned != nil {
		return s.pinned
	}
	return s.catalog.parameters
}

// reads notes which parameters an expression names.
func (s *Service) reads(names []string) {
	if s.named == nil {
		s.named = map[string]bool{}
	}
	for _, name := range names {
		s.named[name] = true
	}
}

// edition returns the service of a file as it would be published.
func (c *Catalog) edition(s *Service) edition {
	return edition{string(c.sources[s.ID]), s.parameters()}
}

// parameters are those that the service's expressions read, by name.
func (s *Service) parameters() []Parameter {
	all := make([]Parameter, 0, len(s.named))
	for _, name := range slices.Sorted(maps.Keys(s.named)) {
		all = append(all, *s.rates()[name])
	}
	return all
}

// pinned are the parameters of an edition by name, nil when it has kept none.
func pinned(kept []Parameter) parameters {
	if kept == nil {
		return nil
	}
	all := parameters{}
	for i := range kept {
		all[kept[i].Name] = &kept[i]
	}
	return all
}

// sum tells one content from another. Comments, spaces, the order of keys, and what is said about a parameter do not count.
func (e edition) sum() (string, error) {
	var content any
	if err := yaml.Unmarshal([]byte(e.Definition), &content); err != nil {
		return "", err
	}
	if len(e.Parameters) > 0 {
		content = []any{content, e.values()}
	}
	sorted, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(sorted)
	return hex.EncodeToString(sum[:]), nil
}

// values are the numbers alone, by parameter and day.
func (e edition) values() map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for _, p := range e.Parameters {
		all[p.Name] = map[string]float64{}
		for _, v := range p.Values {
			all[p.Name][v.From] = v.Value
		}
	}
	return all
}

// text is the definition with its parameters below, for a comparison of two editions.
func (e edition) text() (string, error) {
	if len(e.Parameters) == 0 {
		return e.Definition, nil
	}
	below, err := json.Marshal(e.values())
	if err != nil {
		return "", err
	}
	return strings.TrimRight(e.Definition, "\n") + "\nparameters: " + string(below) + "\n", nil
}
