package catalog

import (
	"net/url"
	"strings"
)

// Open tells whether an address is one of the catalogue's pages that are the same for every reader who is not signed in: the
// catalogue, a service, a life situation, a topic, an audience, a department, an organisation. Addresses are compared letter by letter, so that
// there are no more of them than the catalogue has pages.
func (c *Catalog) Open(uri string) bool {
	path, query, asked := strings.Cut(uri, "?")
	switch path {
	case "/", "/situations", "/organisations":
		return !asked
	case "/services":
		return !asked || c.openFacet(uri, query)
	}
	if code, ok := strings.CutPrefix(path, "/organisations/"); ok {
		return !asked && c.Department(code) != nil
	}
	id, ok := strings.CutPrefix(path, "/services/")
	return ok && !asked && c.current(id) != nil
}

// openFacet tells whether a query is one choice of one facet.
func (c *Catalog) openFacet(uri, query string) bool {
	values, err := url.ParseQuery(query)
	if err != nil || len(values) != 1 {
		return false
	}
	f := filterOf(values.Get)
	return f.href() == uri && f != Filter{} && len(c.Find(f)) > 0
}

// Edition tells one state of the catalogue from another: it is another value after each publication.
func (c *Catalog) Edition() any { return c.live.Load() }
