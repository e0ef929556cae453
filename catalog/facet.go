package catalog

import (
	"net/url"
	"slices"
	"strconv"

	"tamga/frontend"
)

// Filter narrows the catalogue; an empty field lets all through.
type Filter struct {
	Audience, Topic, Situation, Department, Level string
}

// choices are the ways to narrow a list of services, in the order in which they are shown, each with the field it sets and the
// ids that a service has of it.
var choices = []struct {
	id   string
	of   func(*Filter) *string
	have func(*Service) []string
}{
	{"audience", func(f *Filter) *string { return &f.Audience }, func(s *Service) []string { return s.Audience }},
	{"topic", func(f *Filter) *string { return &f.Topic }, func(s *Service) []string { return s.Topics }},
	{"situation", func(f *Filter) *string { return &f.Situation }, func(s *Service) []string { return s.Situations }},
	{"department", func(f *Filter) *string { return &f.Department }, func(s *Service) []string { return []string{s.Department} }},
	{"level", func(f *Filter) *string { return &f.Level }, func(s *Service) []string { return []string{string(s.Level)} }},
}

// filterOf reads the filter of an address.
func filterOf(get func(string) string) Filter {
	var f Filter
	for _, choice := range choices {
		*choice.of(&f) = get(choice.id)
	}
	return f
}

// lets tells whether the filter lets a service through.
func (f Filter) lets(s *Service) bool {
	for _, choice := range choices {
		if wanted := *choice.of(&f); wanted != "" && !slices.Contains(choice.have(s), wanted) {
			return false
		}
	}
	return true
}

// narrow returns those of the services that the filter lets through.
func (f Filter) narrow(list []*Service) []*Service {
	var some []*Service
	for _, s := range list {
		if f.lets(s) {
			some = append(some, s)
		}
	}
	return some
}

// Find returns the services that a filter lets through, most used first.
func (c *Catalog) Find(f Filter) []*Service { return f.narrow(c.Services()) }

// href is the address of the catalogue with this filter.
func (f Filter) href() string { return f.at("/services", "", 1) }

// at is an address of a list with this filter: of the catalogue, or of a search.
func (f Filter) at(path, query string, page int) string {
	q := url.Values{}
	if query != "" {
		q.Set("q", query)
	}
	for _, choice := range choices {
		if value := *choice.of(&f); value != "" {
			q.Set(choice.id, value)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// facet is one way to narrow a list.
type facet struct {
	ID      string
	Title   string
	Choices []facetChoice
}

type facetChoice struct {
	Text    string
	Count   int
	Href    string
	Current bool
}

// chip is a choice in force, with the address of the list without it.
type chip struct {
	Text, Href string
}

// facets offer what some of the list has, each with the number of services that it leaves; each link keeps the other choices. A
// facet that cannot part the list is left out.
func (h *Handler) facets(list []*Service, f Filter, tr Tr, href func(Filter) string) (facets []facet, chips []chip) {
	for _, choice := range choices {
		base := f
		*choice.of(&base) = ""
		within := base.narrow(list)
		counts := map[string]int{}
		for _, s := range within {
			for _, id := range choice.have(s) {
				counts[id]++
			}
		}
		now := *choice.of(&f)
		one := facet{choice.id, tr.T("catalog_search." + choice.id), []facetChoice{{tr.T("catalog.any"), len(within), href(base), now == ""}}}
		for _, subject := range h.groups(choice.id, tr) {
			with := base
			*choice.of(&with) = subject.id
			if subject.id == now {
				chips = append(chips, chip{subject.name, href(base)})
			}
			if n := counts[subject.id]; n > 0 || subject.id == now {
				one.Choices = append(one.Choices, facetChoice{subject.name, n, href(with), subject.id == now})
			}
		}
		if len(one.Choices) > 2 || now != "" {
			facets = append(facets, one)
		}
	}
	return facets, chips
}

// group is a subject, a department or a level as a choice of a facet.
type group struct{ id, name string }

func (h *Handler) groups(choice string, tr Tr) []group {
	var all []group
	subjects := map[string][]Subject{"audience": h.Catalog.subjects.Audiences, "topic": h.Catalog.subjects.Topics, "situation": h.Catalog.subjects.Situations}
	for _, s := range subjects[choice] {
		all = append(all, group{s.ID, s.Name.In(tr.Lang)})
	}
	switch choice {
	case "department":
		for _, d := range h.Catalog.departments {
			all = append(all, group{d.Code, d.Short.In(tr.Lang)})
		}
	case "level":
		for _, l := range levels {
			all = append(all, group{string(l), tr.T("catalog_search.level_" + string(l))})
		}
	}
	return all
}

// pageSize is how many services stand on a page of a list.
const pageSize = 50

// turn returns the services of a page, and the links to the pages around it.
func turn(list []*Service, page int, href func(page int) string) ([]*Service, *frontend.Pagination) {
	last := max(1, (len(list)+pageSize-1)/pageSize)
	page = max(1, min(page, last))
	if last == 1 {
		return list, nil
	}
	around := &frontend.Pagination{}
	if page > 1 {
		around.Previous = &frontend.PageLink{Href: href(page - 1)}
	}
	if page < last {
		around.Next = &frontend.PageLink{Href: href(page + 1)}
	}
	return list[(page-1)*pageSize : min(page*pageSize, len(list))], around
}
