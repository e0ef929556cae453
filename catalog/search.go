package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tamga/internal/db"
)

// Outcome is what a query leads to.
type Outcome struct {
	Found []*Service // best first
	Near  []*Service // when nothing is found: what has some of the words
	Read  string     // the query as it was understood, "" when that is as typed
}

// Search returns the services that a query may mean, best first. It understands word forms of Russian and English, beginnings of
// Tatar words, misspelt words, the other keyboard layout, Russian and Tatar in Latin letters, and synonyms.
func (c *Catalog) Search(ctx context.Context, d db.DB, query string) ([]*Service, error) {
	r, err := c.Ask(ctx, d, query)
	return r.Found, err
}

// Ask is Search that says besides how it read the query, and what is near when nothing is found.
func (c *Catalog) Ask(ctx context.Context, d db.DB, query string) (Outcome, error) {
	asked, err := c.understand(ctx, d, query, false)
	if err != nil || len(asked) == 0 {
		return Outcome{}, err
	}
	ranked, err := c.rank(ctx, d, asked)
	if err != nil {
		return Outcome{}, err
	}
	r := Outcome{Read: written(query, asked)}
	for _, one := range ranked {
		if one.answers() && one.good >= weakest*ranked[0].good {
			r.Found = append(r.Found, one.service)
		} else if len(r.Near) < nearest {
			r.Near = append(r.Near, one.service)
		}
	}
	if len(r.Found) > 0 {
		r.Near = nil
	}
	return r, nil
}

// Suggest returns the services that a query may become: its last word may be unfinished.
func (c *Catalog) Suggest(ctx context.Context, d db.DB, query string, n int) ([]*Service, error) {
	asked, err := c.understand(ctx, d, query, true)
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	ranked, err := c.rank(ctx, d, asked)
	if err != nil {
		return nil, err
	}
	var some []*Service
	for _, one := range ranked {
		if one.answers() && len(some) < n {
			some = append(some, one.service)
		}
	}
	return some, nil
}

const (
	nearest    = 3
	mostRanked = 200
	weakest    = 0.3 // part of the best answer's figure: what is worse is no answer beside it
)

// ranked is a service with how well it meets a query; all figures are parts of one.
type ranked struct {
	service *Service
	good    float64 // words met, each by its worth and by where it is met
	cover   float64 // words met anywhere
	well    float64 // words met by the name or a keyword
}

// answers tells whether the service is an answer and not just near. People add words that no definition has, and one common word
// is no answer to a long question.
func (r ranked) answers() bool {
	return r.cover >= 0.5 && r.good >= 0.15 || r.well >= 0.34
}

// understand finds out what each word of a query may mean.
func (c *Catalog) understand(ctx context.Context, d db.DB, query string, unfinished bool) ([]*term, error) {
	parts := chunks(query)
	if len(parts) == 0 {
		return nil, nil
	}
	if err := c.lexicon.read(ctx, d); err != nil {
		return nil, err
	}
	var all []string
	for _, part := range parts {
		all = append(all, slices.Concat(part.readings...)...)
	}
	look, err := lookUp(ctx, d, all)
	if err != nil {
		return nil, err
	}
	asked := choose(parts, look, c.lexicon.filler)
	if err := c.mend(ctx, d, asked, unfinished); err != nil {
		return nil, err
	}
	c.lexicon.widen(asked)
	return asked, nil
}

// mend looks for the neighbours of words that the index does not have, and of the word that is being typed.
func (c *Catalog) mend(ctx context.Context, d db.DB, asked []*term, unfinished bool) error {
	if unfinished {
		if err := finish(ctx, d, asked[len(asked)-1]); err != nil {
			return err
		}
	}
	var unknown []*term
	for _, t := range asked {
		if t.known() || t.lexeme == "" || c.lexicon.idle(t.word) {
			continue
		}
		unknown = append(unknown, t)
		if t.other != nil {
			unknown = append(unknown, t.other)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	neighbours, err := findNear(ctx, d, unknown)
	if err != nil {
		return err
	}
	for i, t := range unknown {
		t.mend(neighbours[i])
	}
	for _, t := range asked {
		if o := t.other; o != nil && o.sure() > t.sure() {
			if o.written == "" {
				o.written = o.word
			}
			*t = *o
		}
	}
	return nil
}

// finish lets a word that is being typed mean all words that begin so.
func finish(ctx context.Context, d db.DB, t *term) error {
	for _, reading := range []*term{t, t.other} {
		if reading == nil {
			continue
		}
		found, err := beginningWith(ctx, d, reading.key)
		if err != nil {
			return err
		}
		for _, lexeme := range found {
			reading.mean(lexeme, 0.8)
		}
		if len(found) > 0 && reading != t && !t.known() {
			*t = *reading
		}
	}
	return nil
}

// rank asks the index. Words that say nothing are left out, unless the query has no others.
func (c *Catalog) rank(ctx context.Context, d db.DB, asked []*term) ([]ranked, error) {
	said := slices.DeleteFunc(slices.Clone(asked), func(t *term) bool { return t.lexeme == "" && !t.known() || c.lexicon.idle(t.word) })
	if len(said) == 0 {
		said = slices.DeleteFunc(slices.Clone(asked), func(t *term) bool { return !t.known() || !c.lexicon.filler[t.word] })
	}
	if len(said) == 0 {
		return nil, nil
	}
	var whole []string
	for _, t := range asked {
		if lexeme := t.best(); lexeme != "" {
			whole = append(whole, lexeme)
		}
	}
	hits, err := rankServices(ctx, d, said, strings.Join(whole, " "), len(c.Services()))
	if err != nil {
		return nil, err
	}
	var list []ranked
	for _, h := range hits {
		if s := c.current(h.Service); s != nil {
			list = append(list, ranked{s, h.Good + 0.03*float64(min(s.Popularity, 100))/100, h.Cover, h.Well})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(b.good, a.good) })
	return list, nil
}

// written is the query as it was understood, "" when no word was mended.
func written(query string, asked []*term) string {
	var all []string
	mended := false
	for _, t := range asked {
		if t.written != "" && t.written != t.word || t.written != "" && !strings.Contains(strings.ToLower(query), t.written) {
			mended = true
			all = append(all, t.written)
			continue
		}
		all = append(all, t.word)
	}
	if !mended {
		return ""
	}
	return strings.Join(all, " ")
}
