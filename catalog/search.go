package catalog

import (
	"context"
	"strings"
	"unicode"

	"tamga/internal/db"
)

// maxQuery is how many words of a query count: nobody types more, and a paste must not cost a scan.
const maxQuery = 12

// words are what a service is found by, in three weights.
type words struct {
	name, said, rest       string // Russian and English
	nameTT, saidTT, restTT string
}

// words gathers the texts of a service. What it asks and which documents it needs is left out: a passport stands in every
// service, and none is about passports.
func (c *Catalog) words(s *Service) words {
	w := words{
		name: s.Name.RU + " " + s.Name.EN, said: join(s.Keywords.RU) + " " + join(s.Keywords.EN), rest: s.About.RU + " " + s.About.EN,
		nameTT: s.Name.TT, saidTT: join(s.Keywords.TT), restTT: s.About.TT,
	}
	for _, all := range [][]Subject{c.subjects.Topics, c.subjects.Situations} {
		for _, subject := range all {
			if holds(s.Topics, subject.ID) || holds(s.Situations, subject.ID) {
				w.rest += " " + subject.Name.RU + " " + subject.Name.EN
				w.restTT += " " + subject.Name.TT
			}
		}
	}
	if d := c.Department(s.Department); d != nil {
		w.rest += " " + d.Name.RU + " " + d.Short.RU + " " + d.Short.EN
		w.restTT += " " + d.Name.TT
	}
	for _, text := range []*string{&w.name, &w.said, &w.rest, &w.nameTT, &w.saidTT, &w.restTT} {
		*text = plainText(*text)
	}
	return w
}

func join(list []string) string { return strings.Join(list, ", ") }

// plainText makes all spellings of one word the same: small letters, and no ё.
func plainText(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), "ё", "е")
}

// Search returns the services that a query may mean, best first. It understands Russian and English word forms, and
// beginnings of Tatar words.
func (c *Catalog) Search(ctx context.Context, d db.DB, query string) ([]*Service, error) {
	asked := queryWords(query)
	if len(asked) == 0 {
		return nil, nil
	}
	ids, err := findServices(ctx, d, strings.Join(asked, " "), beginnings(asked))
	if err != nil {
		return nil, err
	}
	var found []*Service
	for _, id := range ids {
		if s := c.current(id); s != nil {
			found = append(found, s)
		}
	}
	return found, nil
}

// queryWords splits a query. Signs are no part of words, so nothing of a query can mean something to the search engine.
func queryWords(query string) []string {
	all := strings.FieldsFunc(plainText(strings.ToValidUTF8(query, "")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return all[:min(len(all), maxQuery)]
}

// beginnings cuts Tatar endings off: they are added one after another, "балалар-ыбыз-га", and stems do not change. Words
// of three letters and less are mostly no nouns.
func beginnings(asked []string) []string {
	cut := []string{}
	for _, w := range asked {
		r := []rune(w)
		switch {
		case len(r) < 3:
			continue
		case len(r) > 8:
			r = r[:len(r)-3]
		case len(r) > 5:
			r = r[:len(r)-1]
		}
		cut = append(cut, string(r))
	}
	return cut
}
