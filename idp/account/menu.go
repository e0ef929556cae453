package account

import (
	"slices"

	"tamga/frontend"
)

// MenuItem is a line of the map on the profile page.
type MenuItem struct {
	Key  string // locale text of the title; the text of Key + "_text" says in a few words what is there
	Href string
	Icon string // a sign of frontend/assets/marks/icons.svg
}

// Menu is the map on the profile page, in its order. Whoever mounts a page of the person's own adds its line here; a test opens
// them all.
var Menu = []MenuItem{
	{"idp_papers.menu_documents", "/documents", "passport"},
	{"idp_papers.menu_addresses", "/addresses", "home"},
	{"idp_papers.menu_vehicles", "/vehicles", "car"},
	{"idp_org.menu", "/organisations", "business"},
	{"idp_family.menu_children", "/children", "child"},
	{"idp_papers.menu_data", "/profile/data", "user"},
	{"idp_papers.menu_levels", "/levels", "shield"},
	{"idp_safety.menu", "/profile/safety", "lock"},
}

// menu returns the map as cards.
func menu(t func(string, ...any) string, more []MenuItem) []frontend.Card {
	items := slices.Concat(more, Menu)
	cards := make([]frontend.Card, len(items))
	for i, item := range items {
		cards[i] = frontend.Card{Title: t(item.Key), Text: t(item.Key + "_text"), Href: item.Href, Icon: item.Icon, Kind: "plain"}
	}
	return cards
}
