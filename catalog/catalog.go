package catalog

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"tamga/internal/fault"
)

// Catalog is all services and organisations, in memory. It serves many goroutines.
type Catalog struct {
	live        atomic.Pointer[[]*Service] // current, most used first; replaced whole when something is published
	departments []Department
	subjects    subjects
	sources     map[string][]byte // the YAML of the services of the files
	refused     atomic.Pointer[map[string]*refusal]

	parameters    parameters
	parameterList []Parameter // as the file has them
	territory     territory

	lexicon lexicon // of the search

	mu       sync.RWMutex
	versions map[versionKey]*Service
	older    func(id string, version int) (*Service, error) // reads a version out of the database, after Publish
}

type versionKey struct {
	service string
	version int
}

// Service returns a version of a service, or the current one for 0. Versions of earlier releases, and of newer ones that
// another process has published, come out of the database once and stay in memory.
func (c *Catalog) Service(id string, version int) (*Service, error) {
	if s := c.current(id); s != nil && (version == 0 || version == s.Version) {
		return s, nil
	}
	key := versionKey{id, version}
	c.mu.RLock()
	s := c.versions[key]
	c.mu.RUnlock()
	switch {
	case s != nil:
		return s, nil
	case version <= 0 || c.older == nil:
		return nil, fault.New(fault.NotFound, "catalog.no_service")
	}
	s, err := c.older(id, version)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.versions[key] = s
	return s, nil
}

func (c *Catalog) current(id string) *Service {
	for _, s := range c.Services() {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Services returns the current version of all services, most used first.
func (c *Catalog) Services() []*Service {
	if list := c.live.Load(); list != nil {
		return *list
	}
	return nil
}

// show makes these services the current ones. The list must not be changed afterwards.
func (c *Catalog) show(list []*Service) {
	slices.SortFunc(list, func(a, b *Service) int {
		return cmp.Or(cmp.Compare(b.Popularity, a.Popularity), cmp.Compare(a.ID, b.ID))
	})
	c.live.Store(&list)
}

// Departments returns all departments.
func (c *Catalog) Departments() []Department { return c.departments }

// Department returns a department, or nil.
func (c *Catalog) Department(code string) *Department {
	for i := range c.departments {
		if c.departments[i].Code == code {
			return &c.departments[i]
		}
	}
	return nil
}

// Offices returns the offices of a department.
func (c *Catalog) Offices(department string) []Office {
	if d := c.Department(department); d != nil {
		return d.Offices
	}
	return nil
}

// Office returns an office of any department, or nil.
func (c *Catalog) Office(id string) *Office {
	for i := range c.departments {
		for k := range c.departments[i].Offices {
			if o := &c.departments[i].Offices[k]; o.ID == id {
				return o
			}
		}
	}
	return nil
}

// placeOffices writes into each office whose it is.
func (c *Catalog) placeOffices() {
	for i := range c.departments {
		for k := range c.departments[i].Offices {
			c.departments[i].Offices[k].Department = c.departments[i].Code
		}
	}
}
