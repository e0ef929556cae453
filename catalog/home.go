package catalog

import (
	"time"

	"tamga/frontend"
)

// The cards of the home page. They are made from memory, so a home page costs no query.

// PopularCards returns the n services that are used most.
func (c *Catalog) PopularCards(n int, tr Tr, now time.Time) []frontend.Card {
	var cards []frontend.Card
	for _, s := range c.Popular(n) {
		cards = append(cards, s.Card(tr, now))
	}
	return cards
}

// SituationCards returns the life situations.
func (c *Catalog) SituationCards(tr Tr) []frontend.Card {
	var cards []frontend.Card
	for _, s := range c.Situations() {
		cards = append(cards, frontend.Card{Title: s.Name.In(tr.Lang), Text: s.About.In(tr.Lang), Icon: s.Icon, Kind: "situation",
			Href: Filter{Situation: s.ID}.href()})
	}
	return cards
}

// TopicCards returns the topics that have services for an audience ("citizen", "entrepreneur", "organisation"), each with the
// number of its services.
func (c *Catalog) TopicCards(audience string, tr Tr) []frontend.Card {
	var cards []frontend.Card
	for _, s := range c.Topics(audience) {
		f := Filter{Audience: audience, Topic: s.ID}
		cards = append(cards, frontend.Card{Title: s.Name.In(tr.Lang), Text: tr.T("catalog.services", len(c.Find(f))), Icon: s.Icon, Kind: "plain",
			Href: f.href()})
	}
	return cards
}
